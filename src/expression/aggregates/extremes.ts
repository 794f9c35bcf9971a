import { freshArrays, type Arrays } from '../../columnar/arrays.ts'
import type { Column, DecimalColumn, Float64Column, Int32Column, Int64Column } from '../../columnar/column.ts'
import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import { emptyMask, grownFloat64, type Accumulator } from './accumulator.ts'

/**
 * MIN and MAX over what lies in doubles: FLOAT, DOUBLE, timestamps, and INT, DATE, TIME widened on the way in. NaN compares as in Java: it is neither less nor greater than
 * anything, so the first value stays when it is NaN. These cannot take a value back; `counted.ts` has those that can.
 */
export class NumberExtremeAccumulator implements Accumulator {
  readonly #storage: 'int32' | 'float64'
  readonly #least: boolean
  #values: Float64Array = new Float64Array(64)
  /** 1 where there is a value. */
  #counts: Float64Array = new Float64Array(64)

  constructor(storage: 'int32' | 'float64', least: boolean) {
    this.#storage = storage
    this.#least = least
  }
  ensure(count: number): void {
    this.#values = grownFloat64(this.#values, count)
    this.#counts = grownFloat64(this.#counts, count)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): void {
    if (this.#storage === 'int32') addInt32(this.#values, this.#counts, this.#least, slots, column as Int32Column, rowCount, mask)
    else addFloat64(this.#values, this.#counts, this.#least, slots, column as Float64Column, rowCount, mask)
  }
  addAllTo(slot: number, column: Column | null, rowCount: number): boolean {
    if (column!.storage !== 'float64' || column!.nulls !== null || rowCount === 0) return false
    addAllTo(this.#values, this.#counts, this.#least, slot, column!.values, rowCount)
    return true
  }
  running(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): Column {
    const { values, nulls } = column as Int32Column | Float64Column
    const { out, empty } = runningExtreme(this.#values, this.#counts, this.#least, slots, values, nulls, rowCount, mask)
    return this.#storage === 'int32' ? { storage: 'int32', values: Int32Array.from(out), nulls: empty } : { storage: 'float64', values: out, nulls: empty }
  }
  merge(target: number, other: NumberExtremeAccumulator, source: number): void {
    if (other.#counts[source] === 0) return
    const value = other.#values[source]!
    if (this.#counts[target] === 0 || (this.#least ? value < this.#values[target]! : value > this.#values[target]!)) this.#values[target] = value
    this.#counts[target] = 1
  }
  mergeAll(targets: Int32Array, other: NumberExtremeAccumulator, count: number): void {
    mergeExtremes(this.#values, this.#counts, this.#least, targets, other.#values, other.#counts, count)
  }
  addPartials(slots: Int32Array, columns: readonly Column[], rowCount: number): void {
    this.add(slots, columns[0]!, rowCount, null)
  }
  clear(slot: number): void {
    this.#counts[slot] = 0
  }
  reset(): void {
    this.#counts.fill(0)
  }
  read(slots: Int32Array, count: number, arrays: Arrays = freshArrays): Column {
    const nulls = emptyMask(this.#counts, slots, count)
    if (this.#storage === 'int32') {
      const values = arrays.int32(count)
      for (let i = 0; i < count; i++) values[i] = this.#counts[slots[i]!] === 0 ? 0 : this.#values[slots[i]!]!
      return { storage: 'int32', values, nulls }
    }
    return { storage: 'float64', values: readFloat64(this.#values, this.#counts, slots, count, arrays), nulls }
  }
  bytes(): number {
    return this.#values.byteLength * 2
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.float64('values', this.#values, count)
    writer.float64('counts', this.#counts, count)
  }
  restore(reader: StateReader): void {
    this.#values.set(reader.float64('values'))
    this.#counts.set(reader.float64('counts'))
  }
}

/** MIN and MAX over BIGINT and DECIMAL: doubles until a batch brings values beyond them, BigInts from then on. */
export class IntegerExtremeAccumulator implements Accumulator {
  readonly #storage: 'int64' | 'decimal'
  readonly #least: boolean
  #values: Float64Array = new Float64Array(64)
  #wide: bigint[] | null = null
  #counts: Float64Array = new Float64Array(64)

  constructor(storage: 'int64' | 'decimal', least: boolean) {
    this.#storage = storage
    this.#least = least
  }
  ensure(count: number): void {
    this.#values = grownFloat64(this.#values, count)
    this.#counts = grownFloat64(this.#counts, count)
    if (this.#wide !== null) while (this.#wide.length < this.#counts.length) this.#wide.push(0n)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): void {
    const { values, wide, nulls } = column as Int64Column | DecimalColumn
    const counts = this.#counts
    const least = this.#least
    if (values !== null && this.#wide === null) {
      addFloat64(this.#values, counts, least, slots, { storage: 'float64', values, nulls }, rowCount, mask)
      return
    }
    const best = this.#widen()
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const value = values === null ? wide![i]! : BigInt(values[i]!)
      if (counts[slot] === 0 || (least ? value < best[slot]! : value > best[slot]!)) best[slot] = value
      counts[slot] = 1
    }
  }
  addAllTo(slot: number, column: Column | null, rowCount: number): boolean {
    const { values, nulls } = column as Int64Column | DecimalColumn
    if (values === null || nulls !== null || this.#wide !== null || rowCount === 0) return false
    addAllTo(this.#values, this.#counts, this.#least, slot, values, rowCount)
    return true
  }
  running(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): Column | null {
    const { values, nulls } = column as Int64Column | DecimalColumn
    if (values === null || this.#wide !== null) return null
    const { out, empty } = runningExtreme(this.#values, this.#counts, this.#least, slots, values, nulls, rowCount, mask)
    return { storage: this.#storage, values: out, wide: null, nulls: empty }
  }
  #widen(): bigint[] {
    this.#wide ??= Array.from(this.#values, BigInt)
    return this.#wide
  }
  merge(target: number, other: IntegerExtremeAccumulator, source: number): void {
    if (other.#counts[source] === 0) return
    if (this.#wide === null && other.#wide === null) {
      const value = other.#values[source]!
      if (this.#counts[target] === 0 || (this.#least ? value < this.#values[target]! : value > this.#values[target]!)) this.#values[target] = value
    } else {
      const value = other.#wide === null ? BigInt(other.#values[source]!) : other.#wide[source]!
      const best = this.#widen()
      if (this.#counts[target] === 0 || (this.#least ? value < best[target]! : value > best[target]!)) best[target] = value
    }
    this.#counts[target] = 1
  }
  mergeAll(targets: Int32Array, other: IntegerExtremeAccumulator, count: number): void {
    if (this.#wide === null && other.#wide === null) mergeExtremes(this.#values, this.#counts, this.#least, targets, other.#values, other.#counts, count)
    else for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  addPartials(slots: Int32Array, columns: readonly Column[], rowCount: number): void {
    this.add(slots, columns[0]!, rowCount, null)
  }
  clear(slot: number): void {
    this.#counts[slot] = 0
  }
  reset(): void {
    this.#counts.fill(0)
    this.#wide = null
  }
  read(slots: Int32Array, count: number, arrays: Arrays = freshArrays): Column {
    const nulls = emptyMask(this.#counts, slots, count)
    if (this.#wide === null) return { storage: this.#storage, values: readFloat64(this.#values, this.#counts, slots, count, arrays), wide: null, nulls }
    const wide = Array.from({ length: count }, (_, i) => (this.#counts[slots[i]!] === 0 ? 0n : this.#wide![slots[i]!]!))
    if (wide.every((value) => value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER)) return { storage: this.#storage, values: Float64Array.from(wide, Number), wide: null, nulls }
    return this.#storage === 'int64' ? { storage: 'int64', values: null, wide: BigInt64Array.from(wide), nulls } : { storage: 'decimal', values: null, wide, nulls }
  }
  bytes(): number {
    return this.#counts.byteLength * 2 + (this.#wide === null ? 0 : this.#wide.length * 24)
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.float64('counts', this.#counts, count)
    if (this.#wide === null) writer.float64('values', this.#values, count)
    else writer.bigints('wide', this.#wide.slice(0, count))
  }
  restore(reader: StateReader): void {
    this.#counts.set(reader.float64('counts'))
    if (reader.has('values')) this.#values.set(reader.float64('values'))
    else {
      const best = this.#widen()
      for (const [slot, value] of reader.bigints('wide').entries()) best[slot] = value
    }
  }
}

function addInt32(best: Float64Array, counts: Float64Array, least: boolean, slots: Int32Array, { values, nulls }: Int32Column, rowCount: number, mask: Uint8Array | null): void {
  for (let i = 0; i < rowCount; i++) {
    if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
    const slot = slots[i]!
    const value = values[i]!
    if (counts[slot] === 0 || (least ? value < best[slot]! : value > best[slot]!)) best[slot] = value
    counts[slot] = 1
  }
}

function addFloat64(best: Float64Array, counts: Float64Array, least: boolean, slots: Int32Array, { values, nulls }: Float64Column, rowCount: number, mask: Uint8Array | null): void {
  for (let i = 0; i < rowCount; i++) {
    if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
    const slot = slots[i]!
    const value = values[i]!
    if (counts[slot] === 0 || (least ? value < best[slot]! : value > best[slot]!)) best[slot] = value
    counts[slot] = 1
  }
}

function addAllTo(best: Float64Array, counts: Float64Array, least: boolean, slot: number, values: Float64Array, rowCount: number): void {
  // The first value stays when it is NaN, wherever it came.
  const first = counts[slot] === 0 ? values[0]! : best[slot]!
  best[slot] = least ? leastOf(values, rowCount, first) : greatestOf(values, rowCount, first)
  counts[slot] = 1
}

// Four at a time: a third less than one by one (measured).
function greatestOf(values: Float64Array, rowCount: number, first: number): number {
  let best = first
  let row = 0
  for (const fours = rowCount - 3; row < fours; row += 4) {
    const a = values[row]!
    const b = values[row + 1]!
    const c = values[row + 2]!
    const d = values[row + 3]!
    if (a > best) best = a
    if (b > best) best = b
    if (c > best) best = c
    if (d > best) best = d
  }
  for (; row < rowCount; row++) if (values[row]! > best) best = values[row]!
  return best
}
function leastOf(values: Float64Array, rowCount: number, first: number): number {
  let best = first
  let row = 0
  for (const fours = rowCount - 3; row < fours; row += 4) {
    const a = values[row]!
    const b = values[row + 1]!
    const c = values[row + 2]!
    const d = values[row + 3]!
    if (a < best) best = a
    if (b < best) best = b
    if (c < best) best = c
    if (d < best) best = d
  }
  for (; row < rowCount; row++) if (values[row]! < best) best = values[row]!
  return best
}

function mergeExtremes(best: Float64Array, counts: Float64Array, least: boolean, targets: Int32Array, from: Float64Array, fromCounts: Float64Array, count: number): void {
  for (let slot = 0; slot < count; slot++) {
    if (fromCounts[slot] === 0) continue
    const target = targets[slot]!
    const value = from[slot]!
    if (counts[target] === 0 || (least ? value < best[target]! : value > best[target]!)) best[target] = value
    counts[target] = 1
  }
}

function readFloat64(values: Float64Array, counts: Float64Array, slots: Int32Array, count: number, arrays: Arrays): Float64Array {
  const out = arrays.float64(count)
  for (let i = 0; i < count; i++) out[i] = counts[slots[i]!] === 0 ? 0 : values[slots[i]!]!
  return out
}

function runningExtreme(
  best: Float64Array,
  counts: Float64Array,
  least: boolean,
  slots: Int32Array,
  values: Float64Array | Int32Array,
  nulls: Uint8Array | null,
  rowCount: number,
  mask: Uint8Array | null,
): { readonly out: Float64Array; readonly empty: Uint8Array | null } {
  const out = new Float64Array(rowCount)
  let empty: Uint8Array | null = null
  for (let i = 0; i < rowCount; i++) {
    const slot = slots[i]!
    if ((nulls === null || nulls[i] === 0) && (mask === null || mask[i] !== 0)) {
      const value = values[i]!
      if (counts[slot] === 0 || (least ? value < best[slot]! : value > best[slot]!)) best[slot] = value
      counts[slot] = 1
    }
    if (counts[slot] === 0) (empty ??= new Uint8Array(rowCount))[i] = 1
    else out[i] = best[slot]!
  }
  return { out, empty }
}
