import type { Column, DecimalColumn } from '../../columnar/column.ts'
import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import { decimalFits, powerOfTen } from '../../columnar/valueText.ts'
import { emptyMask, grownFloat64, retracts, type Accumulator } from './accumulator.ts'
import { correctCounts } from './counting.ts'

const safeMax = Number.MAX_SAFE_INTEGER

/**
 * SUM and AVG over DECIMAL(p, s): the sum is DECIMAL(38, s), NULL beyond 38 digits; the average is the sum divided by the count at the result's scale,
 * rounded HALF_UP. Unscaled sums are doubles while they are safe integers, BigInts after.
 */
export class DecimalSumAccumulator implements Accumulator {
  readonly #scale: number
  /** Scale of the average; null for a sum. */
  readonly #averageScale: number | null
  #sums: Float64Array = new Float64Array(64)
  #wide: bigint[] | null = null
  #counts: Float64Array = new Float64Array(64)

  constructor(scale: number, averageScale: number | null) {
    this.#scale = scale
    this.#averageScale = averageScale
  }
  ensure(count: number): void {
    this.#counts = grownFloat64(this.#counts, count)
    this.#sums = grownFloat64(this.#sums, count)
    if (this.#wide !== null) while (this.#wide.length < this.#counts.length) this.#wide.push(0n)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void {
    const { values, wide, nulls } = column as DecimalColumn
    let from = 0
    if (this.#wide === null && values !== null) {
      from = this.#addSafe(slots, values, rowCount, nulls, mask, kinds)
      if (from === rowCount) return
    }
    const sums = this.#widen()
    for (let i = from; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const value = values === null ? wide![i]! : BigInt(values[i]!)
      const back = kinds !== null && retracts(kinds[i]!)
      sums[slot] = back ? sums[slot]! - value : sums[slot]! + value
      this.#counts[slot]! += back ? -1 : 1
    }
  }
  #addSafe(slots: Int32Array, values: Float64Array, rowCount: number, nulls: Uint8Array | null, mask: Uint8Array | null, kinds: Uint8Array | null): number {
    const sums = this.#sums
    const counts = this.#counts
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const sign = kinds !== null && retracts(kinds[i]!) ? -1 : 1
      const sum = sums[slot]! + sign * values[i]!
      if (sum > safeMax || sum < -safeMax) return i
      sums[slot] = sum
      counts[slot] = counts[slot]! + sign
    }
    return rowCount
  }
  #widen(): bigint[] {
    this.#wide ??= Array.from(this.#sums, BigInt)
    return this.#wide
  }
  #sumOf(slot: number): bigint {
    return this.#wide === null ? BigInt(this.#sums[slot]!) : this.#wide[slot]!
  }
  merge(target: number, other: DecimalSumAccumulator, source: number): void {
    this.#counts[target]! += other.#counts[source]!
    if (this.#wide === null && other.#wide === null) {
      const sum = this.#sums[target]! + other.#sums[source]!
      if (sum <= safeMax && sum >= -safeMax) {
        this.#sums[target] = sum
        return
      }
    }
    const sums = this.#widen()
    sums[target] = sums[target]! + other.#sumOf(source)
  }
  mergeAll(targets: Int32Array, other: DecimalSumAccumulator, count: number): void {
    for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  addPartials(slots: Int32Array, columns: readonly Column[], rowCount: number): void {
    this.add(slots, columns[0]!, rowCount, null, null)
    if (this.#averageScale !== null) correctCounts(this.#counts, slots, columns, rowCount)
  }
  reset(): void {
    this.#counts.fill(0)
    this.#sums.fill(0)
    this.#wide = null
  }
  clear(slot: number): void {
    this.#counts[slot] = 0
    this.#sums[slot] = 0
    if (this.#wide !== null) this.#wide[slot] = 0n
  }
  read(slots: Int32Array, count: number): DecimalColumn {
    let nulls = emptyMask(this.#counts, slots, count)
    const wide = new Array<bigint>(count).fill(0n)
    let safe = true
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      const rows = this.#counts[slot]!
      if (rows === 0) continue
      let value = this.#sumOf(slot)
      if (this.#averageScale !== null) value = roundedQuotient(value * powerOfTen(this.#averageScale - this.#scale), BigInt(rows))
      if (!decimalFits(value, 38)) {
        nulls ??= new Uint8Array(count)
        nulls[i] = 1
        value = 0n
      }
      wide[i] = value
      if (value > safeMax || value < -safeMax) safe = false
    }
    return safe ? { storage: 'decimal', values: Float64Array.from(wide, Number), wide: null, nulls } : { storage: 'decimal', values: null, wide, nulls }
  }
  bytes(): number {
    return this.#counts.byteLength + this.#sums.byteLength + (this.#wide === null ? 0 : this.#wide.length * 24)
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.float64('counts', this.#counts, count)
    if (this.#wide === null) writer.float64('sums', this.#sums, count)
    else writer.bigints('wide', this.#wide.slice(0, count))
  }
  restore(reader: StateReader): void {
    this.#counts.set(reader.float64('counts'))
    if (reader.has('sums')) this.#sums.set(reader.float64('sums'))
    else {
      const sums = this.#widen()
      for (const [slot, sum] of reader.bigints('wide').entries()) sums[slot] = sum
    }
  }
}

/** HALF_UP, away from zero on a tie. `divisor` is positive. */
function roundedQuotient(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  const rest = value % divisor
  const twice = (rest < 0n ? -rest : rest) * 2n
  return twice < divisor ? quotient : value < 0n ? quotient - 1n : quotient + 1n
}
