import { rowKind, type Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import { sliceBatch } from '../../columnar/concat.ts'
import { KeyHasher } from '../../columnar/hashColumns.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { columnsText, ownRows, schemaText } from '../../engine/keyedState.ts'
import type { OperatorRuntime, SinkPort } from '../../engine/operatorRuntime.ts'
import { sameRow } from '../../expression/rowOrder.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { needsRows } from './definition.ts'
import { UpsertMaterialiser } from './upsertMaterialiser.ts'

export const runtime: RuntimeFactory = { role: 'sink', create: (spec, port) => sinkOf(spec, port) }

function sinkOf(spec: OperatorSpec, port: SinkPort): OperatorRuntime {
  const input = spec.inputs[0]
  if ((spec.config.connector as JsonObject).type === 'blackhole') return new PassingSink(null)
  const key = columnsOf(spec.config, 'key')
  if (input === undefined || input.updating !== true || key.length === 0) return new PassingSink(port)
  return needsRows(spec.config, input.upsertKeys ?? []) ? new UpsertMaterialiser(spec, key, port) : new UpsertSink(input.schema, key, port)
}

/**
 * Hands rows to the shell, which shows or writes them: the page and the command line differ there and nowhere else. Files are written by the
 * shell too, so that every shell writes them alike.
 */
class PassingSink implements OperatorRuntime {
  readonly watermarks = 'none'
  readonly keeps: 'nothing' | 'rows'
  readonly #port: SinkPort | null

  constructor(port: SinkPort | null) {
    this.keeps = port === null ? 'nothing' : 'rows'
    this.#port = port
  }

  processBatch(_input: number, batch: Batch): void {
    if (batch.rowCount > 0) this.#port?.deliver(batch)
  }

  onWatermark(watermark: number): number {
    return watermark
  }
}

/**
 * A sink that replaces by the key of the changes. A `-U` is passed on when the `+U` of its key follows, which replaces it; else it is all that is left of an update, because a condition let only the row before
 * through or the row has another key now, and goes on as `-D` (as upsert-kafka and JDBC sinks of Flink delete on it). One at the end of a batch waits for the row behind it, so that the cut does not decide.
 */
class UpsertSink implements OperatorRuntime {
  readonly watermarks = 'none'
  readonly #schema: Schema
  readonly #key: readonly number[]
  readonly #port: SinkPort
  #waiting: Batch | null = null

  constructor(schema: Schema, key: readonly string[], port: SinkPort) {
    this.#schema = schema
    this.#key = key.map((name) => fieldIndex(schema, name))
    this.#port = port
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount, kinds } = batch
    if (rowCount === 0) return
    if (this.#waiting !== null) {
      const replaced = kinds !== null && kinds[0] === rowKind.updateAfter && sameRow(this.#keyOf(this.#waiting), 0, this.#keyOf(batch), 0)
      this.#release(replaced ? rowKind.updateBefore : rowKind.delete)
    }
    if (kinds === null) {
      this.#port.deliver(batch)
      return
    }
    const key = this.#keyOf(batch)
    let settled: Uint8Array | null = null
    for (let row = 0; row < rowCount - 1; row++) {
      if (kinds[row] !== rowKind.updateBefore || (kinds[row + 1] === rowKind.updateAfter && sameRow(key, row, key, row + 1))) continue
      settled ??= kinds.slice()
      settled[row] = rowKind.delete
    }
    const told = settled === null ? batch : { ...batch, kinds: settled }
    if (kinds[rowCount - 1] !== rowKind.updateBefore) {
      this.#port.deliver(told)
      return
    }
    if (rowCount > 1) this.#port.deliver(sliceBatch(told, 0, rowCount - 1))
    this.#waiting = sliceBatch(batch, rowCount - 1, rowCount)
  }

  #keyOf(batch: Batch): readonly Column[] {
    return this.#key.map((column) => batch.columns[column]!)
  }

  #release(kind: number): void {
    const waiting = this.#waiting
    if (waiting === null) return
    this.#waiting = null
    this.#port.deliver({ ...waiting, kinds: Uint8Array.of(kind) })
  }

  /** Both rows of an update are sent together, so nothing of it follows a watermark. */
  onWatermark(watermark: number): number {
    this.#release(rowKind.delete)
    return watermark
  }

  finish(): void {
    this.#release(rowKind.delete)
  }

  stateSchema(): StateSchema {
    return { key: columnsText(this.#schema, this.#key), rows: schemaText(this.#schema) }
  }

  snapshot(writer: StateWriter): void {
    writer.number('waits', this.#waiting === null ? 0 : 1)
    if (this.#waiting !== null) writer.batch('waiting', this.#waiting)
  }

  /** Of another parallelism's subtasks several may have had one: what replaces each then comes behind them all, and a deleted row may as well be replaced. */
  restore(reader: StateReader): void {
    if (reader.number('waits') === 0) return
    const waiting = reader.batch('waiting', this.#schema)
    const hasher = new KeyHasher(this.#key.map((column) => this.#schema.fields[column]!.type))
    if (ownRows(reader, hasher, this.#keyOf(waiting), 1).length === 0) return
    this.#release(rowKind.delete)
    this.#waiting = waiting
  }
}
