import { memo, useEffect, useRef } from 'react'
import { Handle, Position as Side, type NodeProps } from '@xyflow/react'
import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { Family, InputPort, OutputPort } from '../../job/operatorDefinition.ts'
import { FamilyChip } from '../parts/FamilyChip.tsx'
import { clockText } from '../parts/format.ts'
import { faceOf, useDefinition } from '../store/definitions.ts'
import { dispatch, endGesture, useDesigner, useJob, useOperator, useProblemsOf, type Lens } from '../store/designerStore.ts'
import { edgeKey } from '../store/edgeKey.ts'
import { operatorMetrics } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import { useVerdict, wireOver } from './connectingStore.ts'
import { describeOperator } from './describe.ts'
import { portShare, type OperatorFlowNode } from './flow.ts'
import { paintWithRun, runTimes, setText, useHasFailed } from './live.ts'
import { nodeFigures, type Figure } from './nodeNumbers.ts'
import { stopRenaming, useRenaming } from './renaming.ts'
import styles from './canvas.module.css'

/**
 * An operator on the canvas: name, kind, two numbers, load and its bar on the shared ruler of event time. Numbers are written straight into text nodes four
 * times a second; React renders only when the document changes.
 */
export const OperatorNode = memo(function OperatorNode({ id, selected, data }: NodeProps<OperatorFlowNode>) {
  const operator = useOperator(id)
  const problems = useProblemsOf(id)
  const failed = useHasFailed(id)
  const face = operator === undefined ? undefined : faceOf(operator.kind)
  const definition = useDefinition(operator?.kind)
  const renaming = useRenaming(id)
  const verdict = useVerdict(id)
  if (operator === undefined) return null
  const errors = problems.filter((problem) => problem.severity === 'error')
  const warnings = problems.filter((problem) => problem.severity === 'warning')
  const name = operator.name ?? face?.title ?? operator.kind
  const inputs: readonly InputPort[] = face?.inputs ?? [{ name: 'in', title: 'In' }]
  const outputs: readonly OutputPort[] = face?.outputs ?? [{ name: 'out', title: 'Out' }]
  const openGate = verdict?.kind === 'legal' ? verdict.edge : null
  // The line keeps its place until the catalog comes.
  const subtitle = face === undefined ? t.canvas.unknownKind(operator.kind) : definition === undefined ? '\u00a0' : definition.subtitle(operator.config) || face.title
  return (
    <div
      className={styles.node}
      data-node={id}
      data-family={face?.family}
      data-selected={selected ? '' : undefined}
      data-failed={failed ? '' : undefined}
      data-problem={errors.length > 0 ? 'error' : warnings.length > 0 ? 'warning' : undefined}
      data-illegal={verdict !== undefined && verdict.kind !== 'legal' ? '' : undefined}
      data-legal={openGate === null ? undefined : ''}
      role="group"
      aria-roledescription={t.canvas.operator}
      aria-label={[describeOperator(id), failed ? t.canvas.failed : '', errors.length > 0 ? t.canvas.errors(errors.length) : '', warnings.length > 0 ? t.canvas.warnings(warnings.length) : ''].filter((part) => part !== '').join(', ')}
      tabIndex={data.tabStop ? 0 : -1}
      onPointerEnter={verdict === undefined ? undefined : () => wireOver(id)}
      onPointerLeave={verdict === undefined ? undefined : () => wireOver(null)}
      data-region-focus={data.tabStop ? '' : undefined}
    >
      {inputs.map((port, i) => (
        <Handle
          key={port.name}
          id={port.name}
          type="target"
          position={Side.Left}
          className={styles.port}
          style={{ top: `${portShare(i, inputs.length, 'input') * 100}%` }}
          data-open={openGate !== null && openGate.to === id && (openGate.toPort ?? 'in') === port.name ? '' : undefined}
          title={inputs.length > 1 ? port.title : undefined}
        />
      ))}
      <div className={styles.nodeHead}>
        {face === undefined ? null : <FamilyChip family={face.family} icon={face.icon} />}
        {renaming ? <NameInput id={id} name={operator.name ?? ''} title={face?.title ?? operator.kind} /> : <span className={styles.nodeName} data-long={name.length > 11 ? '' : undefined}>{name}</span>}
        {errors.length + warnings.length > 0 ? (
          <span className={styles.mark} title={[...errors, ...warnings].map((problem) => problem.message).join('\n')}>
            {errors.length > 0 ? <CircleAlert size={14} aria-hidden /> : <TriangleAlert size={14} aria-hidden />}
          </span>
        ) : (
          <i className={styles.load} data-load="" />
        )}
      </div>
      <div className={styles.nodeKind}>{subtitle}</div>
      <LiveNumbers id={id} family={face?.family ?? 'shape'} />
      {outputs.map((port, i) => (
        <Handle
          key={port.name}
          id={port.name}
          type="source"
          position={Side.Right}
          className={styles.port}
          data-late={port.name === 'late' ? '' : undefined}
          data-open={openGate !== null && openGate.from === id && (openGate.fromPort ?? 'out') === port.name ? '' : undefined}
          style={{ top: `${portShare(i, outputs.length, 'output') * 100}%` }}
          title={outputs.length > 1 ? port.title : undefined}
        />
      ))}
    </div>
  )
})

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
        const node = event.currentTarget.closest<HTMLElement>('[data-node]')
        if (event.key === 'Escape') event.currentTarget.value = props.name
        if (event.key !== 'Enter' && event.key !== 'Escape') return
        event.currentTarget.blur()
        node?.focus({ preventScroll: true })
      }}
    />
  )
}

/** The part of a node that lives with the run. Rendered once; afterwards only its text nodes and a few attributes change. */
function LiveNumbers({ id, family }: { readonly id: string; readonly family: Family }) {
  const root = useRef<HTMLDivElement>(null)
  const lens = useDesigner((state) => state.lens)
  const job = useJob()
  useEffect(() => {
    if (root.current === null) return undefined
    const slowPort = (): string | null => {
      const slow = runTimes().behind.waiting.get(id)?.slow
      return slow === undefined ? null : (job.edges.find((edge) => edgeKey(edge) === slow)?.toPort ?? 'in')
    }
    return paintWithRun(nodePainter(root.current, id, family, lens, slowPort))
  }, [id, family, lens, job.edges])
  return (
    <div ref={root} className={styles.live}>
      <div className={styles.numbers}>
        <span>
          <b />
          <i />
        </span>
        <span>
          <b />
          <i />
        </span>
        <em>{t.canvas.waits.short}</em>
      </div>
      <div className={styles.time}>
        <i />
        <span />
      </div>
    </div>
  )
}

function nodePainter(root: HTMLElement, id: string, family: Family, lens: Lens, slowPort: () => string | null): () => void {
  const node = root.closest<HTMLElement>('[data-node]')!
  const [first, second] = root.querySelectorAll<HTMLElement>('div:first-child > span')
  const bar = root.querySelector<HTMLElement>('div:last-child > i')!
  const clock = root.querySelector<HTMLElement>('div:last-child > span')!
  const load = node.querySelector<HTMLElement>('[data-load]')
  const write = (place: HTMLElement, figure: Figure): void => {
    setText(place.firstElementChild!, figure.value)
    // Words stand apart from their number, a rate does not.
    setText(place.lastElementChild!, figure.unit.startsWith('/') ? figure.unit : ` ${figure.unit}`)
    setFlag(place, 'data-tone', figure.tone ?? null)
  }
  return () => {
    const metrics = operatorMetrics(id)
    const times = runTimes()
    const [one, two] = nodeFigures(metrics, family, lens)
    write(first!, one)
    write(second!, two)
    const watermark = metrics?.watermark ?? null
    const waits = times.behind.waiting.has(id)
    const behind = waits || times.behind.operators.has(id)
    let share = 0
    if (watermark === Infinity) share = 100
    else if (watermark !== null && times.front !== null && Number.isFinite(watermark)) share = Math.max(4, Math.min(96, 96 - (96 * (times.front - watermark)) / times.spanMs))
    setText(clock, watermark === Infinity ? t.canvas.atEnd : watermark === null || !Number.isFinite(watermark) ? t.canvas.noTimeYet : clockText(watermark))
    setStyle(bar, '--p', `${Math.round(share)}%`)
    setFlag(node, 'data-behind', behind ? '' : null)
    setFlag(node, 'data-waits', waits ? (slowPort() ?? '') : null)
    const blocked = metrics?.backPressuredMsPerSecond ?? 0
    setFlag(node, 'data-blocked', blocked > 500 ? '' : null)
    if (load !== null) {
      const busy = Math.round(Math.min(1000, metrics?.busyMsPerSecond ?? 0) / 10)
      const share = Math.round(Math.min(1000, blocked) / 10)
      setStyle(load, '--busy', `${busy}%`)
      setStyle(load, '--blocked', `${Math.min(100 - busy, share)}%`)
      const title = metrics === null ? '' : t.canvas.load(busy, share)
      if (load.title !== title) load.title = title
    }
  }
}

function setFlag(element: Element, name: string, value: string | null): void {
  if (element.getAttribute(name) === value) return
  if (value === null) element.removeAttribute(name)
  else element.setAttribute(name, value)
}

function setStyle(element: HTMLElement, name: string, value: string): void {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value)
}
