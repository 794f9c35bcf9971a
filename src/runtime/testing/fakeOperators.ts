import type { Batch } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import type { Float64Column, Int64Column, StringColumn, Value } from '../../columnar/column.ts'
import { bigintType, stringType, timestampType } from '../../columnar/dataType.ts'
import { RowError } from '../../columnar/rowError.ts'
import type { Schema } from '../../columnar/schema.ts'
import { physicalPlan, type PhysicalPlan } from '../../compiler/physicalPlan.ts'
import type { LogicalOperator } from '../../compiler/logicalPlan.ts'
import type { Distribution } from '../../job/operatorDefinition.ts'
import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import type { OperatorContext, OperatorRuntime, SourceContext, SourcePosition, SourceRuntime } from '../../engine/operatorRuntime.ts'
import type { RuntimeFactory } from '../../operators/runtimeFactory.ts'
import type { Operators } from '../engineThread.ts'

/**
 * Small operators for tests of the runtime, so that these say nothing of the rooms.
 *
 * `rows` makes rows (ts, key, v): row n of a split has v = n·splits + split, ts = v·10 ms with every seventh row 135 ms early, key `k(v mod keys)`. `count` is
 * a tumbling count and sum by key that drops late rows row by row, as the watermark before each row demands. `meet` counts
 * the rows of two inputs. `sequence` numbers the rows of each key; with `diesInSnapshot` it ends its thread in that copy of its state. `refuse` fails at one v. `die` ends its thread.
 */
export const rowSchema: Schema = {
  fields: [
    { name: 'ts', type: timestampType, time: 'event' },
    { name: 'key', type: stringType },
    { name: 'v', type: bigintType },
  ],
}
export const countSchema: Schema = {
  fields: [
    { name: 'key', type: stringType },
    { name: 'end', type: timestampType },
    { name: 'rows', type: bigintType },
    { name: 'sum', type: bigintType },
  ],
}
export const meetSchema: Schema = { fields: [{ name: 'left', type: bigintType }, { name: 'right', type: bigintType }] }

export interface RowsConfig {
  readonly rows: number
  readonly keys?: number
  readonly splits?: number
  /** Says `wait` before every batch. */
  readonly waits?: boolean
  readonly nullTimeAt?: number
  readonly throwsAt?: number
  readonly opens?: boolean
  readonly poisonAt?: number
  readonly file?: string
  /** With `waits`: what it waits for does not come. */
  readonly vanishes?: boolean
  /** Ms between two rows, instead of 10. */
  readonly apart?: number
}

export function rowTime(v: number): number {
  return 1_000_000 + v * 10 - (v % 7 === 3 ? 135 : 0)
}

class RowsSource implements SourceRuntime {
  readonly #config: RowsConfig
  #context!: SourceContext
  #at = 0
  #waited = false
  #shift = 0
  constructor(config: RowsConfig) {
    this.#config = config
  }
  async open(context: SourceContext): Promise<void> {
    this.#context = context
    if (this.#config.opens === false) throw new Error('data.csv cannot be opened: it is not there.')
    if (this.#config.file !== undefined) {
      const file = await context.files.open(this.#config.file)
      const bytes = await file.read(0, file.size)
      this.#shift = bytes[bytes.length - 1]!
    }
  }
  ready(): Promise<void> {
    if (this.#config.vanishes === true) return Promise.reject(new Error('data.csv changed while it was read'))
    this.#waited = true
    return Promise.resolve()
  }
  position(): SourcePosition {
    return { rows: this.#at, at: {} }
  }
  seek(position: SourcePosition): Promise<void> {
    this.#at = position.rows
    return Promise.resolve()
  }
  next(rowsMax: number): Batch | 'wait' | 'end' {
    const { rows, keys = 5, splits = 1 } = this.#config
    const count = Math.min(rowsMax, Math.ceil((rows - this.#context.split) / splits) - this.#at)
    if (count <= 0) return 'end'
    if (this.#config.waits === true && !this.#waited) return 'wait'
    this.#waited = false
    const times = new Float64Array(count)
    const codes = new Int32Array(count)
    const values = new Float64Array(count)
    const nulls = new Uint8Array(count)
    let hasNulls = false
    for (let i = 0; i < count; i++) {
      const v = (this.#at + i) * splits + this.#context.split
      if (v === this.#config.throwsAt) throw new Error(`row ${v} cannot be read`)
      if (v === this.#config.poisonAt) {
        this.#context.poison(v, 'not a number', 'x')
        this.#context.counters.poisonRows++
      }
      times[i] = this.#config.apart === undefined ? rowTime(v) : 1_000_000 + v * this.#config.apart
      codes[i] = v % keys
      values[i] = v + this.#shift
      if (v === this.#config.nullTimeAt) {
        nulls[i] = 1
        hasNulls = true
      }
    }
    this.#at += count
    return {
      schema: rowSchema,
      columns: [
        { storage: 'float64', values: times, nulls: hasNulls ? nulls : null },
        { storage: 'string', codes, dictionary: dictionaryOf(keys), nulls: null },
        { storage: 'int64', values, wide: null, nulls: null },
      ],
      rowCount: count,
      kinds: null,
      watermarks: null,
    }
  }
}

const dictionaries = new Map<number, { values: string[]; distinct: boolean }>()
function dictionaryOf(keys: number): { values: string[]; distinct: boolean } {
  let dictionary = dictionaries.get(keys)
  if (dictionary === undefined) {
    dictionary = { values: Array.from({ length: keys }, (_, i) => `key number ${i}`), distinct: true }
    dictionaries.set(keys, dictionary)
  }
  return dictionary
}

class Count implements OperatorRuntime {
  readonly #sizeMs: number
  readonly #state = new Map<number, Map<string, { rows: number; sum: number }>>()
  #context!: OperatorContext
  #watermark = -Infinity
  constructor(sizeMs: number) {
    this.#sizeMs = sizeMs
  }
  open(context: OperatorContext): void {
    this.#context = context
  }
  processBatch(_input: number, batch: Batch): void {
    const times = (batch.columns[0] as Float64Column).values
    const keys = batch.columns[1] as StringColumn
    const values = (batch.columns[2] as Int64Column).values!
    for (let row = 0; row < batch.rowCount; row++) {
      const watermark = batch.watermarks?.[row] ?? this.#watermark
      const end = (Math.floor(times[row]! / this.#sizeMs) + 1) * this.#sizeMs
      if (end - 1 <= watermark) {
        this.#context.counters.lateRows++
        continue
      }
      let window = this.#state.get(end)
      if (window === undefined) {
        window = new Map()
        this.#state.set(end, window)
      }
      const key = keys.dictionary.values[keys.codes[row]!]!
      const count = window.get(key) ?? { rows: 0, sum: 0 }
      window.set(key, { rows: count.rows + 1, sum: count.sum + values[row]! })
    }
  }
  onWatermark(watermark: number): number {
    if (watermark < this.#watermark) throw new Error(`watermark fell from ${this.#watermark} to ${watermark}`)
    this.#watermark = watermark
    const ends = [...this.#state.keys()].filter((end) => end - 1 <= watermark).toSorted((a, b) => a - b)
    for (const end of ends) {
      const rows: Value[][] = [...this.#state.get(end)!].map(([key, { rows, sum }]) => [key, end, BigInt(rows), BigInt(sum)])
      this.#state.delete(end)
      this.#context.emit(0, batchOf(countSchema, rows))
    }
    return watermark
  }
  stateSchema(): Record<string, string> {
    return { counts: 'rows and sum by end and key' }
  }
  snapshot(writer: StateWriter): void {
    const counts = [...this.#state].flatMap(([end, window]) => [...window].map(([key, count]) => ({ end, key, ...count })))
    writer.number('watermark', this.#watermark)
    writer.strings('keys', counts.map(({ key }) => key))
    writer.numbers('numbers', counts.flatMap(({ end, rows, sum }) => [end, rows, sum]))
  }
  restore(reader: StateReader): void {
    this.#watermark = reader.number('watermark')
    const numbers = reader.numbers('numbers')
    reader.strings('keys').forEach((key, i) => {
      const window = this.#state.get(numbers[i * 3]!) ?? new Map<string, { rows: number; sum: number }>()
      this.#state.set(numbers[i * 3]!, window)
      window.set(key, { rows: numbers[i * 3 + 1]!, sum: numbers[i * 3 + 2]! })
    })
  }
  stateBytes(): number {
    return this.#state.size * 100
  }
  gauges(): Record<string, number> {
    return { windows: this.#state.size }
  }
}

class Meet implements OperatorRuntime {
  #context!: OperatorContext
  readonly #rows = [0, 0]
  open(context: OperatorContext): void {
    this.#context = context
  }
  processBatch(input: number, batch: Batch): void {
    this.#rows[input]! += batch.rowCount
  }
  stateSchema(): Record<string, string> {
    return { rows: 'of both inputs' }
  }
  snapshot(writer: StateWriter): void {
    writer.numbers('rows', this.#rows)
  }
  restore(reader: StateReader): void {
    reader.numbers('rows').forEach((rows, i) => (this.#rows[i]! += rows))
  }
  onWatermark(watermark: number): number {
    return watermark
  }
  finish(): void {
    this.#context.emit(0, batchOf(meetSchema, [this.#rows.map(BigInt)]))
  }
}

/** Rows with the number that each has within its key, in the place of `ts`: a row lost, doubled or out of order shows. */
class Sequence implements OperatorRuntime {
  #context!: OperatorContext
  readonly #diesInSnapshot: number | undefined
  #snapshots = 0
  readonly #numbers = new Map<string, number>()
  constructor(diesInSnapshot?: number) {
    this.#diesInSnapshot = diesInSnapshot
  }
  open(context: OperatorContext): void {
    this.#context = context
  }
  processBatch(_input: number, batch: Batch): void {
    const keys = batch.columns[1] as StringColumn
    const numbers = new Float64Array(batch.rowCount)
    for (let row = 0; row < batch.rowCount; row++) {
      const key = keys.dictionary.values[keys.codes[row]!]!
      numbers[row] = (this.#numbers.get(key) ?? 0) + 1
      this.#numbers.set(key, numbers[row]!)
    }
    this.#context.emit(0, { ...batch, columns: [{ storage: 'float64', values: numbers, nulls: null }, batch.columns[1]!, batch.columns[2]!] })
  }
  stateSchema(): Record<string, string> {
    return { numbers: 'by key' }
  }
  snapshot(writer: StateWriter): void {
    // In the middle of the copy, and at the same one of its life again after each restart.
    if (++this.#snapshots === this.#diesInSnapshot) process.exit(3)
    writer.strings('keys', [...this.#numbers.keys()])
    writer.numbers('numbers', [...this.#numbers.values()])
  }
  restore(reader: StateReader): void {
    const numbers = reader.numbers('numbers')
    reader.strings('keys').forEach((key, i) => this.#numbers.set(key, numbers[i]!))
  }
  onWatermark(watermark: number): number {
    return watermark
  }
}

class Pass implements OperatorRuntime {
  #context!: OperatorContext
  readonly #refusesAt: number | undefined
  readonly #dies: boolean
  constructor(refusesAt?: number, dies = false) {
    this.#refusesAt = refusesAt
    this.#dies = dies
  }
  open(context: OperatorContext): void {
    this.#context = context
  }
  processBatch(_input: number, batch: Batch): void {
    if (this.#refusesAt !== undefined) {
      const values = (batch.columns[2] as Int64Column).values!
      const row = values.subarray(0, batch.rowCount).indexOf(this.#refusesAt)
      if (row >= 0 && this.#dies) process.exit(3)
      if (row >= 0) throw new RowError(row, 'division by zero')
    }
    this.#context.emit(0, batch)
  }
  onWatermark(watermark: number): number {
    return watermark
  }
}

const factories: Readonly<Record<string, RuntimeFactory>> = {
  rows: { role: 'source', create: (spec) => new RowsSource(spec.config as unknown as RowsConfig) },
  count: { role: 'operator', create: (spec) => new Count((spec.config.sizeMs as number | undefined) ?? 100) },
  meet: { role: 'operator', create: () => new Meet() },
  sequence: { role: 'operator', create: (spec) => new Sequence(spec.config.diesInSnapshot as number | undefined) },
  pass: { role: 'operator', create: () => new Pass() },
  refuse: { role: 'operator', create: (spec) => new Pass(spec.config.at as number) },
  die: { role: 'operator', create: (spec) => new Pass(spec.config.at as number, true) },
  out: {
    role: 'sink',
    create: (_spec, port) => ({ processBatch: (_input, batch) => port.deliver(batch), onWatermark: (watermark) => watermark }),
  },
}

export const fakeOperators: Operators = {
  runtimeOf: (kind) => factories[kind],
  splitsOf: (spec) => (spec.config.splits as number | undefined) ?? 1,
}

/** Operators as a list, each with what feeds it; the last must be sinks. */
export interface FakeOperator {
  readonly id: string
  readonly kind: string
  readonly config?: Record<string, unknown>
  readonly from?: readonly string[]
  readonly parallelism?: number
  readonly distribution?: Distribution
}

export function planOf(parallelism: number, operators: readonly FakeOperator[]): PhysicalPlan {
  const schemaOf = (id: string): Schema => {
    const { kind, from } = operators.find((operator) => operator.id === id)!
    return kind === 'rows' ? rowSchema : kind === 'count' ? countSchema : kind === 'meet' ? meetSchema : schemaOf(from![0]!)
  }
  const logical = operators.map(({ id, kind, config = {}, from = [], parallelism: own, distribution }): LogicalOperator => {
    const family = kind === 'rows' ? 'source' : kind === 'out' ? 'sink' : 'shape'
    return {
      spec: {
        id,
        kind,
        config: config as never,
        inputs: from.map((input, i) => ({ port: kind === 'meet' ? ['left', 'right'][i]! : 'in', schema: schemaOf(input) })),
        outputs: kind === 'out' ? [] : [{ port: 'out', schema: schemaOf(id) }],
      },
      name: id,
      family,
      parallelism: own ?? (family === 'source' ? Math.min(parallelism, (config.splits as number | undefined) ?? 1) : parallelism),
      distribution: from.map(() => distribution ?? { kind: 'any' }),
    }
  })
  let edge = 0
  const edges = operators.flatMap(({ id, from = [] }) => from.map((source, i) => ({ edge: edge++, from: source, fromOutput: 0, to: id, toInput: i })))
  return physicalPlan({ name: 'fake', settings: { parallelism, maxParallelism: 128, timeZone: 'UTC' }, operators: logical, edges })
}

/** Rows -> count by key -> out, with the watermark 30 ms behind: the job of most tests. */
export function countPlan(parallelism: number, rows: RowsConfig, sizeMs = 100): PhysicalPlan {
  return planOf(parallelism, [
    { id: 'rows', kind: 'rows', config: { watermark: { column: 'ts', delayMs: 30 }, ...rows } },
    { id: 'count', kind: 'count', from: ['rows'], config: { sizeMs }, distribution: { kind: 'hash', columns: ['key'] } },
    { id: 'out', kind: 'out', from: ['count'] },
  ])
}

/** What `countPlan` must give, found by going through the rows of one split one by one. */
export function countedRows(rows: number, keys: number, sizeMs: number, delayMs: number): string[] {
  const windows = new Map<string, { rows: number; sum: number }>()
  let watermark = -Infinity
  for (let v = 0; v < rows; v++) {
    const end = (Math.floor(rowTime(v) / sizeMs) + 1) * sizeMs
    if (end - 1 > watermark) {
      const id = `key number ${v % keys}|${end}`
      const window = windows.get(id) ?? { rows: 0, sum: 0 }
      windows.set(id, { rows: window.rows + 1, sum: window.sum + v })
    }
    watermark = Math.max(watermark, rowTime(v) - delayMs)
  }
  return [...windows].map(([id, { rows, sum }]) => `${id}|${rows}|${sum}`).toSorted()
}

export function countTexts(batches: readonly Batch[]): string[] {
  return batches
    .flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => batch.columns.map((column) => (column.storage === 'string' ? column.dictionary.values[column.codes[row]!] : String((column as Float64Column).values[row]))).join('|')))
    .toSorted()
}
