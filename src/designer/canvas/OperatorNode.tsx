import { memo, useEffect, useRef } from 'react'
import { Handle, Position as Side, useConnection, type NodeProps } from '@xyflow/react'
import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { FamilyChip } from '../parts/FamilyChip.tsx'
import { byteText, clockText, lagText, shortNumber } from '../parts/format.ts'
import { definitionOf } from '../store/definitions.ts'
import { currentJob, dispatch, endGesture, useDesigner, useOperator, useProblemsOf, type Lens } from '../store/designerStore.ts'
import { edgeProblem } from '../store/documentCommands.ts'
import { plainEdge } from '../store/edgeKey.ts'
import { operatorMetrics, runView, subscribeRun, useRun } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import { portShare, type OperatorFlowNode } from './flow.ts'
import { stopRenaming, useRenaming } from './renaming.ts'
import styles from './canvas.module.css'

/**
 * An operator on the canvas: name, kind, two numbers, load and its bar on the shared ruler of event time. Numbers are written straight into text nodes four
 * times a second; React renders only when the document changes.
 */
export const OperatorNode = memo(function OperatorNode({ id, selected }: NodeProps<OperatorFlowNode>) {
  const operator = useOperator(id)
  const problems = useProblemsOf(id)
  const failure = useRun().failure
  const definition = operator === undefined ? undefined : definitionOf(operator.kind)
  const renaming = useRenaming(id)
  const reason = useIllegalReason(id, definition)
  if (operator === undefined) return null
  const errors = problems.filter((problem) => problem.severity === 'error')
  const warnings = problems.filter((problem) => problem.severity === 'warning')
  const failed = failure?.operator === id ? failure : null
  const name = operator.name ?? definition?.title ?? operator.kind
  const state = failed !== null || errors.length > 0 ? 'error' : undefined
  const inputs = definition?.inputs ?? [{ name: 'in', title: 'In' }]
  const outputs = definition?.outputs ?? [{ name: 'out', title: 'Out' }]
  return (
    <div className={styles.node} data-selected={selected ? '' : undefined} data-state={state} data-illegal={typeof reason === 'string' ? '' : undefined} data-legal={reason === null ? '' : undefined} data-node={id}>
      {inputs.map((port, i) => (
        <Handle key={port.name} id={port.name} type="target" position={Side.Left} className={styles.port} style={{ top: `${portShare(i, inputs.length, 'input') * 100}%` }} aria-label={t.canvas.inputPort(port.title, name)} />
      ))}
      <div className={styles.nodeHead}>
        {definition === undefined ? null : <FamilyChip family={definition.family} icon={definition.icon} />}
        {renaming ? <NameInput id={id} name={operator.name ?? ''} title={definition?.title ?? operator.kind} /> : <span className={styles.nodeName} data-long={name.length > 15 ? '' : undefined}>{name}</span>}
        {errors.length + warnings.length > 0 ? (
          <span className={styles.mark} data-severity={errors.length > 0 ? 'error' : 'warning'} title={[...errors, ...warnings].map((problem) => problem.message).join('\n')}>
            {errors.length > 0 ? <CircleAlert size={14} aria-label={t.canvas.errors(errors.length)} /> : <TriangleAlert size={14} aria-label={t.canvas.warnings(warnings.length)} />}
          </span>
        ) : (
          <i className={styles.load} data-load="" />
        )}
      </div>
      <div className={styles.nodeKind}>{definition === undefined ? t.canvas.unknownKind(operator.kind) : definition.subtitle(operator.config)}</div>
      <LiveNumbers id={id} family={definition?.family ?? 'shape'} />
      {outputs.map((port, i) => (
        <Handle
          key={port.name}
          id={port.name}
          type="source"
          position={Side.Right}
          className={styles.port}
          data-late={port.name === 'late' ? '' : undefined}
          style={{ top: `${portShare(i, outputs.length, 'output') * 100}%` }}
          aria-label={t.canvas.outputPort(port.title, name)}
        />
      ))}
      {typeof reason === 'string' ? <div className={styles.reason}>{reason}</div> : null}
      {failed === null ? null : (
        <div className={styles.failure} role="note">
          <b>{failed.message}</b>
          {failed.row === null ? null : <code>{`{ ${failed.row.map(({ column, value }) => `${column}: ${value}`).join(', ')} }`}</code>}
        </div>
      )}
    </div>
  )
})

/** While a wire is drawn: null for a legal target, a sentence for an illegal one, undefined when there is nothing to say. */
function useIllegalReason(id: string, definition: OperatorDefinition | undefined): string | null | undefined {
  const from = useConnection((connection) => (connection.inProgress ? `${connection.fromNode.id} ${connection.fromHandle.id ?? ''} ${connection.fromHandle.type}` : ''))
  if (from === '' || definition === undefined) return undefined
  const [node, port, type] = from.split(' ') as [string, string, string]
  if (node === id) return undefined
  const ports = type === 'source' ? definition.inputs : definition.outputs
  if (ports.length === 0) return type === 'source' ? t.canvas.takesNoInput : t.canvas.givesNoOutput
  let first: string | null = null
  for (const { name } of ports) {
    const edge = type === 'source' ? plainEdge(node, port, id, name) : plainEdge(id, name, node, port)
    const problem = edgeProblem(currentJob(), edge, definitionOf)
    if (problem === null) return null
    first ??= problem
  }
  return first
}

function NameInput(props: { readonly id: string; readonly name: string; readonly title: string }) {
  return (
    <input
      className={`nodrag ${styles.nodeNameInput}`}
      defaultValue={props.name}
      placeholder={props.title}
      aria-label={t.canvas.rename}
      maxLength={200}
      spellCheck={false}
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- the user has just asked to rename
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => {
        if (event.currentTarget.value !== props.name) dispatch({ kind: 'rename', operator: props.id, name: event.currentTarget.value })
        endGesture()
        stopRenaming()
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') {
          event.currentTarget.value = props.name
          event.currentTarget.blur()
        }
      }}
    />
  )
}

/** The part of a node that lives with the run. Rendered once; afterwards only its text nodes and a few styles change. */
function LiveNumbers({ id, family }: { readonly id: string; readonly family: OperatorDefinition['family'] }) {
  const root = useRef<HTMLDivElement>(null)
  const lens = useDesigner((state) => state.lens)
  useEffect(() => {
    const write = (): void => {
      if (root.current !== null) writeNumbers(root.current, id, family, lens)
    }
    write()
    const stops = [subscribeRun(`operator ${id}`, write), subscribeRun('view', write)]
    return () => {
      for (const stop of stops) stop()
    }
  }, [id, family, lens])
  return (
    <div ref={root} className={styles.live}>
      <div className={styles.numbers}>
        <span>
          <b data-first="" /> <span data-first-unit="" />
        </span>
        <span>
          <b data-second="" /> <span data-second-unit="" />
        </span>
      </div>
      <div className={styles.time}>
        <i data-bar="" />
        <span data-clock="" />
      </div>
    </div>
  )
}

function set(root: HTMLElement, key: string, value: string): void {
  const element = root.querySelector<HTMLElement>(`[data-${key}]`)
  if (element !== null && element.textContent !== value) element.textContent = value
}

/** The earliest and latest watermark of the run, for bars that share one ruler. */
function ruler(): { readonly front: number; readonly start: number } | null {
  const { job } = runView()
  if (job === null) return null
  let front = -Infinity
  for (const operator of job.operators) {
    const watermark = operatorMetrics(operator.id)?.watermark
    if (watermark !== null && watermark !== undefined && Number.isFinite(watermark)) front = Math.max(front, watermark)
  }
  if (front === -Infinity) return null
  firstSeen = firstSeen === null || front < firstSeen ? front : firstSeen
  return { front, start: firstSeen }
}
let firstSeen: number | null = null
subscribeRun('view', () => {
  if (runView().at === 0) firstSeen = null
})

const behindMs = 30_000

function writeNumbers(root: HTMLElement, id: string, family: OperatorDefinition['family'], lens: Lens): void {
  const metrics = operatorMetrics(id)
  const node = root.closest<HTMLElement>('[data-node]')
  const [first, firstUnit, second, secondUnit] = numbersFor(metrics, family, lens)
  set(root, 'first', first)
  set(root, 'first-unit', firstUnit)
  set(root, 'second', second)
  set(root, 'second-unit', secondUnit)
  root.dataset['late'] = lens !== 'load' && metrics !== null && metrics.lateRows > 0 ? 'yes' : 'no'
  const watermark = metrics?.watermark ?? null
  const scale = ruler()
  let clock = t.canvas.noTimeYet
  let share = 0
  let behind = false
  if (watermark === Infinity) {
    clock = t.canvas.atEnd
    share = 100
  } else if (watermark !== null && Number.isFinite(watermark)) {
    clock = clockText(watermark)
    if (scale !== null) {
      const span = Math.max(scale.front - scale.start, 60_000)
      const lag = scale.front - watermark
      behind = lag > Math.max(behindMs, span * 0.25)
      share = Math.max(4, 100 - (lag / span) * 100)
      if (behind) clock = `${t.canvas.behind(lagText(lag))}`
    }
  }
  set(root, 'clock', clock)
  const bar = root.querySelector<HTMLElement>('[data-bar]')
  bar?.style.setProperty('--p', `${share}%`)
  const load = node?.querySelector<HTMLElement>('[data-load]')
  if (load !== null && load !== undefined && metrics !== null) {
    load.style.setProperty('--busy', `${Math.min(100, metrics.busyMsPerSecond / 10)}%`)
    load.style.setProperty('--backp', `${Math.min(100, metrics.backPressuredMsPerSecond / 10)}%`)
    load.title = t.canvas.load(Math.round(metrics.busyMsPerSecond / 10), Math.round(metrics.backPressuredMsPerSecond / 10))
  }
  if (node !== null) {
    node.toggleAttribute('data-behind', behind)
    node.toggleAttribute('data-backpressured', metrics !== null && metrics.backPressuredMsPerSecond > 500)
  }
}

type Numbers = readonly [string, string, string, string]

function numbersFor(metrics: ReturnType<typeof operatorMetrics>, family: OperatorDefinition['family'], lens: Lens): Numbers {
  const unit = t.canvas.units
  if (metrics === null) return family === 'sink' ? ['0', unit.rows, '', ''] : ['0', unit.rate, '', '']
  const rate = family === 'sink' ? metrics.rowsInPerSecond : metrics.rowsOutPerSecond
  const late: Numbers | null = metrics.lateRows > 0 ? ['', '', shortNumber(metrics.lateRows), unit.late] : null
  switch (lens) {
    case 'rate': {
      if (family === 'sink') return [shortNumber(metrics.rowsIn), unit.rows, shortNumber(metrics.rowsInPerSecond), unit.rate]
      if (late !== null) return [shortNumber(rate), unit.rate, late[2], late[3]]
      if (family === 'source') return [shortNumber(rate), unit.rate, shortNumber(metrics.rowsOut), unit.rows]
      const open = metrics.gauges['openWindows']
      if (open !== undefined) return [shortNumber(open), unit.open, shortNumber(rate), unit.rate]
      if (family === 'shape' && metrics.rowsIn > 0) return [shortNumber(rate), unit.rate, `${Math.round((100 * metrics.rowsOut) / metrics.rowsIn)}`, unit.kept]
      return [shortNumber(rate), unit.rate, shortNumber(metrics.rowsOut), unit.rows]
    }
    case 'time':
      return [shortNumber(metrics.rowsOut), unit.rows, shortNumber(metrics.lateRows), unit.late]
    case 'load':
      return [`${Math.round(metrics.busyMsPerSecond / 10)}`, unit.busy, `${Math.round(metrics.backPressuredMsPerSecond / 10)}`, unit.blocked]
    case 'state':
      return [byteText(metrics.stateBytes).split(' ')[0]!, byteText(metrics.stateBytes).split(' ')[1]!, shortNumber(metrics.gauges['openWindows'] ?? metrics.gauges['heldRows'] ?? 0), metrics.gauges['openWindows'] === undefined ? unit.held : unit.open]
  }
}
