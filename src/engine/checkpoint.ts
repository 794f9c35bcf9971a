import { StateReader, StateWriter, wholeState, type StateMemory, type StateShare } from '../columnar/stateCodec.ts'
import type { SourcePosition } from './operatorRuntime.ts'

/**
 * What a checkpoint is to a task: a barrier that comes along its channels, the snapshot it makes of it, and what it begins from when it is restored. Pure data; who triggers, collects, stores
 * and decides is `runtime`.
 *
 * The life of a checkpoint, as the coordinator sees it (Flink: CheckpointCoordinator; FLIP-76 for unaligned, FLIP-147 for finished tasks):
 * 1. Each task has a `CheckpointListener` from the beginning (`task.listener`, set before the first `advance`).
 * 2. `task.triggerCheckpoint(barrier)` is called on **every** task of every thread, sources and operators alike. Sources snapshot and send the barrier; the others only hear that it is coming.
 *    The barrier may overtake the call to an operator task; that does no harm.
 * 3. Each task calls `listener.acknowledge(snapshot)` once for this checkpoint, from within `advance` or `triggerCheckpoint`. A task that has finished, or finishes before a barrier reaches it, acknowledges
 *    with `finished: true`. The checkpoint is whole when all tasks of the plan have acknowledged.
 * 4. `task.abortCheckpoint(id)` gives it up: channels held back are let go, later barriers of it pass unnoticed. A newer barrier does the same and the listener hears `decline`.
 * 5. `task.restore(...)` before the first `advance`, once sources are open: see `restoresOf`.
 *
 * One checkpoint at a time; a newer one gives the older one up. After `acknowledge` the snapshot's arrays belong to the listener and may be transferred.
 */
export interface CheckpointBarrier {
  /** Grows from one to the next; 1 or more. */
  readonly checkpoint: number
  readonly kind: 'checkpoint' | 'savepoint'
  /**
   * `aligned`: channels that brought the barrier wait for the others: exactly once. `unaligned`: the barrier overtakes what is on its way, which becomes part of the snapshot: exactly once, and quick under
   * back-pressure. `atLeastOnce`: nobody waits, rows may be counted twice after a restore. Savepoints are aligned.
   */
  readonly alignment: 'aligned' | 'unaligned' | 'atLeastOnce'
  /** When it was triggered, by the clock of the run, in ms. */
  readonly timestamp: number
}

/** Who a task is. `chain` and `subtask` name it in the plan. */
export interface TaskPlace {
  readonly chain: number
  readonly subtask: number
  readonly parallelism: number
  readonly maxParallelism: number
}

/** What every task does for checkpoints; `Task` extends it. All of it is called between calls of `advance`, never from within one. */
export interface CheckpointedTask {
  /** Set before the first `advance`, when there are checkpoints at all. */
  listener: CheckpointListener | null
  /** A checkpoint begins. A source with a listener snapshots and sends the barrier at once; an operator task that has finished acknowledges at once. */
  triggerCheckpoint(barrier: CheckpointBarrier): void
  /** It will not become whole: whatever waits for it goes on. */
  abortCheckpoint(checkpoint: number): void
  /**
   * Before the first `advance`; of a source after its splits were opened, since it seeks. Rejects with `StateRefused` (columnar/stateCodec.ts) and its `differences` when an operator has changed so that its state does not fit,
   * and with a `TaskFailure` when a source cannot go on from where it was.
   */
  restore(restore: TaskRestore): Promise<void>
}

export interface CheckpointListener {
  readonly place: TaskPlace
  /** By place in the chain, `spec.id` of the plan and the kind: what state is found again by. The node's own id is the job's, which two phases share. */
  readonly operators: readonly OperatorIdentity[]
  acknowledge(snapshot: TaskSnapshot): void
  /** Where the bytes of states go; absent: into fresh memory. */
  readonly memory?: StateMemory
  /** This task makes no snapshot of the checkpoint, because a newer one came before it was whole. */
  decline(checkpoint: number, reason: string): void
}

export interface OperatorIdentity {
  readonly operator: string
  readonly kind: string
}

/** One subtask of a chain at the barrier. */
export interface TaskSnapshot {
  readonly checkpoint: number
  readonly place: TaskPlace
  /** It had nothing left to do. Nothing of it is restored but its end; of a source, that its splits are read. */
  readonly finished: boolean
  readonly operators: readonly OperatorSnapshot[]
  /** Of an operator task: its input channels, by input, then sender. */
  readonly channels: readonly ChannelSnapshot[]
  /** Of a source task. */
  readonly splits: readonly SplitSnapshot[]
  /** Unaligned: what the barrier overtook. */
  readonly inFlight: readonly InFlight[]
  /** Bytes in all blobs. */
  readonly stateBytes: number
  /** From triggering to the first barrier; of a source, to its snapshot. */
  readonly startDelayMs: number
  /** From the first barrier to the last. */
  readonly alignmentMs: number
  /** In which the task stood still to copy its state. */
  readonly syncMs: number
  /** Elements that waited in channels held back, when the last barrier came; unaligned: elements in flight. */
  readonly bufferedElements: number
}

export interface OperatorSnapshot extends OperatorIdentity {
  /** The operator's own watermark, and what it had forwarded. */
  readonly watermark: number
  readonly forwarded: number
  /** Processing times it had asked to be woken at. */
  readonly timers: readonly number[]
  /** What its run time wrote (`StateWriter`); empty when it keeps nothing. */
  readonly blob: Uint8Array
}

export interface ChannelSnapshot {
  readonly watermark: number
  /** What the channels of its port together had given. */
  readonly combined: number
  readonly idle: boolean
  /** Takes part in the minimum: an idle channel that came back too far behind does not yet. */
  readonly aligned: boolean
  readonly ended: boolean
}

export interface SplitSnapshot {
  readonly split: number
  readonly splits: number
  /** Where reading goes on. Null: read to its end. */
  readonly position: SourcePosition | null
  /** Rows at that position that were let through already. */
  readonly skip: number
  /** Of its watermark generator; -Infinity for none. */
  readonly watermark: number
  readonly idle: boolean
  /** The highest event time that its engine had read, where processing time follows it: after a restore nothing may seem younger than it was. */
  readonly eventTimeRead?: number
}

/** Elements in order, encoded. */
export interface InFlight {
  /** `in`: of input channel `channel`. `out`: of outlet `channel`, on the way to receiver `target`. */
  readonly side: 'in' | 'out'
  readonly channel: number
  readonly target: number
  readonly rows: number
  /** Whom they were on their way to, so that they are found again under another plan. */
  readonly to: InFlightReceiver
  readonly blob: Uint8Array
}

export interface InFlightReceiver {
  /** Of a task without a listener, or a checkpoint of an earlier version: empty. */
  readonly operator: string
  readonly input: number
  readonly subtask: number
  /** Which of that subtask's channels. */
  readonly channel: number
  /** Types of the columns, in words. */
  readonly types: string
}

/** A task as the new plan has it: chains in the plan's order, subtasks in theirs, all of them. */
export interface TaskShape {
  readonly place: TaskPlace
  readonly operators: readonly OperatorIdentity[]
  /** Input channels of an operator task; 0 for a source. */
  readonly channels: number
  /** By operator and input, how rows find their subtask. Absent: wherever they come from. */
  readonly arrivals?: readonly (readonly Arrival[])[]
}

/** How rows of an input find their subtask, and what columns they have (types in words). */
export type Arrival =
  | { readonly kind: 'hash'; readonly columns: readonly number[]; readonly types: string }
  /** Every subtask gets all of them. */
  | { readonly kind: 'broadcast'; readonly types: string }
  | { readonly kind: 'any'; readonly types: string }

/** What one task begins from. Structured-cloneable; send it to the worker that hosts the task. */
export type TaskRestore =
  /** The plan is as it was: the task is what it was, channels and all. */
  | { readonly kind: 'same'; readonly snapshot: TaskSnapshot }
  /** Other parallelism, other chains, or a changed job: each operator finds its state by id, keys go where their key group is, and watermarks begin at the least that any subtask had. */
  | { readonly kind: 'rescaled'; readonly operators: readonly OperatorRestore[]; readonly splits: readonly SplitSnapshot[] }

export interface OperatorRestore extends OperatorIdentity {
  readonly watermark: number
  readonly forwarded: number
  readonly timers: readonly number[]
  readonly parts: readonly { readonly blob: Uint8Array; readonly share: StateShare }[]
  /** By old subtask, what was on its way to it, to be processed before anything else (`rescaledInFlight.ts`). */
  readonly inFlight: readonly RescaledInFlight[]
}

/** What one old subtask still had to take. */
export interface RescaledInFlight {
  readonly subtask: number
  /** The old operator's watermark, what it had forwarded, and its channels. */
  readonly watermark: number
  readonly forwarded: number
  readonly channels: readonly ChannelSnapshot[]
  /** What had arrived before what was still to be sent, so that each channel keeps its order. */
  readonly parts: readonly InFlight[]
  /** By input: the columns of the key, where only rows of this subtask's keys are its own; or all of them, or none. */
  readonly inputs: readonly (readonly number[] | 'all' | 'none')[]
}

export interface RestorePlan {
  /** In order of the tasks given. */
  readonly restores: readonly TaskRestore[]
  /** Why this snapshot does not fit this plan, in sentences; not empty means it must not be restored. */
  readonly refused: readonly string[]
  /** What is left behind or begins empty, in sentences, for people to agree to (Flink: allowNonRestoredState). */
  readonly differences: readonly string[]
}

/** What each task of a plan begins from, given all snapshots of one whole checkpoint. */
export function restoresOf(tasks: readonly TaskShape[], snapshots: readonly TaskSnapshot[]): RestorePlan {
  const key = ({ chain, subtask }: TaskPlace): string => `${chain}/${subtask}`
  const byPlace = new Map(snapshots.map((snapshot) => [key(snapshot.place), snapshot]))
  const same = tasks.length === snapshots.length && tasks.every((task) => isSame(task, byPlace.get(key(task.place))))
  if (same) return { restores: tasks.map((task) => ({ kind: 'same', snapshot: byPlace.get(key(task.place))! })), refused: [], differences: [] }
  return rescaled(tasks, snapshots)
}

function isSame(task: TaskShape, snapshot: TaskSnapshot | undefined): boolean {
  if (snapshot === undefined) return false
  const { place, operators, channels } = snapshot
  return (
    place.parallelism === task.place.parallelism &&
    place.maxParallelism === task.place.maxParallelism &&
    (snapshot.finished || channels.length === task.channels) &&
    operators.length === task.operators.length &&
    operators.every(({ operator, kind }, i) => task.operators[i]!.operator === operator && task.operators[i]!.kind === kind)
  )
}

function rescaled(tasks: readonly TaskShape[], snapshots: readonly TaskSnapshot[]): RestorePlan {
  const refused: string[] = []
  const differences: string[] = []
  const before = new Map<string, { readonly kind: string; readonly parts: { readonly place: TaskPlace; readonly snapshot: OperatorSnapshot; readonly finished: boolean }[] }>()
  for (const { place, operators, finished } of snapshots) {
    for (const snapshot of operators) {
      const known = before.get(snapshot.operator)
      if (known === undefined) before.set(snapshot.operator, { kind: snapshot.kind, parts: [{ place, snapshot, finished }] })
      else known.parts.push({ place, snapshot, finished })
    }
  }
  const inFlight = inFlightByReceiver(snapshots)
  refused.push(...strandedInFlight(tasks, inFlight))
  const now = new Map(tasks.flatMap(({ operators }) => operators.map(({ operator, kind }) => [operator, kind])))
  const maxParallelism = tasks[0]?.place.maxParallelism ?? 0
  const was = snapshots[0]?.place.maxParallelism ?? maxParallelism
  if (was !== maxParallelism) refused.push(`The number of key groups (maximum parallelism) was ${was} and is ${maxParallelism}; keys cannot be found again. Set it to ${was}.`)
  for (const [operator, { kind, parts }] of before) {
    const present = now.get(operator)
    const holds = parts.some(({ snapshot }) => snapshot.blob.length > 0)
    if (present === undefined) {
      if (holds) differences.push(`The operator ${operator} (${kind}) is gone; its state is left behind.`)
    } else if (present !== kind) refused.push(`The operator ${operator} was a ${kind} and is a ${present}.`)
  }
  for (const [operator, kind] of now) if (!before.has(operator) && kind !== 'sink') differences.push(`The operator ${operator} (${kind}) is new; it begins without state.`)
  const splits = snapshots.flatMap((snapshot) => snapshot.splits.map((split) => ({ operator: snapshot.operators[0]!.operator, split })))
  const restores = tasks.map((task): TaskRestore => {
    const { place } = task
    const range = keyGroupsOf(place)
    const operators = task.operators.map((identity, index): OperatorRestore => {
      const parts = before.get(identity.operator)?.parts ?? []
      // Behind a finished subtask nothing is waited for, so it holds nothing back.
      const alive = parts.filter(({ finished }) => !finished)
      const watermark = least(alive.map(({ snapshot }) => snapshot.watermark))
      return {
        ...identity,
        watermark,
        forwarded: least(alive.map(({ snapshot }) => snapshot.forwarded)),
        timers: [...new Set(parts.flatMap(({ snapshot }) => snapshot.timers))].sort((a, b) => a - b),
        parts: parts.flatMap(({ place: from, snapshot }) => {
          if (snapshot.blob.length === 0) return []
          const kept = from.parallelism === place.parallelism
          if (kept && from.subtask !== place.subtask) return []
          return [{ blob: snapshot.blob, share: { keyGroups: kept ? null : range, maxParallelism: place.maxParallelism, part: from.subtask, parts: from.parallelism, subtask: place.subtask, parallelism: place.parallelism, watermark } }]
        }),
        inFlight: rescaledInFlight(identity.operator, snapshots, inFlight.get(identity.operator) ?? [], place, task.arrivals?.[index] ?? []),
      }
    })
    const own = splits.filter(({ operator, split }) => operator === task.operators[0]!.operator && split.split % place.parallelism === place.subtask)
    return { kind: 'rescaled', operators, splits: own.map(({ split }) => split) }
  })
  return { restores, refused, differences }
}

/** What was in flight, by the operator it was on its way to: what had arrived at a receiver before what was still at a sender. */
function inFlightByReceiver(snapshots: readonly TaskSnapshot[]): ReadonlyMap<string, readonly InFlight[]> {
  const byOperator = new Map<string, InFlight[]>()
  for (const side of ['in', 'out'] as const) {
    for (const { inFlight } of snapshots) {
      for (const part of inFlight) {
        if (part.side !== side) continue
        const parts = byOperator.get(part.to.operator)
        if (parts === undefined) byOperator.set(part.to.operator, [part])
        else parts.push(part)
      }
    }
  }
  return byOperator
}

/** Why rows in flight have nowhere to go under this plan. */
function strandedInFlight(tasks: readonly TaskShape[], inFlight: ReadonlyMap<string, readonly InFlight[]>): string[] {
  return [...inFlight].flatMap(([operator, all]) => {
    const parts = all.filter((part) => part.rows > 0)
    if (parts.length === 0) return []
    const rows = parts.reduce((sum, part) => sum + part.rows, 0)
    const held = `The checkpoint is unaligned and holds ${rows} rows on their way`
    const task = tasks.find((candidate) => candidate.operators.some((identity) => identity.operator === operator))
    if (operator === '') return [`${held}, and an earlier version of Millrace did not write down whereto. Restore it with the plan it was made by.`]
    if (task === undefined) return [`${held} to the operator ${operator}, which is gone. Take a savepoint before removing it, or restore with the job that made it.`]
    const arrivals = task.arrivals?.[task.operators.findIndex((identity) => identity.operator === operator)]
    const changed = parts.find(({ to }) => arrivals?.[to.input] !== undefined && arrivals[to.input]!.types !== to.types)
    if (changed === undefined) return []
    return [`${held} to the operator ${operator} with the columns ${changed.to.types}, and it takes ${arrivals![changed.to.input]!.types} now. Restore it with the parallelism it was made with, or take a savepoint.`]
  })
}

/**
 * What a new subtask takes of what the old ones still had to take (Flink: SubtaskStateMapper). By key each of them takes its own rows; what every subtask gets, all of them take from the first old one; anything else
 * goes where the old subtask falls, so that a channel stays in order.
 */
function rescaledInFlight(operator: string, snapshots: readonly TaskSnapshot[], parts: readonly InFlight[], place: TaskPlace, arrivals: readonly Arrival[]): RescaledInFlight[] {
  if (parts.length === 0) return []
  return snapshots.flatMap((snapshot) => {
    const own = parts.filter(({ to }) => to.subtask === snapshot.place.subtask)
    if (snapshot.finished || snapshot.operators[0]?.operator !== operator || own.length === 0) return []
    const inputs = Array.from({ length: 1 + Math.max(...own.map(({ to }) => to.input)) }, (_, input): RescaledInFlight['inputs'][number] => {
      const arrival = arrivals[input]
      if (arrival?.kind === 'hash' && place.parallelism > 1) return arrival.columns
      const mine = arrival?.kind === 'broadcast' ? snapshot.place.subtask === 0 : snapshot.place.subtask % place.parallelism === place.subtask
      return mine ? 'all' : 'none'
    })
    const { watermark, forwarded } = snapshot.operators[0]
    return [{ subtask: snapshot.place.subtask, watermark, forwarded, channels: snapshot.channels, parts: own, inputs }]
  })
}

function keyGroupsOf({ subtask, parallelism, maxParallelism }: TaskPlace): { readonly first: number; readonly last: number } {
  return { first: Math.ceil((subtask * maxParallelism) / parallelism), last: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism) }
}

function least(watermarks: readonly number[]): number {
  return watermarks.length === 0 ? -Infinity : Math.min(...watermarks)
}

/** A task's snapshot as bytes, for a store: in parts, one after the other, of which the large ones are the snapshot's own blobs. */
export function encodeTaskSnapshot(snapshot: TaskSnapshot): Uint8Array[] {
  const writer = new StateWriter()
  const { place, operators, channels, splits, inFlight } = snapshot
  writer.numbers('task', [
    snapshot.checkpoint,
    place.chain,
    place.subtask,
    place.parallelism,
    place.maxParallelism,
    snapshot.finished ? 1 : 0,
    snapshot.stateBytes,
    snapshot.startDelayMs,
    snapshot.alignmentMs,
    snapshot.syncMs,
    snapshot.bufferedElements,
  ])
  writer.strings('operators', operators.flatMap(({ operator, kind }) => [operator, kind]))
  operators.forEach(({ watermark, forwarded, timers, blob }, i) => {
    const own = writer.at('operator').at(i)
    own.numbers('watermarks', [watermark, forwarded])
    own.numbers('timers', timers)
    own.blob('blob', blob)
  })
  writer.numbers('channels', channels.flatMap(({ watermark, combined, idle, aligned, ended }) => [watermark, combined, idle ? 1 : 0, aligned ? 1 : 0, ended ? 1 : 0]))
  writer.numbers('splits', splits.flatMap(({ split, splits: of, position, skip, watermark, idle }) => [split, of, position === null ? 0 : 1, position?.rows ?? 0, skip, watermark, idle ? 1 : 0]))
  // Beside the others, which checkpoints of earlier versions have.
  writer.numbers('eventTimesRead', splits.map(({ eventTimeRead }) => eventTimeRead ?? NaN))
  splits.forEach(({ position }, i) => {
    if (position === null) return
    writer.at('split').at(i).strings('names', Object.keys(position.at))
    writer.at('split').at(i).numbers('values', Object.values(position.at))
  })
  writer.numbers('inFlight', inFlight.flatMap(({ side, channel, target, rows }) => [side === 'in' ? 0 : 1, channel, target, rows]))
  writer.numbers('inFlightTo', inFlight.flatMap(({ to }) => [to.input, to.subtask, to.channel]))
  writer.strings('inFlightOf', inFlight.flatMap(({ to }) => [to.operator, to.types]))
  inFlight.forEach(({ blob }, i) => writer.at('flight').at(i).blob('blob', blob))
  return writer.parts()
}

/** From all of its bytes. */
export function decodeTaskSnapshot(bytes: Uint8Array): TaskSnapshot {
  const reader = StateReader.open(bytes, wholeState)
  const [checkpoint, chain, subtask, parallelism, maxParallelism, finished, stateBytes, startDelayMs, alignmentMs, syncMs, bufferedElements] = reader.numbers('task') as [number, number, number, number, number, number, number, number, number, number, number]
  const identities = reader.strings('operators')
  const channels = reader.float64('channels')
  const splits = reader.float64('splits')
  const eventTimesRead = reader.has('eventTimesRead') ? reader.float64('eventTimesRead') : null
  const inFlight = reader.float64('inFlight')
  const receivers = reader.has('inFlightTo') ? reader.float64('inFlightTo') : null
  const receiverWords = receivers === null ? [] : reader.strings('inFlightOf')
  return {
    checkpoint,
    place: { chain, subtask, parallelism, maxParallelism },
    finished: finished === 1,
    stateBytes,
    startDelayMs,
    alignmentMs,
    syncMs,
    bufferedElements,
    operators: Array.from({ length: identities.length / 2 }, (_, i): OperatorSnapshot => {
      const own = reader.at('operator').at(i)
      const watermarks = own.float64('watermarks')
      return { operator: identities[i * 2]!, kind: identities[i * 2 + 1]!, watermark: watermarks[0]!, forwarded: watermarks[1]!, timers: own.numbers('timers'), blob: own.uint8('blob').slice() }
    }),
    channels: Array.from({ length: channels.length / 5 }, (_, i): ChannelSnapshot => {
      const [watermark, combined, idle, aligned, ended] = channels.subarray(i * 5, i * 5 + 5) as unknown as [number, number, number, number, number]
      return { watermark, combined, idle: idle === 1, aligned: aligned === 1, ended: ended === 1 }
    }),
    splits: Array.from({ length: splits.length / 7 }, (_, i): SplitSnapshot => {
      const [split, of, open, rows, skip, watermark, idle] = splits.subarray(i * 7, i * 7 + 7) as unknown as [number, number, number, number, number, number, number]
      const own = reader.at('split').at(i)
      const values = open === 1 ? own.numbers('values') : []
      const position = open === 1 ? { rows, at: Object.fromEntries(own.strings('names').map((name, at) => [name, values[at]!])) } : null
      const eventTimeRead = eventTimesRead?.[i] ?? NaN
      return { split, splits: of, position, skip, watermark, idle: idle === 1, ...(Number.isNaN(eventTimeRead) ? {} : { eventTimeRead }) }
    }),
    inFlight: Array.from({ length: inFlight.length / 4 }, (_, i): InFlight => ({
      side: inFlight[i * 4] === 0 ? 'in' : 'out',
      channel: inFlight[i * 4 + 1]!,
      target: inFlight[i * 4 + 2]!,
      rows: inFlight[i * 4 + 3]!,
      to: receivers === null ? { operator: '', input: 0, subtask: 0, channel: 0, types: '' } : { operator: receiverWords[i * 2]!, input: receivers[i * 3]!, subtask: receivers[i * 3 + 1]!, channel: receivers[i * 3 + 2]!, types: receiverWords[i * 2 + 1]! },
      blob: reader.at('flight').at(i).uint8('blob').slice(),
    })),
  }
}
