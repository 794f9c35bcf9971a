import { columnOf } from '../../columnar/batchBuilder.ts'
import { storageOf, valueAt, type Column, type Storage, type StringColumn, type Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import { readJson } from '../../columnar/jsonText.ts'
import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import { jsonTextOf, NotOfType, valueOfJson } from '../../columnar/valueJson.ts'
import { runningByRow, retracts, type Accumulator } from './accumulator.ts'
import { compareValues } from './keeping.ts'

/**
 * Accumulators that know which values they hold, and how often: DISTINCT and COLLECT, and the forms of MIN, MAX, FIRST_VALUE, LAST_VALUE and LISTAGG that can take a value back, as Flink's
 * ...WithRetractAggFunctions do.
 *
 * Values are counted by a key: numbers, texts and truth values by themselves (a BIGINT or DECIMAL as a number while that is exact), nested values by their JSON. A count below
 * zero is kept: a value may be taken back before it comes.
 */
type Key = string | number | bigint | boolean

/** Keys of a batch's rows, in an array used again for the next one. Rows that are NULL or masked out have no meaningful key. */
class Keys {
  readonly #type: DataType
  readonly #storage: Storage
  readonly keys: Key[] = []

  constructor(type: DataType) {
    this.#type = type
    this.#storage = storageOf(type)
  }

  read(column: Column, rowCount: number): void {
    const { keys } = this
    switch (column.storage) {
      case 'int32':
        readInt32(column.values, keys, rowCount)
        return
      case 'float64':
        readFloat64(column.values, keys, rowCount)
        return
      case 'int64':
      case 'decimal':
        if (column.values !== null) readFloat64(column.values, keys, rowCount)
        else for (let i = 0; i < rowCount; i++) keys[i] = keyOfInteger(column.wide![i]!)
        return
      case 'string':
        readTexts(column, keys, rowCount)
        return
      case 'bool':
        for (let i = 0; i < rowCount; i++) keys[i] = column.values[i] === 1
        return
      case 'object':
        for (let i = 0; i < rowCount; i++) keys[i] = column.nulls !== null && column.nulls[i] === 1 ? '' : jsonTextOf(column.values[i]!, this.#type)
    }
  }

  valueOf(key: Key): Value {
    if (this.#storage === 'int64' || this.#storage === 'decimal') return BigInt(key as number | bigint)
    if (this.#storage !== 'object') return key
    const read = readJson(key as string)
    const value = read.kind === 'value' ? valueOfJson(read.value, this.#type) : null
    if (value === null || value instanceof NotOfType) throw new Error(`${String(key)} was written as ${this.#type.kind} and cannot be read back`)
    return value
  }
}

const safe = BigInt(Number.MAX_SAFE_INTEGER)
function keyOfInteger(value: bigint): number | bigint {
  return value <= safe && value >= -safe ? Number(value) : value
}

function readInt32(values: Int32Array, keys: Key[], n: number): void {
  for (let i = 0; i < n; i++) keys[i] = values[i]!
}
function readFloat64(values: Float64Array, keys: Key[], n: number): void {
  for (let i = 0; i < n; i++) keys[i] = values[i]!
}
function readTexts(column: StringColumn, keys: Key[], n: number): void {
  const texts = column.dictionary.values
  const { codes, nulls } = column
  for (let i = 0; i < n; i++) keys[i] = nulls !== null && nulls[i] === 1 ? '' : texts[codes[i]!]!
}

type Counts = Map<Key, number>

/** The values of each slot with their counts. */
class CountedValues {
  readonly keys: Keys
  #slots: (Counts | null)[] = []

  constructor(type: DataType) {
    this.keys = new Keys(type)
  }
  ensure(count: number): void {
    while (this.#slots.length < count) this.#slots.push(null)
  }
  /** The new count of the value. */
  count(slot: number, key: Key, by: number): number {
    const counts = (this.#slots[slot] ??= new Map<Key, number>())
    const count = (counts.get(key) ?? 0) + by
    if (count === 0) counts.delete(key)
    else counts.set(key, count)
    return count
  }
  of(slot: number): Counts | null {
    return this.#slots[slot] ?? null
  }
  clear(slot: number): void {
    this.#slots[slot] = null
  }
  reset(): void {
    this.#slots.fill(null)
  }
  bytes(): number {
    return this.#slots.reduce((sum, counts) => sum + 8 + (counts?.size ?? 0) * 48, 0)
  }
  snapshot(writer: StateWriter, count: number): void {
    const sizes = new Int32Array(count)
    const keys: Key[] = []
    const times: number[] = []
    for (let slot = 0; slot < count; slot++) {
      for (const [key, by] of this.#slots[slot] ?? []) {
        sizes[slot]!++
        keys.push(key)
        times.push(by)
      }
    }
    writer.int32('sizes', sizes)
    writer.numbers('times', times)
    writeKeys(writer, keys)
  }
  restore(reader: StateReader, count: number): void {
    const sizes = reader.int32('sizes')
    const times = reader.float64('times')
    const keys = readKeys(reader)
    let at = 0
    for (let slot = 0; slot < count; slot++) {
      const size = sizes[slot]!
      if (size === 0) continue
      const counts: Counts = new Map()
      for (const end = at + size; at < end; at++) counts.set(keys[at]!, times[at]!)
      this.#slots[slot] = counts
    }
  }
}

/** Keys are mostly all numbers or all texts, which go as arrays. */
function writeKeys(writer: StateWriter, keys: readonly Key[]): void {
  if (keys.every((key) => typeof key === 'number')) writer.numbers('numbers', keys as readonly number[])
  else if (keys.every((key) => typeof key === 'string')) writer.strings('texts', keys as readonly string[])
  else writer.values('keys', keys)
}
function readKeys(reader: StateReader): readonly Key[] {
  if (reader.has('numbers')) return reader.numbers('numbers')
  return reader.has('texts') ? reader.strings('texts') : (reader.values('keys') as readonly Key[])
}

/** DISTINCT around another accumulator, which sees each value of a slot once; it is taken back when the last one of its kind goes. */
export class DistinctAccumulator implements Accumulator {
  readonly #inner: Accumulator
  readonly #type: DataType
  readonly #resultType: DataType
  readonly #values: CountedValues
  #mask = new Uint8Array(0)

  constructor(inner: Accumulator, type: DataType, resultType: DataType) {
    this.#inner = inner
    this.#resultType = resultType
    this.#type = type
    this.#values = new CountedValues(type)
  }
  ensure(count: number): void {
    this.#inner.ensure(count)
    this.#values.ensure(count)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void {
    if (this.#mask.length < rowCount) this.#mask = new Uint8Array(rowCount)
    const changes = this.#mask
    const { nulls } = column!
    const { keys } = this.#values
    keys.read(column!, rowCount)
    for (let i = 0; i < rowCount; i++) {
      changes[i] = 0
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      if (kinds !== null && retracts(kinds[i]!)) changes[i] = this.#values.count(slots[i]!, keys.keys[i]!, -1) === 0 ? 1 : 0
      else changes[i] = this.#values.count(slots[i]!, keys.keys[i]!, 1) === 1 ? 1 : 0
    }
    this.#inner.add(slots, column, rowCount, changes, kinds)
  }
  running(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): Column | null {
    const changes = new Uint8Array(rowCount)
    const { nulls } = column!
    const { keys } = this.#values
    keys.read(column!, rowCount)
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      changes[i] = this.#values.count(slots[i]!, keys.keys[i]!, 1) === 1 ? 1 : 0
    }
    return this.#inner.running?.(slots, column, rowCount, changes) ?? runningByRow(this.#inner, this.#resultType, slots, column, rowCount, changes)
  }
  merge(target: number, other: DistinctAccumulator, source: number): void {
    const theirs = other.#values.of(source)
    if (theirs === null) return
    const added: Value[] = []
    const kinds: number[] = []
    for (const [key, by] of theirs) {
      const before = this.#values.of(target)?.get(key) ?? 0
      const after = this.#values.count(target, key, by)
      if (before > 0 === after > 0) continue
      added.push(this.#values.keys.valueOf(key))
      kinds.push(after > 0 ? 0 : 3)
    }
    if (added.length === 0) return
    this.#inner.add(new Int32Array(added.length).fill(target), columnOf(this.#type, added), added.length, null, kinds.includes(3) ? Uint8Array.from(kinds) : null)
  }
  mergeAll(targets: Int32Array, other: DistinctAccumulator, count: number): void {
    for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  clear(slot: number): void {
    this.#inner.clear(slot)
    this.#values.clear(slot)
  }
  reset(): void {
    this.#inner.reset()
    this.#values.reset()
  }
  read(slots: Int32Array, count: number): Column {
    return this.#inner.read(slots, count)
  }
  bytes(): number {
    return this.#inner.bytes() + this.#values.bytes()
  }
  snapshot(writer: StateWriter, count: number): void {
    this.#values.snapshot(writer, count)
    this.#inner.snapshot(writer.at('inner'), count)
  }
  restore(reader: StateReader, count: number): void {
    this.#values.restore(reader, count)
    this.#inner.restore(reader.at('inner'), count)
  }
}

/** What COLLECT and the retracting MIN and MAX share: they count values and look at the counts when read. */
abstract class CountingAccumulator implements Accumulator {
  protected readonly values: CountedValues

  constructor(type: DataType) {
    this.values = new CountedValues(type)
  }
  abstract read(slots: Int32Array, count: number): Column
  /** A value of the slot has come or gone. */
  protected changed(_slot: number): void {}

  ensure(count: number): void {
    this.values.ensure(count)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void {
    const { nulls } = column!
    const { keys } = this.values
    keys.read(column!, rowCount)
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      this.values.count(slots[i]!, keys.keys[i]!, kinds !== null && retracts(kinds[i]!) ? -1 : 1)
      this.changed(slots[i]!)
    }
  }
  merge(target: number, other: this, source: number): void {
    const theirs = other.values.of(source)
    if (theirs === null) return
    for (const [key, by] of theirs) this.values.count(target, key, by)
    this.changed(target)
  }
  mergeAll(targets: Int32Array, other: this, count: number): void {
    for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  clear(slot: number): void {
    this.values.clear(slot)
    this.changed(slot)
  }
  reset(): void {
    this.values.reset()
  }
  bytes(): number {
    return this.values.bytes()
  }
  snapshot(writer: StateWriter, count: number): void {
    this.values.snapshot(writer, count)
  }
  restore(reader: StateReader, count: number): void {
    this.values.restore(reader, count)
  }
}

/** COLLECT: a MULTISET of the values. */
export class CollectAccumulator extends CountingAccumulator {
  readonly #result: DataType

  constructor(element: DataType, result: DataType) {
    super(element)
    this.#result = result
  }
  read(slots: Int32Array, count: number): Column {
    const { keys } = this.values
    return columnOf(
      this.#result,
      Array.from({ length: count }, (_, i): Value => [...(this.values.of(slots[i]!) ?? [])].filter(([, times]) => times > 0).map(([key, times]) => [keys.valueOf(key), times])),
    )
  }
}

/** MIN and MAX that can take values back: the best one is looked for again when its slot is read after a change. */
export class CountedExtremeAccumulator extends CountingAccumulator {
  readonly #type: DataType
  readonly #sign: number
  /** By slot; undefined is unknown. */
  #best: (Value | undefined)[] = []

  constructor(type: DataType, least: boolean) {
    super(type)
    this.#type = type
    this.#sign = least ? -1 : 1
  }
  protected override changed(slot: number): void {
    this.#best[slot] = undefined
  }
  override reset(): void {
    super.reset()
    this.#best = []
  }
  read(slots: Int32Array, count: number): Column {
    return columnOf(this.#type, Array.from({ length: count }, (_, i) => this.#bestOf(slots[i]!)))
  }
  #bestOf(slot: number): Value {
    const known = this.#best[slot]
    if (known !== undefined) return known
    let best: Value = null
    for (const [key, times] of this.values.of(slot) ?? []) {
      if (times <= 0) continue
      const value = this.values.keys.valueOf(key)
      if (best === null || compareValues(value, best) * this.#sign > 0) best = value
    }
    this.#best[slot] = best
    return best
  }
}

/**
 * The values of a slot in order of arrival; taken back, the earliest of equals goes. What is taken back and is not there is owed: the value may lie in a table this one will be merged
 * into. Where equal values lie in both, merging keeps how many are left and not which of them.
 */
class Arrivals {
  /** In order; undefined where one has gone. */
  readonly #values: (Value | undefined)[] = []
  readonly #places = new Map<Key, number[]>()
  readonly #owed = new Map<Key, number>()
  #live = 0

  get size(): number {
    return this.#values.length
  }
  put(key: Key, value: Value): void {
    const places = this.#places.get(key)
    if (places === undefined) this.#places.set(key, [this.#values.length])
    else places.push(this.#values.length)
    this.#values.push(value)
    this.#live++
  }
  take(key: Key): void {
    const places = this.#places.get(key)
    if (places === undefined) {
      this.#owed.set(key, (this.#owed.get(key) ?? 0) + 1)
      return
    }
    this.#values[places.shift()!] = undefined
    if (places.length === 0) this.#places.delete(key)
    this.#live--
    if (this.#live === 0) this.#values.length = 0
    else while (this.#values.at(-1) === undefined) this.#values.pop()
  }
  /** Adds what came later. */
  merge(later: Arrivals): void {
    const keys = new Map<number, Key>()
    for (const [key, places] of later.#places) for (const place of places) keys.set(place, key)
    later.#values.forEach((value, place) => {
      if (value !== undefined) this.put(keys.get(place)!, value)
    })
    for (const [key, times] of later.#owed) for (let i = 0; i < times; i++) this.take(key)
  }
  /** All that tells it from another: keys with their values in order, then what is owed. */
  entries(): ArrivalEntries {
    const keys = new Map<number, Key>()
    for (const [key, places] of this.#places) for (const place of places) keys.set(place, key)
    const held: [Key, Value][] = []
    this.#values.forEach((value, place) => {
      if (value !== undefined) held.push([keys.get(place)!, value])
    })
    return [held, [...this.#owed]]
  }
  static of([held, owed]: ArrivalEntries): Arrivals {
    const arrivals = new Arrivals()
    for (const [key, value] of held) arrivals.put(key, value)
    for (const [key, times] of owed) arrivals.#owed.set(key, times)
    return arrivals
  }
  /** What is there, less what is owed; undefined where one has gone. */
  left(): readonly (Value | undefined)[] {
    if (this.#owed.size === 0) return this.#values
    const left = [...this.#values]
    for (const [key, times] of this.#owed) for (const place of this.#places.get(key)?.slice(0, times) ?? []) left[place] = undefined
    return left
  }
}

type ArrivalEntries = readonly [readonly (readonly [Key, Value])[], readonly (readonly [Key, number])[]]

/** FIRST_VALUE, LAST_VALUE and LISTAGG that can take values back. A table that is merged into another is taken to be the later one. */
export class ArrivalAccumulator implements Accumulator {
  readonly #result: DataType
  readonly #keys: Keys
  readonly #of: (values: readonly (Value | undefined)[]) => Value
  #slots: (Arrivals | null)[] = []

  constructor(type: DataType, result: DataType, of: (values: readonly (Value | undefined)[]) => Value) {
    this.#result = result
    this.#keys = new Keys(type)
    this.#of = of
  }
  ensure(count: number): void {
    while (this.#slots.length < count) this.#slots.push(null)
  }
  add(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void {
    const { nulls } = column!
    this.#keys.read(column!, rowCount)
    const { keys } = this.#keys
    for (let i = 0; i < rowCount; i++) {
      if ((nulls !== null && nulls[i] === 1) || (mask !== null && mask[i] === 0)) continue
      const arrivals = (this.#slots[slots[i]!] ??= new Arrivals())
      if (kinds !== null && retracts(kinds[i]!)) arrivals.take(keys[i]!)
      else arrivals.put(keys[i]!, valueAt(column!, i))
    }
  }
  merge(target: number, other: ArrivalAccumulator, source: number): void {
    const theirs = other.#slots[source] ?? null
    if (theirs === null) return
    ;(this.#slots[target] ??= new Arrivals()).merge(theirs)
  }
  mergeAll(targets: Int32Array, other: ArrivalAccumulator, count: number): void {
    for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  clear(slot: number): void {
    this.#slots[slot] = null
  }
  reset(): void {
    this.#slots.fill(null)
  }
  read(slots: Int32Array, count: number): Column {
    return columnOf(
      this.#result,
      Array.from({ length: count }, (_, i) => {
        const arrivals = this.#slots[slots[i]!] ?? null
        return arrivals === null ? null : this.#of(arrivals.left())
      }),
    )
  }
  bytes(): number {
    return this.#slots.reduce((sum, arrivals) => sum + 8 + (arrivals?.size ?? 0) * 64, 0)
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.values('arrivals', Array.from({ length: count }, (_, slot): Value => this.#slots[slot]?.entries() ?? null))
  }
  restore(reader: StateReader): void {
    for (const [slot, entries] of reader.values('arrivals').entries()) if (entries !== null) this.#slots[slot] = Arrivals.of(entries as ArrivalEntries)
  }
}

/** What an `ArrivalAccumulator` makes of its values; NULL of none. */
export function arrivalResult(preference: 'first' | 'last'): (values: readonly (Value | undefined)[]) => Value {
  return preference === 'first' ? (values) => values.find((value) => value !== undefined) ?? null : (values) => values.findLast((value) => value !== undefined) ?? null
}

export function joinedArrivals(separator: string): (values: readonly (Value | undefined)[]) => Value {
  return (values) => {
    const left = values.filter((value) => value !== undefined)
    return left.length === 0 ? null : left.join(separator)
  }
}
