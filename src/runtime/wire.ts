import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { CheckpointBarrier, TaskRestore } from '../engine/checkpoint.ts'
import type { TopicRecords, TopicRequest } from '../engine/topicAccess.ts'
import type { SubtaskAcknowledgement, TaskId } from './checkpointCoordinator.ts'
import type { ExactPlace } from './exactNumbers.ts'
import type { PoisonRow, PreviewRow, RunFailure } from './jobRun.ts'

/**
 * Everything that crosses a worker boundary.
 *
 * The shell steers an engine through `EngineControl` (comlink calls); rows, numbers and files go over one port as `FromEngine` and `ToEngine`; engines
 * that do not share memory send each other `PeerMessage`s.
 */
export interface EngineControl {
  /** Builds the subtasks and opens the sources; the failure when that does not work. `events` is the port for `FromEngine` and `ToEngine`. */
  deploy(deployment: Deployment, events: EventPort): Promise<RunFailure | null>
  /** Shuts the gate and looks ahead: event time of the next row here (Infinity where rows have none), null when there is no row. */
  position(): Promise<number | null>
  release(pace: Pace): Promise<void>
  /** With the gate shut: lets the next row through. */
  step(): Promise<void>
  /** Rows to keep and send for an edge. */
  watch(edge: number, rows: number): Promise<void>
  /** A checkpoint begins: sources send its barrier, every task acknowledges in time by `FromEngine`. */
  triggerCheckpoint(barrier: CheckpointBarrier): Promise<void>
  /** It is given up: nobody waits for its barriers any more. */
  abortCheckpoint(checkpoint: number): Promise<void>
  /** Stops at the next batch and closes the sources. */
  cancel(): Promise<void>
}

export interface Deployment {
  readonly plan: PhysicalPlan
  /** Those in the plan, which a clone does not keep. */
  readonly exactNumbers: readonly ExactPlace[]
  readonly worker: number
  /** Subtask numbers hosted by this worker. */
  readonly subtasks: readonly number[]
  readonly carriers: Carriers
  readonly previewRows: number
  readonly eventTimeAsProcessingTime: boolean
  /** Tasks will be asked for snapshots. */
  readonly checkpoints: boolean
  /** Splits of sources that are known only now, by operator: the partitions of their topics. */
  readonly splits: Readonly<Record<string, number>>
  /** What the tasks here begin from; those that are not named begin empty. */
  readonly restores: readonly TaskStart[]
  /** The checkpoint they begin from; 0 from the beginning. Rows of sinks belong to it until the next barrier. */
  readonly epoch: number
  /** A fault to be met: when the sources here have let this many rows through, the engine stands still and says so, to be killed at just that moment. */
  readonly haltAfterRows: number | null
}

export interface TaskStart extends TaskId {
  readonly restore: TaskRestore
}

/** What joins the workers. `channel` numbers are places in `remoteChannelsOf(plan)`. */
export type Carriers =
  | { readonly kind: 'none' }
  | { readonly kind: 'shared'; readonly slotCount: number; readonly rings: readonly { readonly channel: number; readonly memory: SharedArrayBuffer }[]; readonly bells: SharedArrayBuffer }
  | { readonly kind: 'transferred'; readonly slotCount: number; readonly slotBytes: number; readonly peers: readonly { readonly worker: number; readonly port: MessagePort }[] }

export type Pace =
  | { readonly kind: 'max' }
  /** Rows may pass up to event time base + (now − since) × factor. */
  | { readonly kind: 'factor'; readonly base: number; readonly since: number; readonly factor: number }

/** An engine's port as both environments have it. What it posts is copied or shared, never transferred (docs/decisions/0246). */
export interface EventPort {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}

export type FromEngine =
  | { readonly kind: 'report'; readonly report: EngineReport }
  /** One encoded batch for a sink, `epoch` the last checkpoint whose barrier came before it; to be acknowledged when the shell is done with it. */
  | { readonly kind: 'sink'; readonly operator: string; readonly subtask: number; readonly epoch: number; readonly byteLength: number; readonly buffer: ArrayBuffer }
  /** A sink's subtask has given up all of its rows. */
  | { readonly kind: 'sinkEnded'; readonly operator: string; readonly subtask: number }
  /** A subtask's snapshot, encoded, in parts. The engine has lent the memory of some of them under a number, by which it is to be given back when they are stored. */
  | { readonly kind: 'acknowledged'; readonly checkpoint: number; readonly acknowledgement: Omit<SubtaskAcknowledgement, 'endToEndMs'>; readonly stateful: readonly string[]; readonly snapshot: readonly Uint8Array[]; readonly loan: number }
  | { readonly kind: 'declined'; readonly checkpoint: number; readonly task: TaskId; readonly reason: string }
  /** See `Deployment.haltAfterRows`. */
  | { readonly kind: 'halted' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly failure: RunFailure }
  | { readonly kind: 'openFile'; readonly request: number; readonly path: string }
  | { readonly kind: 'readFile'; readonly request: number; readonly file: number; readonly start: number; readonly end: number }
  | { readonly kind: 'openTopic'; readonly request: number; readonly open: TopicRequest }
  /** Answered when there are records, or none will come. */
  | { readonly kind: 'fetchTopic'; readonly request: number; readonly topic: string; readonly partition: number; readonly offset: number; readonly isolation: TopicRequest['isolation'] }

export type ToEngine =
  | { readonly kind: 'sinkTaken'; readonly operator: string; readonly subtask: number }
  /** The parts of a snapshot are stored, or not wanted. */
  | { readonly kind: 'snapshotTaken'; readonly loan: number }
  | { readonly kind: 'fileOpened'; readonly request: number; readonly file: number; readonly size: number }
  | { readonly kind: 'fileRead'; readonly request: number; readonly bytes: Uint8Array }
  | { readonly kind: 'fileFailed'; readonly request: number; readonly message: string }
  | { readonly kind: 'topicOpened'; readonly request: number; readonly offset: number; readonly stop: number }
  | { readonly kind: 'topicFetched'; readonly request: number; readonly records: TopicRecords | 'end' }
  | { readonly kind: 'topicFailed'; readonly request: number; readonly message: string }

export type PeerMessage =
  | { readonly kind: 'slot'; readonly channel: number; readonly byteLength: number; readonly buffer: ArrayBuffer }
  | { readonly kind: 'credit'; readonly channel: number; readonly buffer: ArrayBuffer }

/** Counts since the start, as of `at`; rates are the shell's business. */
export interface EngineReport {
  readonly at: number
  readonly operators: readonly OperatorReport[]
  readonly edges: readonly EdgeReport[]
  readonly previews: readonly PreviewReport[]
  readonly poison: readonly { readonly operator: string; readonly rows: readonly PoisonRow[]; readonly total: number }[]
}

export interface OperatorReport {
  readonly operator: string
  readonly subtask: number
  readonly status: 'created' | 'running' | 'finished' | 'failed'
  readonly rowsIn: number
  readonly rowsOut: number
  readonly lateRows: number
  readonly poisonRows: number
  readonly watermark: number
  readonly firstWatermark: number | null
  readonly lastWatermark: number | null
  readonly busyMs: number
  readonly idleMs: number
  readonly backPressuredMs: number
  readonly stateBytes: number
  readonly gauges: Readonly<Record<string, number>>
}

export interface EdgeReport {
  readonly edge: number
  readonly rows: number
  readonly lateRows: number
  readonly queueFill: number
  readonly watermark: number
}

export interface PreviewReport {
  readonly edge: number
  readonly subtask: number
  readonly at: number
  /** Oldest first. */
  readonly rows: readonly PreviewRow[]
}
