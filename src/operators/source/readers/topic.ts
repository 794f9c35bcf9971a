import type { Batch } from '../../../columnar/batch.ts'
import { BatchBuilder } from '../../../columnar/batchBuilder.ts'
import type { Value } from '../../../columnar/column.ts'
import { ExactNumber, type Json, type JsonObject } from '../../../columnar/json.ts'
import { readJson } from '../../../columnar/jsonText.ts'
import { fieldOf, type Schema } from '../../../columnar/schema.ts'
import { NotOfType } from '../../../columnar/valueJson.ts'
import { parseTimestamp } from '../../../columnar/valueText.ts'
import type { SourceContext } from '../../../engine/operatorRuntime.ts'
import type { TopicCursor, TopicRecords, TopicStart } from '../../../engine/topicAccess.ts'
import { JsonRowReader, type JsonRow } from '../../../streams/formats/jsonRow.ts'
import type { BadRow, ReaderPosition, RowReader } from '../../../streams/rowReader.ts'
import { keyOf, specificOffsets } from '../connectors/topic.ts'

/**
 * One partition of a topic as rows: the split of a source. Where it is, is the offset of the next record, so a restored source reads on exactly there.
 *
 * With a key, records are upserts (Flink: upsert-kafka with its ChangelogNormalize): the first record of a key is an insert, a later one takes the row before back, one without a value deletes it, and one that
 * changes nothing is left out. The rows that hold are no part of a checkpoint: a log does not change, so they are found again by reading it from where the source began.
 */
export class TopicReader implements RowReader {
  readonly #connector: JsonObject
  readonly #rows: JsonRowReader
  readonly #keyReader: JsonRowReader | null
  readonly #context: SourceContext
  readonly #badRow: BadRow
  readonly #builder: BatchBuilder
  readonly #held = new Map<string, { readonly value: string; readonly row: readonly Value[] }>()
  #cursor!: TopicCursor
  #start = 0
  #stop = Infinity
  #records: TopicRecords | null = null
  #at = 0
  /** Offset of the next record. */
  #next = 0
  /** Records below were given before the checkpoint: they only tell what holds. */
  #rebuildTo = 0

  constructor(connector: JsonObject, schema: Schema, listColumns: readonly string[], context: SourceContext, badRow: BadRow) {
    this.#connector = connector
    this.#rows = new JsonRowReader(schema, listColumns, false, true)
    const key = keyOf(connector)
    const keySchema: Schema = { fields: key.flatMap((name) => fieldOf(schema, name) ?? []) }
    this.#keyReader = key.length === 0 ? null : new JsonRowReader(keySchema, key, false, true)
    this.#context = context
    this.#badRow = badRow
    this.#builder = new BatchBuilder(schema)
  }

  async open(): Promise<void> {
    const { topics, operatorId, split } = this.#context
    const topic = this.#connector.topic as string
    if (topics === undefined) throw new Error(`There is no topic ${topic} here: this run was given no topics.`)
    const isolation = this.#connector.isolation === 'read_uncommitted' ? 'read_uncommitted' : 'read_committed'
    this.#cursor = await topics.open({ operator: operatorId, topic, partition: split, start: startOf(this.#connector, split), isolation })
    this.#start = this.#next = this.#cursor.offset
    if (this.#connector.boundedMode === 'latest-offset') this.#stop = this.#cursor.stop
  }

  get isLoading(): boolean {
    return this.#records === null && this.#cursor.isLoading
  }

  /** Never waited for: see `SourceRuntime.polled`. */
  async ready(): Promise<void> {}

  next(rowsMax: number): Batch | 'wait' | 'end' {
    for (;;) {
      const records = this.#records
      if (records === null) {
        if (this.#next >= this.#stop) return 'end'
        const polled = this.#cursor.poll()
        if (polled === 'none') return 'wait'
        if (polled === 'end') return 'end'
        this.#records = polled
        this.#at = 0
        continue
      }
      const { offsets, keys, values } = records
      while (this.#at < offsets.length && this.#builder.rowCount < rowsMax) {
        const offset = offsets[this.#at]!
        if (offset >= this.#stop) break
        const at = this.#at++
        this.#next = offset + 1
        this.#take(offset, keys[at]!, values[at]!)
      }
      if (this.#at === offsets.length || offsets[this.#at]! >= this.#stop) {
        this.#records = null
        this.#next = Math.max(this.#next, Math.min(records.next, this.#stop))
      }
      if (this.#builder.rowCount > 0) return this.#builder.finish()
    }
  }

  flush(): Batch | null {
    return this.#builder.rowCount > 0 ? this.#builder.finish() : null
  }

  position(): ReaderPosition {
    return { offset: this.#next, start: this.#start, stop: this.#stop === Infinity ? -1 : this.#stop }
  }

  async seek({ offset, start, stop }: ReaderPosition): Promise<void> {
    this.#start = start!
    this.#stop = stop! < 0 ? Infinity : stop!
    this.#rebuildTo = offset!
    this.#next = this.#keyReader === null ? offset! : start!
    this.#cursor.seek(this.#next)
  }

  #take(offset: number, key: string | null, value: string | null): void {
    if (this.#keyReader !== null) this.#upsert(this.#keyReader, offset, key, value)
    else if (value !== null) {
      const json = this.#json(offset, value)
      if (json === undefined) return
      if (this.#connector.format === 'debezium-json') this.#change(offset, value, json)
      else {
        const row = this.#row(offset, value, json)
        if (row !== null) this.#builder.append(row.values)
      }
    }
  }

  /** `{"before": …, "after": …, "op": "c" | "r" | "u" | "d"}`, with or without the envelope of a schema. */
  #change(offset: number, text: string, json: Json): void {
    const envelope = isObject(json) && isObject(json.payload) ? json.payload : json
    const op = isObject(envelope) ? envelope.op : undefined
    if (!isObject(envelope) || (op !== 'c' && op !== 'r' && op !== 'u' && op !== 'd')) {
      this.#badRow(offset, 'it is no Debezium change: "op" is "c", "r", "u" or "d".', text)
      return
    }
    const before = op === 'u' || op === 'd' ? this.#row(offset, text, envelope.before ?? null) : null
    const after = op === 'd' ? null : this.#row(offset, text, envelope.after ?? null)
    if ((op !== 'd' && after === null) || ((op === 'u' || op === 'd') && before === null)) return
    if (before !== null) this.#builder.append(before.values, op === 'd' ? '-D' : '-U')
    if (after !== null) this.#builder.append(after.values, op === 'u' ? '+U' : '+I')
  }

  #upsert(keyReader: JsonRowReader, offset: number, keyText: string | null, value: string | null): void {
    const isRebuilding = offset < this.#rebuildTo
    const keyJson = keyText === null ? null : this.#json(offset, keyText)
    if (keyJson === undefined) return
    const keyRow = keyReader.read(keyJson)
    if (keyRow instanceof NotOfType) {
      this.#badRow(offset, `its key is not of the columns ${keyOf(this.#connector).join(', ')}: ${keyRow.reason}.`, keyText ?? 'null')
      return
    }
    const key = keyRow.values.map(keyPart).join('\u0000')
    const held = this.#held.get(key)
    if (value === null) {
      this.#held.delete(key)
      if (held !== undefined && !isRebuilding) this.#builder.append(held.row, '-D')
      return
    }
    if (held?.value === value) return
    const json = this.#json(offset, value)
    if (json === undefined) return
    const row = this.#row(offset, value, json)
    if (row === null) return
    this.#held.set(key, { value, row: row.values })
    if (isRebuilding || (held !== undefined && sameRow(held.row, row.values))) return
    if (held !== undefined) this.#builder.append(held.row, '-U')
    this.#builder.append(row.values, held === undefined ? '+I' : '+U')
  }

  #json(offset: number, text: string): Json | undefined {
    const result = readJson(text, { duplicateKeys: 'last' })
    if (result.kind === 'value') return result.value
    this.#badRow(offset, `it is not JSON: ${result.error.detail} (character ${result.error.column})`, text)
    return undefined
  }

  #row(offset: number, text: string, json: Json): JsonRow | null {
    const row = this.#rows.read(json)
    if (!(row instanceof NotOfType)) return row
    this.#badRow(offset, `${row.reason}.`, text)
    return null
  }
}

function startOf(connector: JsonObject, partition: number): TopicStart {
  switch (connector.startFrom) {
    case 'latest-offset':
      return { kind: 'latest' }
    case 'timestamp':
      return { kind: 'time', timestamp: parseTimestamp(connector.startTimestamp as string)!.ms }
    case 'specific-offsets': {
      const offset = specificOffsets(connector.startOffsets as string)!.get(partition)
      return offset === undefined ? { kind: 'earliest' } : { kind: 'offset', offset }
    }
    default:
      return { kind: 'earliest' }
  }
}

/** A value as text that is the same for the same value, whatever its type: the parts of one key are always of the same types. */
function keyPart(value: Value): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value, plain) : `${typeof value}:${String(value)}`
}

function sameRow(one: readonly Value[], other: readonly Value[]): boolean {
  return one.every((value, i) => value === other[i] || keyPart(value) === keyPart(other[i]!))
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return value instanceof Uint8Array ? [...value] : value
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber)
}
