import type { Arrays } from '../../columnar/arrays.ts'
import type { Batch } from '../../columnar/batch.ts'
import { gather, gatherUint8, type Column, type Int64Column } from '../../columnar/column.ts'
import { sliceColumn } from '../../columnar/concat.ts'
import type { StateSchema } from '../../columnar/stateCodec.ts'
import type { OperatorContext } from '../../engine/operatorRuntime.ts'
import { accumulatorsText, AggregateTable, checkAggregate, compileAggregateInputs, type AggregateCall, type AggregateInput } from '../../expression/aggregates.ts'
import { partialsOf, rowCountCall } from '../../expression/aggregates/partials.ts'
import { compileScalar, readsWatermark, type CompiledScalar } from '../../expression/compile.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { partialColumns } from './twoPhase.ts'

/** The arguments of all aggregate calls, evaluated over one batch: once, and for late rows too, as Flink's projection before the window does. */
export interface PreparedArguments {
  readonly inputs: readonly AggregateInput[]
  readonly kinds: Uint8Array | null
}

/**
 * The `aggregates` of the config as a program: which accumulators a group has, what a batch feeds them, and what is computed from their results.
 *
 * Where rows may be taken back, a count of rows comes after the calls: a group that comes to none gives no result (Flink adds COUNT(*) for it).
 *
 * In the local phase (`twoPhase.ts`) the accumulators are those of the partial calls and `partials` gives their columns; in the global phase a batch brings such columns.
 */
export class AggregateProgram {
  readonly #calls: readonly AggregateCall[]
  readonly #retractable: boolean
  readonly #text: string
  /** The columns of a batch that the partial calls gave; null where batches hold the operator's own rows. */
  readonly #partialColumns: readonly number[] | null
  readonly #evaluateInputs: ReturnType<typeof compileAggregateInputs>
  readonly #results: readonly { readonly compiled: CompiledScalar; readonly firstCall: number; readonly callCount: number }[]
  readonly readsWatermark: boolean
  #evaluation!: EvaluationContext
  #identity: Int32Array = new Int32Array(0)

  constructor(spec: OperatorSpec) {
    const { phase } = spec
    const scope = { inputs: [{ qualifier: null, schema: phase?.kind === 'global' ? phase.rows : spec.inputs[0]!.schema }] }
    const checked = (namedExpressionsOf(spec.config, 'aggregates') ?? []).map(({ name, expression }) => {
      const { aggregate, problems } = checkAggregate(expression, scope)
      if (aggregate === null) throw new Error(`${spec.kind} ${spec.id} was deployed with an aggregate ${name} that does not compile: ${problems[0]?.message}`)
      return aggregate
    })
    this.#text = (namedExpressionsOf(spec.config, 'aggregates') ?? []).map(({ expression }) => expression).join(', ') || 'none'
    let firstCall = 0
    this.#results = checked.map(({ calls, result }) => {
      const entry = { compiled: compileScalar(result), firstCall, callCount: calls.length }
      firstCall += calls.length
      return entry
    })
    const calls = checked.flatMap((aggregate) => aggregate.calls)
    this.#retractable = spec.inputs[0]!.updating === true
    this.#calls = phase?.kind === 'local' ? partialsOf(calls)!.calls : this.#retractable ? [...calls, rowCountCall] : calls
    const { rows } = partialColumns((spec.config.groupBy as readonly string[] | undefined)?.length ?? 0)
    this.#partialColumns = phase?.kind === 'global' ? partialsOf(calls)!.places.map((place) => rows + place) : null
    this.readsWatermark = this.#calls.some(({ args, filter }) => [...args, ...(filter === null ? [] : [filter])].some(readsWatermark))
    this.#evaluateInputs = compileAggregateInputs(this.#partialColumns === null ? this.#calls : [])
  }

  open(context: OperatorContext): void {
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
  }

  /** For `stateSchema`. */
  get schema(): StateSchema {
    return { aggregates: this.#text, accumulators: accumulatorsText(this.#calls, this.#retractable) }
  }

  table(): AggregateTable {
    return new AggregateTable(this.#calls, { retractable: this.#retractable })
  }

  prepare(batch: Batch, watermark: number): PreparedArguments {
    if (this.#partialColumns !== null) return { inputs: this.#partialColumns.map((column) => ({ values: batch.columns[column]!, mask: null })), kinds: null }
    this.#evaluation.watermarks = batch.watermarks
    this.#evaluation.watermark = watermark
    return { inputs: this.#evaluateInputs([batch.columns], batch.rowCount, this.#evaluation), kinds: batch.kinds }
  }

  /** Rows [first, first + count) go into the slots `slots[0 … count)`, all below `slotCount`. */
  add(table: AggregateTable, prepared: PreparedArguments, slots: Int32Array, first: number, count: number, slotCount: number): void {
    table.ensure(slotCount)
    const { inputs, kinds } = prepared
    if (first === 0) {
      this.#take(table, slots, inputs, count, kinds, slotCount)
      return
    }
    const part = inputs.map(({ values, mask }) => ({
      values: values === null ? null : sliceColumn(values, first, first + count),
      mask: mask === null ? null : mask.subarray(first, first + count),
    }))
    this.#take(table, slots, part, count, kinds === null ? null : kinds.subarray(first, first + count), slotCount)
  }

  /** The given rows go into the slots `slots[0 … count)`. */
  addRows(table: AggregateTable, prepared: PreparedArguments, slots: Int32Array, rows: Int32Array, count: number, slotCount: number): void {
    table.ensure(slotCount)
    const { inputs, kinds } = prepared
    const part = inputs.map(({ values, mask }) => ({
      values: values === null ? null : gather(values, rows, count),
      mask: mask === null ? null : gatherUint8(mask, rows, count),
    }))
    this.#take(table, slots, part, count, kinds === null ? null : gatherUint8(kinds, rows, count), slotCount)
  }

  #take(table: AggregateTable, slots: Int32Array, inputs: readonly AggregateInput[], count: number, kinds: Uint8Array | null, slotCount: number): void {
    if (this.#partialColumns === null) {
      if (slotCount === 1) table.addTo(0, inputs, count, kinds)
      else table.add(slots, inputs, count, kinds)
    } else table.addPartials(slots, inputs.map(({ values }) => values!), count)
  }

  /** In the local phase: the columns of partial rows that are not of the group nor the slice. */
  partials(table: AggregateTable, slots: Int32Array, count: number): Column[] {
    return table.read(slots, count)
  }

  /** Which of these slots have rows left, by their place here, where rows may be taken back; null where all of them have. */
  left(table: AggregateTable, slots: Int32Array, count: number): Int32Array | null {
    if (!this.#retractable) return null
    const { values } = table.readOne(this.#calls.length - 1, slots, count) as Int64Column
    const places = new Int32Array(count)
    let left = 0
    for (let i = 0; i < count; i++) if (values![i] !== 0) places[left++] = i
    return left === count ? null : places.subarray(0, left)
  }

  /** The aggregates' columns for these slots; `groupColumns` are the group's values by column of the input. */
  results(table: AggregateTable, slots: Int32Array, count: number, groupColumns: readonly Column[], arrays?: Arrays): Column[] {
    const calls = table.read(slots, count, arrays)
    this.#evaluation.watermarks = null
    return this.#results.map(({ compiled, firstCall, callCount }) => compiled([groupColumns, calls.slice(firstCall, firstCall + callCount)], count, this.#evaluation))
  }

  /** 0, 1, 2 …: all slots of a table. */
  allSlots(count: number): Int32Array {
    if (this.#identity.length < count) {
      this.#identity = new Int32Array(Math.max(1024, count * 2))
      for (let i = 0; i < this.#identity.length; i++) this.#identity[i] = i
    }
    return this.#identity
  }
}
