import { columnOf } from '../../columnar/batchBuilder.ts'
import { valueAt, type Column, type Float64Column, type Int32Column, type StringColumn, type Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import { jsonTextOf } from '../../columnar/valueJson.ts'
import { compareText } from '../textOrder.ts'
import { emptyMask, grownFloat64, type Accumulator } from './accumulator.ts'

/** MIN and MAX over what lies in doubles: FLOAT, DOUBLE, timestamps, and INT, DATE, TIME widened on the way in. */
export class NumberExtremeAccumulator implements Accumulator {
  readonly #storage: 'int32' | 'float64'
  readonly #least: boolean
  #values: Float64Array = new Float64Array(64)
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
    if (this.#storage === 'int32') this.#addInt32(slots, column as Int32Column, rowCount, mask)
    else this.#addFloat64(slots, column as Float64Column, rowCount, mask)
  }
  #addInt32(slots: Int32Array, { values, nulls }: Int32Column, rowCount: number, mask: Uint8Array | null): void {
    const best = this.#values
    const counts = this.#counts
    const least = this.#least
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const value = values[i]!
      if (counts[slot] === 0 || (least ? value < best[slot]! : value > best[slot]!)) best[slot] = value
      counts[slot] = 1
    }
  }
  #addFloat64(slots: Int32Array, { values, nulls }: Float64Column, rowCount: number, mask: Uint8Array | null): void {
    const best = this.#values
    const counts = this.#counts
    const least = this.#least
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const value = values[i]!
      if (counts[slot] === 0 || (least ? value < best[slot]! : value > best[slot]!)) best[slot] = value
      counts[slot] = 1
    }
  }
  merge(target: number, other: NumberExtremeAccumulator, source: number): void {
    if (other.#counts[source] === 0) return
    const value = other.#values[source]!
    if (this.#counts[target] === 0 || (this.#least ? value < this.#values[target]! : value > this.#values[target]!)) this.#values[target] = value
    this.#counts[target] = 1
  }
  clear(slot: number): void {
    this.#counts[slot] = 0
  }
  read(slots: Int32Array, count: number): Column {
    const nulls = emptyMask(this.#counts, slots, count)
    if (this.#storage === 'int32') {
      const values = new Int32Array(count)
      for (let i = 0; i < count; i++) values[i] = this.#counts[slots[i]!] === 0 ? 0 : this.#values[slots[i]!]!
      return { storage: 'int32', values, nulls }
    }
    const values = new Float64Array(count)
    for (let i = 0; i < count; i++) values[i] = this.#counts[slots[i]!] === 0 ? 0 : this.#values[slots[i]!]!
    return { storage: 'float64', values, nulls }
  }
  bytes(): number {
    return this.#values.byteLength * 2
  }
}

/** MIN and MAX over BIGINT in doubles; a batch of wide values goes through `ValueAccumulator`'s path instead, so a table may change over. */
export class Int64ExtremeAccumulator implements Accumulator {
  readonly #least: boolean
  #values: Float64Array = new Float64Array(64)
  #wide: bigint[] | null = null
  #counts: Float64Array = new Float64Array(64)

  constructor(least: boolean) {
    this.#least = least
  }
  ensure(count: number): void {
    this.#values = grownFloat64(this.#values, count)
    this.#counts = grownFloat64(this.#counts, count)
    if (this.#wide !== null) while (this.#wide.length < this.#counts.length) this.#wide.push(0n)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): void {
    if (column!.storage !== 'int64') return
    const { values, wide, nulls } = column!
    const counts = this.#counts
    const least = this.#least
    if (values !== null && this.#wide === null) {
      const best = this.#values
      for (let i = 0; i < rowCount; i++) {
        if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
        const slot = slots[i]!
        const value = values[i]!
        if (counts[slot] === 0 || (least ? value < best[slot]! : value > best[slot]!)) best[slot] = value
        counts[slot] = 1
      }
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
  #widen(): bigint[] {
    this.#wide ??= Array.from(this.#values, BigInt)
    return this.#wide
  }
  merge(target: number, other: Int64ExtremeAccumulator, source: number): void {
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
  clear(slot: number): void {
    this.#counts[slot] = 0
  }
  read(slots: Int32Array, count: number): Column {
    const nulls = emptyMask(this.#counts, slots, count)
    if (this.#wide !== null) {
      const wide = BigInt64Array.from({ length: count }, (_, i) => (this.#counts[slots[i]!] === 0 ? 0n : this.#wide![slots[i]!]!))
      return wide.every((value) => value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER)
        ? { storage: 'int64', values: Float64Array.from(wide, Number), wide: null, nulls }
        : { storage: 'int64', values: null, wide, nulls }
    }
    const values = new Float64Array(count)
    for (let i = 0; i < count; i++) values[i] = this.#counts[slots[i]!] === 0 ? 0 : this.#values[slots[i]!]!
    return { storage: 'int64', values, wide: null, nulls }
  }
  bytes(): number {
    return this.#counts.byteLength * 2
  }
}

/** Which of two values stays: the one held, or the newcomer. */
export type Preference = 'least' | 'greatest' | 'first' | 'last'

/**
 * MIN, MAX, FIRST_VALUE and LAST_VALUE over any type, one value a slot. NULLs are passed over, as Flink's FirstValueAggFunction and LastValueAggFunction do. A table that is
 * merged into another is taken to be the later one.
 */
export class ValueAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #preference: Preference
  #values: Value[] = []

  constructor(type: DataType, preference: Preference) {
    this.#type = type
    this.#preference = preference
  }
  ensure(count: number): void {
    while (this.#values.length < count) this.#values.push(null)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): void {
    if (column!.storage === 'string') return this.#addStrings(slots, column as StringColumn, rowCount, mask)
    const { nulls } = column!
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      this.#values[slot] = this.#preferred(this.#values[slot]!, valueAt(column!, i))
    }
  }
  #addStrings(slots: Int32Array, { codes, dictionary, nulls }: StringColumn, rowCount: number, mask: Uint8Array | null): void {
    const texts = dictionary.values
    const values = this.#values
    const preference = this.#preference
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const slot = slots[i]!
      const held = values[slot] as string | null
      const text = texts[codes[i]!]!
      if (held === null || preference === 'last' || (preference === 'least' ? compareText(text, held) < 0 : preference === 'greatest' && compareText(text, held) > 0)) values[slot] = text
    }
  }
  #preferred(held: Value, value: Value): Value {
    if (held === null) return value
    switch (this.#preference) {
      case 'first':
        return held
      case 'last':
        return value
      case 'least':
        return compareValues(value, held) < 0 ? value : held
      case 'greatest':
        return compareValues(value, held) > 0 ? value : held
    }
  }
  merge(target: number, other: ValueAccumulator, source: number): void {
    const value = other.#values[source] ?? null
    if (value !== null) this.#values[target] = this.#preferred(this.#values[target]!, value)
  }
  clear(slot: number): void {
    this.#values[slot] = null
  }
  read(slots: Int32Array, count: number): Column {
    return columnOf(this.#type, Array.from({ length: count }, (_, i) => this.#values[slots[i]!] ?? null))
  }
  bytes(): number {
    return this.#values.length * 32
  }
}

function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string') return compareText(a, b as string)
  if (typeof a === 'number' || typeof a === 'bigint' || typeof a === 'boolean') return a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0
  return 0
}

/** LISTAGG: the texts in order of arrival, joined. */
export class ListAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #separator: string
  #texts: (string | null)[] = []

  constructor(type: DataType, separator: string) {
    this.#type = type
    this.#separator = separator
  }
  ensure(count: number): void {
    while (this.#texts.length < count) this.#texts.push(null)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): void {
    const { codes, dictionary, nulls } = column as StringColumn
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      this.#append(slots[i]!, dictionary.values[codes[i]!]!)
    }
  }
  #append(slot: number, text: string): void {
    const held = this.#texts[slot]!
    this.#texts[slot] = held === null ? text : held + this.#separator + text
  }
  merge(target: number, other: ListAccumulator, source: number): void {
    const text = other.#texts[source] ?? null
    if (text !== null) this.#append(target, text)
  }
  clear(slot: number): void {
    this.#texts[slot] = null
  }
  read(slots: Int32Array, count: number): Column {
    return columnOf(this.#type, Array.from({ length: count }, (_, i) => this.#texts[slots[i]!] ?? null))
  }
  bytes(): number {
    return this.#texts.reduce((sum, text) => sum + 8 + (text?.length ?? 0) * 2, 0)
  }
}

/** COLLECT: a MULTISET of the values with their counts. */
export class CollectAccumulator implements Accumulator {
  readonly #element: DataType
  readonly #type: DataType
  #sets: (Map<string, { value: Value; count: number }> | null)[] = []

  constructor(element: DataType, type: DataType) {
    this.#element = element
    this.#type = type
  }
  ensure(count: number): void {
    while (this.#sets.length < count) this.#sets.push(null)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): void {
    const { nulls } = column!
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      this.#put(slots[i]!, valueAt(column!, i), 1)
    }
  }
  #put(slot: number, value: Value, count: number): void {
    const set = (this.#sets[slot] ??= new Map())
    const key = jsonTextOf(value, this.#element)
    const entry = set.get(key)
    if (entry === undefined) set.set(key, { value, count })
    else entry.count += count
  }
  merge(target: number, other: CollectAccumulator, source: number): void {
    for (const { value, count } of other.#sets[source]?.values() ?? []) this.#put(target, value, count)
  }
  clear(slot: number): void {
    this.#sets[slot] = null
  }
  read(slots: Int32Array, count: number): Column {
    return columnOf(
      this.#type,
      Array.from({ length: count }, (_, i): Value => [...(this.#sets[slots[i]!]?.values() ?? [])].map(({ value, count: times }) => [value, times])),
    )
  }
  bytes(): number {
    return this.#sets.reduce((sum, set) => sum + 8 + (set?.size ?? 0) * 64, 0)
  }
}

/**
 * DISTINCT around another accumulator: it sees each value of a slot once. The values seen are kept, so that tables merge by value.
 */
export class DistinctAccumulator implements Accumulator {
  readonly #inner: Accumulator
  readonly #type: DataType
  #seen: (Map<string | number, Value> | null)[] = []
  #mask: Uint8Array = new Uint8Array(0)

  constructor(inner: Accumulator, type: DataType) {
    this.#inner = inner
    this.#type = type
  }
  ensure(count: number): void {
    this.#inner.ensure(count)
    while (this.#seen.length < count) this.#seen.push(null)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): void {
    if (this.#mask.length < rowCount) this.#mask = new Uint8Array(rowCount)
    const fresh = this.#mask
    const { nulls } = column!
    for (let i = 0; i < rowCount; i++) {
      fresh[i] = 0
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const seen = (this.#seen[slots[i]!] ??= new Map())
      const value = valueAt(column!, i)
      const key = this.#keyOf(value)
      if (seen.has(key)) continue
      seen.set(key, value)
      fresh[i] = 1
    }
    this.#inner.add(slots, column, rowCount, fresh, null)
  }
  #keyOf(value: Value): string | number {
    return typeof value === 'number' || typeof value === 'string' ? value : jsonTextOf(value, this.#type)
  }
  merge(target: number, other: DistinctAccumulator, source: number): void {
    const theirs = other.#seen[source]
    if (theirs === null || theirs === undefined) return
    const seen = (this.#seen[target] ??= new Map())
    const added: Value[] = []
    for (const [key, value] of theirs) {
      if (seen.has(key)) continue
      seen.set(key, value)
      added.push(value)
    }
    if (added.length > 0) this.#inner.add(new Int32Array(added.length).fill(target), columnOf(this.#type, added), added.length, null, null)
  }
  clear(slot: number): void {
    this.#inner.clear(slot)
    this.#seen[slot] = null
  }
  read(slots: Int32Array, count: number): Column {
    return this.#inner.read(slots, count)
  }
  bytes(): number {
    return this.#inner.bytes() + this.#seen.reduce((sum, set) => sum + 8 + (set?.size ?? 0) * 48, 0)
  }
}
