import { rowKind, type Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import { sliceColumn } from '../../columnar/concat.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { gatherSide, PairList, selectPairs } from '../../engine/joinOutput.ts'
import { columnsText, KeyedRestore, schemaText } from '../../engine/keyedState.ts'
import { hasNull, KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { RowStore } from '../../engine/rowStore.ts'
import { stateTtlOf, type StateTtl } from '../../engine/stateTtl.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { sameRow } from '../../expression/rowOrder.ts'
import { pairsOf, type JoinType } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { compileJoin, type JoinExpressions } from '../joinExpressions.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new RegularJoin(spec) }

/** Pairs looked at at once; a single row may bring more. */
const pairsMax = 8192
const garbageMin = 4096

/**
 * Both sides are kept, each row in a chain of its key (Flink: StreamingJoinOperator, StreamingSemiAntiJoinOperator). While a batch of one side is worked through the other side
 * stands still, so the pairs of many rows are found first and the condition is evaluated over all of them at once; then rows go one by one, because what an outer join
 * says depends on how many matches each row has at that moment.
 *
 * An inner join passes the row's kind on. A row of an outer side without a match comes out padded with NULLs; its first match deletes that and its last match gone brings it back.
 * A semi join gives a left row while it has a match, an anti join while it has none. NULL in a key matches nothing, so such a row is not kept.
 *
 * With a time to live, a row is gone that was not written for so long: it is written when it or its like comes or goes and, where its matches are counted for it (outer, semi and anti joins), when their number changes. What was said of it is not taken back.
 */
class RegularJoin implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #type: JoinType
  readonly #schemas: readonly [Schema, Schema]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  readonly #sides: readonly [Side, Side]
  readonly #pairs = new PairList()
  readonly #out = new OutputRows()
  #slots: Int32Array = new Int32Array(0)
  #selected: Int32Array = new Int32Array(0)
  /** Processing time of this batch, where state expires. */
  #now = 0
  #expressions!: JoinExpressions
  #context!: OperatorContext
  #evaluation!: EvaluationContext

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    this.#type = spec.config.type as JoinType
    this.#schemas = [spec.inputs[0]!.schema, spec.inputs[1]!.schema]
    const on = pairsOf(spec.config)
    const keyColumns = [on.map((pair) => fieldIndex(this.#schemas[0], pair.left)), on.map((pair) => fieldIndex(this.#schemas[1], pair.right))]
    this.#encoder = new KeyEncoder(keyColumns[0]!.map((column) => this.#schemas[0].fields[column]!.type))
    this.#keys = new KeyTable(on.length)
    this.#sides = [new Side(spec, 0, keyColumns[0]!), new Side(spec, 1, keyColumns[1]!)]
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
    this.#expressions = compileJoin(this.#spec, this.#type, this.#schemas[0], this.#schemas[1], this.#evaluation)
  }

  processBatch(input: number, batch: Batch): void {
    const { rowCount, kinds } = batch
    if (rowCount === 0) return
    const own = this.#sides[input]!
    const other = this.#sides[1 - input]!
    const keyColumns = own.keyColumns.map((column) => batch.columns[column]!)
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(1024, rowCount))
    const slots = this.#slots
    this.#keys.slotsOf(this.#encoder.encode(keyColumns, rowCount), 0, rowCount, slots)
    if (keyColumns.some((column) => column.nulls !== null)) for (let row = 0; row < rowCount; row++) if (hasNull(keyColumns, row)) slots[row] = -1
    for (const side of this.#sides) side.fit(this.#keys.size)
    if (own.ttl !== null) {
      this.#now = this.#context.processingTime()
      for (let row = 0; row < rowCount; row++) {
        if (slots[row]! < 0) continue
        own.expire(slots[row]!, this.#now)
        other.expire(slots[row]!, this.#now)
      }
    }
    const first = own.append(batch)
    for (let row = 0; row < rowCount; ) {
      const from = row
      this.#pairs.count = 0
      // Chains of the other side, for as many rows as make a good batch of pairs.
      while (row < rowCount && (row === from || this.#pairs.count < pairsMax)) {
        const slot = slots[row]!
        if (slot >= 0) for (let at = other.heads[slot]!; at >= 0; at = other.next[at]!) this.#pairs.push(row, at)
        row++
      }
      this.#select(input, batch)
      for (let current = from, pair = 0; current < row; current++) {
        const begin = pair
        while (pair < this.#pairs.count && this.#pairs.left[pair] === current) pair++
        const kind = kinds === null ? rowKind.insert : kinds[current]!
        const back = kind === rowKind.updateBefore || kind === rowKind.delete
        if (this.#type === 'semi' || this.#type === 'anti') this.#exists(input, current, first + current, slots[current]!, kind, back, begin, pair)
        else this.#join(input, current, first + current, slots[current]!, kind, back, begin, pair)
      }
      this.#emit(input, batch)
    }
    own.sweep(this.#now)
  }

  /** Keeps the pairs that satisfy the condition. `left` of a pair is the row of the batch, whichever side it is of. */
  #select(input: number, batch: Batch): void {
    const { condition } = this.#expressions
    const pairs = this.#pairs
    if (condition === null || pairs.count === 0) return
    if (this.#selected.length < pairs.count) this.#selected = new Int32Array(pairs.count * 2)
    const stored = this.#sides[1 - input]!.store.columns()
    const ordered = input === 0 ? pairs : turned(pairs)
    const count = selectPairs(condition, input === 0 ? batch.columns : stored, input === 0 ? stored : batch.columns, ordered, this.#selected)
    for (let i = 0; i < count; i++) {
      pairs.left[i] = pairs.left[this.#selected[i]!]!
      pairs.right[i] = pairs.right[this.#selected[i]!]!
    }
    pairs.count = count
  }

  #join(input: number, row: number, position: number, slot: number, kind: number, back: boolean, begin: number, end: number): void {
    const own = this.#sides[input]!
    const other = this.#sides[1 - input]!
    const type = this.#type
    const ownOuter = type === 'full' || type === (input === 0 ? 'left' : 'right')
    const otherOuter = type === 'full' || type === (input === 0 ? 'right' : 'left')
    const out = this.#out
    const pairKind = ownOuter || otherOuter ? (back ? rowKind.delete : rowKind.insert) : kind
    if (begin === end && ownOuter) out.push(pairKind, row, -1)
    for (let pair = begin; pair < end; pair++) {
      const at = this.#pairs.right[pair]!
      if (otherOuter && !back && other.matches[at] === 0) out.push(rowKind.delete, -1, at)
      out.push(pairKind, row, at)
      other.matches[at]! += back ? -1 : 1
      if (otherOuter) other.ttl?.touch(at, this.#now)
      if (otherOuter && back && other.matches[at] === 0) out.push(rowKind.insert, -1, at)
    }
    if (slot < 0) return
    if (back) own.remove(slot, position, this.#now)
    else own.add(slot, position, end - begin, this.#now)
  }

  #exists(input: number, row: number, position: number, slot: number, kind: number, back: boolean, begin: number, end: number): void {
    const own = this.#sides[input]!
    const other = this.#sides[1 - input]!
    const semi = this.#type === 'semi'
    if (input === 0) {
      if (end > begin === semi) this.#out.push(kind, row, -1)
    } else {
      for (let pair = begin; pair < end; pair++) {
        const at = this.#pairs.right[pair]!
        const before = other.matches[at]!
        other.matches[at] = before + (back ? -1 : 1)
        other.ttl?.touch(at, this.#now)
        if (back ? before === 1 : before === 0) this.#out.push(back === semi ? rowKind.delete : rowKind.insert, -1, at)
      }
    }
    if (slot < 0) return
    if (back) own.remove(slot, position, this.#now)
    else own.add(slot, position, end - begin, this.#now)
  }

  #emit(input: number, batch: Batch): void {
    const { count, kinds, rows, stored } = this.#out
    if (count === 0) return
    this.#out.count = 0
    const other = this.#sides[1 - input]!
    const schema = this.#spec.outputs[0]!.schema
    const outKinds = kinds.slice(0, count)
    const settled = outKinds.every((kind) => kind === rowKind.insert) ? null : outKinds
    let columns: Column[]
    if (this.#type === 'semi' || this.#type === 'anti') {
      // Rows of the batch when the left side came, stored left rows when the right side did.
      columns = input === 0 ? gatherSide(batch.columns, this.#schemas[0], rows, count, false) : gatherSide(other.store.columns(), this.#schemas[0], stored, count, false)
    } else {
      const fromBatch = gatherSide(batch.columns, this.#schemas[input]!, rows, count, true)
      const fromStore = gatherSide(other.store.columns(), this.#schemas[1 - input]!, stored, count, true)
      const sides = input === 0 ? [fromBatch, fromStore] : [fromStore, fromBatch]
      columns = this.#expressions.columns === null ? [...sides[0]!, ...sides[1]!] : this.#expressions.columns.map((column) => column(sides, count))
    }
    this.#context.emit(0, { schema, columns, rowCount: count, kinds: settled, watermarks: null })
  }

  onWatermark(watermark: number): number {
    return watermark
  }

  stateSchema(): StateSchema {
    const [left, right] = this.#sides
    const { condition } = this.#spec.config
    return {
      type: this.#type,
      'left key': columnsText(this.#schemas[0], left.keyColumns),
      'right key': columnsText(this.#schemas[1], right.keyColumns),
      'left rows': schemaText(this.#schemas[0]),
      'right rows': schemaText(this.#schemas[1]),
      // How many rows each row has met is kept.
      condition: typeof condition === 'string' ? condition : 'none',
    }
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#sides.forEach((side, i) => side.snapshot(writer.at(i), this.#keys.size))
  }

  restore(reader: StateReader): void {
    const keyOf = new KeyedRestore(reader, reader.at('encoder'), this.#encoder).slots(reader.at('keys'), this.#keys)
    this.#sides.forEach((side, i) => {
      side.fit(this.#keys.size)
      side.restore(reader.at(i), keyOf, this.#context.processingTime())
    })
    this.#evaluation.watermark = reader.share.watermark
  }

  stateBytes(): number {
    return this.#sides[0].bytes + this.#sides[1].bytes + this.#keys.bytes + this.#encoder.bytes
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldLeftRows: this.#sides[0].live, heldRightRows: this.#sides[1].live }
  }
}

/** One side's rows: stored in order of arrival, chained by key, each with the number of its matches on the other side. */
class Side {
  readonly keyColumns: readonly number[]
  readonly store: RowStore
  /** By position of the row. */
  readonly ttl: StateTtl | null
  /** First row of each key's chain, newest first; -1 at the end. */
  heads: Int32Array = new Int32Array(0)
  next: Int32Array = new Int32Array(1024)
  matches: Int32Array = new Int32Array(1024)
  /** 1 where a stored row is kept: rows that were taken back, and those with NULL in their key, are not. */
  #kept: Uint8Array = new Uint8Array(1024)
  live = 0
  /** Where the changes of this side have a key of their own, its row by that key: what is taken back is then found at once, in a chain of whatever length (Flink: JoinRecordStateViews with a unique key). */
  readonly #unique: RowsByKey | null
  /** Before each row in its chain, where rows are found by key; -1 at the head. */
  #before: Int32Array = new Int32Array(0)
  /** The stored columns as they lie since the last append. */
  columns: readonly Column[] = []

  constructor(spec: OperatorSpec, input: number, keyColumns: readonly number[]) {
    const { schema, upsertKeys, updating } = spec.inputs[input]!
    this.keyColumns = keyColumns
    this.ttl = stateTtlOf(spec)
    this.store = new RowStore(schema)
    const [unique] = updating === true ? (upsertKeys ?? []) : []
    this.#unique = unique === undefined ? null : new RowsByKey(schema, unique.map((name) => fieldIndex(schema, name)))
  }

  get bytes(): number {
    return this.store.bytes + this.heads.byteLength + this.next.byteLength * 2 + this.#kept.byteLength + this.#before.byteLength + (this.#unique?.bytes ?? 0) + (this.ttl?.bytes ?? 0)
  }

  /** Makes room for the chains of this many keys. */
  fit(keys: number): void {
    const before = this.heads.length
    if (before >= keys) return
    const grown = new Int32Array(Math.max(keys, before * 2, 64)).fill(-1, before)
    grown.set(this.heads)
    this.heads = grown
  }

  snapshot(writer: StateWriter, keys: number): void {
    this.fit(keys)
    this.store.snapshot(writer)
    writer.int32('heads', this.heads, keys)
    writer.int32('next', this.next, this.store.rowCount)
    writer.int32('matches', this.matches, this.store.rowCount)
    this.ttl?.snapshot(writer, this.store.rowCount)
  }

  /** Adds the written rows of our keys; `keyOf[old]` is a key's slot here, -1 where it is not ours. */
  restore(reader: StateReader, keyOf: Int32Array, now: number): void {
    const heads = reader.int32('heads')
    const next = reader.int32('next')
    const matches = reader.int32('matches')
    const slots = new Int32Array(next.length).fill(-1)
    let count = 0
    for (let old = 0; old < keyOf.length; old++) {
      if (keyOf[old]! < 0) continue
      for (let at = heads[old]!; at >= 0; at = next[at]!) {
        slots[at] = keyOf[old]!
        count++
      }
    }
    const positions = new Int32Array(count)
    count = 0
    for (let at = 0; at < slots.length; at++) if (slots[at]! >= 0) positions[count++] = at
    const first = this.#appended(this.store.appendRows(this.store.rowsIn(reader), positions, count))
    // Chains are newest first, and positions ascend with arrival.
    const places = new Int32Array(slots.length).fill(-1)
    for (let i = 0; i < count; i++) {
      this.#link(slots[positions[i]!]!, first + i, matches[positions[i]!]!)
      places[positions[i]!] = first + i
    }
    this.ttl?.restore(reader, places, now)
  }

  append(batch: Batch): number {
    return this.#appended(this.store.appendRange(batch, 0, batch.rowCount))
  }

  #appended(first: number): number {
    this.columns = this.store.columns()
    this.#unique?.meet(this.columns, first, this.store.rowCount)
    const needed = this.store.rowCount
    if (needed > this.next.length) {
      const length = Math.max(needed, this.next.length * 2)
      const next = new Int32Array(length)
      next.set(this.next)
      this.next = next
      const matches = new Int32Array(length)
      matches.set(this.matches)
      this.matches = matches
      const kept = new Uint8Array(length)
      kept.set(this.#kept)
      this.#kept = kept
    }
    if (this.#unique !== null && this.#before.length < needed) {
      const before = new Int32Array(this.next.length)
      before.set(this.#before)
      this.#before = before
    }
    this.#kept.fill(0, first, needed)
    this.ttl?.fit(needed)
    return first
  }

  add(slot: number, position: number, matches: number, now: number): void {
    this.#link(slot, position, matches)
    if (this.ttl !== null) this.#touchLike(slot, position, now)
  }

  /** Rows that are the same are one entry, written together. */
  #touchLike(slot: number, position: number, now: number): void {
    if (this.#unique !== null) {
      this.ttl!.touch(position, now)
      return
    }
    for (let at = this.heads[slot]!; at >= 0; at = this.next[at]!) if (sameRow(this.columns, at, this.columns, position)) this.ttl!.touch(at, now)
  }

  /** Takes rows out of the key's chain that have expired. */
  expire(slot: number, now: number): void {
    let before = -1
    for (let at = this.heads[slot]!; at >= 0; at = this.next[at]!) {
      if (!this.ttl!.isExpired(at, now)) {
        before = at
        continue
      }
      this.#unlink(slot, at, before)
    }
  }

  #unlink(slot: number, at: number, before: number): void {
    const after = this.next[at]!
    if (before < 0) this.heads[slot] = after
    else this.next[before] = after
    if (this.#unique !== null && after >= 0) this.#before[after] = before
    this.#kept[at] = 0
    this.live--
  }

  #link(slot: number, position: number, matches: number): void {
    const head = this.heads[slot]!
    this.next[position] = head
    this.heads[slot] = position
    if (this.#unique !== null) {
      if (head >= 0) this.#before[head] = position
      this.#before[position] = -1
      this.#unique.put(position)
    }
    this.matches[position] = matches
    this.#kept[position] = 1
    this.live++
  }

  /** Takes a row out of its key's chain that is the same as the one at `position`, or has its own key; nothing happens when there is none. */
  remove(slot: number, position: number, now: number): void {
    if (this.#unique !== null) {
      const at = this.#unique.rowLike(position)
      if (at >= 0 && this.#kept[at] === 1) this.#unlink(slot, at, this.#before[at]!)
      return
    }
    let before = -1
    for (let at = this.heads[slot]!; at >= 0; at = this.next[at]!) {
      if (sameRow(this.columns, at, this.columns, position)) {
        this.#unlink(slot, at, before)
        if (this.ttl !== null) this.#touchLike(slot, position, now)
        return
      }
      before = at
    }
  }

  /** Clears rows away that are not kept, once they outnumber the others. */
  sweep(now: number): void {
    const { rowCount } = this.store
    if (this.ttl?.isTimeToLook(rowCount) === true) {
      for (let slot = 0; slot < this.heads.length; slot++) if (this.heads[slot]! >= 0) this.expire(slot, now)
      this.ttl.hasLooked(rowCount)
    }
    if (rowCount - this.live <= Math.max(garbageMin, this.live)) return
    const held = new Int32Array(this.live)
    const moved = new Int32Array(rowCount)
    let count = 0
    for (let at = 0; at < rowCount; at++) {
      if (this.#kept[at] === 0) continue
      moved[at] = count
      held[count++] = at
    }
    for (let slot = 0; slot < this.heads.length; slot++) if (this.heads[slot]! >= 0) this.heads[slot] = moved[this.heads[slot]!]!
    for (let i = 0; i < count; i++) {
      const at = held[i]!
      this.next[i] = this.next[at]! < 0 ? -1 : moved[this.next[at]!]!
      this.matches[i] = this.matches[at]!
    }
    this.#kept.fill(1, 0, count)
    this.store.keep(held, count)
    this.columns = this.store.columns()
    if (this.#unique !== null) {
      for (let slot = 0; slot < this.heads.length; slot++) {
        for (let at = this.heads[slot]!, before = -1; at >= 0; before = at, at = this.next[at]!) this.#before[at] = before
      }
      this.#unique.moved(this.columns, count)
    }
    this.ttl?.keep(held, count)
  }
}

/** The newest row of each key of a side's own, by position; rows that are not kept any more may still be named. */
class RowsByKey {
  readonly #columns: readonly number[]
  readonly #encoder: KeyEncoder
  #keys: KeyTable
  /** By slot of the key; -1 for none. */
  #rows: Int32Array = new Int32Array(0)
  /** By position of the row. */
  #slots: Int32Array = new Int32Array(1024)

  constructor(schema: Schema, columns: readonly number[]) {
    this.#columns = columns
    this.#encoder = new KeyEncoder(columns.map((column) => schema.fields[column]!.type))
    this.#keys = new KeyTable(columns.length)
  }

  get bytes(): number {
    return this.#keys.bytes + this.#encoder.bytes + this.#rows.byteLength + this.#slots.byteLength
  }

  /** Rows from `first` on were appended. */
  meet(columns: readonly Column[], first: number, end: number): void {
    if (this.#slots.length < end) {
      const slots = new Int32Array(Math.max(end, this.#slots.length * 2))
      slots.set(this.#slots)
      this.#slots = slots
    }
    const own = this.#columns.map((column) => sliceColumn(columns[column]!, first, end))
    this.#keys.slotsOf(this.#encoder.encode(own, end - first), 0, end - first, this.#slots.subarray(first, end))
    if (this.#rows.length >= this.#keys.size) return
    const rows = new Int32Array(Math.max(64, this.#keys.size, this.#rows.length * 2)).fill(-1, this.#rows.length)
    rows.set(this.#rows)
    this.#rows = rows
  }

  /** The row at `position` is the row of its key. */
  put(position: number): void {
    this.#rows[this.#slots[position]!] = position
  }

  /** The row that has the key of the one at `position`; -1 for none. */
  rowLike(position: number): number {
    return this.#rows[this.#slots[position]!]!
  }

  /** The first `count` rows are all there are, and each is the row of its key. */
  moved(columns: readonly Column[], count: number): void {
    this.#keys = new KeyTable(this.#columns.length, count)
    this.#rows = new Int32Array(0)
    if (this.#encoder.wantsShrink(0)) this.#encoder.shrink([this.#keys])
    this.meet(columns, 0, count)
    for (let position = 0; position < count; position++) this.put(position)
  }
}

/** What comes out of some rows of a batch: kind, row of the batch, stored row of the other side; -1 stands for NULLs. */
class OutputRows {
  kinds: Uint8Array = new Uint8Array(1024)
  rows: Int32Array = new Int32Array(1024)
  stored: Int32Array = new Int32Array(1024)
  count = 0

  push(kind: number, row: number, stored: number): void {
    if (this.count === this.kinds.length) this.#grow()
    this.kinds[this.count] = kind
    this.rows[this.count] = row
    this.stored[this.count] = stored
    this.count++
  }

  #grow(): void {
    const length = this.count * 2
    const kinds = new Uint8Array(length)
    kinds.set(this.kinds)
    this.kinds = kinds
    const rows = new Int32Array(length)
    rows.set(this.rows)
    this.rows = rows
    const stored = new Int32Array(length)
    stored.set(this.stored)
    this.stored = stored
  }
}

function turned(pairs: PairList): PairList {
  const other = new PairList()
  other.left = pairs.right
  other.right = pairs.left
  other.count = pairs.count
  return other
}
