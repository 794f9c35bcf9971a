import { freshArrays, Scratch } from '../columnar/arrays.ts'
import { batchRowsTarget, rowAt, watermarkBefore, type Batch } from '../columnar/batch.ts'
import type { Float64Column } from '../columnar/column.ts'
import { sliceBatch } from '../columnar/concat.ts'
import { RowError } from '../columnar/rowError.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Clock } from '../deterministic/clock.ts'
import type { CheckpointBarrier, CheckpointListener, SplitSnapshot, TaskRestore } from './checkpoint.ts'
import type { Outlet } from './exchange.ts'
import { TaskFailure, type OperatorNode } from './operatorNode.ts'
import type { SourcePosition, SourceRuntime } from './operatorRuntime.ts'
import { finishChain, flush, hasCredit, TaskTime, type ProcessingTimers, type Task, type TaskState } from './task.ts'
import { announceWatermarks, bytesOf, finishedSnapshots, operatorSnapshots, processInFlight, resend, restoreOperators, sendBarrier } from './taskSnapshot.ts'
import { advanceBatch, CombinedWatermark, noWatermark, staysInOrder, WatermarkAssigner } from './watermark.ts'

/**
 * The task at the head of a job: reads the splits of one source subtask in turn, gives rows their watermarks, and lets rows through as
 * far as the gate is open.
 *
 * The gate is how replay works: rows pass up to an event time, or one at a time, or freely. Rows keep the order in which the source gives them; one
 * that is later in event time than the gate holds back those behind it. Rows of a source without event time pass whenever the gate is not
 * shut. One read of at most 4096 rows is ahead of the gate.
 *
 * A split that has had no row for its idle timeout says so, and stops holding others back, until its next row. The time counts while
 * the gate is open and the task not back-pressured, as on Flink 2.
 */
export interface Gate {
  /** Event time up to which rows may pass; Infinity: all; -Infinity: none. */
  until: number
  /** A split whose turn it is and that has to wait is waited for, so that the order of reads does not depend on who was quick. */
  readonly inTurn: boolean
  /** What was read goes out at once, because nothing more is read before it has been worked off. */
  readonly inStep?: boolean
}

export interface SourceSplit {
  /** Which of how many splits of the source this is: what a checkpoint finds it again by. Absent: the only one. */
  readonly number?: number
  readonly splits?: number
  readonly runtime: SourceRuntime
  /** What its batches are made of, where nobody keeps anything of them; null: each is made anew. */
  readonly scratch: Scratch | null
  readonly watermark: SourceWatermark | null
}

export interface SourceWatermark {
  readonly column: number
  readonly columnName: string
  /** Null: the source evaluates an expression (`watermarkOf`). */
  readonly delayMs: number | null
  /** 0: never idle. */
  readonly idleTimeoutMs: number
}

export class SourceTask implements Task {
  readonly nodes: readonly OperatorNode[]
  readonly outlets: readonly Outlet[]
  readonly time = new TaskTime()
  listener: CheckpointListener | null = null
  readonly #schema: Schema
  readonly #gate: Gate
  readonly #clock: Clock
  readonly #timers: ProcessingTimers
  readonly #splits: Split[]
  readonly #combined: CombinedWatermark
  readonly #timeColumn: number
  /** For watermarks, which are made anew for each part of a batch that passes. */
  readonly #scratch: Scratch | null
  #next = 0
  #open: number
  #idle = false
  #finished = false
  #onWaiting: (ready: Promise<void>) => void

  /** `onWaiting` is told when a split has no rows yet, with a promise that there are. `reusesWatermarks`: nobody keeps those of a batch. */
  constructor(
    splits: readonly SourceSplit[],
    schema: Schema,
    nodes: readonly OperatorNode[],
    outlets: readonly Outlet[],
    gate: Gate,
    timers: ProcessingTimers,
    clock: Clock,
    onWaiting: (ready: Promise<void>) => void,
    reusesWatermarks = false,
  ) {
    this.nodes = nodes
    this.outlets = outlets
    this.#schema = schema
    this.#gate = gate
    this.#clock = clock
    this.#timers = timers
    this.#onWaiting = onWaiting
    this.#splits = splits.map((split) => new Split(split, clock.now()))
    this.#combined = new CombinedWatermark(splits.length)
    this.#open = splits.length
    this.#scratch = reusesWatermarks ? new Scratch(2 * 8 * batchRowsTarget) : null
    this.#timeColumn = splits[0]?.watermark?.column ?? schema.fields.findIndex((field) => field.time === 'event')
  }

  /** One batch of one split at most: sources take turns with everything else in their thread. */
  advance(): TaskState {
    if (this.#finished) return hasCredit(this.outlets) ? 'finished' : 'backPressured'
    const now = this.#clock.now()
    if (!hasCredit(this.outlets)) {
      for (const split of this.#splits) split.activeAt = now
      return 'backPressured'
    }
    const rang = this.#timers.fire(now)
    if (this.#open === 0) {
      this.#finish()
      return 'busy'
    }
    if (this.#gate.until !== -Infinity) {
      for (let tried = 0; tried < this.#splits.length; tried++) {
        const index = this.#next
        this.#next = index + 1 === this.#splits.length ? 0 : index + 1
        const batch = this.#passing(this.#splits[index]!, this.#gate.until)
        if (batch === null) {
          if (!this.#gate.inTurn || this.#splits[index]!.ready === null) continue
          this.#next = index
          return 'idle'
        }
        this.#release(index, batch)
        if (this.#gate.inStep === true) flush(this.outlets)
        return 'busy'
      }
    } else for (const split of this.#splits) split.activeAt = now
    for (const node of this.nodes) node.flush()
    const sent = flush(this.outlets)
    return this.#lookForIdleSplits(now) || rang || sent || this.#open === 0 ? 'busy' : 'idle'
  }

  /** Event time of the next row; Infinity where it has none; null when no row is there (`loading` when one may come soon). */
  nextTime(): { readonly time: number | null; readonly loading: boolean } {
    let time: number | null = null
    let loading = false
    for (const split of this.#splits) {
      this.#load(split)
      if (split.ahead === null) loading ||= !split.ended && split.runtime.polled !== 'waiting'
      else time = Math.min(time ?? Infinity, this.#timeOf(split.ahead, split.at))
    }
    return { time, loading }
  }

  /** Lets the next row in event time through. False when there was none. */
  step(): boolean {
    let chosen = -1
    let least = Infinity
    for (let i = 0; i < this.#splits.length; i++) {
      const split = this.#splits[i]!
      this.#load(split)
      if (split.ahead === null) continue
      const time = this.#timeOf(split.ahead, split.at)
      if (chosen < 0 || time < least) {
        chosen = i
        least = time
      }
    }
    if (chosen < 0) return false
    const split = this.#splits[chosen]!
    this.#release(chosen, split.take(split.at + 1))
    return true
  }

  nextWake(): number {
    let wake = this.#timers.next()
    if (this.#gate.until === -Infinity) return wake
    for (const split of this.#splits) {
      const timeout = split.watermark?.idleTimeoutMs ?? 0
      if (timeout > 0 && !split.idle && !split.ended) wake = Math.min(wake, split.activeAt + timeout)
    }
    return wake
  }

  close(): void {
    for (const split of this.#splits) split.runtime.close?.()
  }

  /** Between two rows: what was let through belongs to the checkpoint, what was read ahead is read again. */
  triggerCheckpoint(barrier: CheckpointBarrier): void {
    const { listener } = this
    if (listener === null) return
    if (!this.#finished && this.#splits.some(({ ended, runtime }) => !ended && runtime.position === undefined)) {
      listener.decline(barrier.checkpoint, `the source ${this.nodes[0]!.id} cannot be read a second time`)
      return
    }
    const now = this.#clock.now()
    const inFlight = this.#finished ? [] : sendBarrier(barrier, this.nodes, this.outlets)
    const operators = this.#finished ? finishedSnapshots(listener) : operatorSnapshots(listener, this.nodes, this.#timers)
    listener.acknowledge({
      checkpoint: barrier.checkpoint,
      place: listener.place,
      finished: this.#finished,
      operators,
      channels: [],
      splits: this.#splits.map((split) => split.snapshot()),
      inFlight,
      stateBytes: bytesOf(operators),
      startDelayMs: Math.max(0, now - barrier.timestamp),
      alignmentMs: 0,
      syncMs: this.#clock.now() - now,
      bufferedElements: 0,
    })
  }

  abortCheckpoint(): void {}

  async restore(restore: TaskRestore): Promise<void> {
    const snapshots = new Map((restore.kind === 'same' ? restore.snapshot.splits : restore.splits).map((split) => [split.split, split]))
    await Promise.all(this.#splits.map(async (split, index) => this.#restoreSplit(split, index, snapshots)))
    if (restore.kind === 'same' && restore.snapshot.finished) {
      this.#finished = true
      for (const outlet of this.outlets) outlet.end()
      return
    }
    restoreOperators(this.nodes, this.#timers, restore)
    if (restore.kind === 'same') {
      this.#idle = this.#combined.idle
      resend(restore.snapshot, this.outlets)
    } else {
      announceWatermarks(this.nodes)
      if (this.listener !== null) processInFlight(this.nodes, this.listener, restore)
    }
  }

  async #restoreSplit(split: Split, index: number, snapshots: ReadonlyMap<number, SplitSnapshot>): Promise<void> {
    const snapshot = snapshots.get(split.number)
    // A split that the job did not have before is read from its beginning.
    if (snapshot === undefined) return
    split.assigner?.restore(snapshot.watermark)
    if (snapshot.position === null) {
      this.#endSplit(split, index)
      return
    }
    if (split.assigner !== null) this.#combined.advance(index, split.assigner.watermark)
    if (snapshot.idle) {
      split.idle = true
      this.#combined.setIdle(index)
    }
    split.skip = snapshot.skip
    try {
      if (split.runtime.seek === undefined) throw new Error(`The source cannot go on from row ${snapshot.position.rows}: it can only be read from its beginning.`)
      await split.runtime.seek(snapshot.position)
    } catch (error) {
      throw this.#sourceFailure(error)
    }
  }

  #endSplit(split: Split, index: number): void {
    split.ended = true
    split.runtime.close?.()
    this.#open--
    this.#combined.setActive(index)
    this.#combined.advance(index, Infinity)
  }

  /** Rows at the front of a split that may pass, taken; null when there are none now. */
  #passing(split: Split, until: number): Batch | null {
    this.#load(split)
    const { ahead } = split
    if (ahead === null) return null
    let end = ahead.rowCount
    if (until !== Infinity && this.#timeColumn >= 0) {
      const { values } = ahead.columns[this.#timeColumn] as Float64Column
      end = split.at
      while (end < ahead.rowCount && values[end]! <= until) end++
      if (end === split.at) return null
    }
    return split.take(end)
  }

  #load(split: Split): void {
    while (split.ahead === null && !split.ended && split.ready === null) {
      let next: Batch | 'wait' | 'end'
      try {
        // All of its last batch has gone through the chain.
        split.scratch?.reset()
        split.before = split.runtime.position?.() ?? null
        next = split.runtime.next(batchRowsTarget)
      } catch (error) {
        throw this.#sourceFailure(error)
      }
      if (next === 'end') {
        this.#endSplit(split, this.#splits.indexOf(split))
        // The last one's Infinity goes out with the end of the task.
        if (this.#open > 0) this.#forward()
      } else if (next === 'wait' && split.runtime.polled !== undefined) {
        return
      } else if (next === 'wait') {
        const ready = split.runtime.ready?.() ?? Promise.resolve()
        split.ready = ready
        this.#onWaiting(
          ready.then(
            () => {
              split.ready = null
            },
            (error: unknown) => {
              split.ready = null
              throw this.#sourceFailure(error)
            },
          ),
        )
      } else if (next.rowCount > split.skip) {
        split.ahead = next
        split.at = split.skip
        split.skip = 0
      } else split.skip -= next.rowCount
    }
  }

  #release(index: number, rows: Batch): void {
    const split = this.#splits[index]!
    split.activeAt = this.#clock.now()
    if (split.idle) {
      split.idle = false
      this.#combined.setActive(index)
      this.#tellIdleness()
    }
    const head = this.nodes[0]!
    const arrays = this.#scratch?.reset() ?? freshArrays
    let batch = rows
    if (split.assigner !== null) {
      try {
        const candidates = split.watermark!.delayMs === null ? (split.runtime.watermarkOf?.(rows) ?? null) : null
        batch = split.assigner.assign(rows, candidates, arrays)
      } catch (error) {
        if (error instanceof RowError) throw new TaskFailure('row', head.id, error.message, { schema: this.#schema, values: rowAt(rows, error.row) })
        throw head.failureOf(error, null)
      }
      this.#reach(split, split.assigner, batch)
      if (this.#splits.length > 1) {
        const inOrder = staysInOrder(batch, this.#timeColumn, this.#combined.watermark)
        const moved = advanceBatch(this.#combined, index, batch, arrays)
        // A split that has ended since may have let it rise.
        const still = moved !== null || this.#combined.watermark === head.forwarded ? null : arrays.float64(batch.rowCount).fill(this.#combined.watermark)
        batch = moved === null ? { ...batch, watermarks: still, inOrder, trailing: null } : { ...moved, inOrder }
      }
    }
    head.emit(0, batch)
    if (split.assigner !== null) {
      this.#combined.advance(index, split.assigner.watermark)
      this.#forward()
    }
  }

  /** How far watermarks reach is kept beside where they are: a short run is over between two looks at it. */
  #reach(split: Split, { watermark }: WatermarkAssigner, batch: Batch): void {
    if (watermark === noWatermark) return
    const head = this.nodes[0]!
    if (!split.begun) {
      split.begun = true
      const first = batch.rowCount > 1 ? watermarkBefore(batch, 1)! : watermark
      head.firstWatermark = Math.min(head.firstWatermark ?? Infinity, first === noWatermark ? watermark : first)
    }
    head.lastWatermark = Math.max(head.lastWatermark ?? noWatermark, watermark)
  }

  #forward(): void {
    if (this.#combined.watermark !== noWatermark) this.nodes[0]!.forward(this.#combined.watermark)
  }

  #lookForIdleSplits(now: number): boolean {
    let changed = false
    this.#splits.forEach((split, index) => {
      const timeout = split.watermark?.idleTimeoutMs ?? 0
      if (timeout === 0 || split.idle || split.ended || now - split.activeAt < timeout) return
      split.idle = true
      this.#combined.setIdle(index)
      changed = true
    })
    if (changed) {
      this.#forward()
      this.#tellIdleness()
    }
    return changed
  }

  #tellIdleness(): void {
    if (this.#combined.idle === this.#idle) return
    this.#idle = this.#combined.idle
    for (const outlet of this.outlets) {
      if (this.#idle) outlet.idle()
      else outlet.active()
    }
  }

  #finish(): void {
    this.#finished = true
    this.nodes[0]!.forward(Infinity)
    finishChain(this.nodes, this.outlets, 1)
  }

  #timeOf(batch: Batch, row: number): number {
    return this.#timeColumn < 0 ? Infinity : (batch.columns[this.#timeColumn] as Float64Column).values[row]!
  }

  #sourceFailure(error: unknown): TaskFailure {
    const head = this.nodes[0]!
    if (error instanceof RowError) return head.failureOf(new Error(error.message), null)
    return new TaskFailure('source', head.id, error instanceof Error ? error.message : String(error), null, error)
  }
}

class Split {
  readonly number: number
  readonly splits: number
  readonly runtime: SourceRuntime
  readonly scratch: Scratch | null
  readonly watermark: SourceWatermark | null
  readonly assigner: WatermarkAssigner | null
  /** Read but not yet let through, from row `at`. */
  ahead: Batch | null = null
  at = 0
  /** Where the source was before it read what is ahead. */
  before: SourcePosition | null = null
  /** Rows still to be passed over: they were let through before the checkpoint. */
  skip = 0
  ended = false
  idle = false
  /** A row had a watermark. */
  begun = false
  ready: Promise<void> | null = null
  /** When it last had a row, or was not free to have one. */
  activeAt: number

  constructor(split: SourceSplit, now: number) {
    this.number = split.number ?? 0
    this.splits = split.splits ?? 1
    this.runtime = split.runtime
    this.scratch = split.scratch
    this.watermark = split.watermark
    this.assigner = split.watermark === null ? null : new WatermarkAssigner(split.watermark.column, split.watermark.columnName, split.watermark.delayMs ?? 0)
    this.activeAt = now
  }

  snapshot(): SplitSnapshot {
    const position = this.ended ? null : this.ahead === null ? this.runtime.position!() : this.before
    return {
      split: this.number,
      splits: this.splits,
      position,
      skip: this.ended ? 0 : this.ahead === null ? this.skip : this.at,
      watermark: this.assigner?.watermark ?? noWatermark,
      idle: this.idle,
    }
  }

  take(end: number): Batch {
    const rows = sliceBatch(this.ahead!, this.at, end)
    if (end === this.ahead!.rowCount) this.ahead = null
    this.at = end
    return rows
  }
}
