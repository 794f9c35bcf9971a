import { rowKind, type Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { ChangeList } from '../../engine/changes.ts'
import { columnsText, schemaText, settingText } from '../../engine/keyedState.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { placeAfterEquals } from '../../engine/ranking.ts'
import { RowsByKey } from '../../engine/rowsByKey.ts'
import { stateTtlOf, type StateTtl } from '../../engine/stateTtl.ts'
import { RowOrder, sameRow } from '../../expression/rowOrder.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new TopN(spec) }

/**
 * Each group's rows in order, the best first (`RowsByKey`). Of an input that only inserts, the best n are kept (Flink: AppendOnlyTopNFunction); one that takes
 * rows back keeps all of them, because any may move up (RetractableTopNFunction).
 *
 * A row goes behind its equals, so ties go to the earlier arrival. What comes out depends on whether the rank is a column: without it, a row enters and the one that
 * falls out is deleted; with it, every row whose rank changes is updated. At n = 1 the one row is updated.
 *
 * With a time to live, rows that were not written for so long are gone without a word; rows that are equal by the order are written together, as they are one entry of Flink's state. An append-only group of several rows is looked at only
 * when it was itself loaded so long ago, because until then Flink has it in a cache.
 */
class TopN implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #outSchema: Schema
  readonly #n: number
  readonly #ranked: boolean
  readonly #updateBefore: boolean
  readonly #keepsAll: boolean
  readonly #order: RowOrder
  readonly #keyColumns: readonly number[]
  readonly #rows: RowsByKey
  readonly #changes = new ChangeList()
  /** By position in the store. */
  readonly #ttl: StateTtl | null
  /** By slot of the group: before then none of its rows is looked at. */
  readonly #due: number[] = []
  #now = 0
  #columns: readonly Column[] = []
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    const { schema, updating } = spec.inputs[0]!
    this.#spec = spec
    this.#ttl = stateTtlOf(spec)
    this.#outSchema = spec.outputs[0]!.schema
    this.#n = spec.config.n as number
    this.#updateBefore = spec.outputs[0]!.updateBefore !== false
    this.#ranked = typeof spec.config.rankColumn === 'string'
    this.#keepsAll = updating === true
    this.#order = new RowOrder(orderOf(spec.config).map(({ column, descending }) => ({ column: fieldIndex(schema, column), descending })), schema)
    this.#keyColumns = columnsOf(spec.config, 'partitionBy').map((name) => fieldIndex(schema, name))
    this.#rows = new RowsByKey(schema, this.#keyColumns)
  }

  open(context: OperatorContext): void {
    this.#context = context
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount, kinds } = batch
    if (rowCount === 0) return
    const { store, lists } = this.#rows
    const { first, slots } = this.#rows.take(batch)
    this.#columns = store.columns()
    if (this.#ttl !== null) {
      this.#ttl.fit(store.rowCount)
      this.#now = this.#context.processingTime()
    }
    for (let row = 0; row < rowCount; row++) {
      if (this.#ttl !== null) this.#expire(this.#ttl, slots[row]!)
      const group = lists[slots[row]!]!
      const kind = kinds === null ? rowKind.insert : kinds[row]!
      if (kind === rowKind.updateBefore || kind === rowKind.delete) this.#takeBack(group, first + row)
      else this.#insert(group, first + row)
    }
    const changes = this.#changes.take(store, this.#outSchema, { ranked: this.#ranked })
    this.#sweep()
    if (changes !== null) this.#context.emit(0, changes)
  }

  /** Rows of the group that have expired are gone. */
  #expire(ttl: StateTtl, slot: number): void {
    const now = this.#now
    if ((this.#due[slot] ?? -Infinity) > now) return
    const group = this.#rows.lists[slot]!
    let kept = 0
    let oldest = now
    for (const position of group) {
      if (ttl.isExpired(position, now)) continue
      oldest = Math.min(oldest, ttl.written[position]!)
      group[kept++] = position
    }
    this.#rows.held -= group.length - kept
    group.length = kept
    this.#due[slot] = (this.#keepsAll || this.#n === 1 ? oldest : now) + this.#spec.stateTtlMs!
  }

  /** The row at this rank was written, and with it those that are equal by the order. */
  #touch(ttl: StateTtl, group: readonly number[], at: number): void {
    for (let equal = at; equal >= 0 && this.#order.compare(this.#columns, group[equal]!, this.#columns, group[at]!) === 0; equal--) ttl.touch(group[equal]!, this.#now)
    for (let equal = at + 1; equal < group.length && this.#order.compare(this.#columns, group[equal]!, this.#columns, group[at]!) === 0; equal++) ttl.touch(group[equal]!, this.#now)
  }

  #insert(group: number[], position: number): void {
    const n = this.#n
    const at = placeAfterEquals(this.#order, this.#columns, group, position)
    if (at >= n && !this.#keepsAll) return
    group.splice(at, 0, position)
    this.#rows.held++
    if (this.#ttl !== null) this.#touch(this.#ttl, group, at)
    if (at >= n) return
    if (this.#ranked) this.#shiftDown(group, at)
    else if (group.length <= n) this.#changes.push(rowKind.insert, position)
    else if (n === 1) {
      if (this.#updateBefore) this.#changes.push(rowKind.updateBefore, group[1]!)
      this.#changes.push(rowKind.updateAfter, position)
    } else {
      this.#changes.push(rowKind.delete, group[n]!)
      this.#changes.push(rowKind.insert, position)
    }
    if (!this.#keepsAll && group.length > n) {
      group.pop()
      this.#rows.held--
    }
  }

  /** A row has come in at `at`: every rank from there on has another row, and the list may have one more. */
  #shiftDown(group: readonly number[], at: number): void {
    const last = Math.min(group.length, this.#n)
    for (let rank = at; rank < last; rank++) {
      if (rank + 1 < group.length) {
        if (this.#updateBefore) this.#changes.push(rowKind.updateBefore, group[rank + 1]!, rank + 1)
        this.#changes.push(rowKind.updateAfter, group[rank]!, rank + 1)
      } else this.#changes.push(rowKind.insert, group[rank]!, rank + 1)
    }
  }

  /** Takes back the row that is equal to the one at `position`; one that was never seen is passed over, as on Flink. */
  #takeBack(group: number[], position: number): void {
    const at = this.#find(group, position)
    if (at < 0) return
    const n = this.#n
    const gone = group[at]!
    if (this.#ttl !== null) this.#touch(this.#ttl, group, at)
    group.splice(at, 1)
    this.#rows.held--
    if (at >= n) return
    if (this.#ranked) {
      const last = Math.min(group.length, n)
      for (let rank = at, before = gone; rank <= last && rank < n; rank++) {
        if (rank === last) this.#changes.push(rowKind.delete, before, rank + 1)
        else {
          if (this.#updateBefore) this.#changes.push(rowKind.updateBefore, before, rank + 1)
          this.#changes.push(rowKind.updateAfter, group[rank]!, rank + 1)
          before = group[rank]!
        }
      }
    } else if (group.length < n) this.#changes.push(rowKind.delete, gone)
    else if (n === 1) {
      if (this.#updateBefore) this.#changes.push(rowKind.updateBefore, gone)
      this.#changes.push(rowKind.updateAfter, group[0]!)
    } else {
      this.#changes.push(rowKind.delete, gone)
      this.#changes.push(rowKind.insert, group[n - 1]!)
    }
  }

  #find(group: readonly number[], position: number): number {
    const columns = this.#columns
    for (let at = placeAfterEquals(this.#order, this.#columns, group, position) - 1; at >= 0 && this.#order.compare(columns, group[at]!, columns, position) === 0; at--) {
      if (!sameRow(columns, group[at]!, columns, position)) continue
      // Of rows that are the same throughout, the first that came goes first.
      let first = at
      while (first > 0 && this.#order.compare(columns, group[first - 1]!, columns, position) === 0) {
        first--
        if (sameRow(columns, group[first]!, columns, position)) at = first
      }
      return at
    }
    return -1
  }

  /** Clears rows away that no group holds. */
  #sweep(): void {
    const { rowCount } = this.#rows.store
    if (this.#ttl?.isTimeToLook(rowCount) === true) {
      // Of a group that is not touched, what the next row would find gone.
      for (const group of this.#rows.lists) {
        const kept = group.filter((position) => !this.#ttl!.isExpired(position, this.#now))
        if (kept.length === group.length || (!this.#keepsAll && this.#n > 1 && kept.length > 0)) continue
        this.#rows.held -= group.length - kept.length
        group.splice(0, group.length, ...kept)
      }
      this.#ttl.hasLooked(rowCount)
    }
    const kept = this.#rows.sweep()
    if (kept !== null) this.#ttl?.keep(kept, kept.length)
  }

  onWatermark(watermark: number): number {
    return watermark
  }

  stateSchema(): StateSchema {
    const { schema } = this.#spec.inputs[0]!
    return {
      key: columnsText(schema, this.#keyColumns),
      order: settingText(this.#spec.config.orderBy),
      kept: this.#keepsAll ? 'all rows' : `the best ${this.#n}`,
      rows: schemaText(schema),
    }
  }

  snapshot(writer: StateWriter): void {
    this.#rows.snapshot(writer)
    this.#ttl?.snapshot(writer, this.#rows.store.rowCount)
  }

  restore(reader: StateReader): void {
    const { positions } = this.#rows.restore(reader)
    this.#columns = this.#rows.store.columns()
    this.#ttl?.fit(this.#rows.store.rowCount)
    this.#ttl?.restore(reader, positions, this.#context.processingTime())
  }

  stateBytes(): number {
    return this.#rows.bytes
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldRows: this.#rows.held }
  }
}
