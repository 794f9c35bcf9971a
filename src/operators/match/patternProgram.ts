import { gather, type BoolColumn, type Column } from '../../columnar/column.ts'
import { RowError } from '../../columnar/rowError.ts'
import { gatherSide } from '../../engine/joinOutput.ts'
import { known, type TakenRow } from '../../engine/pattern/matcher.ts'
import type { RowStore } from '../../engine/rowStore.ts'
import { aggregateTable, compileAggregateInputs, type AggregateTable } from '../../expression/aggregates.ts'
import { columnsUsed, compileScalar, type CompiledScalar } from '../../expression/compile.ts'
import type { EvaluationContext, TypedExpression } from '../../expression/expression.ts'
import { functionTable } from '../../expression/functions.ts'
import { checkMeasure, checkPatternCondition, type CheckedPatternExpression, type PatternReference, type PatternScope } from '../../expression/patternExpression.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'

/**
 * The conditions and measures of a match, compiled: over rows in a store, and chains of rows that a run has taken.
 *
 * A condition that looks at the current row alone is computed for a whole batch as it comes in; one that looks back is asked for all runs of a turn that get there. Measures are computed for all matches
 * of a turn together, a column at a time.
 */
export class PatternProgram {
  /** By variable; null: it takes every row. */
  readonly conditions: readonly (PatternCondition | null)[]
  readonly #measures: readonly CompiledOver[]
  /** Some condition has to be asked about what a run has taken. */
  readonly looksBack: boolean
  /** Measures hold for the moment alone. */
  readonly measuresContextual: boolean

  constructor(spec: OperatorSpec, scope: PatternScope, store: RowStore, evaluation: EvaluationContext) {
    const define = namedExpressionsOf(spec.config, 'define') ?? []
    this.conditions = scope.variables.map((variable, index) => {
      const defined = define.find(({ name }) => name === variable)
      return defined === undefined ? null : new PatternCondition(sound(spec, checkPatternCondition(defined.expression, variable, scope)), index, scope, store, evaluation)
    })
    this.looksBack = this.conditions.some((condition) => condition !== null && condition.looksBack)
    const measures = (namedExpressionsOf(spec.config, 'measures') ?? []).map(({ expression }) => sound(spec, checkMeasure(expression, scope)))
    this.#measures = measures.map((checked) => new CompiledOver(checked, scope, store, evaluation))
    this.measuresContextual = measures.some(dependsOnContext)
  }

  /** A column for each measure, a row for each match. A match is known by its last row. */
  measures(matches: readonly TakenRow[]): Column[] {
    return this.#measures.map((measure) => measure.evaluate([], matches))
  }
}

function sound(spec: OperatorSpec, { checked, problems }: ReturnType<typeof checkMeasure>): CheckedPatternExpression {
  if (checked === null) throw new Error(`${spec.kind} ${spec.id} was deployed with an expression that does not compile: ${problems[0]?.message}`)
  return checked
}

export class PatternCondition {
  readonly #over: CompiledOver
  readonly #variable: number
  readonly #store: RowStore
  readonly #columns: readonly number[]
  readonly #current: Column[] = []
  readonly #position = new Int32Array(1)
  #positions: Int32Array = new Int32Array(64)
  #chains: TakenRow[] = []
  /** Whether the current row decides alone, at any time. */
  readonly #ahead: boolean
  /** Answers hold for the moment alone. */
  readonly #contextual: boolean

  constructor(checked: CheckedPatternExpression, variable: number, scope: PatternScope, store: RowStore, evaluation: EvaluationContext) {
    this.#over = new CompiledOver(checked, scope, store, evaluation)
    this.#variable = variable
    this.#store = store
    this.#columns = columnsUsed(checked.result).flatMap(([input, column]) => (input === 0 ? [column] : []))
    this.#contextual = dependsOnContext(checked)
    this.#ahead = checked.references.length === 0 && !this.#contextual
  }

  /** What it says depends on the run, and on that and the row alone. */
  get looksBack(): boolean {
    return !this.#ahead && !this.#contextual
  }

  /** Answers for rows of the store that have just come, into `out` from `first` on. */
  lookAhead(out: Uint8Array, first: number, positions: Int32Array): void {
    const count = positions.length
    if (this.#ahead) {
      try {
        const { values, nulls } = this.#over.evaluate(this.#gathered(positions), count) as BoolColumn
        for (let i = 0; i < count; i++) out[first + i] = nulls !== null && nulls[i] === 1 ? known.no : values[i]!
        return
      } catch (error) {
        // A row that fails does so when a run gets to it, as on Flink; most rows nobody asks about.
        if (!(error instanceof RowError)) throw error
      }
    }
    out.fill(this.#contextual ? known.askThen : known.ask, first, first + count)
  }

  /** Begins a list of at most `count` rows to be asked about in one call. */
  begin(count: number): void {
    if (this.#positions.length < count) this.#positions = new Int32Array(count * 2)
    this.#chains = []
  }

  /** The row, behind what a run has taken. */
  add(position: number, past: TakenRow | null): void {
    const row = this.#chains.push({ before: past, variable: this.#variable, position, number: -1, sweep: 0 }) - 1
    this.#positions[row] = position
  }

  /** What is known of the rows that were added; null where there are none. Where one of them fails, each has to be asked by itself. */
  askAdded(): Uint8Array | null {
    const chains = this.#chains
    const count = chains.length
    if (count === 0) return null
    try {
      const { values, nulls } = this.#over.evaluate(this.#gathered(this.#positions.subarray(0, count)), chains) as BoolColumn
      if (nulls === null) return values
      return values.map((value, i) => (nulls[i] === 1 ? known.no : value))
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      return new Uint8Array(count).fill(known.askThen)
    }
  }

  /** Whether the row is taken behind what a run has taken. */
  ask(position: number, past: TakenRow | null): boolean {
    this.#position[0] = position
    const current: TakenRow = { before: past, variable: this.#variable, position, number: -1, sweep: 0 }
    const { values, nulls } = this.#over.evaluate(this.#gathered(this.#position), [current]) as BoolColumn
    return values[0] === 1 && (nulls === null || nulls[0] === 0)
  }

  #gathered(positions: Int32Array): Column[] {
    const columns = this.#store.columns()
    for (const column of this.#columns) this.#current[column] = gather(columns[column]!, positions, positions.length)
    return this.#current
  }
}

function dependsOnContext({ references, result }: CheckedPatternExpression): boolean {
  return isContextual(result) || references.some(refersToContext)
}

function refersToContext(reference: PatternReference): boolean {
  if (reference.kind === 'row') return isContextual(reference.value)
  const { calls, result } = reference.aggregate
  return isContextual(result) || calls.some(({ args, filter }) => args.some(isContextual) || (filter !== null && isContextual(filter)))
}

function isContextual(typed: TypedExpression): boolean {
  switch (typed.kind) {
    case 'literal':
    case 'column':
      return false
    case 'cast':
    case 'field':
      return isContextual(typed.operand)
    case 'call': {
      const definition = functionTable.get(typed.name)
      return (definition?.kind === 'scalar' && definition.contextual === true) || typed.args.some(isContextual)
    }
  }
}

/** An expression over the current rows and over references to what chains have taken. */
class CompiledOver {
  readonly #references: readonly CompiledReference[]
  readonly #result: CompiledScalar
  readonly #evaluation: EvaluationContext

  constructor({ references, result }: CheckedPatternExpression, scope: PatternScope, store: RowStore, evaluation: EvaluationContext) {
    const variableOf = (name: string | null): number => (name === null ? anyVariable : scope.variables.indexOf(name))
    this.#references = references.map((reference) =>
      reference.kind === 'row' ? new RowReference(reference, variableOf(reference.variable), store, evaluation) : new AggregateReference(reference, variableOf(reference.variable), store, evaluation),
    )
    this.#result = compileScalar(result)
    this.#evaluation = evaluation
  }

  /** `chains` may be their number alone where nothing refers to them. */
  evaluate(current: readonly Column[], chains: readonly TakenRow[] | number): Column {
    if (typeof chains === 'number') return this.#result([current, []], chains, this.#evaluation)
    const referred: Column[] = []
    for (const reference of this.#references) referred.push(reference.evaluate(chains))
    return this.#result([current, referred], chains.length, this.#evaluation)
  }
}

const anyVariable = -1

interface CompiledReference {
  evaluate(chains: readonly TakenRow[]): Column
}

class RowReference implements CompiledReference {
  readonly #reference: PatternReference & { readonly kind: 'row' }
  readonly #variable: number
  readonly #store: RowStore
  readonly #evaluation: EvaluationContext
  readonly #columns: readonly number[]
  readonly #value: CompiledScalar
  readonly #found: number[] = []
  readonly #position = new Int32Array(1)
  /** The value where there is no row. */
  #missing: Column | null = null
  readonly #gathered: Column[][] = [[]]

  constructor(reference: PatternReference & { readonly kind: 'row' }, variable: number, store: RowStore, evaluation: EvaluationContext) {
    this.#reference = reference
    this.#variable = variable
    this.#store = store
    this.#evaluation = evaluation
    this.#columns = columnsUsed(reference.value).map(([, column]) => column)
    this.#value = compileScalar(reference.value)
  }

  evaluate(chains: readonly TakenRow[]): Column {
    const count = chains.length
    if (count === 1) return this.#ofOne(chains[0]!)
    // The value is computed where there is a row, then spread: nothing is computed of rows that are not there.
    const positions = new Int32Array(count)
    const places = new Int32Array(count)
    let present = 0
    for (let i = 0; i < count; i++) {
      const position = this.#positionIn(chains[i]!)
      places[i] = position < 0 ? -1 : present
      if (position >= 0) positions[present++] = position
    }
    const values = this.#valuesAt(positions, present)
    if (present === count) return values
    return gatherSide([values], { fields: [{ name: '', type: this.#reference.type }] }, places, count, true)[0]!
  }

  /** The same of one chain, in arrays that are used again. */
  #ofOne(chain: TakenRow): Column {
    const position = this.#positionIn(chain)
    if (position < 0) return (this.#missing ??= gatherSide([this.#valuesAt(this.#position, 0)], { fields: [{ name: '', type: this.#reference.type }] }, Int32Array.of(-1), 1, true)[0]!)
    this.#position[0] = position
    return this.#valuesAt(this.#position, 1)
  }

  #valuesAt(positions: Int32Array, count: number): Column {
    for (const column of this.#columns) this.#gathered[0]![column] = gather(this.#store.column(column), positions, count)
    return this.#value(this.#gathered, count, this.#evaluation)
  }

  #positionIn(chain: TakenRow): number {
    const { end, offset } = this.#reference
    const variable = this.#variable
    if (end === 'last') {
      let left = offset
      for (let row: TakenRow | null = chain; row !== null; row = row.before) {
        if (variable !== anyVariable && row.variable !== variable) continue
        if (left-- === 0) return row.position
      }
      return -1
    }
    const found = this.#found
    found.length = 0
    for (let row: TakenRow | null = chain; row !== null; row = row.before) if (variable === anyVariable || row.variable === variable) found.push(row.position)
    return found[found.length - 1 - offset] ?? -1
  }
}

class AggregateReference implements CompiledReference {
  readonly #variable: number
  readonly #store: RowStore
  readonly #evaluation: EvaluationContext
  readonly #columns: readonly number[]
  readonly #inputs: ReturnType<typeof compileAggregateInputs>
  readonly #table: AggregateTable
  readonly #result: CompiledScalar

  constructor({ aggregate }: PatternReference & { readonly kind: 'aggregate' }, variable: number, store: RowStore, evaluation: EvaluationContext) {
    this.#variable = variable
    this.#store = store
    this.#evaluation = evaluation
    const read = aggregate.calls.flatMap((call) => [...call.args, ...(call.filter === null ? [] : [call.filter])]).flatMap((argument) => columnsUsed(argument).map(([, column]) => column))
    this.#columns = [...new Set(read)]
    this.#inputs = compileAggregateInputs(aggregate.calls)
    this.#table = aggregateTable(aggregate.calls)
    this.#result = compileScalar(aggregate.result)
  }

  evaluate(chains: readonly TakenRow[]): Column {
    const count = chains.length
    const positions: number[] = []
    const slots: number[] = []
    for (let i = 0; i < count; i++) {
      // A chain leads backwards; LISTAGG and FIRST_VALUE want the rows in their order.
      const first = positions.length
      for (let row: TakenRow | null = chains[i]!; row !== null; row = row.before) {
        if (this.#variable !== anyVariable && row.variable !== this.#variable) continue
        positions.push(row.position)
        slots.push(i)
      }
      for (let a = first, b = positions.length - 1; a < b; a++, b--) {
        const swapped = positions[a]!
        positions[a] = positions[b]!
        positions[b] = swapped
      }
    }
    const table = this.#table
    table.ensure(count)
    table.reset()
    const rows = Int32Array.from(positions)
    const columns: Column[] = []
    for (const column of this.#columns) columns[column] = gather(this.#store.column(column), rows, rows.length)
    table.add(Int32Array.from(slots), this.#inputs([columns], rows.length, this.#evaluation), rows.length, null)
    const all = new Int32Array(count)
    for (let i = 0; i < count; i++) all[i] = i
    return this.#result([[], table.read(all, count)], count, this.#evaluation)
  }
}
