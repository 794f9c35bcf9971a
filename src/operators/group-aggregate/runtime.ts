import { rowKind, type Batch } from '../../columnar/batch.ts'
import { gather, gatherFloat64, gatherInt32, gatherUint8, type Column, type Int64Column } from '../../columnar/column.ts'
import { concatBatches, sliceBatch } from '../../columnar/concat.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { nullColumn } from '../../engine/joinOutput.ts'
import { columnsText, KeyedRestore } from '../../engine/keyedState.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { rowsByRound } from '../../engine/rounds.ts'
import { RowCollector } from '../../engine/rowCollector.ts'
import { stateTtlOf, type StateTtl } from '../../engine/stateTtl.ts'
import { accumulatorsText, AggregateTable, checkAggregate, compileAggregateInputs, inputOfRows, type AggregateCall, type AggregateInput } from '../../expression/aggregates.ts'
import { partialRowsMax, partialsOf } from '../../expression/aggregates/partials.ts'
import { compileScalar, traitsOf, type CompiledScalar } from '../../expression/compile.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { sameRow } from '../../expression/rowOrder.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { setsOf } from './definition.ts'
import { partsOf } from './twoPhase.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => (spec.phase?.kind === 'local' ? new LocalGroupAggregate(spec) : new GroupAggregate(spec)) }

/** Fewer groups than this are not looked at for those that have expired. */
const sizeLookedMin = 4096

/**
 * Running aggregates (Flink: GroupAggFunction). A group's first row inserts its result, every further row that changes it updates it, and when as many rows were taken back as came, the
 * result is deleted and the group begins anew. Taking back a row of a group that is empty is passed over.
 *
 * With a time to live, a group that was not written for so long is gone without a word, and a result that is the same is given again, so that state further on stays alive. With mini-batches (Flink: MiniBatchGroupAggFunction)
 * rows are held until there are so many or the first of them has waited so long, and each group gives one change for all of them.
 *
 * As the global phase of two (`twoPhase.ts`) it takes partial rows, each as several rows of its group.
 *
 * Otherwise each row is a change of its own, so that results do not depend on how the stream was cut into batches. Rows of a batch are worked through in rounds, though: the first row of every group together,
 * then every second, so that accumulators are read and fed in columns. What comes out stands in the order of the rows.
 */
class GroupAggregate implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #program: Program
  readonly #groupings: readonly Grouping[]
  readonly #bundle: Bundle | null
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    this.#program = new Program(spec)
    this.#bundle = spec.miniBatch === undefined || this.#program.isContextual ? null : new Bundle(spec.miniBatch)
    const groupBy = columnsOf(spec.config, 'groupBy')
    const sets = setsOf(spec.config) ?? [groupBy]
    const distribution = groupBy.filter((name) => sets.every((set) => set.includes(name)))
    this.#groupings = sets.map((set) => new Grouping(spec, groupBy, set, distribution, this.#program))
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#program.open(context)
  }

  processBatch(_input: number, batch: Batch): void {
    if (batch.rowCount === 0) return
    if (this.#bundle === null) this.#give(batch, this.#spec.phase?.kind === 'global')
    else for (const part of this.#bundle.parts(batch)) if (this.#bundle.add(part, this.#context)) this.flush()
  }

  #give(batch: Batch, folded: boolean): void {
    const inputs = this.#program.prepare(batch)
    const { schema } = this.#spec.outputs[0]!
    const now = this.#spec.stateTtlMs === undefined ? 0 : this.#context.processingTime()
    for (const grouping of this.#groupings) {
      const changes = folded ? grouping.fold(batch, inputs, schema, now) : grouping.add(batch, inputs, schema, now)
      if (changes !== null) this.#context.emit(0, changes)
    }
  }

  flush(): void {
    const held = this.#bundle?.take() ?? null
    if (held !== null) this.#give(held, true)
  }

  onProcessingTime(time: number): void {
    if (this.#bundle?.isDue(time) === true) this.flush()
  }

  /** Results carry no event time, so only the last watermark is one that they must not follow. */
  onWatermark(watermark: number): number {
    if (watermark === Infinity) this.flush()
    this.#program.watermark = watermark
    return watermark
  }

  stateSchema(): StateSchema {
    return { groups: this.#groupings.map(({ text }) => text).join('; '), aggregates: aggregatesText(this.#spec), accumulators: this.#program.text }
  }

  snapshot(writer: StateWriter): void {
    this.#groupings.forEach((grouping, i) => grouping.snapshot(writer.at(i)))
  }

  restore(reader: StateReader): void {
    this.#groupings.forEach((grouping, i) => grouping.restore(reader.at(i), this.#context.processingTime()))
    this.#program.watermark = reader.share.watermark
  }

  stateBytes(): number {
    return this.#groupings.reduce((sum, grouping) => sum + grouping.bytes, 0)
  }

  gauges(): Readonly<Record<string, number>> {
    return { groups: this.#groupings.reduce((sum, grouping) => sum + grouping.size, 0) }
  }
}

function aggregatesText(spec: OperatorSpec): string {
  return (namedExpressionsOf(spec.config, 'aggregates') ?? []).map(({ expression }) => expression).join(', ') || 'none'
}

/** The local phase: the rows of each group in a mini-batch become one partial row, in order of first appearance. It keeps nothing. */
class LocalGroupAggregate implements OperatorRuntime {
  readonly #schema: Schema
  readonly #program: Program
  readonly #bundle: Bundle
  readonly #keyColumns: readonly number[]
  readonly #encoder: KeyEncoder
  readonly #table: AggregateTable
  #keys: KeyTable
  #context!: OperatorContext

  constructor(spec: OperatorSpec) {
    const { schema } = spec.inputs[0]!
    this.#schema = spec.outputs[0]!.schema
    this.#program = new Program(spec)
    this.#bundle = new Bundle({ ...spec.miniBatch!, size: Math.min(spec.miniBatch!.size, partialRowsMax) })
    this.#keyColumns = columnsOf(spec.config, 'groupBy').map((name) => fieldIndex(schema, name))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => schema.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
    this.#table = this.#program.table()
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#program.open(context)
  }

  processBatch(_input: number, batch: Batch): void {
    for (const part of this.#bundle.parts(batch)) if (this.#bundle.add(part, this.#context)) this.flush()
  }

  flush(): void {
    const held = this.#bundle.take()
    if (held === null) return
    const { rowCount } = held
    const slots = new Int32Array(rowCount)
    const columns = this.#keyColumns.map((column) => held.columns[column]!)
    this.#keys.slotsOf(this.#encoder.encode(columns, rowCount), 0, rowCount, slots)
    const groups = this.#keys.size
    this.#table.ensure(groups)
    this.#table.add(slots, this.#program.prepare(held), rowCount, null)
    const all = new Int32Array(groups)
    const firstRows = new Int32Array(groups)
    for (let row = rowCount - 1; row >= 0; row--) firstRows[slots[row]!] = row
    for (let slot = 0; slot < groups; slot++) all[slot] = slot
    this.#context.emit(0, { schema: this.#schema, columns: [...columns.map((column) => gather(column, firstRows, groups)), ...this.#table.read(all, groups)], rowCount: groups, kinds: null, watermarks: null })
    this.#keys.clear()
    this.#table.reset()
    if (this.#encoder.wantsShrink(0)) this.#encoder.shrink([this.#keys])
  }

  onProcessingTime(time: number): void {
    if (this.#bundle.isDue(time)) this.flush()
  }

  onWatermark(watermark: number): number {
    if (watermark === Infinity) this.flush()
    this.#program.watermark = watermark
    return watermark
  }
}

/** Rows that are held together, with the moment at which the first of them has waited long enough. */
class Bundle {
  readonly #size: number
  readonly #latencyMs: number
  #batches: Batch[] = []
  #rows = 0
  #due = Infinity

  constructor({ size, latencyMs }: { readonly size: number; readonly latencyMs: number }) {
    this.#size = size
    this.#latencyMs = latencyMs
  }

  /** The batch in pieces of which the first fills what is held, and each but the last fills it again: how rows came in batches does not decide which are together. */
  *parts(batch: Batch): Generator<Batch> {
    for (let start = 0, end = Math.min(batch.rowCount, this.#size - this.#rows); start < batch.rowCount; start = end, end = Math.min(batch.rowCount, end + this.#size)) {
      yield start === 0 && end === batch.rowCount ? batch : sliceBatch(batch, start, end)
    }
  }

  /** True when there are as many as wanted. */
  add(batch: Batch, context: OperatorContext): boolean {
    if (this.#rows === 0) {
      this.#due = context.processingTime() + this.#latencyMs
      context.scheduleProcessingTimer(this.#due)
    }
    this.#batches.push(batch)
    this.#rows += batch.rowCount
    return this.#rows >= this.#size
  }

  isDue(time: number): boolean {
    return time >= this.#due
  }

  take(): Batch | null {
    const held = concatBatches(this.#batches)
    this.#batches = []
    this.#rows = 0
    this.#due = Infinity
    return held
  }
}

/** The aggregates of the config: which accumulators a group has, what a batch feeds them, and what is computed from their results. */
class Program {
  readonly #calls: readonly AggregateCall[]
  /** In the global phase: the column that says how many rows a partial row stands for, and those of the partial calls. */
  readonly #rowsColumn: number | null
  readonly #partialColumns: readonly number[] | null
  readonly #evaluateInputs: ReturnType<typeof compileAggregateInputs>
  readonly #results: readonly { readonly compiled: CompiledScalar; readonly firstCall: number; readonly callCount: number }[]
  readonly #retractable: boolean
  /** What goes in depends on more than the rows, such as a clock, so that it must be computed when they come. */
  readonly isContextual: boolean
  /** Updates go out with the row before. */
  readonly updateBefore: boolean
  #evaluation!: EvaluationContext

  constructor(spec: OperatorSpec) {
    const { updating } = spec.inputs[0]!
    const { phase } = spec
    const schema = phase?.kind === 'global' ? phase.rows : spec.inputs[0]!.schema
    const checked = (namedExpressionsOf(spec.config, 'aggregates') ?? []).map(({ name, expression }) => {
      const { aggregate, problems } = checkAggregate(expression, { inputs: [{ qualifier: null, schema }] })
      if (aggregate === null) throw new Error(`${spec.kind} ${spec.id} was deployed with an aggregate ${name} that does not compile: ${problems[0]?.message}`)
      return aggregate
    })
    let firstCall = 0
    this.#results = checked.map(({ calls, result }) => {
      const entry = { compiled: compileScalar(result), firstCall, callCount: calls.length }
      firstCall += calls.length
      return entry
    })
    const calls = checked.flatMap((aggregate) => aggregate.calls)
    this.#calls = phase?.kind === 'local' ? partialsOf(calls)!.calls : calls
    // Behind the group's columns.
    this.#rowsColumn = phase?.kind === 'global' ? columnsOf(spec.config, 'groupBy').length : null
    this.#partialColumns = phase?.kind === 'global' ? partialsOf(calls)!.places.map((place) => this.#rowsColumn! + place) : null
    this.#evaluateInputs = compileAggregateInputs(this.#partialColumns === null ? this.#calls : [])
    this.isContextual = checked.some(({ calls, result }) => [result, ...partsOf(calls)].some((part) => traitsOf(part).contextual))
    this.#retractable = updating === true
    this.updateBefore = spec.outputs[0]!.updateBefore !== false
  }

  open(context: OperatorContext): void {
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
  }

  set watermark(watermark: number) {
    this.#evaluation.watermark = watermark
  }

  get hasResults(): boolean {
    return this.#results.length > 0
  }

  get retractable(): boolean {
    return this.#retractable
  }

  get text(): string {
    return accumulatorsText(this.#calls, this.#retractable)
  }

  table(): AggregateTable {
    return new AggregateTable(this.#calls, { retractable: this.#retractable })
  }

  prepare(batch: Batch): readonly AggregateInput[] {
    if (this.#partialColumns !== null) return this.#partialColumns.map((column) => ({ values: batch.columns[column]!, mask: null }))
    this.#evaluation.watermarks = batch.watermarks
    return this.#evaluateInputs([batch.columns], batch.rowCount, this.#evaluation)
  }

  /** How many rows each row of the batch stands for; null where it is one. */
  rowsBehind(batch: Batch): Float64Array | null {
    return this.#rowsColumn === null ? null : (batch.columns[this.#rowsColumn] as Int64Column).values
  }

  /** Takes partial rows, or rows of which none is taken back. */
  add(table: AggregateTable, slots: Int32Array, inputs: readonly AggregateInput[], rowCount: number): void {
    if (this.#partialColumns === null) table.add(slots, inputs, rowCount, null)
    else table.addPartials(slots, inputs.map(({ values }) => values!), rowCount)
  }

  /** The aggregates' columns for these slots; `groupColumns` are the group's values by column of the input. */
  results(table: AggregateTable, slots: Int32Array, count: number, groupColumns: readonly Column[]): Column[] {
    return this.resultsOf(table.read(slots, count), count, groupColumns)
  }

  /** The same from the calls' columns. */
  resultsOf(calls: readonly Column[], count: number, groupColumns: readonly Column[]): Column[] {
    this.#evaluation.watermarks = null
    return this.#results.map(({ compiled, firstCall, callCount }) => compiled([groupColumns, calls.slice(firstCall, firstCall + callCount)], count, this.#evaluation))
  }
}

/** One grouping of the rows: all of `groupBy`, or one of the grouping sets. */
class Grouping {
  readonly #program: Program
  readonly #keyColumns: readonly number[]
  /** By position in `groupBy`: the column of the input, whether the set has it, and which column expressions know it as. */
  readonly #groupColumns: readonly { readonly column: number; readonly kept: boolean; readonly place: number }[]
  readonly #input: Schema
  /** Columns of the key that rows are distributed by. */
  readonly #distribution: readonly number[]
  readonly #encoder: KeyEncoder
  #keys: KeyTable
  #table: AggregateTable
  readonly #ttl: StateTtl | null
  /** Groups there may be before it is looked whether most have expired. */
  #sizeLooked = sizeLookedMin
  /** 1: the group has rows. */
  #live: Uint8Array = new Uint8Array(64)
  /** How many, where rows may be taken back: without that a byte says enough, and each row looks into a smaller array. */
  #rowCounts: Float64Array | null
  #slots: Int32Array = new Int32Array(0)
  /** By slot, how often it was met in this batch, or where last; by row, its round. */
  #met: Int32Array = new Int32Array(64)
  #rounds: Int32Array = new Int32Array(0)

  constructor(spec: OperatorSpec, groupBy: readonly string[], set: readonly string[], distribution: readonly string[], program: Program) {
    this.#input = spec.inputs[0]!.schema
    this.#program = program
    const rows = spec.phase?.kind === 'global' ? spec.phase.rows : this.#input
    const kept = groupBy.filter((name) => set.includes(name))
    this.#keyColumns = kept.map((name) => fieldIndex(this.#input, name))
    this.#distribution = distribution.map((name) => kept.indexOf(name))
    this.#groupColumns = groupBy.map((name) => ({ column: fieldIndex(this.#input, name), kept: set.includes(name), place: fieldIndex(rows, name) }))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => this.#input.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
    this.#table = program.table()
    this.#rowCounts = program.retractable ? new Float64Array(64) : null
    this.#ttl = stateTtlOf(spec)
  }

  get size(): number {
    return this.#keys.size
  }

  get bytes(): number {
    return this.#keys.bytes + this.#encoder.bytes + this.#table.bytes() + this.#live.byteLength + this.#met.byteLength + (this.#rowCounts?.byteLength ?? 0) + (this.#ttl?.bytes ?? 0)
  }

  get text(): string {
    return columnsText(this.#input, this.#keyColumns)
  }

  /** Of groups without aggregates there is nothing to give again. */
  get #givesAgain(): boolean {
    return this.#ttl !== null && this.#program.hasResults
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#table.snapshot(writer.at('accumulators'), this.#keys.size)
    this.#fit(this.#keys.size)
    if (this.#rowCounts !== null) writer.float64('rowCounts', this.#rowCounts, this.#keys.size)
    this.#ttl?.snapshot(writer, this.#keys.size)
  }

  restore(reader: StateReader, now: number): void {
    const isFirst = this.#keys.size === 0 && reader.share.keyGroups === null
    const slots = new KeyedRestore(reader, reader.at('encoder'), this.#encoder, this.#distribution).slots(reader.at('keys'), this.#keys)
    this.#table.restore(reader.at('accumulators'), isFirst ? null : slots, () => this.#program.table())
    this.#fit(this.#keys.size)
    if (this.#rowCounts === null) for (const slot of slots) if (slot >= 0) this.#live[slot] = 1
    if (this.#rowCounts !== null) this.#restoreCounts(this.#rowCounts, reader.float64('rowCounts'), slots)
    this.#ttl?.restore(reader, slots, now)
  }

  #restoreCounts(into: Float64Array, rowCounts: Float64Array, slots: Int32Array): void {
    for (let old = 0; old < slots.length; old++) {
      if (slots[old]! < 0) continue
      into[slots[old]!] = rowCounts[old]!
      this.#live[slots[old]!] = rowCounts[old]! > 0 ? 1 : 0
    }
  }

  /** Takes the rows in and gives the changes they make; null when there are none. */
  add(batch: Batch, inputs: readonly AggregateInput[], schema: Schema, now: number): Batch | null {
    const { rowCount } = batch
    this.#meet(batch, now)
    // One array less per row where every group is met once.
    const roundCount = this.#countRounds(rowCount)
    // Where groups come again and again, the results after each row are computed in one go.
    if (roundCount > 1 && batch.kinds === null && (this.#table.runs || rowCount < roundCount * 4)) return this.#running(batch, inputs, schema)
    const changes: Batch[] = []
    const rowsOfChanges: Int32Array[] = []
    for (const rows of roundCount === 1 ? [null] : rowsByRound(this.#rounds, rowCount, roundCount)) {
      const round = this.#round(batch, inputs, rows, rows === null ? rowCount : rows.length, schema)
      if (round === null) continue
      changes.push(round.batch)
      rowsOfChanges.push(round.rows)
    }
    if (changes.length <= 1) return changes[0] ?? null
    return inOrder(together(changes), rowsOfChanges)
  }

  /** Finds the rows' groups; what has expired of them begins anew. */
  #meet(batch: Batch, now: number): void {
    const { rowCount } = batch
    if (this.#ttl !== null && this.#keys.size >= this.#sizeLooked) this.#forget(now)
    if (this.#slots.length < rowCount) {
      this.#slots = new Int32Array(Math.max(1024, rowCount))
      this.#rounds = new Int32Array(this.#slots.length)
    }
    this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => batch.columns[column]!), rowCount), 0, rowCount, this.#slots)
    this.#fit(this.#keys.size)
    this.#table.ensure(this.#keys.size)
    if (this.#ttl === null) return
    this.#ttl.fit(this.#keys.size)
    for (let row = 0; row < rowCount; row++) {
      const slot = this.#slots[row]!
      if (this.#live[slot] === 1 && this.#ttl.isExpired(slot, now)) this.#empty(slot)
      this.#ttl.touch(slot, now)
    }
  }

  #empty(slot: number): void {
    this.#live[slot] = 0
    if (this.#rowCounts !== null) this.#rowCounts[slot] = 0
    this.#table.clear(slot)
  }

  /** Clears groups away that have expired, when they are most of them. */
  #forget(now: number): void {
    const { size } = this.#keys
    const live = new Int32Array(size)
    let count = 0
    for (let slot = 0; slot < size; slot++) if (this.#live[slot] === 1 && !this.#ttl!.isExpired(slot, now)) live[count++] = slot
    if (count * 2 < size && this.#keys.width > 0) {
      const keys = new KeyTable(this.#keys.width, count)
      const kept = Array.from({ length: this.#keys.width }, (_, column) => gatherFloat64(this.#keys.keysOf(column), live, count))
      keys.slotsOf(kept, 0, count, new Int32Array(count))
      const table = this.#program.table()
      table.ensure(count)
      for (let i = 0; i < count; i++) table.merge(i, this.#table, live[i]!)
      const rowCounts = this.#rowCounts === null ? null : gatherFloat64(this.#rowCounts, live, count)
      this.#live = new Uint8Array(Math.max(64, count)).fill(1, 0, count)
      this.#met = new Int32Array(this.#live.length)
      if (rowCounts !== null) {
        this.#rowCounts = new Float64Array(this.#live.length)
        this.#rowCounts.set(rowCounts)
      }
      this.#ttl!.keep(live, count)
      this.#keys = keys
      this.#table = table
      if (this.#encoder.wantsShrink(count)) this.#encoder.shrink([keys])
    }
    this.#sizeLooked = Math.max(sizeLookedMin, this.#keys.size * 2)
  }

  /** Takes the rows in and gives one change for each group that is another than before them; null when there is none. */
  fold(batch: Batch, inputs: readonly AggregateInput[], schema: Schema, now: number): Batch | null {
    const { rowCount } = batch
    this.#meet(batch, now)
    const slots = this.#slots
    // First row of each group that is met, in order.
    const firstRows = new Int32Array(rowCount)
    let groups = 0
    for (let row = 0; row < rowCount; row++) if (this.#met[slots[row]!]!++ === 0) firstRows[groups++] = row
    for (let row = 0; row < rowCount; row++) this.#met[slots[row]!] = 0
    const metSlots = gatherInt32(slots, firstRows, groups)
    const groupColumns = this.#columnsOfGroups(batch, firstRows, groups)
    const byInput: Column[] = []
    this.#groupColumns.forEach(({ place }, i) => (byInput[place] = groupColumns[i]!))
    const before = this.#program.results(this.#table, metSlots, groups, byInput)
    const liveBefore = gatherUint8(this.#live, metSlots, groups)
    this.#takeFolded(batch, inputs)
    const after = this.#program.results(this.#table, metSlots, groups, byInput)
    const outKinds = new Uint8Array(groups * 2)
    const places = new Int32Array(groups * 2)
    let changes = 0
    const push = (kind: number, place: number): void => {
      outKinds[changes] = kind
      places[changes++] = place
    }
    for (let group = 0; group < groups; group++) {
      const live = this.#live[metSlots[group]!] === 1
      if (liveBefore[group] === 0) {
        if (live) push(rowKind.insert, groups + group)
      } else if (!live) push(rowKind.delete, group)
      else if (this.#givesAgain || !sameRow(before, group, after, group)) {
        if (this.#program.updateBefore) push(rowKind.updateBefore, group)
        push(rowKind.updateAfter, groups + group)
      }
    }
    if (changes === 0) return null
    const results = before.map((column, i) => gatherOfTwo(column, after[i]!, schema, groupColumns.length + i, groups, places, changes))
    const ownGroups = new Int32Array(changes)
    for (let i = 0; i < changes; i++) ownGroups[i] = places[i]! % groups
    const settled = outKinds.slice(0, changes)
    return { schema, columns: [...groupColumns.map((column) => gather(column, ownGroups, changes)), ...results], rowCount: changes, kinds: settled.every((kind) => kind === rowKind.insert) ? null : settled, watermarks: null }
  }

  /** A group that is emptied on the way begins anew there, so that it is what it would be row by row. */
  #takeFolded(batch: Batch, inputs: readonly AggregateInput[]): void {
    const { rowCount, kinds } = batch
    const slots = this.#slots
    const live = this.#live
    const rowCounts = this.#rowCounts
    if (kinds === null || rowCounts === null) {
      const behind = this.#program.rowsBehind(batch)
      for (let row = 0; row < rowCount; row++) live[slots[row]!] = 1
      if (rowCounts !== null) for (let row = 0; row < rowCount; row++) rowCounts[slots[row]!]! += behind === null ? 1 : behind[row]!
      this.#program.add(this.#table, slots, inputs, rowCount)
      return
    }
    // By row: 1 where it counts. By slot, in `met`: one more than the row that emptied it last.
    const counts = new Uint8Array(rowCount)
    for (let row = 0; row < rowCount; row++) {
      const slot = slots[row]!
      const back = kinds[row] === rowKind.updateBefore || kinds[row] === rowKind.delete
      if (back && live[slot] === 0) continue
      counts[row] = 1
      rowCounts[slot]! += back ? -1 : 1
      live[slot] = rowCounts[slot] === 0 ? 0 : 1
      if (live[slot] === 0) this.#met[slot] = row + 1
    }
    const kept = new Int32Array(rowCount)
    let keptCount = 0
    for (let row = 0; row < rowCount; row++) {
      const slot = slots[row]!
      if (this.#met[slot] === row + 1) this.#table.clear(slot)
      if (counts[row] === 1 && row >= this.#met[slot]!) kept[keptCount++] = row
    }
    for (let row = 0; row < rowCount; row++) this.#met[slots[row]!] = 0
    this.#table.add(gatherInt32(slots, kept, keptCount), inputs.map((input) => inputOfRows(input, kept, keptCount)), keptCount, gatherUint8(kinds, kept, keptCount))
  }

  /** Which round each row is in: how many rows of its group came before it in this batch. */
  #countRounds(rowCount: number): number {
    const met = this.#met
    let rounds = 1
    for (let row = 0; row < rowCount; row++) {
      const round = met[this.#slots[row]!]!++
      this.#rounds[row] = round
      if (round >= rounds) rounds = round + 1
    }
    for (let row = 0; row < rowCount; row++) met[this.#slots[row]!] = 0
    return rounds
  }

  /** Rows of distinct groups, all at once: results before, the rows, results after, and what is different. `rows` null: all rows of the batch. */
  #round(batch: Batch, inputs: readonly AggregateInput[], rows: Int32Array | null, count: number, schema: Schema): { readonly batch: Batch; readonly rows: Int32Array } | null {
    const slots = rows === null ? this.#slots : gatherInt32(this.#slots, rows, count)
    const kinds = batch.kinds === null ? null : rows === null ? batch.kinds : gatherUint8(batch.kinds, rows, count)
    const groupColumns = this.#columnsOfGroups(batch, rows, count)
    const byInput: Column[] = []
    this.#groupColumns.forEach(({ place }, i) => (byInput[place] = groupColumns[i]!))
    const before = this.#program.results(this.#table, slots, count, byInput)
    const part = rows === null ? inputs : inputs.map((input) => inputOfRows(input, rows, count))
    const outRows = new Int32Array(count * 2)
    const outKinds = new Uint8Array(count * 2)
    // Where in before-then-after the result stands.
    const places = new Int32Array(count * 2)
    const live = this.#live
    const rowCounts = this.#rowCounts
    this.#take(slots, part, count, kinds)
    const after = this.#program.results(this.#table, slots, count, byInput)
    let changes = 0
    const push = (row: number, kind: number, isAfter: boolean): void => {
      outRows[changes] = rows === null ? row : rows[row]!
      outKinds[changes] = kind
      places[changes++] = isAfter ? count + row : row
    }
    for (let row = 0; row < count; row++) {
      const slot = slots[row]!
      const back = kinds !== null && (kinds[row] === rowKind.updateBefore || kinds[row] === rowKind.delete)
      const wasLive = live[slot] === 1
      if (back && !wasLive) continue
      if (rowCounts !== null) rowCounts[slot]! += back ? -1 : 1
      live[slot] = 1
      if (!wasLive) push(row, rowKind.insert, true)
      else if (rowCounts !== null && rowCounts[slot] === 0) {
        live[slot] = 0
        push(row, rowKind.delete, false)
        this.#table.clear(slot)
      } else if (this.#givesAgain || !sameRow(before, row, after, row)) {
        if (this.#program.updateBefore) push(row, rowKind.updateBefore, false)
        push(row, rowKind.updateAfter, true)
      }
    }
    if (changes === 0) return null
    const results = before.map((column, i) => gatherOfTwo(column, after[i]!, schema, groupColumns.length + i, count, places, changes))
    const ownRows = new Int32Array(changes)
    for (let i = 0; i < changes; i++) ownRows[i] = places[i]! % count
    const columns = [...groupColumns.map((column) => gather(column, ownRows, changes)), ...results]
    const settled = outKinds.subarray(0, changes)
    return { batch: { schema, columns, rowCount: changes, kinds: settled.every((kind) => kind === rowKind.insert) ? null : settled, watermarks: null }, rows: outRows.subarray(0, changes) }
  }

  /** Rows of which none is taken back, in order: before a row a group has the result after its row before, or the one it had before the batch. */
  #running(batch: Batch, inputs: readonly AggregateInput[], schema: Schema): Batch | null {
    const { rowCount } = batch
    const slots = this.#slots
    // By row, where what its group had before stands: behind the results after all rows are those before the batch, of each group that is met.
    const before = new Int32Array(rowCount)
    const firstRows = new Int32Array(rowCount)
    let met = 0
    for (let row = 0; row < rowCount; row++) {
      const last = this.#met[slots[row]!]!
      if (last === 0) {
        before[row] = rowCount + met
        firstRows[met++] = row
      } else before[row] = last - 1
      this.#met[slots[row]!] = row + 1
    }
    for (let row = 0; row < rowCount; row++) this.#met[slots[row]!] = 0
    const groupColumns = this.#columnsOfGroups(batch, null, rowCount)
    const byInput = (columns: readonly Column[]): Column[] => {
      const placed: Column[] = []
      this.#groupColumns.forEach(({ place }, i) => (placed[place] = columns[i]!))
      return placed
    }
    const metSlots = gatherInt32(slots, firstRows, met)
    const start = this.#program.results(this.#table, metSlots, met, byInput(groupColumns.map((column) => gather(column, firstRows, met))))
    const after = this.#program.resultsOf(this.#table.addRunning(slots, inputs, rowCount), rowCount, byInput(groupColumns))
    const results = together([after, start].map((columns, i): Batch => ({ schema, columns, rowCount: i === 0 ? rowCount : met, kinds: null, watermarks: null }))).columns
    const ownRows = new Int32Array(rowCount * 2)
    const kinds = new Uint8Array(rowCount * 2)
    const places = new Int32Array(rowCount * 2)
    let changes = 0
    const live = this.#live
    const rowCounts = this.#rowCounts
    const push = (row: number, kind: number, place: number): void => {
      ownRows[changes] = row
      kinds[changes] = kind
      places[changes++] = place
    }
    for (let row = 0; row < rowCount; row++) {
      const slot = slots[row]!
      const wasLive = live[slot] === 1
      live[slot] = 1
      if (rowCounts !== null) rowCounts[slot]! += 1
      if (!wasLive) push(row, rowKind.insert, row)
      else if (this.#givesAgain || !sameRow(results, before[row]!, results, row)) {
        if (this.#program.updateBefore) push(row, rowKind.updateBefore, before[row]!)
        push(row, rowKind.updateAfter, row)
      }
    }
    if (changes === 0) return null
    const columns = [...groupColumns.map((column) => gather(column, ownRows, changes)), ...results.map((column) => gather(column, places, changes))]
    const settled = kinds.subarray(0, changes)
    return { schema, columns, rowCount: changes, kinds: settled.every((kind) => kind === rowKind.insert) ? null : settled, watermarks: null }
  }

  /** Feeds the accumulators; rows that take something back from an empty group are left out. */
  #take(slots: Int32Array, inputs: readonly AggregateInput[], count: number, kinds: Uint8Array | null): void {
    if (kinds === null || !this.#program.retractable) {
      this.#table.add(slots, inputs, count, kinds)
      return
    }
    let empty = false
    for (let row = 0; row < count && !empty; row++) empty = (kinds[row] === rowKind.updateBefore || kinds[row] === rowKind.delete) && this.#live[slots[row]!] === 0
    if (!empty) {
      this.#table.add(slots, inputs, count, kinds)
      return
    }
    const kept = new Int32Array(count)
    let keptCount = 0
    for (let row = 0; row < count; row++) if (!((kinds[row] === rowKind.updateBefore || kinds[row] === rowKind.delete) && this.#live[slots[row]!] === 0)) kept[keptCount++] = row
    const part = inputs.map((input) => inputOfRows(input, kept, keptCount))
    this.#table.add(gatherInt32(slots, kept, keptCount), part, keptCount, gatherUint8(kinds, kept, keptCount))
  }

  /** The `groupBy` columns of these rows; NULL where the set leaves one out. */
  #columnsOfGroups(batch: Batch, rows: Int32Array | null, count: number): Column[] {
    return this.#groupColumns.map(({ column, kept }) => {
      if (!kept) return nullColumn(this.#input.fields[column]!.type, count)
      return rows === null ? batch.columns[column]! : gather(batch.columns[column]!, rows, count)
    })
  }

  #fit(count: number): void {
    if (this.#live.length >= count) return
    const length = Math.max(count, this.#live.length * 2)
    const live = new Uint8Array(length)
    live.set(this.#live)
    this.#live = live
    if (this.#rowCounts !== null) {
      const counts = new Float64Array(length)
      counts.set(this.#rowCounts)
      this.#rowCounts = counts
    }
    this.#met = new Int32Array(length)
  }
}

/** Values of two columns of `count` rows each, by place in the one followed by the other. */
function gatherOfTwo(first: Column, second: Column, schema: Schema, index: number, count: number, places: Int32Array, total: number): Column {
  const own: Schema = { fields: [schema.fields[index]!] }
  const both = together([first, second].map((column): Batch => ({ schema: own, columns: [column], rowCount: count, kinds: null, watermarks: null })))
  return gather(both.columns[0]!, places, total)
}

/** Batches of one schema as one, column by column. */
function together(batches: readonly Batch[]): Batch {
  const collector = new RowCollector()
  for (const batch of batches) collector.add(batch, null, batch.rowCount, 0)
  return collector.finish(0)!
}

/** Changes of several rounds in the order of the rows that made them; those of one row stay together. */
function inOrder(changes: Batch, rowsOfChanges: readonly Int32Array[]): Batch {
  const { rowCount } = changes
  const rows = new Int32Array(rowCount)
  let at = 0
  for (const part of rowsOfChanges) {
    rows.set(part, at)
    at += part.length
  }
  const order = new Float64Array(rowCount)
  for (let i = 0; i < rowCount; i++) order[i] = rows[i]! * 4_294_967_296 + i
  order.sort()
  const places = new Int32Array(rowCount)
  for (let i = 0; i < rowCount; i++) places[i] = order[i]! % 4_294_967_296
  return {
    schema: changes.schema,
    columns: changes.columns.map((column) => gather(column, places, rowCount)),
    rowCount,
    kinds: changes.kinds === null ? null : gatherUint8(changes.kinds, places, rowCount),
    watermarks: null,
  }
}
