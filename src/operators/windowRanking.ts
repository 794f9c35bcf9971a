import type { Batch } from '../columnar/batch.ts'
import type { Column } from '../columnar/column.ts'
import { fieldIndex, type Schema } from '../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../columnar/stateCodec.ts'
import { constantTime } from '../engine/joinOutput.ts'
import { columnsText, schemaText, settingText } from '../engine/keyedState.ts'
import { KeyEncoder } from '../engine/keyEncoder.ts'
import { KeyTable } from '../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../engine/operatorRuntime.ts'
import { placeAfterEquals, placeBeforeEquals } from '../engine/ranking.ts'
import { WindowRows, type ClosedWindow } from '../engine/windowRows.ts'
import type { GridWindow } from '../engine/windows.ts'
import { RowOrder, type OrderTerm } from '../expression/rowOrder.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'
import { attachedWindowOf, windowOf } from '../job/windowConfig.ts'

export interface Ranking {
  readonly partition: readonly string[]
  readonly terms: readonly OrderTerm[]
  readonly n: number
  /** Of rows that tie, the later arrival ranks first: keeping the last row in time. */
  readonly laterFirst: boolean
  readonly ranked: boolean
}

/**
 * The best rows of each window, given once when it closes, in order of rank (Flink: WindowRankOperator and WindowDeduplicate). Insert-only: a window is final.
 */
export class WindowRanking implements OperatorRuntime {
  readonly watermarks = 'trailing'
  readonly #spec: OperatorSpec
  readonly #outSchema: Schema
  readonly #assigns: boolean
  readonly #ranking: Ranking
  readonly #order: RowOrder
  readonly #keyColumns: readonly number[]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  readonly #windows: WindowRows
  #context!: OperatorContext

  constructor(spec: OperatorSpec, ranking: Ranking) {
    const { schema } = spec.inputs[0]!
    const window = windowOf(spec.config) as GridWindow & { readonly timeColumn: string } | null
    const attached = window === null ? attachedWindowOf(schema) : null
    this.#spec = spec
    this.#outSchema = spec.outputs[0]!.schema
    this.#assigns = window !== null
    this.#ranking = ranking
    this.#order = new RowOrder(ranking.terms, schema)
    this.#keyColumns = ranking.partition.map((name) => fieldIndex(schema, name))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => schema.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
    const timeColumn = window === null ? (attached!.time ?? -1) : fieldIndex(schema, window.timeColumn)
    this.#windows = new WindowRows(window, [{ schema, attached, timeColumn }], (closed) => this.#rank(closed))
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#windows.open(context)
  }

  processBatch(_input: number, batch: Batch): void {
    if (batch.rowCount > 0) this.#windows.add(0, batch)
  }

  onWatermark(watermark: number): number {
    this.#windows.advance(watermark)
    return watermark
  }

  onProcessingTime(time: number): void {
    this.#windows.onProcessingTime(time)
  }

  #rank({ start, end, time, rows: stores }: ClosedWindow): void {
    const { rows } = stores[0]!
    const { rowCount } = rows
    const { n, laterFirst, ranked } = this.#ranking
    const columns = rows.columns()
    const slots = new Int32Array(rowCount)
    this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => columns[column]!), rowCount), 0, rowCount, slots)
    const groups: number[][] = Array.from({ length: this.#keys.size }, () => [])
    for (let row = 0; row < rowCount; row++) {
      const group = groups[slots[row]!]!
      const at = laterFirst ? placeBeforeEquals(this.#order, columns, group, row) : placeAfterEquals(this.#order, columns, group, row)
      if (at >= n) continue
      group.splice(at, 0, row)
      if (group.length > n) group.pop()
    }
    this.#keys.clear()
    if (this.#encoder.wantsShrink(0)) this.#encoder.shrink([])
    const count = groups.reduce((sum, group) => sum + group.length, 0)
    if (count === 0) return
    const positions = new Int32Array(count)
    const ranks = new Float64Array(count)
    let at = 0
    for (const group of groups) {
      for (let rank = 0; rank < group.length; rank++) {
        positions[at] = group[rank]!
        ranks[at++] = rank + 1
      }
    }
    const out: Column[] = rows.gather(positions, count)
    if (this.#assigns) out.push(constantTime(start, count), constantTime(end, count), constantTime(time, count))
    if (ranked) out.push({ storage: 'int64', values: ranks, wide: null, nulls: null })
    this.#context.emit(0, { schema: this.#outSchema, columns: out, rowCount: count, kinds: null, watermarks: null })
  }

  stateSchema(): StateSchema {
    const { schema } = this.#spec.inputs[0]!
    return { window: settingText(this.#spec.config.window), key: columnsText(schema, this.#keyColumns), rows: schemaText(schema) }
  }

  snapshot(writer: StateWriter): void {
    this.#windows.snapshot(writer)
  }

  restore(reader: StateReader): void {
    this.#windows.restore(reader, [this.#keyColumns])
  }

  stateBytes(): number {
    return this.#windows.bytes
  }

  gauges(): Readonly<Record<string, number>> {
    return { openWindows: this.#windows.openWindows(), heldRows: this.#windows.rowCount(0) }
  }
}
