import { gatherRows, type Batch } from '../../columnar/batch.ts'
import { columnOf } from '../../columnar/batchBuilder.ts'
import { isNullAt, type Column, type ObjectColumn, type Value } from '../../columnar/column.ts'
import { sameType, withNullable, type DataType } from '../../columnar/dataType.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { compileScalar, type CompiledScalar } from '../../expression/compile.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { partsOf } from './definition.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new Unnest(spec) }

/** Rows are handed on in batches of at most about this many. */
const emitRowsMax = 4096

/**
 * A row for each element, in the collection's order (Flink: UnnestRowsFunction, and a left join with it where rows without elements stay). A row keeps its kind, so changes of the input are changes of
 * each of its elements. An element that is NULL is an element, and so is a row that is NULL: all its fields are. What a multiset holds several times comes several times.
 */
class Unnest implements OperatorRuntime {
  readonly keeps = 'emitted'
  readonly #spec: OperatorSpec
  readonly #collection: CompiledScalar
  readonly #type: DataType
  /** Of the parts of an element: how they come, and the cast to what was asked for. */
  readonly #parts: readonly { readonly type: DataType; readonly cast: CompiledScalar | null }[]
  readonly #outer: boolean
  readonly #ordinality: boolean
  #context!: OperatorContext
  #evaluation!: EvaluationContext

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    const { typed, problems } = checkScalar(spec.config.expression as string, { inputs: [{ qualifier: null, schema: spec.inputs[0]!.schema }] })
    if (typed === null) throw new Error(`unnest ${spec.id} was deployed with an expression that does not compile: ${problems[0]?.message}`)
    this.#collection = compileScalar(typed)
    this.#type = typed.type
    this.#outer = spec.config.outer === true
    this.#ordinality = typeof spec.config.ordinalityColumn === 'string'
    const first = spec.inputs[0]!.schema.fields.length
    this.#parts = partsOf(typed.type)!.map(({ type: found }, i) => {
      const wanted = spec.outputs[0]!.schema.fields[first + i]!.type
      const type = withNullable(found, this.#outer || found.nullable)
      if (sameType(type, wanted)) return { type, cast: null }
      const { span } = typed
      return { type, cast: compileScalar({ kind: 'cast', operand: { kind: 'column', input: 0, column: 0, type, span }, type: wanted, mode: 'cast', span }) }
    })
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount } = batch
    this.#evaluation.watermarks = batch.watermarks
    const collections = this.#collection([batch.columns], rowCount, this.#evaluation) as ObjectColumn
    let rows: number[] = []
    let places: (number | null)[] = []
    let values: Value[][] = this.#parts.map(() => [])
    const give = (): void => {
      if (rows.length === 0) return
      this.#emit(batch, Int32Array.from(rows), places, values)
      rows = []
      places = []
      values = this.#parts.map(() => [])
    }
    const push = (row: number, element: Value, place: number | null): void => {
      rows.push(row)
      places.push(place)
      if (values.length === 1 && !this.#isRow) values[0]!.push(element)
      else for (let i = 0; i < values.length; i++) values[i]!.push(element === null ? null : (element as readonly Value[])[i]!)
    }
    for (let row = 0; row < rowCount; row++) {
      const elements = isNullAt(collections, row) ? [] : (collections.values[row] as readonly Value[])
      let place = 0
      for (const element of elements) {
        // A multiset's entry says how often; a map's is key and value, which are its parts.
        const times = this.#type.kind === 'MULTISET' ? Number((element as readonly Value[])[1]) : 1
        const one = this.#type.kind === 'MULTISET' ? (element as readonly Value[])[0]! : element
        for (let i = 0; i < times; i++) push(row, one, ++place)
      }
      if (place === 0 && this.#outer) push(row, null, null)
      if (rows.length >= emitRowsMax) give()
    }
    give()
  }

  get #isRow(): boolean {
    return this.#type.kind === 'MAP' || ((this.#type.kind === 'ARRAY' || this.#type.kind === 'MULTISET') && this.#type.element.kind === 'ROW')
  }

  #emit(batch: Batch, rows: Int32Array, places: readonly (number | null)[], values: readonly (readonly Value[])[]): void {
    const { schema } = this.#spec.outputs[0]!
    const count = rows.length
    const own = gatherRows(batch, rows, count)
    const columns: Column[] = [...own.columns]
    this.#parts.forEach(({ type, cast }, i) => {
      const column = columnOf(type, values[i]!)
      columns.push(cast === null ? column : cast([[column]], count, this.#evaluation))
    })
    if (this.#ordinality) columns.push(columnOf(schema.fields.at(-1)!.type, places))
    this.#context.emit(0, { ...own, schema, columns })
  }

  onWatermark(watermark: number): number {
    this.#evaluation.watermark = watermark
    return watermark
  }
}
