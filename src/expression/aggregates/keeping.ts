import { columnOf } from '../../columnar/batchBuilder.ts'
import { valueAt, type Column, type StringColumn, type Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import { compareText } from '../textOrder.ts'
import type { Accumulator } from './accumulator.ts'

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
  /** Texts become a dictionary of their own: a group's best text changes seldom, so most rows repeat a code. */
  running(slots: Int32Array, column: Column | null, rowCount: number, mask: Uint8Array | null): Column {
    const { nulls } = column!
    const texts = column!.storage === 'string' ? new RunningTexts(rowCount) : null
    const results: Value[] = []
    for (let i = 0; i < rowCount; i++) {
      const slot = slots[i]!
      if ((nulls === null || nulls[i] === 0) && (mask === null || mask[i] !== 0)) this.#values[slot] = this.#preferred(this.#values[slot]!, valueAt(column!, i))
      const value = this.#values[slot]!
      if (texts === null) results.push(value)
      else texts.put(i, slot, value as string | null)
    }
    return texts === null ? columnOf(this.#type, results) : texts.column
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
  mergeAll(targets: Int32Array, other: ValueAccumulator, count: number): void {
    for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  addPartials(slots: Int32Array, columns: readonly Column[], rowCount: number): void {
    this.add(slots, columns[0]!, rowCount, null)
  }
  clear(slot: number): void {
    this.#values[slot] = null
  }
  reset(): void {
    this.#values.fill(null)
  }
  read(slots: Int32Array, count: number): Column {
    return columnOf(this.#type, Array.from({ length: count }, (_, i) => this.#values[slots[i]!] ?? null))
  }
  bytes(): number {
    return this.#values.length * 32
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.columns('values', [columnOf(this.#type, Array.from({ length: count }, (_, slot) => this.#values[slot] ?? null))], count)
  }
  restore(reader: StateReader, count: number): void {
    const column = reader.columns('values')[0]!
    for (let slot = 0; slot < count; slot++) this.#values[slot] = valueAt(column, slot)
  }
}

/** A text for each row of a batch, by the slot it comes from. */
class RunningTexts {
  readonly #codes: Int32Array
  readonly #texts: string[] = ['']
  /** By slot, the code of its last text. */
  readonly #codeOf = new Map<number, number>()
  #nulls: Uint8Array | null = null

  constructor(rowCount: number) {
    this.#codes = new Int32Array(rowCount)
  }
  put(row: number, slot: number, text: string | null): void {
    if (text === null) {
      ;(this.#nulls ??= new Uint8Array(this.#codes.length))[row] = 1
      return
    }
    let code = this.#codeOf.get(slot)
    if (code === undefined || this.#texts[code] !== text) {
      code = this.#texts.length
      this.#texts.push(text)
      this.#codeOf.set(slot, code)
    }
    this.#codes[row] = code
  }
  get column(): Column {
    return { storage: 'string', codes: this.#codes, dictionary: { values: this.#texts, distinct: false }, nulls: this.#nulls }
  }
}

export function compareValues(a: Value, b: Value): number {
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
  mergeAll(targets: Int32Array, other: ListAccumulator, count: number): void {
    for (let slot = 0; slot < count; slot++) this.merge(targets[slot]!, other, slot)
  }
  clear(slot: number): void {
    this.#texts[slot] = null
  }
  reset(): void {
    this.#texts.fill(null)
  }
  read(slots: Int32Array, count: number): Column {
    return columnOf(this.#type, Array.from({ length: count }, (_, i) => this.#texts[slots[i]!] ?? null))
  }
  bytes(): number {
    return this.#texts.reduce((sum, text) => sum + 8 + (text?.length ?? 0) * 2, 0)
  }
  snapshot(writer: StateWriter, count: number): void {
    writer.values('texts', this.#texts.slice(0, count))
  }
  restore(reader: StateReader): void {
    for (const [slot, text] of reader.values('texts').entries()) this.#texts[slot] = text as string | null
  }
}
