import { schemaDifferences, StateReader, StateRefused, StateWriter, wholeState, type StateMemory, type StateShare } from '../columnar/stateCodec.ts'
import type { CheckpointBarrier, CheckpointListener, InFlight, OperatorSnapshot, TaskRestore, TaskSnapshot } from './checkpoint.ts'
import type { Outlet } from './exchange.ts'
import { decodeInFlight, encodeInFlight } from './inFlight.ts'
import type { OperatorNode } from './operatorNode.ts'
import { processRescaled } from './rescaledInFlight.ts'
import type { ProcessingTimers } from './task.ts'

/** The operators of a chain as snapshots and back: what the two kinds of tasks share. */
export function operatorSnapshots(listener: CheckpointListener, nodes: readonly OperatorNode[], timers: ProcessingTimers): OperatorSnapshot[] {
  return nodes.map((node, index) => {
    const { operator, kind } = listener.operators[index]!
    return { operator, kind, watermark: node.watermark, forwarded: node.forwarded, timers: timers.of(index), blob: stateOf(node, listener.memory) }
  })
}

/** Of a task that has ended: nothing is left in its operators. */
export function finishedSnapshots(listener: CheckpointListener): OperatorSnapshot[] {
  return listener.operators.map((identity) => ({ ...identity, watermark: Infinity, forwarded: Infinity, timers: [], blob: new Uint8Array(0) }))
}

function stateOf(node: OperatorNode, memory: StateMemory | undefined): Uint8Array {
  const { runtime } = node
  if (runtime?.snapshot === undefined) return new Uint8Array(0)
  const writer = new StateWriter()
  try {
    writer.schema(runtime.stateSchema?.() ?? {})
    runtime.snapshot(writer)
    return writer.finish(memory)
  } catch (error) {
    throw node.failureOf(error, null)
  }
}

/** Held rows go out, then the barrier. Returns what it overtook. */
export function sendBarrier(barrier: CheckpointBarrier, nodes: readonly OperatorNode[], outlets: readonly Outlet[]): InFlight[] {
  for (const node of nodes) node.flush()
  return outlets.flatMap((outlet, channel) => (outlet.barrier?.(barrier) || []).flatMap((elements, target) => (elements.length === 0 ? [] : [encodeInFlight('out', channel, target, outlet.receiver?.(target) ?? nobody, elements)])))
}

const nobody = { operator: '', input: 0, subtask: 0, channel: 0, types: '' }

/** Sends again what was on its way out. */
export function resend({ inFlight }: TaskSnapshot, outlets: readonly Outlet[]): void {
  for (const part of inFlight) if (part.side === 'out') outlets[part.channel]!.resend!(part.target, (schema) => decodeInFlight(part, schema))
}

/** Bytes of all states together. */
export function bytesOf(operators: readonly OperatorSnapshot[]): number {
  return operators.reduce((sum, { blob }) => sum + blob.length, 0)
}

/** Gives the operators their states, watermarks and timers. Throws `StateRefused`, before any of them has changed, when one is not what it was. */
export function restoreOperators(nodes: readonly OperatorNode[], timers: ProcessingTimers, restore: TaskRestore): void {
  const operators = restore.kind === 'rescaled' ? restore.operators : restore.snapshot.operators.map((operator) => ({ ...operator, parts: ownPart(operator, restore.snapshot.place) }))
  const opened = operators.map(({ parts }) => parts.map(({ blob, share }) => StateReader.open(blob, share)))
  const differences = operators.flatMap(({ operator, kind }, index) => {
    const first = opened[index]![0]
    if (first === undefined) return []
    const { runtime } = nodes[index]!
    if (runtime?.restore === undefined) return [`${operator}: a ${kind} keeps no state now, and there is some.`]
    return schemaDifferences(first.schema(), runtime.stateSchema?.() ?? {}).map((difference) => `${operator}: ${difference}`)
  })
  if (differences.length > 0) throw new StateRefused(`The state does not fit the job. ${differences.join('. ')}.`, differences)
  operators.forEach(({ watermark, forwarded, timers: times }, index) => {
    const node = nodes[index]!
    const settlesFirst = restore.kind === 'rescaled' && restore.operators[index]!.inFlight.length > 0 && node.twin !== null
    try {
      if (!settlesFirst) for (const reader of opened[index]!) node.runtime!.restore!(reader)
      // One that keeps nothing may still be asked for its watermark (CURRENT_WATERMARK).
      if (opened[index]!.length === 0 && watermark > -Infinity) node.runtime?.onWatermark(watermark)
    } catch (error) {
      throw error instanceof StateRefused ? error : node.failureOf(error, null)
    }
    node.watermark = watermark
    node.forwarded = forwarded
    for (const port of node.targets) for (const { tap } of port) tap.watermark = forwarded
    for (const time of times) timers.schedule(index, time)
  })
}

/** What was on its way to these operators under another plan, when all of them have their states and watermarks. */
export function processInFlight(nodes: readonly OperatorNode[], { place }: CheckpointListener, restore: TaskRestore & { readonly kind: 'rescaled' }): void {
  // From the last: what was on its way to an operator came before what those before it emit now.
  for (let index = nodes.length - 1; index >= 0; index--) if (restore.operators[index]!.inFlight.length > 0) processRescaled(nodes[index]!, restore.operators[index]!, place)
}

function ownPart({ blob, watermark }: OperatorSnapshot, { subtask, parallelism, maxParallelism }: { readonly subtask: number; readonly parallelism: number; readonly maxParallelism: number }): readonly { readonly blob: Uint8Array; readonly share: StateShare }[] {
  return blob.length === 0 ? [] : [{ blob, share: { ...wholeState, maxParallelism, part: subtask, parts: parallelism, subtask, parallelism, watermark } }]
}

/** Tells receivers the watermark that was forwarded, where channels are new and nothing may rise for a while. */
export function announceWatermarks(nodes: readonly OperatorNode[]): void {
  for (const node of nodes) for (const port of node.targets) for (const { exchange } of port) if (exchange !== null && node.forwarded > -Infinity) exchange.watermark(node.forwarded)
}
