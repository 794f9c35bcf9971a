import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { stateExpiresBy, type Frame } from './definition.ts'

/** Fewer partitions than this are never looked through. */
const lookedMin = 4096

/**
 * When the state of a partition is dropped by the job's time to live, in the two ways of Flink's over functions (docs/decisions/0266). A bounded range knows neither: its frame says when state goes.
 *
 * - By timer: event time, or a bounded number of rows. Each partition has one timer of processing time; it is set to half as much again as the time to live when a row comes or comes out and the one that is
 *   set would ring before the time to live is over. When it has rung, all state of the partition goes, or the timer is set anew where rows still wait for the watermark. A timer rings in the millisecond after its time.
 * - By the last write: processing time without a bound.
 *
 * No clock is watched for this: what has rung is found when a partition is met again, which cannot be told apart, and partitions that are not met are looked through now and then.
 *
 * Source: KeyedProcessFunctionWithCleanupState, CleanupState, RowTimeUnboundedPrecedingOverFunctionV2, RowTimeRowsBoundedPrecedingFunction, ProcTimeRowsBoundedPrecedingFunction and ProcTimeUnboundedPrecedingFunction of Flink 2.2.
 */
export class PartitionTtl {
  readonly #ttlMs: number
  readonly #byTimer: boolean
  /** By slot: the timer's time, or the last write; NaN where there is none. */
  #times: Float64Array = new Float64Array(0)
  #looked = lookedMin

  constructor(ttlMs: number, byTimer: boolean) {
    this.#ttlMs = ttlMs
    this.#byTimer = byTimer
  }

  get bytes(): number {
    return this.#times.byteLength
  }

  /** Whether there are twice as many partitions as when they were last looked through. */
  isTimeToLook(partitions: number): boolean {
    return partitions >= this.#looked
  }

  hasLooked(partitions: number): void {
    this.#looked = Math.max(lookedMin, partitions * 2)
  }

  isExpired(slot: number, now: number): boolean {
    return this.#byTimer ? this.#times[slot]! < now : this.#times[slot]! + this.#ttlMs <= now
  }

  /** A row of the partition comes or comes out. True: what the partition had before is to be dropped first. `rowsWait`: some of its rows, this one not counted where it comes, wait for the watermark. */
  renew(slot: number, now: number, rowsWait: boolean): boolean {
    const expired = this.isExpired(slot, now)
    if (!this.#byTimer) {
      this.#times[slot] = now
      return expired
    }
    const longest = Math.floor((this.#ttlMs * 3) / 2)
    let due = this.#times[slot]!
    // It rang, was set anew because rows waited, rang again, and so on until now.
    if (expired && rowsWait) due += Math.ceil((now - due) / (longest + 1)) * (longest + 1)
    this.#times[slot] = due >= now + this.#ttlMs ? due : now + longest
    return expired && !rowsWait
  }

  fit(count: number): void {
    const before = this.#times.length
    if (before >= count) return
    const grown = new Float64Array(Math.max(64, count, before * 2)).fill(NaN, before)
    grown.set(this.#times)
    this.#times = grown
  }

  /** Partitions are those of `kept` now, in that order. */
  keep(kept: Int32Array): void {
    const before = this.#times
    this.#times = new Float64Array(Math.max(64, kept.length)).fill(NaN)
    for (let i = 0; i < kept.length; i++) this.#times[i] = before[kept[i]!]!
  }

  snapshot(writer: StateWriter, count: number): void {
    this.fit(count)
    writer.float64('expiry', this.#times, count)
  }

  /** `slots[old]` is an old partition's number here, -1 where it is not here. State from before there was a time to live counts as met when it is restored. */
  restore(reader: StateReader, slots: Int32Array, now: number): void {
    const written = reader.has('expiry') ? reader.float64('expiry') : null
    for (let old = 0; old < slots.length; old++) {
      const slot = slots[old]!
      if (slot < 0) continue
      this.fit(slot + 1)
      if (written === null) this.renew(slot, now, false)
      else this.#times[slot] = written[old]!
    }
  }
}

/** Null where no time to live is looked at. */
export function partitionTtlOf(spec: OperatorSpec, frame: Frame, processing: boolean): PartitionTtl | null {
  const { stateTtlMs = 0 } = spec
  if (stateTtlMs <= 0 || !stateExpiresBy(frame)) return null
  const byTimer = !processing || frame.preceding !== null
  // Flink's timers are off up to one millisecond (`stateCleaningEnabled`).
  return byTimer && stateTtlMs <= 1 ? null : new PartitionTtl(stateTtlMs, byTimer)
}
