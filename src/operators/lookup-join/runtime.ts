import { gatherFloat64, gatherUint8, type Column } from '../../columnar/column.ts'
import { gatherRows, rowKind, type Batch } from '../../columnar/batch.ts'
import { KeyHasher } from '../../columnar/hashColumns.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { gatherSide, PairList, selectPairs } from '../../engine/joinOutput.ts'
import { columnsText, ownRows, schemaText } from '../../engine/keyedState.ts'
import { hasNull, KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { RowStore } from '../../engine/rowStore.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { sameRow } from '../../expression/rowOrder.ts'
import { pairsOf, type JoinType } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { compileJoin, type JoinExpressions } from '../joinExpressions.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new LookupJoin(spec) }

/**
 * The right side is a table: it is read to its end, then every left row is looked up and goes on at once (Flink: a lookup join against a connector whose table does not change while
 * the job runs, which makes it deterministic). Left rows that come before wait in order. Changes on the right are applied before the table is used.
 */
class LookupJoin implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #type: JoinType
  readonly #schemas: readonly [Schema, Schema]
  readonly #keyColumns: readonly (readonly number[])[]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  readonly #table: RowStore
  /** Rows of each key, in order of arrival; -1 ends a chain. */
  #heads: Int32Array = new Int32Array(0)
  #next: Int32Array = new Int32Array(0)
  /** Table rows that were taken back. */
  readonly #gone = new Set<number>()
  readonly untimed = [1]
  /** Rows that came before the table was read, with the watermarks they came under. */
  #waiting: Batch[] = []
  #watermark = -Infinity
  #ready = false
  #expressions!: JoinExpressions
  #context!: OperatorContext
  #evaluation!: EvaluationContext

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    this.#type = spec.config.type as JoinType
    this.#schemas = [spec.inputs[0]!.schema, spec.inputs[1]!.schema]
    const on = pairsOf(spec.config)
    this.#keyColumns = [on.map((pair) => fieldIndex(this.#schemas[0], pair.left)), on.map((pair) => fieldIndex(this.#schemas[1], pair.right))]
    this.#encoder = new KeyEncoder(this.#keyColumns[0]!.map((column) => this.#schemas[0].fields[column]!.type))
    this.#keys = new KeyTable(on.length)
    this.#table = new RowStore(this.#schemas[1])
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
    this.#expressions = compileJoin(this.#spec, this.#type, this.#schemas[0], this.#schemas[1], this.#evaluation)
  }

  processBatch(input: number, batch: Batch): void {
    if (batch.rowCount === 0) return
    if (input === 1) this.#addToTable(batch)
    else if (this.#ready) this.#lookUp(batch)
    else if (batch.watermarks !== null || this.#watermark === -Infinity) this.#waiting.push(batch)
    else this.#waiting.push({ ...batch, watermarks: new Float64Array(batch.rowCount).fill(this.#watermark) })
  }

  #addToTable(batch: Batch): void {
    const first = this.#table.appendRange(batch, 0, batch.rowCount)
    if (batch.kinds === null) return
    const columns = this.#table.columns()
    for (let row = 0; row < batch.rowCount; row++) {
      if (batch.kinds[row] !== rowKind.updateBefore && batch.kinds[row] !== rowKind.delete) continue
      this.#gone.add(first + row)
      for (let at = 0; at < first + row; at++) {
        if (this.#gone.has(at) || !sameRow(columns, at, columns, first + row)) continue
        this.#gone.add(at)
        break
      }
    }
  }

  onInputEnd(input: number): number | void {
    if (input !== 1 || this.#ready) return
    this.#index()
    this.#ready = true
    const waiting = this.#waiting
    this.#waiting = []
    for (const batch of waiting) this.#lookUp(batch)
    return this.#watermark
  }

  #index(): void {
    const { rowCount } = this.#table
    const columns = this.#keyColumns[1]!.map((column) => this.#table.column(column))
    const slots = new Int32Array(rowCount)
    this.#keys.slotsOf(this.#encoder.encode(columns, rowCount), 0, rowCount, slots)
    this.#heads = new Int32Array(this.#keys.size).fill(-1)
    this.#next = new Int32Array(rowCount)
    // Backwards, so that chains run in order of arrival.
    for (let row = rowCount - 1; row >= 0; row--) {
      if (this.#gone.has(row) || hasNull(columns, row)) continue
      this.#next[row] = this.#heads[slots[row]!]!
      this.#heads[slots[row]!] = row
    }
  }

  #lookUp(batch: Batch): void {
    const { rowCount } = batch
    const keyColumns = this.#keyColumns[0]!.map((column) => batch.columns[column]!)
    const slots = new Int32Array(rowCount)
    this.#keys.find(this.#encoder.encode(keyColumns, rowCount), 0, rowCount, slots)
    const pairs = new PairList()
    for (let row = 0; row < rowCount; row++) {
      const slot = slots[row]!
      if (slot >= 0 && !hasNull(keyColumns, row)) for (let at = this.#heads[slot]!; at >= 0; at = this.#next[at]!) pairs.push(row, at)
    }
    this.#select(batch, pairs)
    const found = this.#type === 'left' ? withPadding(pairs, rowCount) : pairs
    if (found.count > 0) this.#emit(batch, found)
  }

  #select(batch: Batch, pairs: PairList): void {
    const { condition } = this.#expressions
    if (condition === null || pairs.count === 0) return
    const rows = new Int32Array(pairs.count)
    const count = selectPairs(condition, batch.columns, this.#table.columns(), pairs, rows)
    for (let i = 0; i < count; i++) {
      pairs.left[i] = pairs.left[rows[i]!]!
      pairs.right[i] = pairs.right[rows[i]!]!
    }
    pairs.count = count
  }

  #emit(batch: Batch, { left, right, count }: PairList): void {
    const sides = [gatherSide(batch.columns, this.#schemas[0], left, count, false), gatherSide(this.#table.columns(), this.#schemas[1], right, count, this.#type === 'left')] as const
    const columns: Column[] = this.#expressions.columns === null ? [...sides[0], ...sides[1]] : this.#expressions.columns.map((column) => column(sides, count))
    this.#context.emit(0, {
      schema: this.#spec.outputs[0]!.schema,
      columns,
      rowCount: count,
      kinds: batch.kinds === null ? null : gatherUint8(batch.kinds, left, count),
      watermarks: batch.watermarks === null ? null : gatherFloat64(batch.watermarks, left, count),
    })
  }

  /** Held back while rows are: they would be late behind it. */
  onWatermark(watermark: number): number {
    this.#evaluation.watermark = watermark
    this.#watermark = watermark
    return this.#ready ? watermark : -Infinity
  }

  stateSchema(): StateSchema {
    const [left, right] = this.#schemas
    return {
      'left key': columnsText(left, this.#keyColumns[0]!),
      'table key': columnsText(right, this.#keyColumns[1]!),
      'left rows': schemaText(left),
      'table rows': schemaText(right),
    }
  }

  snapshot(writer: StateWriter): void {
    writer.boolean('ready', this.#ready)
    this.#table.snapshot(writer.at('table'))
    writer.int32('gone', Int32Array.from(this.#gone))
    writer.number('waiting', this.#waiting.length)
    this.#waiting.forEach((batch, i) => writer.at('waiting').batch(`${i}`, batch))
  }

  restore(reader: StateReader): void {
    const hasher = new KeyHasher(this.#encoder.types)
    const rowsOf = (side: 0 | 1, batch: Batch): Int32Array => ownRows(reader, hasher, this.#keyColumns[side]!.map((column) => batch.columns[column]!), batch.rowCount)
    const table = this.#table.rowsIn(reader.at('table'))
    const gone = new Set(reader.int32('gone'))
    const ours = rowsOf(1, table).filter((row) => !gone.has(row))
    this.#table.appendRows(table, ours, ours.length)
    for (let i = 0; i < reader.number('waiting'); i++) {
      const batch = reader.at('waiting').batch(`${i}`, this.#schemas[0])
      const rows = rowsOf(0, batch)
      if (rows.length > 0) this.#waiting.push(gatherRows(batch, rows, rows.length))
    }
    this.#evaluation.watermark = reader.share.watermark
    this.#watermark = reader.share.watermark
    // At another parallelism the table's end comes again, when all parts of it are here.
    if (reader.share.keyGroups !== null || !reader.boolean('ready')) return
    this.#index()
    this.#ready = true
  }

  stateBytes(): number {
    return this.#table.bytes + this.#keys.bytes + this.#encoder.bytes + this.#next.byteLength + this.#heads.byteLength
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldTableRows: this.#table.rowCount - this.#gone.size, heldLeftRows: this.#waiting.reduce((sum, batch) => sum + batch.rowCount, 0) }
  }
}

/** The pairs, and each row that has none paired with nothing, in order of the rows. */
function withPadding(pairs: PairList, rowCount: number): PairList {
  const padded = new PairList()
  let pair = 0
  for (let row = 0; row < rowCount; row++) {
    const begin = pair
    for (; pair < pairs.count && pairs.left[pair] === row; pair++) padded.push(row, pairs.right[pair]!)
    if (pair === begin) padded.push(row, -1)
  }
  return padded
}
