import type { Arrays, BatchArrays } from '../columnar/arrays.ts'
import type { Batch } from '../columnar/batch.ts'
import type { Float64Column } from '../columnar/column.ts'
import type { StateReader, StateSchema, StateWriter } from '../columnar/stateCodec.ts'
import type { TopicAccess } from './topicAccess.ts'

/**
 * The contract between an operator's run time and the task that drives it.
 *
 * A task owns one subtask of a chain and calls everything here from one thread, never re-entrantly. The operator has no clock, no
 * storage and no other source of chance than its context. Live and lab runs look the same from here.
 *
 * Order of calls: `open`, then `restore` where there is something to restore, then any number of `processBatch` and `onWatermark`, with `flush` and `snapshot` between them, then one
 * `onWatermark(Infinity)` when every input has ended, then `finish`.
 */
export interface OperatorRuntime {
  /**
   * What is left of a batch when `processBatch` has returned. `nothing`: no one refers to it nor to an array of it. `rows`: its columns and kinds, not its watermarks. `emitted`: only what was emitted, which may share
   * its arrays. Absent: it may be kept. Strings' dictionaries and nested values may be kept in any case. Where nothing is left, the arrays are used again for the next batch.
   */
  readonly keeps?: 'nothing' | 'rows' | 'emitted'
  /** Which watermarks of rows it takes: `none`, or also those that a batch tells by its times (`Batch.trailing`). Absent: it finds them in `batch.watermarks`. */
  readonly watermarks?: 'none' | 'trailing' | undefined
  open?(context: OperatorContext): void
  /**
   * Rows of one input, in channel order. `batch.watermarks`, where present, is already the operator's own watermark before each row (combined
   * over its inputs); otherwise the last `onWatermark` value holds for all rows (-Infinity before the first). To fail the job
   * over a row, throw `RowError` (columnar/rowError.ts).
   */
  processBatch(input: number, batch: Batch): void
  /**
   * The operator's combined watermark rose to `watermark` (Infinity at the end of all inputs): emit what it closes, oldest first, then
   * return the watermark to forward (usually the same; an interval join holds it back).
   */
  onWatermark(watermark: number): number
  /** Processing time reached a timer asked for with `context.scheduleProcessingTimer`. */
  onProcessingTime?(time: number): void
  /**
   * Nothing more comes for now, perhaps for long: an operator that holds rows back to save work emits them. A receiver no longer waits for this channel once it is idle, so what is held
   * then would come too late. Also called before a checkpoint's barrier passes (Flink: prepareSnapshotPreBarrier), so that nothing held back to save work is state.
   */
  flush?(): void
  /**
   * What the state is made of, in words by topic: types of the key, the aggregates, the rows held. A state is given to `restore` only when the words are the same; otherwise the differences are told.
   * Required where there is `snapshot`.
   */
  stateSchema?(): StateSchema
  /**
   * Writes everything that the output of later rows depends on, keyed state and the operator's notion of the watermark included. Copies nothing itself: the writer copies when this has returned. Nothing may be emitted.
   * Absent: the operator keeps nothing from one batch to the next.
   */
  snapshot?(writer: StateWriter): void
  /**
   * Takes a snapshot in, after `open` and before any row, once for each blob of the operator's old subtasks that may hold something for this one: each call adds. `reader.share` tells what of it is this
   * subtask's: with `keyGroups` null all of it, and there is no other call; otherwise the keys of these key groups (`KeyedRestore` in engine/keyedState.ts filters), and of what belongs to no key what
   * `reader.ownsElement` deals out, all of it (union) or the least, as the operator decides. `reader.share.watermark` is the operator's watermark then: `onWatermark` is not called with it again (it is where there is
   * nothing to restore). An input that had ended may be told to end again: where the plan is another, channels are new. Processing-time timers need not be asked for again; after a change of parallelism some ring that are not this subtask's.
   */
  restore?(reader: StateReader): void
  /** One input ended; the others may go on. A watermark that was held back for this input is returned, to be forwarded now. */
  onInputEnd?(input: number): number | void
  /** Inputs whose time is none of this operator's, such as a table that is looked up in: its watermark is that of the others. */
  readonly untimed?: readonly number[]
  /** All inputs ended and `onWatermark(Infinity)` was called. */
  finish?(): void
  /** Bytes of keyed state held now, as an estimate for display. */
  stateBytes?(): number
  /**
   * Things to show about the operator, refreshed at the metrics' pace: held rows, open sessions. Names are stable keys; values add up over subtasks, save `openWindows`,
   * windows that the clock cuts and that are the same in each.
   */
  gauges?(): Readonly<Record<string, number>>
}

export interface OperatorContext {
  readonly operatorId: string
  readonly subtask: number
  readonly parallelism: number
  readonly maxParallelism: number
  /** Session time zone, an IANA name. */
  readonly timeZone: string
  /** Sends a batch out of the output port with this index. Empty batches are dropped. */
  emit(port: number, batch: Batch): void
  /** Processing time in ms since 1970-01-01, from the clock of the run. */
  processingTime(): number
  scheduleProcessingTimer(time: number): void
  readonly counters: OperatorCounters
  /** For the columns of what is emitted: the operator's to fill until the next batch that it takes, or until it resets them for another that it emits. It may also make its own. */
  readonly arrays: BatchArrays
}

/** Counted by the operator, read by the task's metrics. */
export interface OperatorCounters {
  /** Rows dropped (or sent to the late port) because they came too late. */
  lateRows: number
  /** Rows a source could not read. */
  poisonRows: number
}

/** A source delivers batches when asked. */
export interface SourceRuntime {
  /** Opens files and the like; rejects with a message a user can act on. */
  open(context: SourceContext): Promise<void>
  /**
   * The next rows, at most `rowsMax`; `wait` when none are ready yet (the task awaits `ready`); `end` when the source is exhausted. Batches carry no
   * watermarks: the task adds them. A batch that says `inOrder` has event times that are known never to fall.
   */
  next(rowsMax: number): Batch | 'wait' | 'end'
  ready?(): Promise<void>
  /** `wait` is no promise then: rows may come from this very job, or never. `next` is asked again at every turn, and everything else goes on meanwhile; `loading` while not even that is known. */
  readonly polled?: 'loading' | 'waiting' | undefined
  /**
   * Watermark candidate of each row (ms, whole; NaN where the expression is NULL), for a source whose config gives its watermark as an `expression`. The task
   * asks this only then; a watermark by `delayMs` it computes itself. The array may be longer than the batch and is read before the next call.
   */
  watermarkOf?(batch: Batch): Float64Array
  /** Rows expected in all, when known, for progress. */
  readonly rowsTotal?: number
  close?(): void
  /** Where the next call of `next` would go on. Asked between calls, and cheap: it is asked before each. Absent: the source cannot be replayed. */
  position?(): SourcePosition
  /** Goes on from a position that `position` gave, here or in another run. After `open`, before the first `next`. Rows that cannot be read are not reported a second time. */
  seek?(position: SourcePosition): Promise<void>
}

/** A place in a source's rows. Plain numbers, so that it can be kept. */
export interface SourcePosition {
  /** Rows given before it: what every source can count its way to. */
  readonly rows: number
  /** What makes it quick to find again, in the source's own terms: a byte offset, a counter. */
  readonly at: Readonly<Record<string, number>>
}

export interface SourceContext {
  readonly operatorId: string
  /** This subtask reads splits `split` of `splits`; one split unless the connector has more. */
  readonly split: number
  readonly splits: number
  readonly timeZone: string
  /** Processing time in ms since 1970-01-01, from the clock of the run: for PROCTIME() columns. */
  processingTime(): number
  /**
   * Told the event times of rows that have been read, before anything is computed from those rows: a processing clock that is pinned to them has moved when
   * PROCTIME() is asked. Absent when no clock follows the data.
   */
  eventTimesRead?(times: Float64Column, rowCount: number): void
  readonly files: FileAccess
  /** Absent where there are no topics. */
  readonly topics?: TopicAccess
  /** For the columns of a batch: they are a source's to fill from the beginning of `next` until the next call. A source may also make its own. */
  readonly arrays: Arrays
  readonly counters: OperatorCounters
  /** Keeps a row that could not be read: its number (1-based, in the file) and why. */
  poison(row: number, reason: string, text: string): void
}

/** Bytes by path, however the shell finds them: fetched samples and dropped files in the page, the file system in Node. */
export interface FileAccess {
  open(path: string): Promise<OpenFile>
}
export interface OpenFile {
  readonly size: number
  /** Bytes [start, end). Rejects when the file changed or vanished since it was opened. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** A sink takes batches; what it wrote is visible outside. */
export interface SinkPort {
  /** Rows for the sink's collector in the shell (live table, file): called in order, per subtask. Watermarks end here: those of the batch must not be kept. */
  deliver(batch: Batch): void
}
