import { ReusedArrays } from '../../columnar/arrays.ts'
import { gatherRows, type Batch } from '../../columnar/batch.ts'
import { storageOf } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import { KeyHasher, keyGroupOf, keyGroupRange, subtaskOfKeyGroup } from '../../columnar/hashColumns.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import { schemaDifferences, StateReader, StateWriter, type StateShare } from '../../columnar/stateCodec.ts'
import { sliceBatch } from '../../columnar/concat.ts'
import type { JsonObject } from '../../columnar/json.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { parseType } from '../../expression/parse.ts'
import { checkConfig } from '../../job/checkConfig.ts'
import type { Distribution, OperatorDefinition } from '../../job/operatorDefinition.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { UpsertKeys } from '../../job/upsertKeys.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'

/**
 * One operator alone, driven by hand: what a task would call, without tasks, channels or workers. For the cases of the rooms.
 *
 * Every batch that comes out is checked against the contract of `Batch`, and watermarks for going backwards.
 */

/** A schema in words: `ts TIMESTAMP(3) EVENT, key STRING, v BIGINT`. EVENT and PROCESSING mark time attributes. */
export function schemaOf(text: string): Schema {
  const parts = text.split(/,(?![^<(]*[>)])/).map((part) => part.trim())
  return {
    fields: parts.map((part) => {
      const match = /^(\S+)\s+(.*?)(?:\s+(EVENT|PROCESSING))?$/.exec(part)
      const type: DataType | null | undefined = match === null ? null : parseType(match[2]!).type
      if (match === null || type === null || type === undefined) throw new Error(`not a column: ${part}`)
      return match[3] === undefined ? { name: match[1]!, type } : { name: match[1]!, type, time: match[3] === 'EVENT' ? 'event' : 'processing' }
    }),
  }
}

/** A schema in the words that `schemaOf` reads. */
export function schemaText(schema: Schema, printType: (type: DataType) => string): string {
  return schema.fields.map((field) => `${field.name} ${printType(field.type)}${field.time === undefined ? '' : ` ${field.time.toUpperCase()}`}`).join(', ')
}

/** What an input edge brings, in order of the definition's ports. */
export interface HarnessInput {
  readonly port: string
  readonly schema: Schema
  readonly updating?: true
  readonly upsertKeys?: UpsertKeys
}

export interface FoundProblem {
  readonly path: string
  readonly code: string
  readonly severity: string
  readonly message: string
}

export function inferOperator(
  definition: OperatorDefinition,
  config: JsonObject,
  inputs: readonly HarnessInput[],
): { readonly problems: readonly FoundProblem[]; readonly outputs: Readonly<Record<string, Schema>>; readonly config: JsonObject } {
  const problems: FoundProblem[] = []
  const report = (path: string, finding: { code: string; severity: string; message: string }): void => {
    problems.push({ path, code: finding.code, severity: finding.severity, message: finding.message })
  }
  const checked = checkConfig(config, definition.fields, report)
  const schemas: Record<string, Schema[]> = {}
  for (const input of inputs) (schemas[input.port] ??= []).push(input.schema)
  return { problems, outputs: definition.infer({ config: checked, inputs: schemas, settings: {}, report }), config: checked }
}

export function specOf(definition: OperatorDefinition, config: JsonObject, inputs: readonly HarnessInput[]): OperatorSpec {
  const inferred = inferOperator(definition, config, inputs)
  const errors = inferred.problems.filter((problem) => problem.severity === 'error')
  if (errors.length > 0) throw new Error(errors.map((problem) => `${problem.code} ${problem.path}: ${problem.message}`).join('\n'))
  return {
    id: 'op',
    kind: definition.kind,
    config: inferred.config,
    inputs,
    outputs: definition.outputs.flatMap((port) => (inferred.outputs[port.name] === undefined ? [] : [{ port: port.name, schema: inferred.outputs[port.name]! }])),
  }
}

/** What one subtask was when it was cut off: its state, and what a task knows of it. */
export interface HarnessSnapshot {
  readonly blob: Uint8Array<ArrayBuffer> | null
  readonly watermark: number
  readonly now: number
  readonly timers: readonly number[]
  readonly ended: ReadonlySet<number>
}

const maxParallelism = 128

export class OperatorHarness {
  readonly spec: OperatorSpec
  readonly operator: OperatorRuntime
  /** By output port. A sink's rows are under `delivered`. */
  readonly emitted = new Map<string, Batch[]>()
  readonly counters = { lateRows: 0, poisonRows: 0 }
  readonly forwarded: number[] = []
  #watermark = -Infinity
  #now = 0
  #timers: number[] = []
  readonly #ended = new Set<number>()
  readonly #arrays = new ReusedArrays()
  readonly #copies: boolean

  /** `reuses`: as in a chain whose operators keep nothing, the operator's arrays are used again after each batch. */
  constructor(spec: OperatorSpec, factory: RuntimeFactory, options: { readonly timeZone?: string; readonly subtask?: number; readonly parallelism?: number; readonly reuses?: boolean } = {}) {
    this.spec = spec
    if (options.reuses === true) this.#arrays.reuse()
    this.#copies = options.reuses === true
    if (factory.role === 'source') throw new Error('sources have a harness of their own')
    this.operator =
      factory.role === 'operator' ? factory.create(spec) : factory.create(spec, { deliver: (batch) => this.#take('delivered', batch) })
    const context: OperatorContext = {
      operatorId: spec.id,
      subtask: options.subtask ?? 0,
      parallelism: options.parallelism ?? 1,
      maxParallelism,
      timeZone: options.timeZone ?? 'UTC',
      emit: (port, batch) => {
        const output = spec.outputs[port]
        if (output === undefined) throw new Error(`no output port ${port}`)
        if (batch.schema !== output.schema && schemaNames(batch.schema) !== schemaNames(output.schema)) throw new Error(`output ${output.port} has ${schemaNames(batch.schema)}, not ${schemaNames(output.schema)}`)
        this.#take(output.port, { ...batch, schema: output.schema })
      },
      processingTime: () => this.#now,
      scheduleProcessingTimer: (time) => {
        this.#timers.push(time)
      },
      counters: this.counters,
      arrays: this.#arrays,
    }
    this.operator.open?.(context)
  }

  /** What a task does at a barrier: what is held back goes out, then the state is written. */
  snapshot(): HarnessSnapshot {
    const { operator } = this
    operator.flush?.()
    let blob: Uint8Array<ArrayBuffer> | null = null
    if (operator.snapshot !== undefined) {
      if (operator.restore === undefined || operator.stateSchema === undefined) throw new Error(`${this.spec.kind} writes a state and does not say how it is read`)
      const writer = new StateWriter()
      writer.schema(operator.stateSchema())
      operator.snapshot(writer)
      blob = writer.finish()
    }
    return { blob, watermark: this.#watermark, now: this.#now, timers: this.#timers, ended: new Set(this.#ended) }
  }

  /** Begins where these subtasks were. A fresh harness, before anything was fed. */
  restore(snapshots: readonly HarnessSnapshot[], subtask: number, parallelism: number): void {
    const same = snapshots.length === parallelism
    this.#watermark = Math.min(...snapshots.map(({ watermark }) => watermark))
    this.#now = Math.max(...snapshots.map(({ now }) => now))
    this.#timers = [...new Set(snapshots.flatMap(({ timers }) => timers))]
    for (const input of snapshots[0]!.ended) this.#ended.add(input)
    snapshots.forEach(({ blob }, part) => {
      if (blob === null || (same && part !== subtask)) return
      const share: StateShare = { keyGroups: same ? null : keyGroupRange(subtask, parallelism, maxParallelism), maxParallelism, part, parts: snapshots.length, subtask, parallelism, watermark: this.#watermark }
      const reader = StateReader.open(blob, share)
      const differences = schemaDifferences(reader.schema(), this.operator.stateSchema!())
      if (differences.length > 0) throw new Error(`a fresh run time does not know its own state: ${differences.join('; ')}`)
      this.operator.restore!(reader)
    })
    if (snapshots[0]!.blob === null && this.#watermark > -Infinity) this.operator.onWatermark(this.#watermark)
    // Channels are new, so their ends come again.
    if (!same) for (const input of this.#ended) this.operator.onInputEnd?.(input)
  }

  #take(port: string, taken: Batch): void {
    checkBatch(taken)
    if (taken.rowCount === 0) return
    const batch = this.#copies ? gatherRows(taken, Int32Array.from({ length: taken.rowCount }, (_, row) => row), taken.rowCount) : taken
    const batches = this.emitted.get(port)
    // Unless it reuses them, output arrays must be the receiver's to keep: a copy taken now would hide reuse, so the batch itself is kept.
    if (batches === undefined) this.emitted.set(port, [batch])
    else batches.push(batch)
  }

  feed(input: number, batch: Batch): void {
    this.#arrays.reset()
    this.operator.processBatch(input, batch)
    const last = batch.watermarks?.[batch.rowCount - 1]
    if (last !== undefined && last > this.#watermark) this.watermark(last)
  }

  watermark(watermark: number): void {
    if (watermark <= this.#watermark) return
    this.#watermark = watermark
    const forwarded = this.operator.onWatermark(watermark)
    const before = this.forwarded.at(-1) ?? -Infinity
    if (forwarded < before) throw new Error(`forwarded watermark went back from ${before} to ${forwarded}`)
    this.forwarded.push(forwarded)
  }

  processingTime(time: number): void {
    this.#now = time
    for (;;) {
      const due = Math.min(...this.#timers)
      if (due > time) return
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.operator.onProcessingTime?.(due)
    }
  }

  inputEnd(input: number): void {
    if (this.#ended.has(input)) return
    this.#ended.add(input)
    this.operator.onInputEnd?.(input)
  }

  end(): void {
    for (let input = 0; input < this.spec.inputs.length; input++) this.inputEnd(input)
    this.watermark(Infinity)
    this.operator.finish?.()
  }
}

function schemaNames(schema: Schema): string {
  return schema.fields.map((field) => field.name).join(', ')
}

/** Breaks when a batch does not keep what `Batch` and `Column` promise. */
export function checkBatch(batch: Batch): void {
  const { schema, columns, rowCount, watermarks } = batch
  if (columns.length !== schema.fields.length) throw new Error(`${columns.length} columns for ${schema.fields.length} fields`)
  columns.forEach((column, i) => {
    const { name, type } = schema.fields[i]!
    if (column.storage !== storageOf(type)) throw new Error(`column ${name} is stored as ${column.storage}`)
    const length = column.storage === 'string' ? column.codes.length : (column.values ?? (column as { wide: ArrayLike<unknown> }).wide).length
    if (length < rowCount || (column.nulls !== null && column.nulls.length < rowCount)) throw new Error(`column ${name} is shorter than its ${rowCount} rows`)
    if (!type.nullable && column.nulls !== null && column.nulls.subarray(0, rowCount).includes(1)) throw new Error(`column ${name} is NOT NULL but holds a NULL`)
  })
  for (let row = 1; watermarks !== null && row < rowCount; row++) {
    if (watermarks[row]! < watermarks[row - 1]!) throw new Error(`watermarks fall in row ${row}`)
  }
}

/** The subtask each row goes to, as an exchange would send it; equal keys go to the same one. */
export function subtasksOf(batch: Batch, distribution: Distribution, parallelism: number, next: { count: number }): number[] {
  const hashes = distribution.kind === 'hash' ? hashesOf(batch, distribution.columns) : null
  return Array.from({ length: batch.rowCount }, (_, row) => {
    switch (distribution.kind) {
      case 'single':
        return 0
      case 'any':
        return next.count++ % parallelism
      case 'broadcast':
        throw new Error('broadcast is not a choice of one subtask')
      case 'hash':
        return subtaskOfKeyGroup(keyGroupOf(hashes![row]!, maxParallelism), parallelism, maxParallelism)
    }
  })
}

function hashesOf(batch: Batch, names: readonly string[]): Int32Array {
  const columns = names.map((name) => fieldIndex(batch.schema, name))
  const hashes = new Int32Array(batch.rowCount)
  new KeyHasher(columns.map((column) => batch.schema.fields[column]!.type)).hash(columns.map((column) => batch.columns[column]!), batch.rowCount, hashes)
  return hashes
}

export function singleRows(batch: Batch): Batch[] {
  return Array.from({ length: batch.rowCount }, (_, row) => sliceBatch(batch, row, row + 1))
}
