import type { Column } from '../../columnar/column.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { OperatorContext } from '../../engine/operatorRuntime.ts'
import { AggregateTable, compileAggregateInputs, type AggregateCall, type AggregateInput } from '../../expression/aggregates.ts'
import { compileScalar, type CompiledScalar } from '../../expression/compile.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { checkOver, type OverCall } from '../../expression/over.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'

/** A call about a row's place, compiled: of LAG the value and what stands in its place. */
export interface Place {
  readonly call: OverCall
  readonly value: CompiledScalar | null
  readonly otherwise: CompiledScalar | null
}

/** The `aggregates` of the config: which accumulators a partition has, what rows feed them, and what is computed of them, of the row and of its place. */
export class OverProgram {
  readonly calls: readonly AggregateCall[]
  readonly places: readonly Place[]
  readonly #evaluateInputs: ReturnType<typeof compileAggregateInputs>
  readonly #results: readonly { readonly compiled: CompiledScalar; readonly firstCall: number; readonly callCount: number; readonly firstPlace: number; readonly placeCount: number }[]
  #evaluation!: EvaluationContext

  constructor(spec: OperatorSpec) {
    const schema: Schema = spec.inputs[0]!.schema
    const calls: AggregateCall[] = []
    const places: OverCall[] = []
    this.#results = (namedExpressionsOf(spec.config, 'aggregates') ?? []).map(({ name, expression }) => {
      const { over, problems } = checkOver(expression, schema)
      if (over === null) throw new Error(`${spec.kind} ${spec.id} was deployed with an aggregate ${name} that does not compile: ${problems[0]?.message}`)
      const entry = { compiled: compileScalar(over.result), firstCall: calls.length, callCount: over.calls.length, firstPlace: places.length, placeCount: over.places.length }
      calls.push(...over.calls)
      places.push(...over.places)
      return entry
    })
    this.calls = calls
    this.places = places.map((call) => ({ call, value: call.value === null ? null : compileScalar(call.value), otherwise: call.otherwise === null ? null : compileScalar(call.otherwise) }))
    this.#evaluateInputs = compileAggregateInputs(calls)
  }

  open(context: OperatorContext): void {
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
  }

  set watermark(watermark: number) {
    this.#evaluation.watermark = watermark
  }

  table(retractable: boolean): AggregateTable {
    return new AggregateTable(this.calls, { retractable })
  }

  inputs(columns: readonly Column[], rowCount: number): readonly AggregateInput[] {
    return this.#evaluateInputs([columns], rowCount, this.#evaluation)
  }

  scalar(compiled: CompiledScalar, columns: readonly Column[], rowCount: number): Column {
    return compiled([columns], rowCount, this.#evaluation)
  }

  /** The added columns of these rows, from their own, those of `places` and those of `calls`. */
  results(columns: readonly Column[], places: readonly Column[], calls: readonly Column[], rowCount: number): Column[] {
    return this.#results.map(({ compiled, firstCall, callCount, firstPlace, placeCount }) =>
      compiled([[...columns, ...places.slice(firstPlace, firstPlace + placeCount)], calls.slice(firstCall, firstCall + callCount)], rowCount, this.#evaluation),
    )
  }
}
