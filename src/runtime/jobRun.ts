import type { Batch } from '../columnar/batch.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Value } from '../columnar/column.ts'
import type { RowKindText } from '../columnar/batch.ts'
import type { CheckpointState } from './checkpointCoordinator.ts'

/**
 * A running job as the shells see it: the page's run panel and `millrace run` drive the same object.
 *
 * Numbers arrive as `MetricsFrame`s at 4 Hz, rows of watched edges with them; nothing arrives per row. Every listener is called on
 * the shell's own thread.
 */
export interface JobRun {
  readonly status: JobStatus
  /** Engine workers it runs on, counted from 0. */
  readonly workers: number
  subscribe(listener: (event: RunEvent) => void): () => void
  pause(): void
  resume(): void
  /** Lets through the one row that is next in event time over all sources; the run stays paused. */
  step(): void
  /** Event time x factor, or as fast as possible. */
  setSpeed(speed: Speed): void
  /** Rows to keep per edge for previews (default 3 for every edge); a watched edge keeps and sends more. */
  watch(edge: number, rows: number): void
  unwatch(edge: number): void
  /** Null for a run without checkpoints; news comes as `checkpoints` events. */
  readonly checkpoints: CheckpointState | null
  /** Takes a savepoint as soon as may be; `name` may be empty. */
  savepoint(name: string): void
  /** Ends all engines and goes on from this checkpoint. */
  restoreFrom(checkpoint: number): void
  /** Kills an engine worker as if it had died by itself. */
  killWorker(worker: number): void
  /** Ends the job and frees its workers. Resolves when they are gone. */
  stop(): Promise<void>
}

export type Speed = { readonly kind: 'max' } | { readonly kind: 'factor'; readonly factor: number }

export type JobStatus =
  | { readonly kind: 'created' }
  | { readonly kind: 'deploying' }
  | { readonly kind: 'running'; readonly since: number }
  | { readonly kind: 'paused' }
  /** Engines are gone, all or those of the region that failed, and new ones come, after `failure` or because the user wants to go on from a checkpoint (null). */
  | { readonly kind: 'restarting'; readonly failure: RunFailure | null; readonly delayMs: number }
  | { readonly kind: 'finished'; readonly durationMs: number }
  | { readonly kind: 'cancelling' }
  | { readonly kind: 'canceled' }
  | { readonly kind: 'failed'; readonly failure: RunFailure }

/** Why a job failed: the operator, the sentence, and the row where there is one. */
export interface RunFailure {
  readonly code: string
  readonly operator: string | null
  readonly subtask: number | null
  readonly message: string
  readonly row: readonly { readonly column: string; readonly value: string }[] | null
}

export type RunEvent =
  | { readonly kind: 'status'; readonly status: JobStatus }
  | { readonly kind: 'metrics'; readonly frame: MetricsFrame }
  /** The newest rows of edges, oldest first. */
  | { readonly kind: 'preview'; readonly edge: number; readonly schema: Schema; readonly rows: readonly PreviewRow[]; readonly rowsSeen: number }
  /** What a sink received since the last event, in order per subtask. `collect` and `file` sinks; a blackhole sends nothing. `epoch`: the last checkpoint whose barrier came before. */
  | { readonly kind: 'sink'; readonly operator: string; readonly subtask: number; readonly epoch: number; readonly batch: Batch }
  | { readonly kind: 'checkpoints'; readonly checkpoints: CheckpointState }
  /**
   * The job goes on from a checkpoint; null: from its beginning. `takeBack`: rows of sinks whose epoch is not below it are void, they will come again. `operators`: only these began again, their region; null: all. Told before
   * new engines are deployed.
   */
  | { readonly kind: 'restored'; readonly checkpoint: number | null; readonly takeBack: boolean; readonly operators: readonly string[] | null }
  | { readonly kind: 'poison'; readonly operator: string; readonly rows: readonly PoisonRow[]; readonly total: number }

export interface PreviewRow {
  readonly kind: RowKindText
  readonly values: readonly Value[]
  /** Came behind the watermark. */
  readonly late: boolean
}

export interface PoisonRow {
  readonly row: number
  readonly reason: string
  readonly text: string
}

export interface MetricsFrame {
  /** Ms since the run began, from the run's clock. */
  readonly at: number
  readonly operators: Readonly<Record<string, OperatorMetrics>>
  readonly edges: Readonly<Record<number, EdgeMetrics>>
}

export interface OperatorMetrics {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly lateRows: number
  readonly poisonRows: number
  readonly rowsInPerSecond: number
  readonly rowsOutPerSecond: number
  /** Ms event time; null before the first watermark; Infinity after the end of input. Minimum over subtasks. */
  readonly watermark: number | null
  /** A source's: the watermarks of its first row and of its rows so far, ms event time, whichever subtask read them. Null elsewhere and before. */
  readonly firstWatermark: number | null
  readonly lastWatermark: number | null
  /** Ms per second, maximum over subtasks; the three add up to about 1000. */
  readonly busyMsPerSecond: number
  readonly idleMsPerSecond: number
  readonly backPressuredMsPerSecond: number
  readonly stateBytes: number
  readonly gauges: Readonly<Record<string, number>>
  readonly subtasks: readonly SubtaskMetrics[]
}

export interface SubtaskMetrics {
  readonly status: 'created' | 'running' | 'finished' | 'failed'
  readonly rowsIn: number
  readonly rowsOut: number
  readonly lateRows: number
  readonly watermark: number | null
  readonly busyMsPerSecond: number
  readonly idleMsPerSecond: number
  readonly backPressuredMsPerSecond: number
  readonly stateBytes: number
}

export interface EdgeMetrics {
  readonly rows: number
  readonly rowsPerSecond: number
  readonly lateRows: number
  /** Share of the channels' credit in use, 0…1; 0 inside a chain. */
  readonly queueFill: number
  /** Ms event time of the newest watermark that passed; null before the first. */
  readonly watermark: number | null
}
