import { freshArrays, type Arrays } from '../../columnar/arrays.ts'
import type { Column, Float64Column, Int32Column, Int64Column } from '../../columnar/column.ts'
import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import { emptyMask, grownFloat64, retracts, type Accumulator } from './accumulator.ts'

/**
 * Counts and sums over numbers, in typed arrays by slot. A loop sees one array class and allocates nothing; sums stay in doubles while those are exact. A count goes with every
 * sum, because a sum of nothing is NULL, also after everything has been taken back.
 */
function addAll(into: Float64Array, targets: Int32Array, from: Float64Array, count: number): void {
  for (let slot = 0; slot < count; slot++) into[targets[slot]!]! += from[slot]!
}

/** Counts that came as a column: never NULL, never beyond a double. */
function exactCounts(column: Column): Float64Array {
  const { values } = column as Int64Column
  if (values === null) throw new Error('a partial count came as a wide integer')
  return values
}

/** Adding partial sums has counted each as one row where it is not NULL: an average needs the rows behind it. */
export function correctCounts(counts: Float64Array, slots: Int32Array, columns: readonly Column[], rowCount: number): void {
  const rows = exactCounts(columns[1]!)
  for (let i = 0; i < rowCount; i++) if (rows[i] !== 0) counts[slots[i]!]! += rows[i]! - 1
}

/** COUNT(*) and COUNT(x). */
export class CountAccumulator implements Accumulator {
  #counts: Float64Array = new Float64Array(64)

  ensure(count: number): void {
    this.#counts = grownFloat64(this.#counts, count)
  }
  add(slots: Int32Array, values: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void {
    const counts = this.#counts
    const nulls = values === null ? null : values.nulls
    if (nulls === null && mask === null && kinds === null) {
      for (let i = 0; i < rowCount; i++) {
        const slot = slots[i]!
        counts[slot] = counts[slot]! + 1
      }
      return
    }
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      counts[slots[i]!]! += kinds !== null && retracts(kinds[i]!) ? -1 : 1
    }
  }
  addAllTo(slot: number, values: Column | null, rowCount: number): boolean {
    if (values !== null && values.nulls !== null) return false
    this.#counts[slot]! += rowCount
    return true
  }
  running(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): Column {
    const counts = this.#counts
    const nulls = column === null ? null : column.nulls
    const values = new Float64Array(rowCount)
    for (let i = 0; i < rowCount; i++) {
      const slot = slots[i]!
      if ((nulls === null || nulls[i] === 0) && (mask === null || mask[i] !== 0)) counts[slot] = counts[slot]! + 1
      values[i] = counts[slot]!
    }
    return { storage: 'int64', values, wide: null, nulls: null }
  }
  merge(target: number, other: CountAccumulator, source: number): void {
    this.#counts[target]! += other.#counts[source]!
  }
  mergeAll(targets: Int32Array, other: CountAccumulator, count: number): void {
    addAll(this.#counts, targets, other.#counts, count)
  }
  addPartials(slots: Int32Array, columns: readonly Column[], rowCount: number): void {
    addAll(this.#counts, slots, exactCounts(columns[0]!), rowCount)
  }
  reset(): void {
    this.#counts.fill(0)
  }
  clear(slot: number): void {
    this.#counts[slot] = 0
  }
  read(slots: Int32Array, count: number, arrays: Arrays = freshArrays): Int64Column {
    const values = arrays.float64(count)
    for (let i = 0; i < count; i++) values[i] = this.#counts[slots[i]!]!
    return { storage: 'int64', values, wide: null, nulls: null }
  }
  countOf(slot: number): number {
    return this.#counts[slot]!
  }
  bytes(): number {
    return this.#counts.byteLength
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.float64('counts', this.#counts, count)
  }
  restore(reader: StateReader): void {
    this.#counts.set(reader.float64('counts'))
  }
}

/**
 * SUM and AVG over TINYINT, SMALLINT and INT. A SUM has the column's own type and wraps in it (Flink's IntSumAggFunction); an AVG sums in 64 bits and truncates toward
 * zero. The 64 bits are two doubles: what a low part has beyond 2^52 moves, in whole multiples of 2^32, to the high part, so that both stay exact.
 */
export class Int32SumAccumulator implements Accumulator {
  readonly #bits: number
  readonly #average: boolean
  #lows: Float64Array = new Float64Array(64)
  /** In multiples of 2^32. */
  #highs: Float64Array = new Float64Array(64)
  #counts: Float64Array = new Float64Array(64)

  constructor(bits: 8 | 16 | 32, average: boolean) {
    this.#bits = bits
    this.#average = average
  }
  ensure(count: number): void {
    this.#lows = grownFloat64(this.#lows, count)
    this.#highs = grownFloat64(this.#highs, count)
    this.#counts = grownFloat64(this.#counts, count)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void {
    const { values, nulls } = column as Int32Column
    const lows = this.#lows
    const counts = this.#counts
    if (nulls === null && mask === null && kinds === null) {
      for (let i = 0; i < rowCount; i++) {
        const slot = slots[i]!
        const low = lows[slot]! + values[i]!
        lows[slot] = low
        counts[slot] = counts[slot]! + 1
        if (low > lowMax || low < -lowMax) this.#carry(slot)
      }
      return
    }
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const sign = kinds !== null && retracts(kinds[i]!) ? -1 : 1
      const low = lows[slot]! + sign * values[i]!
      lows[slot] = low
      counts[slot] = counts[slot]! + sign
      if (low > lowMax || low < -lowMax) this.#carry(slot)
    }
  }
  running(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): Column | null {
    const { values, nulls } = column as Int32Column
    const room = lowMax - rowCount * two32
    for (let i = 0; i < rowCount; i++) if (this.#highs[slots[i]!] !== 0 || Math.abs(this.#lows[slots[i]!]!) > room) return null
    const out = new Int32Array(rowCount)
    const shift = 32 - this.#bits
    let empty: Uint8Array | null = null
    for (let i = 0; i < rowCount; i++) {
      const slot = slots[i]!
      if ((nulls === null || nulls[i] === 0) && (mask === null || mask[i] !== 0)) {
        this.#lows[slot] = this.#lows[slot]! + values[i]!
        this.#counts[slot] = this.#counts[slot]! + 1
      }
      const rows = this.#counts[slot]!
      if (rows === 0) (empty ??= new Uint8Array(rowCount))[i] = 1
      else out[i] = this.#average ? truncatedQuotient(this.#lows[slot]!, rows) : ((this.#lows[slot]! % two32) << shift) >> shift
    }
    return { storage: 'int32', values: out, nulls: empty }
  }
  #carry(slot: number): void {
    const over = Math.trunc(this.#lows[slot]! / two32)
    this.#lows[slot] = this.#lows[slot]! - over * two32
    this.#highs[slot] = this.#highs[slot]! + over
  }
  merge(target: number, other: Int32SumAccumulator, source: number): void {
    this.#counts[target]! += other.#counts[source]!
    this.#highs[target]! += other.#highs[source]!
    this.#lows[target]! += other.#lows[source]!
    if (Math.abs(this.#lows[target]!) > lowMax) this.#carry(target)
  }
  mergeAll(targets: Int32Array, other: Int32SumAccumulator, count: number): void {
    for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  addPartials(slots: Int32Array, columns: readonly Column[], rowCount: number): void {
    if (!this.#average) {
      this.add(slots, columns[0]!, rowCount, null, null)
      return
    }
    const { values, wide } = columns[0] as Int64Column
    addAll(this.#counts, slots, exactCounts(columns[1]!), rowCount)
    for (let i = 0; i < rowCount; i++) {
      // The sum of no rows is NULL, under which there is 0.
      const slot = slots[i]!
      const high = values !== null ? Math.trunc(values[i]! / two32) : Number(wide![i]! / BigInt(two32))
      this.#highs[slot]! += high
      this.#lows[slot]! += values !== null ? values[i]! - high * two32 : Number(wide![i]! % BigInt(two32))
      if (Math.abs(this.#lows[slot]!) > lowMax) this.#carry(slot)
    }
  }
  clear(slot: number): void {
    this.#lows[slot] = 0
    this.#highs[slot] = 0
    this.#counts[slot] = 0
  }
  reset(): void {
    this.#lows.fill(0)
    this.#highs.fill(0)
    this.#counts.fill(0)
  }
  read(slots: Int32Array, count: number): Int32Column {
    const values = new Int32Array(count)
    const shift = 32 - this.#bits
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      const rows = this.#counts[slot]!
      const low = this.#lows[slot]!
      const high = this.#highs[slot]!
      if (rows === 0) continue
      // A multiple of 2^32 does not show in 32 bits.
      if (!this.#average) values[i] = ((low % two32) << shift) >> shift
      else if (high === 0) values[i] = truncatedQuotient(low, rows)
      else values[i] = Number((BigInt(high) * BigInt(two32) + BigInt(low)) / BigInt(rows))
    }
    return { storage: 'int32', values, nulls: emptyMask(this.#counts, slots, count) }
  }
  bytes(): number {
    return this.#lows.byteLength * 3
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.float64('lows', this.#lows, count)
    writer.float64('highs', this.#highs, count)
    writer.float64('counts', this.#counts, count)
  }
  restore(reader: StateReader): void {
    this.#lows.set(reader.float64('lows'))
    this.#highs.set(reader.float64('highs'))
    this.#counts.set(reader.float64('counts'))
  }
}

const two32 = 4_294_967_296
const lowMax = 2 ** 52

const safeMax = Number.MAX_SAFE_INTEGER

/**
 * SUM and AVG over BIGINT. Sums are doubles while every one of them is a safe integer; the first that is not moves the whole table to 64-bit integers, which wrap
 * as Flink's do.
 */
export class Int64SumAccumulator implements Accumulator {
  readonly #average: boolean
  #sums: Float64Array = new Float64Array(64)
  #wide: BigInt64Array | null = null
  #counts: Float64Array = new Float64Array(64)

  constructor(average: boolean) {
    this.#average = average
  }
  ensure(count: number): void {
    this.#counts = grownFloat64(this.#counts, count)
    if (this.#wide === null) this.#sums = grownFloat64(this.#sums, count)
    else if (this.#wide.length < count) {
      const grown = new BigInt64Array(Math.max(count, this.#wide.length * 2))
      grown.set(this.#wide)
      this.#wide = grown
    }
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void {
    const { values, wide, nulls } = column as Int64Column
    let from = 0
    if (this.#wide === null && values !== null) {
      from = nulls === null && mask === null && kinds === null ? this.#addPlain(slots, values, rowCount) : this.#addSome(slots, values, rowCount, nulls, mask, kinds)
      if (from === rowCount) return
    }
    const sums = this.#widen()
    const counts = this.#counts
    for (let i = from; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const value = values === null ? wide![i]! : BigInt(values[i]!)
      const back = kinds !== null && retracts(kinds[i]!)
      sums[slot] = BigInt.asIntN(64, back ? sums[slot]! - value : sums[slot]! + value)
      counts[slot] = counts[slot]! + (back ? -1 : 1)
    }
  }
  /** The row at which a sum would leave the safe range, with everything before it added; `rowCount` when none does. */
  #addPlain(slots: Int32Array, values: Float64Array, rowCount: number): number {
    const sums = this.#sums
    const counts = this.#counts
    for (let i = 0; i < rowCount; i++) {
      const slot = slots[i]!
      const sum = sums[slot]! + values[i]!
      if (sum > safeMax || sum < -safeMax) return i
      sums[slot] = sum
      counts[slot] = counts[slot]! + 1
    }
    return rowCount
  }
  #addSome(slots: Int32Array, values: Float64Array, rowCount: number, nulls: Uint8Array | null, mask: Uint8Array | null, kinds: Uint8Array | null): number {
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
  running(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): Column | null {
    const { values, nulls } = column as Int64Column
    if (this.#wide !== null || values === null) return null
    let most = 0
    let added = 0
    for (let i = 0; i < rowCount; i++) {
      most = Math.max(most, Math.abs(this.#sums[slots[i]!]!))
      added += Math.abs(values[i]!)
    }
    if (!(most + added <= safeMax)) return null
    const out = new Float64Array(rowCount)
    let empty: Uint8Array | null = null
    for (let i = 0; i < rowCount; i++) {
      const slot = slots[i]!
      if ((nulls === null || nulls[i] === 0) && (mask === null || mask[i] !== 0)) {
        this.#sums[slot] = this.#sums[slot]! + values[i]!
        this.#counts[slot] = this.#counts[slot]! + 1
      }
      const rows = this.#counts[slot]!
      if (rows === 0) (empty ??= new Uint8Array(rowCount))[i] = 1
      else out[i] = this.#average ? truncatedQuotient(this.#sums[slot]!, rows) : this.#sums[slot]!
    }
    return { storage: 'int64', values: out, wide: null, nulls: empty }
  }
  #widen(): BigInt64Array {
    if (this.#wide === null) {
      this.#wide = new BigInt64Array(this.#counts.length)
      for (let i = 0; i < this.#sums.length; i++) this.#wide[i] = BigInt(this.#sums[i]!)
    }
    return this.#wide
  }
  merge(target: number, other: Int64SumAccumulator, source: number): void {
    this.#counts[target]! += other.#counts[source]!
    if (this.#wide === null && other.#wide === null) {
      const sum = this.#sums[target]! + other.#sums[source]!
      if (sum <= safeMax && sum >= -safeMax) {
        this.#sums[target] = sum
        return
      }
    }
    const sums = this.#widen()
    sums[target] = BigInt.asIntN(64, sums[target]! + (other.#wide === null ? BigInt(other.#sums[source]!) : other.#wide[source]!))
  }
  mergeAll(targets: Int32Array, other: Int64SumAccumulator, count: number): void {
    for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  addPartials(slots: Int32Array, columns: readonly Column[], rowCount: number): void {
    this.add(slots, columns[0]!, rowCount, null, null)
    if (this.#average) correctCounts(this.#counts, slots, columns, rowCount)
  }
  reset(): void {
    this.#counts.fill(0)
    // Sums that had to be wide may be small again.
    if (this.#wide !== null) {
      this.#wide = null
      this.#sums = new Float64Array(this.#counts.length)
    } else this.#sums.fill(0)
  }
  clear(slot: number): void {
    this.#counts[slot] = 0
    if (this.#wide === null) this.#sums[slot] = 0
    else this.#wide[slot] = 0n
  }
  read(slots: Int32Array, count: number, arrays: Arrays = freshArrays): Int64Column {
    const nulls = emptyMask(this.#counts, slots, count)
    if (this.#wide === null) {
      const values = arrays.float64(count)
      for (let i = 0; i < count; i++) {
        const slot = slots[i]!
        const sum = this.#sums[slot]!
        const rows = this.#counts[slot]!
        values[i] = !this.#average ? sum : rows === 0 ? 0 : truncatedQuotient(sum, rows)
      }
      return { storage: 'int64', values, wide: null, nulls }
    }
    const wide = new BigInt64Array(count)
    let safe = true
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      const rows = this.#counts[slot]!
      const value = !this.#average ? this.#wide[slot]! : rows === 0 ? 0n : this.#wide[slot]! / BigInt(rows)
      wide[i] = value
      if (value > safeMax || value < -safeMax) safe = false
    }
    return safe ? { storage: 'int64', values: Float64Array.from(wide, Number), wide: null, nulls } : { storage: 'int64', values: null, wide, nulls }
  }
  bytes(): number {
    return this.#counts.byteLength + (this.#wide?.byteLength ?? this.#sums.byteLength)
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.float64('counts', this.#counts, count)
    if (this.#wide === null) writer.float64('sums', this.#sums, count)
    else writer.int64('wide', this.#wide, count)
  }
  restore(reader: StateReader): void {
    this.#counts.set(reader.float64('counts'))
    if (reader.has('sums')) this.#sums.set(reader.float64('sums'))
    else this.#widen().set(reader.int64('wide'))
  }
}

/** The integer quotient toward zero of two exact integers; a rounded double quotient may be one too far. */
function truncatedQuotient(sum: number, rows: number): number {
  const quotient = Math.trunc(sum / rows)
  const rest = sum - quotient * rows
  if (Math.abs(quotient * rows) > safeMax) return Number(BigInt(sum) / BigInt(rows))
  if (rest !== 0 && rest > 0 !== sum > 0) return quotient - Math.sign(sum)
  return quotient === 0 ? 0 : quotient
}

/** SUM and AVG over FLOAT and DOUBLE. A FLOAT sum is rounded to 32 bits at each step, its average at the end (Flink's FloatSumAggFunction, FloatAvgAggFunction). */
export class Float64SumAccumulator implements Accumulator {
  readonly #single: boolean
  readonly #average: boolean
  #sums: Float64Array = new Float64Array(64)
  #counts: Float64Array = new Float64Array(64)

  constructor(single: boolean, average: boolean) {
    this.#single = single
    this.#average = average
  }
  ensure(count: number): void {
    this.#sums = grownFloat64(this.#sums, count)
    this.#counts = grownFloat64(this.#counts, count)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void {
    const { values, nulls } = column as Float64Column
    const sums = this.#sums
    const counts = this.#counts
    const rounds = this.#single && !this.#average
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const sign = kinds !== null && retracts(kinds[i]!) ? -1 : 1
      const sum = sums[slot]! + sign * values[i]!
      sums[slot] = rounds ? Math.fround(sum) : sum
      counts[slot] = counts[slot]! + sign
    }
  }
  running(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): Column {
    const { values, nulls } = column as Float64Column
    const rounds = this.#single && !this.#average
    const out = new Float64Array(rowCount)
    let empty: Uint8Array | null = null
    for (let i = 0; i < rowCount; i++) {
      const slot = slots[i]!
      if ((nulls === null || nulls[i] === 0) && (mask === null || mask[i] !== 0)) {
        const sum = this.#sums[slot]! + values[i]!
        this.#sums[slot] = rounds ? Math.fround(sum) : sum
        this.#counts[slot] = this.#counts[slot]! + 1
      }
      const rows = this.#counts[slot]!
      if (rows === 0) (empty ??= new Uint8Array(rowCount))[i] = 1
      else {
        const value = this.#average ? this.#sums[slot]! / rows : this.#sums[slot]!
        out[i] = this.#single ? Math.fround(value) : value
      }
    }
    return { storage: 'float64', values: out, nulls: empty }
  }
  merge(target: number, other: Float64SumAccumulator, source: number): void {
    const sum = this.#sums[target]! + other.#sums[source]!
    this.#sums[target] = this.#single && !this.#average ? Math.fround(sum) : sum
    this.#counts[target]! += other.#counts[source]!
  }
  mergeAll(targets: Int32Array, other: Float64SumAccumulator, count: number): void {
    if (this.#single) {
      for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
      return
    }
    addAll(this.#sums, targets, other.#sums, count)
    addAll(this.#counts, targets, other.#counts, count)
  }
  reset(): void {
    this.#sums.fill(0)
    this.#counts.fill(0)
  }
  clear(slot: number): void {
    this.#sums[slot] = 0
    this.#counts[slot] = 0
  }
  read(slots: Int32Array, count: number, arrays: Arrays = freshArrays): Float64Column {
    const values = arrays.float64(count)
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      const rows = this.#counts[slot]!
      const value = rows === 0 ? 0 : this.#average ? this.#sums[slot]! / rows : this.#sums[slot]!
      values[i] = this.#single ? Math.fround(value) : value
    }
    return { storage: 'float64', values, nulls: emptyMask(this.#counts, slots, count) }
  }
  bytes(): number {
    return this.#sums.byteLength + this.#counts.byteLength
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.float64('sums', this.#sums, count)
    writer.float64('counts', this.#counts, count)
  }
  restore(reader: StateReader): void {
    this.#sums.set(reader.float64('sums'))
    this.#counts.set(reader.float64('counts'))
  }
}
