import { memo, useEffect, useRef, useState } from 'react'
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, type EdgeProps } from '@xyflow/react'
import { Plus } from 'lucide-react'
import { cellText } from '../../columnar/batchText.ts'
import type { Schema } from '../../columnar/schema.ts'
import { shortNumber } from '../parts/format.ts'
import { nameOf, useDesigner, useEdgeSchema } from '../store/designerStore.ts'
import { edgeMetrics, subscribeRun, usePreview, useRun } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import type { ChannelFlowEdge } from './flow.ts'
import { openQuickAdd } from './quickAdd.ts'
import styles from './canvas.module.css'

/**
 * An edge is a channel: a bed of constant width and a flow whose width follows the logarithm of its rate. The rate is written straight into the label; at most one
 * dot moves along it, by transform, and only while rows flow.
 */
export const ChannelEdge = memo(function ChannelEdge(props: EdgeProps<ChannelFlowEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, selected } = props
  const [path, labelX, labelY] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 10 })
  const [hovered, setHovered] = useState(false)
  const late = props.data?.late === true
  const flow = useRef<SVGGElement>(null)
  const rate = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const write = (): void => writeFlow(id, flow.current, rate.current)
    write()
    return subscribeRun(`edge ${id}`, write)
  }, [id])
  const short = Math.abs(targetX - sourceX) < 150
  return (
    <>
      <g ref={flow} className={styles.channel} data-late={late ? '' : undefined} data-selected={selected === true ? '' : undefined} data-hovered={hovered ? '' : undefined} onPointerEnter={() => setHovered(true)} onPointerLeave={() => setHovered(false)}>
        <path d={path} className={styles.bed} />
        <path d={path} className={styles.flow} />
        <circle r="3.5" className={styles.drop} style={{ offsetPath: `path("${path}")` }} />
        <BaseEdge id={id} path={path} interactionWidth={22} style={{ stroke: 'transparent' }} />
      </g>
      <EdgeLabelRenderer>
        <div
          className={styles.edgeLabel}
          data-hovered={hovered ? '' : undefined}
          style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
          onPointerEnter={() => setHovered(true)}
          onPointerLeave={() => setHovered(false)}
        >
          <span ref={rate} className={styles.rate} />
          <button
            type="button"
            className={`nodrag nopan ${styles.insert}`}
            tabIndex={-1}
            aria-label={t.canvas.insertInto(id)}
            title={t.canvas.insert}
            onClick={(event) => openQuickAdd({ kind: 'edge', edge: id, screen: { x: event.clientX, y: event.clientY }, position: { x: labelX - 72, y: labelY - 49 } })}
          >
            <Plus size={12} aria-hidden />
          </button>
          <Delta edge={id} short={short} />
          {hovered ? <Peek edge={id} /> : null}
        </div>
      </EdgeLabelRenderer>
    </>
  )
})

function writeFlow(key: string, group: SVGGElement | null, label: HTMLSpanElement | null): void {
  if (group === null || label === null) return
  const metrics = edgeMetrics(key)
  const perSecond = metrics?.rowsPerSecond ?? 0
  const width = perSecond <= 0 ? 1.5 : Math.min(4.5, 1.5 + Math.log10(1 + perSecond) * 0.6)
  group.style.setProperty('--flow', String(width))
  group.toggleAttribute('data-flowing', perSecond > 0)
  const full = (metrics?.queueFill ?? 0) > 0.5
  group.toggleAttribute('data-full', full)
  const words = metrics === null || metrics.rows === 0 ? '' : full ? t.canvas.queue(Math.round(metrics.queueFill * 100)) : perSecond > 0 ? `${shortNumber(perSecond)}/s` : t.canvas.rows(metrics.rows)
  if (label.textContent !== words) label.textContent = words
}

/** What the operator before this edge did to the columns: how many, and how many more or fewer than came to it. */
function Delta({ edge, short }: { readonly edge: string; readonly short: boolean }) {
  const schema = useEdgeSchema(edge)
  const before = useDesigner((state) => {
    const from = edge.slice(0, edge.indexOf(':'))
    const inputs = state.check.inputs.get(from)
    return inputs === undefined ? null : (Object.values(inputs)[0]?.[0] ?? null)
  })
  if (schema === null) return <span className={styles.delta}>{t.canvas.schemaUnknown}</span>
  const delta = before === null ? null : columnDelta(before, schema)
  return (
    <span className={styles.delta}>
      {delta === null || (delta.added === 0 && delta.removed === 0) ? (
        before === null ? (
          t.canvas.columns(schema.fields.length, short)
        ) : null
      ) : (
        <>
          {delta.added > 0 ? <span className={styles.added}>+{delta.added}</span> : null}
          {delta.removed > 0 ? <span className={styles.removed}> −{delta.removed}</span> : null}
        </>
      )}
    </span>
  )
}

export function columnDelta(before: Schema, after: Schema): { readonly added: number; readonly removed: number } {
  const old = new Set(before.fields.map((field) => field.name))
  const now = new Set(after.fields.map((field) => field.name))
  return { added: [...now].filter((name) => !old.has(name)).length, removed: [...old].filter((name) => !now.has(name)).length }
}

/** The newest three rows, on hover. */
function Peek({ edge }: { readonly edge: string }) {
  const preview = usePreview(edge)
  const inferred = useEdgeSchema(edge)
  const idle = useRun().status.kind === 'idle'
  const schema = preview?.schema ?? inferred
  if (schema === null) return null
  const rows = preview?.rows.slice(-3) ?? []
  const fields = schema.fields.slice(0, 6)
  const [from, to] = [edge.slice(0, edge.indexOf(':')), edge.slice(edge.indexOf('>') + 1).split(':')[0]!]
  return (
    <div className={styles.peek} role="tooltip">
      <b>
        {nameOf(from)} → {nameOf(to)}
      </b>
      <table>
        <thead>
          <tr>
            {fields.map((field) => (
              <th key={field.name}>{field.name}</th>
            ))}
            {schema.fields.length > fields.length ? <th>+{schema.fields.length - fields.length}</th> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i} data-late={row.late ? '' : undefined}>
              {fields.map((field, at) => (
                <td key={field.name}>{cellText(row.values[at] ?? null, field.type).slice(0, 28)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p>{idle ? t.data.notRun : t.data.nothingYet}</p> : null}
    </div>
  )
}
