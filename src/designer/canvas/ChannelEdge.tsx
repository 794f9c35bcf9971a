import { memo, useEffect, useRef, type KeyboardEvent } from 'react'
import { getSmoothStepPath, useReactFlow, type EdgeProps } from '@xyflow/react'
import { lagText, shortNumber } from '../parts/format.ts'
import { operatorSize, useDesigner, useEdgeSchema } from '../store/designerStore.ts'
import { edgeMetrics } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import { dotAnimation, useHasDot } from './dots.ts'
import type { ChannelFlowEdge } from './flow.ts'
import { useHovered } from './hovering.ts'
import { paintWithRun, runTimes, setText, Silence } from './live.ts'
import { openQuickAdd } from './quickAdd.ts'
import { schemaDelta } from './schemaDelta.ts'
import styles from './canvas.module.css'

/**
 * An edge is a channel: a bed of constant width, a flow whose width follows the logarithm of its rate, and what waits in it as a hatch that grows back from
 * the gate. Labels, widths and states are written straight into the drawing with the canvas's beat; at most one dot moves along it, by transform.
 */
export const ChannelEdge = memo(function ChannelEdge(props: EdgeProps<ChannelFlowEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, selected, data } = props
  const [path, middleX, middleY] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 10 })
  const group = useRef<SVGGElement>(null)
  const flow = useRef<SVGPathElement>(null)
  const dot = useRef<SVGCircleElement>(null)
  const moving = useRef<Animation | null>(null)
  const hovered = useHovered(id)
  const hasDot = useHasDot(id)
  const focused = useDesigner((state) => state.selection.focused?.kind === 'edge' && state.selection.focused.key === id && state.selection.operators.length === 0)
  const late = data?.late === true
  const label = labelPlace(sourceX, sourceY, targetX, targetY, middleX, middleY, data?.fans === true)

  useEffect(() => {
    if (!hasDot || dot.current === null || flow.current === null) return undefined
    const [circle, line] = [dot.current, flow.current]
    // A wire that is being dragged changes its path with every frame; its dot waits until it rests.
    const rest = setTimeout(() => {
      moving.current = dotAnimation(circle, line)
      if (group.current?.hasAttribute('data-flowing') === true) moving.current?.play()
    }, 120)
    return () => {
      clearTimeout(rest)
      moving.current?.cancel()
      moving.current = null
    }
  }, [hasDot, path])

  useEffect(() => (group.current === null ? undefined : paintWithRun(edgePainter(group.current, id, late, label.short, moving))), [id, late, label.short])

  return (
    <g ref={group} className={styles.channel} data-late={late ? '' : undefined} data-selected={selected === true ? '' : undefined} data-hovered={hovered ? '' : undefined} data-insert={hovered || focused ? '' : undefined}>
      <path d={path} className={styles.halo} />
      <path d={path} className={styles.bed} />
      <path ref={flow} d={path} className={styles.flow} />
      <path d={path} className={styles.queue} pathLength={100} />
      <circle ref={dot} r="3.5" className={styles.dot} data-shown={hasDot ? '' : undefined} />
      <path d={path} className={`react-flow__edge-interaction ${styles.hit}`} />
      {/* Placed by coordinates: a transform that changes makes the browser put the page's layers together again with every frame of a drag. */}
      <g className={styles.edgeText} data-side={label.side} data-short={label.short ? '' : undefined}>
        <text data-rate="" x={label.x} y={label.y + rateY[label.side]} />
        <Delta edge={id} short={label.short} x={label.x} y={label.y + deltaY[label.side]} />
      </g>
      {hovered || focused ? <InsertButton edge={id} x={middleX} y={label.short && label.side === 'level' ? middleY - 20 : middleY} /> : null}
    </g>
  )
})

/**
 * Level channels carry their rate above and their columns below; others carry both beside the upright part, or over the first level stretch when that is long. In a narrow gap whose far operator
 * would cover that, both stand clear of the channel, on the side of its beginning that it turns away from; or of its end, where others begin with it.
 */
function labelPlace(sourceX: number, sourceY: number, targetX: number, targetY: number, middleX: number, middleY: number, fans: boolean): { readonly x: number; readonly y: number; readonly side: Side; readonly short: boolean } {
  const [dx, dy] = [Math.abs(targetX - sourceX), Math.abs(targetY - sourceY)]
  if (dy < 6) return { x: middleX, y: middleY, side: 'level', short: dx < 120 }
  if (dy < 52 && dx > 120) return { x: (sourceX + middleX) / 2, y: sourceY, side: 'level', short: dx < 240 }
  if (dx <= 120 && targetX > sourceX && dy < clearPx + 6) return { x: middleX, y: fans ? targetY : sourceY, side: targetY > sourceY === fans ? 'below' : 'above', short: true }
  return { x: middleX + 9, y: besideY(sourceY, targetY, middleY), side: 'beside', short: true }
}

type Side = 'level' | 'beside' | 'above' | 'below'

/** From the middle of an operator to just clear of it. */
const clearPx = operatorSize.height / 2 + 10

/** Half way, or, where that would lie behind the operator it leads to, just clear of it. */
function besideY(sourceY: number, targetY: number, middleY: number): number {
  const distance = Math.abs(targetY - sourceY)
  return distance / 2 >= clearPx || distance < clearPx + 6 ? middleY : targetY - Math.sign(targetY - sourceY) * clearPx
}

const silentAfterMs = 5000

/** The two lines of a label, from its place. */
const rateY: Record<Side, number> = { level: -10, beside: 0, above: -10, below: 20 }
const deltaY: Record<Side, number> = { level: 20, beside: 17, above: -23, below: 33 }

function edgePainter(group: SVGGElement, key: string, late: boolean, short: boolean, moving: { readonly current: Animation | null }): () => void {
  const label = group.querySelector('[data-rate]')!
  const queue = group.querySelector<SVGPathElement>(`.${styles.queue}`)!
  const silence = new Silence()
  let width = ''
  let waiting = -1
  const flag = (name: string, on: boolean): void => {
    if (group.hasAttribute(name) !== on) group.toggleAttribute(name, on)
  }
  return () => {
    const metrics = edgeMetrics(key)
    const times = runTimes()
    const perSecond = times.running ? (metrics?.rowsPerSecond ?? 0) : 0
    const flowing = perSecond > 0
    const behind = times.behind.edges.has(key)
    const silentMs = metrics === null ? 0 : silence.after(metrics.rows, times.at)
    const dry = behind && perSecond === 0 && silentMs >= silentAfterMs
    const fill = times.running ? (metrics?.queueFill ?? 0) : 0
    const full = fill > 0.5
    const nextWidth = perSecond > 0 ? Math.min(4.5, 1.5 + Math.log10(1 + perSecond) * 0.6).toFixed(1) : '1.5'
    if (nextWidth !== width) {
      width = nextWidth
      group.style.setProperty('--flow', width)
    }
    flag('data-flowing', flowing)
    flag('data-begun', (metrics?.rows ?? 0) > 0)
    flag('data-behind', behind)
    flag('data-dry', dry)
    flag('data-full', full)
    const percent = full ? Math.round(fill * 100) : 0
    if (percent !== waiting) {
      waiting = percent
      queue.style.strokeDasharray = percent === 0 ? '0 100' : `0 ${100 - percent} ${percent} 0`
    }
    const animation = moving.current
    if (animation !== null && (animation.playState === 'running') !== flowing) {
      if (flowing) animation.play()
      else animation.pause()
    }
    const words = metrics === null || metrics.rows === 0 ? '' : edgeWords(perSecond, metrics.rows, { full, dry, behind, late, short, percent, silentMs, lagMs: lagOf(metrics.watermark) })
    setText(label, words)
  }
}

function lagOf(watermark: number | null): number {
  const { front } = runTimes()
  return front === null || watermark === null || !Number.isFinite(watermark) ? 0 : front - watermark
}

interface EdgeState {
  readonly full: boolean
  readonly dry: boolean
  readonly behind: boolean
  readonly late: boolean
  readonly short: boolean
  readonly percent: number
  readonly silentMs: number
  readonly lagMs: number
}

/** One measure per edge: what holds it, if anything does; else its rate; else how many rows went through. */
function edgeWords(perSecond: number, rows: number, state: EdgeState): string {
  const { edges } = t.canvas
  if (state.full) return state.short ? `${state.percent} %` : edges.queue(state.percent)
  if (state.dry) return state.short ? lagText(state.silentMs) : edges.silent(lagText(state.silentMs))
  const rate = `${shortNumber(perSecond)}/s`
  if (perSecond <= 0) return state.short ? shortNumber(rows) : edges.rows(shortNumber(rows))
  if (state.behind && !state.short && state.lagMs > 0) return edges.behind(rate, lagText(state.lagMs))
  return state.late && !state.short ? edges.late(rate) : rate
}

/** What the operator before this edge did to the columns: how many more or fewer than came to it, or how many there are. */
function Delta({ edge, short, x, y }: { readonly edge: string; readonly short: boolean; readonly x: number; readonly y: number }) {
  const schema = useEdgeSchema(edge)
  const before = useDesigner((state) => {
    const inputs = state.check.inputs.get(edge.slice(0, edge.indexOf(':')))
    return inputs === undefined ? null : (Object.values(inputs)[0]?.[0] ?? null)
  })
  if (schema === null) return null
  const delta = before === null ? null : schemaDelta(before, schema)
  if (delta === null) {
    return (
      <text x={x} y={y} className={styles.delta}>
        {t.canvas.columns(schema.fields.length, short)}
      </text>
    )
  }
  if (delta.added === 0 && delta.removed === 0) return null
  return (
    <text x={x} y={y} className={styles.delta}>
      {delta.added > 0 ? <tspan className={styles.added}>+{delta.added}</tspan> : null}
      {delta.removed > 0 ? (
        <tspan className={styles.removed} dx={delta.added > 0 ? 4 : 0}>
          −{delta.removed}
        </tspan>
      ) : null}
    </text>
  )
}

/**
 * For the pointer; by keyboard an operator goes into the selected edge from the palette, or with A. On a short channel it stands above, where the rate was: the channel itself must stay free for the
 * click that selects it.
 */
function InsertButton({ edge, x, y }: { readonly edge: string; readonly x: number; readonly y: number }) {
  const flow = useReactFlow()
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  if (readOnly) return null
  const open = (): void => {
    openQuickAdd({ kind: 'edge', edge, screen: flow.flowToScreenPosition({ x: x + 14, y: y - 10 }), position: { x: Math.round(x - operatorSize.width / 2), y: Math.round(y - operatorSize.height / 2) } })
  }
  return (
    <g
      transform={`translate(${x} ${y})`}
      className={styles.insert}
      role="button"
      tabIndex={-1}
      aria-label={t.canvas.insert}
      onClick={(event) => {
        event.stopPropagation()
        open()
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Enter') open()
      }}
    >
      <title>{t.canvas.insert}</title>
      <circle r="12" className={styles.insertHit} />
      <circle r="9" />
      <path d="M0-4V4M-4 0H4" />
    </g>
  )
}
