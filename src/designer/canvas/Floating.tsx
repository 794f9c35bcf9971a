import { useEffect, useRef, useState } from 'react'
import { useNodes, useReactFlow, useStore as useFlowStore, ViewportPortal } from '@xyflow/react'
import { Ban } from 'lucide-react'
import type { Job, Position } from '../../job/job.ts'
import { clockText } from '../parts/format.ts'
import type { RunFailure } from '../../runtime/jobRun.ts'
import { definitionOf } from '../store/definitions.ts'
import { columnWidth, currentJob, designerStore, dispatch, nameOf, operatorSize, reveal, useDesigner, useJob } from '../store/designerStore.ts'
import { edgeOfKey, plainEdge } from '../store/edgeKey.ts'
import { freshId, takenIds } from '../store/freshId.ts'
import { text as t } from '../text/text.ts'
import type { Waiting } from './behind.ts'
import type { Offer } from './connecting.ts'
import { forgetRefusal, useConnecting } from './connectingStore.ts'
import { controlsPx } from './fitting.ts'
import { spotBeside } from './floating.ts'
import type { CanvasNode } from './flow.ts'
import { paintWithRun, runTimes, useFailure } from './live.ts'
import styles from './canvas.module.css'
import { moveMs } from './motion.ts'

/** Sentences that stand on the canvas, each joined to the operator it is about: what waits and for whom, what failed and on which row, why a wire was refused. */
export function Floating() {
  const nodes = useNodes<CanvasNode>()
  const waiting = useWaiting()
  const failure = useFailure()
  const refused = useConnecting((state) => state.refused)
  const flow = useReactFlow()
  const viewWidth = useFlowStore((state) => state.width)
  const over = useConnecting((state) => (state.over === null ? null : (state.verdicts.get(state.over) ?? null)))
  const overId = useConnecting((state) => state.over)
  if (waiting.size === 0 && failure === null && refused === null && over === null) return null
  const places = new Map(nodes.flatMap((node) => (node.type === 'operator' ? [[node.id, node.position] as const] : [])))
  const others = (id: string): Position[] => [...places].filter(([other]) => other !== id).map(([, place]) => place)
  const spot = (id: string, size: { width: number; height: number }) => {
    const place = places.get(id)
    if (place === undefined) return null
    const at = spotBeside(place, size, others(id))
    // At the right edge of the view the note turns to the left.
    const overhang = flow.flowToScreenPosition({ x: at.x + size.width, y: 0 }).x - flow.flowToScreenPosition({ x: 0, y: 0 }).x - (viewWidth - flow.getViewport().x)
    return overhang > 0 ? { ...at, x: Math.max(place.x + operatorSize.width - size.width, at.x - overhang / flow.getZoom() - 8) } : at
  }
  return (
    <ViewportPortal>
      {[...waiting].map(([id, wait]) => {
        const at = spot(id, { width: 236, height: 50 })
        return at === null ? null : (
          <div key={id} className={styles.waits} data-side={at.side} style={{ left: at.x, top: at.y }} role="note">
            <WaitsFor wait={wait} />
          </div>
        )
      })}
      {failure?.operator == null
        ? null
        : (() => {
            const at = spot(failure.operator, { width: 260, height: 70 })
            return at === null ? null : <Failure failure={failure} at={at} />
          })()}
      {over === null || overId === null || over.kind === 'legal'
        ? null
        : (() => {
            const at = spot(overId, { width: 220, height: 44 })
            return at === null ? null : (
              <div className={styles.reason} style={{ left: at.x, top: at.y }}>
                <Ban size={13} aria-hidden /> {over.reason}
              </div>
            )
          })()}
      {refused === null
        ? null
        : (() => {
            const at = spot(refused.operator, { width: 260, height: 60 })
            return at === null ? null : <Refusal key={refused.operator} at={at} />
          })()}
    </ViewportPortal>
  )
}

/** What failed, on which row. It is why the job stands: the view moves up until it can be read whole, clear of the controls. */
function Failure({ failure, at }: { readonly failure: RunFailure; readonly at: Position & { readonly side: string } }) {
  const flow = useReactFlow()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // After the view has gone to the operator, which takes 200 ms.
    const timer = setTimeout(() => {
      const region = box.current?.closest('.react-flow')?.getBoundingClientRect()
      const own = box.current?.getBoundingClientRect()
      if (region === undefined || own === undefined) return
      const hidden = own.bottom + controlsPx - region.bottom
      const { x, y, zoom } = flow.getViewport()
      if (hidden > 0) void flow.setViewport({ x, y: y - Math.min(hidden, Math.max(0, own.top - region.top - 8)), zoom }, { duration: moveMs(200) })
    }, 250)
    return () => clearTimeout(timer)
  }, [failure, flow])
  return (
    <div ref={box} className={styles.failure} data-side={at.side} style={{ left: at.x, top: at.y }} role="note">
      <b>{failure.message}</b>
      {failure.row === null ? null : <code>{`{ ${failure.row.map(({ column, value }) => `${column}: ${value}`).join(', ')} }`}</code>}
    </div>
  )
}

/** Renders when the set of waiting operators changes; the clocks inside are painted. */
function useWaiting(): ReadonlyMap<string, Waiting> {
  const [waiting, setWaiting] = useState<ReadonlyMap<string, Waiting>>(new Map())
  useEffect(
    () =>
      paintWithRun(() => {
        const next = runTimes().behind.waiting
        setWaiting((before) => (sameWaits(before, next) ? before : next))
      }),
    [],
  )
  return waiting
}

function sameWaits(a: ReadonlyMap<string, Waiting>, b: ReadonlyMap<string, Waiting>): boolean {
  if (a.size !== b.size) return false
  for (const [id, wait] of a) {
    const other = b.get(id)
    if (other === undefined || other.slow !== wait.slow || other.ahead !== wait.ahead || second(other.slowAt) !== second(wait.slowAt) || second(other.aheadAt) !== second(wait.aheadAt)) return false
  }
  return true
}

function second(at: number | null): number | null {
  return at === null ? null : Math.floor(at / 1000)
}

function WaitsFor({ wait }: { readonly wait: Waiting }) {
  const job = useJob()
  const slow = edgeOfKey(job, wait.slow)
  const ahead = edgeOfKey(job, wait.ahead)
  if (slow === undefined || ahead === undefined) return null
  return (
    <>
      <b>{t.canvas.waits.for(nameOf(rootOf(job, slow.from)))}</b>{' '}
      {t.canvas.waits.stands(portTitle(job, ahead.to, ahead.toPort), portTitle(job, slow.to, slow.toPort), clockText(wait.aheadAt), wait.slowAt === null ? null : clockText(wait.slowAt))}
    </>
  )
}

/** The source a branch comes from, when it comes from one. */
function rootOf(job: Job, id: string): string {
  let at = id
  for (let steps = 0; steps < job.operators.length; steps++) {
    const feeders = job.edges.filter((edge) => edge.to === at)
    if (feeders.length !== 1) return at
    at = feeders[0]!.from
  }
  return at
}

function portTitle(job: Job, id: string, port = 'in'): string {
  const kind = job.operators.find((operator) => operator.id === id)?.kind ?? ''
  return definitionOf(kind)?.inputs.find((input) => input.name === port)?.title ?? port
}

function Refusal({ at }: { readonly at: Position & { readonly side: string } }) {
  const refused = useConnecting((state) => state.refused)
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const box = useRef<HTMLDivElement>(null)
  // From the keyboard the way out must be the next thing.
  useEffect(() => box.current?.querySelector('button')?.focus({ preventScroll: true }), [])
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') forgetRefusal()
    }
    addEventListener('keydown', key)
    return () => removeEventListener('keydown', key)
  }, [])
  if (refused === null) return null
  const { verdict } = refused
  const act = (what: () => void) => () => {
    forgetRefusal()
    what()
  }
  return (
    <div ref={box} className={`nodrag nopan ${styles.refusal}`} data-side={at.side} style={{ left: at.x, top: at.y }} role="alert">
      <span>
        <Ban size={13} aria-hidden /> {verdict.reason}
      </span>
      {verdict.kind !== 'unfit' || readOnly ? null : (
        <span>
          {verdict.offer === null ? null : (
            <button type="button" onClick={act(() => carryOut(verdict.offer!))}>
              {offerWords(verdict.offer)}
            </button>
          )}
          {verdict.offer?.kind === 'merge' ? (
            <button type="button" onClick={act(() => dispatch({ kind: 'connect', edge: verdict.edge }))}>
              {t.canvas.connect.replace(nameOf(verdict.offer.other.from))}
            </button>
          ) : verdict.offer?.kind === 'replace' ? null : (
            <button type="button" onClick={act(() => dispatch({ kind: 'connect', edge: verdict.edge }))}>
              {t.canvas.connect.anyway}
            </button>
          )}
        </span>
      )}
    </div>
  )
}

function offerWords(offer: Offer): string {
  switch (offer.kind) {
    case 'replace':
      return t.canvas.connect.replace(nameOf(offer.instead.from))
    case 'merge':
      return t.canvas.connect.merge(offer.through.title)
    case 'giveTime':
      return t.canvas.connect.giveTime(offer.name)
  }
}

function carryOut(offer: Offer): void {
  switch (offer.kind) {
    case 'replace':
      dispatch({ kind: 'connect', edge: offer.edge })
      return
    case 'merge':
      mergeThrough(offer)
      return
    case 'giveTime':
      reveal({ kind: 'operator', id: offer.source })
      designerStore.setState((state) => ({ panels: { ...state.panels, focus: false, inspector: { ...state.panels.inspector, open: true } } }))
  }
}

/** Both wires into a new operator and one wire out of it, as one step. The taken gate gives up its wire to the last of the three. */
function mergeThrough({ edge, other, through }: Extract<Offer, { kind: 'merge' }>): void {
  const job = currentJob()
  const input = through.inputs.find((port) => port.many === true)
  const output = through.outputs[0]
  if (input === undefined || output === undefined) return
  const id = freshId(takenIds(job), through.kind)
  const target = job.layout?.operators?.[edge.to] ?? { x: 0, y: 0 }
  const crowded = Object.values(job.layout?.operators ?? {}).some((place) => Math.abs(place.x - (target.x - columnWidth)) < operatorSize.width && Math.abs(place.y - target.y) < operatorSize.height)
  dispatch({
    kind: 'addOperator',
    operator: { id, kind: through.kind, config: through.initialConfig({ inputs: {} }) },
    position: { x: target.x - columnWidth, y: target.y + (crowded ? operatorSize.height + 34 : 0) },
    edges: [plainEdge(other.from, other.fromPort ?? 'out', id, input.name), plainEdge(edge.from, edge.fromPort ?? 'out', id, input.name), plainEdge(id, output.name, edge.to, edge.toPort ?? 'in')],
  })
}
