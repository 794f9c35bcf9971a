import type { Arrays } from '../columnar/arrays.ts'
import { gather, gatherUint8, type BoolColumn, type Column } from '../columnar/column.ts'
import { bigintType, printType, sameType, withNullable, type DataType } from '../columnar/dataType.ts'
import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { ArrivalAccumulator, arrivalResult, CollectAccumulator, CountedExtremeAccumulator, DistinctAccumulator, joinedArrivals } from './aggregates/counted.ts'
import { CountAccumulator, Float64SumAccumulator, Int32SumAccumulator, Int64SumAccumulator } from './aggregates/counting.ts'
import { runningByRow, type Accumulator } from './aggregates/accumulator.ts'
import { DecimalSumAccumulator } from './aggregates/decimalSum.ts'
import { IntegerExtremeAccumulator, NumberExtremeAccumulator } from './aggregates/extremes.ts'
import { ListAccumulator, ValueAccumulator } from './aggregates/keeping.ts'
import { partialCallsOf } from './aggregates/partials.ts'
import { expressionCode } from './codes.ts'
import { compileScalar, type CompiledScalar } from './compile.ts'
import type { EvaluationContext, Expression, ExpressionProblem, Scope, Span, TypedExpression } from './expression.ts'
import { functionTable } from './functions.ts'
import { isBareNull } from './bareNull.ts'
import { parseExpression } from './parse.ts'
import { isSpread } from './functions/aggregate.ts'
import { bareNullText, requireBoolean, typedCall, typeScalar } from './typeOf.ts'

/**
 * Aggregate positions: an aggregate call, or a scalar expression over aggregate calls and group columns (`SUM(price) / COUNT(*)`).
 *
 * Checking takes the calls out of the expression and puts a column in the place of each, so that what is left is an ordinary scalar expression over two
 * inputs: the group's columns and the calls' results. Rules of NULL, DISTINCT and FILTER are Flink's: NULLs are passed over, FILTER takes rows where its
 * condition is TRUE.
 *
 * Variances and standard deviations are no accumulators of their own: the planner writes them as arithmetic over SUM(x * x), SUM(x) and COUNT(x) (Calcite's
 * AggregateReduceFunctionsRule, which Flink runs), and so does this, in the same types. Over a frame it does so with AVG, too, whose sum then wraps in the column's own type.
 */
export interface AggregateCall {
  /** The function's own name, never an alias. */
  readonly name: string
  /** Over the rows' columns (input 0). Empty for COUNT(*). */
  readonly args: readonly TypedExpression[]
  readonly distinct: boolean
  readonly filter: TypedExpression | null
  readonly type: DataType
}

export interface CheckedAggregate {
  readonly calls: readonly AggregateCall[]
  /** Input 0 is the scope's input (its group columns alone have a value per group), input 1 the results of `calls`. */
  readonly result: TypedExpression
  readonly type: DataType
}

/** Where the calls' results stand in the remaining expression: a name no column can have been written as. */
const resultsQualifier = '\u0000aggregates'

export function checkAggregate(text: string, scope: Scope): AggregateResult {
  const { expression, problems } = parseExpression(text)
  return expression === null ? { aggregate: null, problems } : typeAggregate(expression, scope)
}

export interface AggregateResult {
  readonly aggregate: CheckedAggregate | null
  readonly problems: readonly ExpressionProblem[]
}

/** `framed`: aggregates over the rows before, for each row (`over.ts`). */
export function typeAggregate(expression: Expression, scope: Scope, framed = false): AggregateResult {
  const problems: ExpressionProblem[] = []
  const calls: AggregateCall[] = []
  const remaining = withoutCalls(expression, (call) => {
    const typed = typeCall(call, scope, problems)
    if (typed === null) return call
    const first = calls.length
    if (isSpread(typed.name)) {
      calls.push(...momentsOf(typed))
      return spreadOf(typed, first, call.span)
    }
    if (framed && typed.name === 'AVG') {
      calls.push(summed(typed, typed.args[0]!), counted(typed))
      const quotient: Expression = { kind: 'call', name: '/', args: [resultColumn(first, call.span), resultColumn(first + 1, call.span)], symbols: [], distinct: false, filter: null, span: call.span }
      return { kind: 'cast', operand: quotient, type: withNullable(typed.type, true), mode: 'cast', span: call.span }
    }
    calls.push(typed)
    return resultColumn(first, call.span)
  })
  if (problems.length > 0) return { aggregate: null, problems }
  if (calls.length === 0) {
    const message = 'There is no aggregate in this, and a group has many rows. Put it into one such as SUM, MAX or COUNT. Columns of the group are in the result by themselves; a Project behind computes with them.'
    return { aggregate: null, problems: [{ code: expressionCode.aggregateHere, severity: 'error', span: expression.span, message }] }
  }
  const results = { fields: calls.map((call, i) => ({ name: String(i), type: call.type })) }
  const typed = typeScalar(remaining, { inputs: [scope.inputs[0] ?? { qualifier: null, schema: { fields: [] } }, { qualifier: resultsQualifier, schema: results }] })
  if (typed.typed === null) return { aggregate: null, problems: typed.problems }
  return { aggregate: { calls, result: typed.typed, type: typed.typed.type }, problems: [] }
}

function resultColumn(index: number, span: Span): Expression {
  return { kind: 'column', name: String(index), qualifier: resultsQualifier, span }
}

/** SUM(x * x), SUM(x) and COUNT(x) of a variance's argument, which has been cast to the result's type. */
function momentsOf(call: AggregateCall): readonly AggregateCall[] {
  const argument = call.args[0]!
  const { typed: square } = typedCall('*', [argument, argument], [], argument.span)
  if (square === null) throw new Error(`${call.name} takes numbers, and these cannot be squared`)
  return [summed(call, square), summed(call, argument), counted(call)]
}

function summed(call: AggregateCall, of: TypedExpression): AggregateCall {
  const resolution = functionTable.get('SUM')!.resolve({ name: 'SUM', symbols: [], args: [{ type: of.type, constant: undefined, span: of.span }] })
  if ('problem' in resolution) throw new Error(resolution.problem)
  return { ...call, name: 'SUM', args: [of], type: withNullable(resolution.result, true) }
}

function counted(call: AggregateCall): AggregateCall {
  return { ...call, name: 'COUNT', type: withNullable(bigintType, false) }
}

/** ((sum of squares - sum * sum / count) / count), or / (count - 1) for a sample, and its root for a deviation. */
function spreadOf(call: AggregateCall, first: number, span: Span): Expression {
  const [squares, sum, count] = [0, 1, 2].map((offset) => resultColumn(first + offset, span)) as [Expression, Expression, Expression]
  const apply = (name: string, ...args: Expression[]): Expression => ({ kind: 'call', name, args, symbols: [], distinct: false, filter: null, span })
  const one: Expression = { kind: 'literal', value: 1, type: { kind: 'INT', nullable: false }, span }
  const nothing: Expression = { kind: 'literal', value: null, type: { kind: 'NULL', nullable: true }, span }
  const half: Expression = { kind: 'literal', value: 0.5, type: { kind: 'DOUBLE', nullable: false }, span }
  const divisor = call.name.endsWith('SAMP') ? apply('CASE', apply('=', count, one), nothing, apply('-', count, one)) : count
  const variance = apply('/', apply('-', squares, apply('/', apply('*', sum, sum), count)), divisor)
  return { kind: 'cast', operand: call.name.startsWith('STDDEV') ? apply('POWER', variance, half) : variance, type: withNullable(call.type, true), mode: 'cast', span }
}

/** Indices of the scope's own columns that the expression reads beside its calls: each must be a column of the group. */
export function groupColumnsUsed(aggregate: CheckedAggregate): readonly number[] {
  const used = new Set<number>()
  const visit = (expression: TypedExpression): void => {
    if (expression.kind === 'column' && expression.input === 0) used.add(expression.column)
    else if (expression.kind === 'call') expression.args.forEach(visit)
    else if (expression.kind === 'cast' || expression.kind === 'field') visit(expression.operand)
  }
  visit(aggregate.result)
  return [...used]
}

type CallNode = Expression & { readonly kind: 'call' }

function isAggregate(name: string): boolean {
  return functionTable.get(name.toUpperCase())?.kind === 'aggregate'
}

function withoutCalls(expression: Expression, replace: (call: CallNode) => Expression): Expression {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return expression
    case 'call':
      return isAggregate(expression.name) ? replace(expression) : { ...expression, args: expression.args.map((argument) => withoutCalls(argument, replace)) }
    case 'cast':
    case 'field':
      return { ...expression, operand: withoutCalls(expression.operand, replace) }
    case 'element':
      return { ...expression, operand: withoutCalls(expression.operand, replace), index: withoutCalls(expression.index, replace) }
  }
}

function typeCall(call: CallNode, scope: Scope, problems: ExpressionProblem[]): AggregateCall | null {
  const definition = functionTable.get(call.name.toUpperCase())
  if (definition === undefined) return null
  const before = problems.length
  const star = call.symbols.includes('*')
  const args: TypedExpression[] = []
  for (const argument of [...(star ? [] : call.args), ...(call.filter === null ? [] : [call.filter])]) {
    if (isBareNull(argument)) problems.push({ code: expressionCode.mismatch, severity: 'error', span: argument.span, message: bareNullText(null) })
  }
  for (const argument of star ? [] : call.args) {
    const result = typeScalar(argument, scope)
    problems.push(...result.problems)
    if (result.typed !== null) args.push(result.typed)
  }
  let filter: TypedExpression | null = null
  if (call.filter !== null) {
    const result = typeScalar(call.filter, scope)
    problems.push(...result.problems)
    if (result.typed !== null) {
      const condition = requireBoolean(result.typed)
      problems.push(...condition.problems)
      filter = condition.typed
    }
  }
  if (problems.length > before) return null
  const report = (message: string, span = call.span, code: string = expressionCode.arguments): null => {
    problems.push({ code, severity: 'error', span, message })
    return null
  }
  if (definition.name === 'COUNT' && !star && args.length === 0) return report('COUNT needs an argument, or * to count rows. Write COUNT(*).')
  const resolution = definition.resolve({
    name: definition.name,
    symbols: call.symbols,
    args: args.map((argument) => ({ type: argument.type, constant: argument.kind === 'literal' ? argument.value : undefined, span: argument.span })),
  })
  if ('problem' in resolution) return report(resolution.problem, resolution.argument === undefined ? call.span : args[resolution.argument]!.span, resolution.code)
  const casted = args.map((argument, i): TypedExpression => {
    const wanted = resolution.args[i]!
    if (sameType(argument.type, wanted)) return argument
    return { kind: 'cast', operand: argument, type: withNullable(wanted, argument.type.nullable), mode: 'cast', span: argument.span }
  })
  return { name: definition.name, args: casted, distinct: call.distinct && definition.name !== 'MIN' && definition.name !== 'MAX', filter, type: withNullable(resolution.result, resolution.nullable ?? true) }
}

/** What a batch brings to one call: the argument's column (null for COUNT(*)) and which rows its FILTER takes (null: all). */
export interface AggregateInput {
  readonly values: Column | null
  readonly mask: Uint8Array | null
}

/** What some of its rows bring. */
export function inputOfRows({ values, mask }: AggregateInput, rows: Int32Array, count: number): AggregateInput {
  return { values: values === null ? null : gather(values, rows, count), mask: mask === null ? null : gatherUint8(mask, rows, count) }
}

/** Evaluates arguments and filters of all calls over a batch. */
export function compileAggregateInputs(calls: readonly AggregateCall[]): (inputs: readonly (readonly Column[])[], rowCount: number, context: EvaluationContext) => AggregateInput[] {
  const compiled = calls.map((call): { values: CompiledScalar | null; filter: CompiledScalar | null } => ({
    values: call.args[0] === undefined ? null : compileScalar(call.args[0]),
    filter: call.filter === null ? null : compileScalar(call.filter),
  }))
  return (inputs, rowCount, context) =>
    compiled.map(({ values, filter }) => ({
      values: values === null ? null : values(inputs, rowCount, context),
      mask: filter === null ? null : trueMask(filter(inputs, rowCount, context) as BoolColumn, rowCount),
    }))
}

function trueMask({ values, nulls }: BoolColumn, rowCount: number): Uint8Array {
  if (nulls === null) return values
  const mask = new Uint8Array(rowCount)
  for (let i = 0; i < rowCount; i++) mask[i] = values[i]! & (1 - nulls[i]!)
  return mask
}

export interface AggregateTableOptions {
  /** Rows may be taken back, by any call. Without it only COUNT, SUM, AVG and COLLECT can; MIN, MAX, FIRST_VALUE, LAST_VALUE and LISTAGG then keep all their values. */
  readonly retractable?: boolean
}

/** The accumulators of a list of calls, addressed by slot. */
export class AggregateTable {
  readonly #accumulators: readonly Accumulator[]
  readonly #types: readonly DataType[]
  /** By call, where its partial columns stand. */
  readonly #partials: readonly { readonly first: number; readonly count: number }[]
  #capacity = 0
  #slots: Int32Array = new Int32Array(0)

  constructor(calls: readonly AggregateCall[], options: AggregateTableOptions = {}) {
    this.#accumulators = calls.map((call) => accumulatorOf(call, options.retractable === true))
    this.#types = calls.map(({ type }) => type)
    let first = 0
    this.#partials = calls.map((call) => {
      const count = partialCallsOf(call)?.length ?? 0
      first += count
      return { first: first - count, count }
    })
  }

  /** Slots there is room for. */
  get capacity(): number {
    return this.#capacity
  }
  /** Makes room for slots below `count`. Must be called before a slot is used. */
  ensure(count: number): void {
    if (count <= this.#capacity) return
    this.#capacity = Math.max(count, this.#capacity * 2, 64)
    for (const accumulator of this.#accumulators) accumulator.ensure(this.#capacity)
  }
  /** Row i of `inputs` goes into `slots[i]`. Rows of the kinds -U and -D are taken back. */
  add(slots: Int32Array, inputs: readonly AggregateInput[], rowCount: number, kinds: Uint8Array | null): void {
    for (let i = 0; i < this.#accumulators.length; i++) this.#accumulators[i]!.add(slots, inputs[i]!.values, rowCount, inputs[i]!.mask, kinds)
  }
  /** Every call can tell its result after each row at once. */
  get runs(): boolean {
    return this.#accumulators.every((accumulator) => accumulator.running !== undefined)
  }
  /** Takes rows as `add` does, none of which is taken back: one column per call, row i with the result of `slots[i]` after row i. */
  addRunning(slots: Int32Array, inputs: readonly AggregateInput[], rowCount: number): Column[] {
    return this.#accumulators.map((accumulator, i) => {
      const { values, mask } = inputs[i]!
      return accumulator.running?.(slots, values, rowCount, mask) ?? runningByRow(accumulator, this.#types[i]!, slots, values, rowCount, mask)
    })
  }
  /** All rows go into one slot. */
  addTo(slot: number, inputs: readonly AggregateInput[], rowCount: number, kinds: Uint8Array | null): void {
    let slots: Int32Array | null = null
    for (let i = 0; i < this.#accumulators.length; i++) {
      const accumulator = this.#accumulators[i]!
      const { values, mask } = inputs[i]!
      if (kinds === null && mask === null && accumulator.addAllTo?.(slot, values, rowCount) === true) continue
      slots ??= this.#slotsOf(slot, rowCount)
      accumulator.add(slots, values, rowCount, mask, kinds)
    }
  }
  /** As many times the same slot. */
  #slotsOf(slot: number, rowCount: number): Int32Array {
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(rowCount, 4096))
    return this.#slots.fill(slot, 0, rowCount)
  }
  /** Adds a slot of another table of the same calls. */
  merge(target: number, other: AggregateTable, source: number): void {
    for (let i = 0; i < this.#accumulators.length; i++) this.#accumulators[i]!.merge(target, other.#accumulators[i]!, source)
  }
  /** Adds the slots 0 … count − 1 of another table of the same calls to `targets`. */
  mergeAll(targets: Int32Array, other: AggregateTable, count: number): void {
    for (let i = 0; i < this.#accumulators.length; i++) this.#accumulators[i]!.mergeAll(targets, other.#accumulators[i]!, count)
  }
  /** Row i of the columns that the calls' partial calls gave (`aggregates/partials.ts`), in order, goes into `slots[i]`. */
  addPartials(slots: Int32Array, columns: readonly Column[], rowCount: number): void {
    for (let i = 0; i < this.#accumulators.length; i++) {
      const { first, count } = this.#partials[i]!
      const accumulator = this.#accumulators[i]!
      if (accumulator.addPartials === undefined) throw new Error('an aggregate that is not taken in parts got a part')
      accumulator.addPartials(slots, columns.slice(first, first + count), rowCount)
    }
  }
  clear(slot: number): void {
    for (const accumulator of this.#accumulators) accumulator.clear(slot)
  }
  /** Clears all slots and keeps their room, for a table that is used again. */
  reset(): void {
    for (const accumulator of this.#accumulators) accumulator.reset()
  }
  /** One column per call, row i for `slots[i]`; numbers in arrays of `arrays`. */
  read(slots: Int32Array, count: number, arrays?: Arrays): Column[] {
    return this.#accumulators.map((accumulator) => accumulator.read(slots, count, arrays))
  }
  /** The same of one call. */
  readOne(call: number, slots: Int32Array, count: number): Column {
    return this.#accumulators[call]!.read(slots, count)
  }
  bytes(): number {
    return this.#accumulators.reduce((sum, accumulator) => sum + accumulator.bytes(), 0)
  }
  /** Writes the slots 0 … count − 1. */
  snapshot(writer: StateWriter, count: number): void {
    this.ensure(count)
    writer.number('count', count)
    this.#accumulators.forEach((accumulator, i) => accumulator.snapshot(writer.at(i), count))
  }
  /** Slots in a state that `snapshot` wrote. */
  static countIn(reader: StateReader): number {
    return reader.number('count')
  }
  /**
   * Takes what a table of the same calls wrote. Slot i of the state goes to `slots[i]`, where -1 leaves it out, and is added to what is there; null: to slot i, in which there must be nothing yet. `scratch` makes
   * a table of the same calls, for the former.
   */
  restore(reader: StateReader, slots: Int32Array | null, scratch: () => AggregateTable): void {
    const count = AggregateTable.countIn(reader)
    if (slots === null) {
      this.ensure(count)
      this.#accumulators.forEach((accumulator, i) => accumulator.restore(reader.at(i), count))
      return
    }
    const from = scratch()
    from.restore(reader, null, scratch)
    let most = 0
    for (let i = 0; i < count; i++) most = Math.max(most, slots[i]! + 1)
    this.ensure(most)
    for (let i = 0; i < count; i++) if (slots[i]! >= 0) this.merge(slots[i]!, from, i)
  }
}

/** What the accumulators of these calls are of: equal words, states that fit each other. */
export function accumulatorsText(calls: readonly AggregateCall[], retractable = false): string {
  const words = calls.map(({ name, args, distinct, filter }) => `${name}(${distinct ? 'DISTINCT ' : ''}${args.map(({ type }) => printType(withNullable(type, true))).join(', ')})${filter === null ? '' : ' FILTER'}`)
  return `${words.join(', ') || 'none'}${retractable ? ', with values that can be taken back' : ''}`
}

export function aggregateTable(calls: readonly AggregateCall[], options: AggregateTableOptions = {}): AggregateTable {
  return new AggregateTable(calls, options)
}

function accumulatorOf(call: AggregateCall, retractable: boolean): Accumulator {
  const argument = call.args[0]
  const inner = plainAccumulator(call, argument, retractable)
  return call.distinct && argument !== undefined ? new DistinctAccumulator(inner, argument.type, call.type) : inner
}

function plainAccumulator(call: AggregateCall, argument: TypedExpression | undefined, retractable: boolean): Accumulator {
  if (call.name === 'COUNT' || argument === undefined) return new CountAccumulator()
  const { type } = argument
  switch (call.name) {
    case 'SUM':
    case 'AVG':
      return sumOf(type, call.name === 'AVG', call.type)
    case 'MIN':
    case 'MAX':
      return retractable ? new CountedExtremeAccumulator(type, call.name === 'MIN') : extremeOf(type, call.name === 'MIN')
    case 'FIRST_VALUE':
      return retractable ? new ArrivalAccumulator(type, call.type, arrivalResult('first')) : new ValueAccumulator(type, 'first')
    case 'LAST_VALUE':
      return retractable ? new ArrivalAccumulator(type, call.type, arrivalResult('last')) : new ValueAccumulator(type, 'last')
    case 'LISTAGG': {
      const given = call.args[1]
      const separator = given?.kind === 'literal' && typeof given.value === 'string' ? given.value : ','
      return retractable ? new ArrivalAccumulator(type, call.type, joinedArrivals(separator)) : new ListAccumulator(call.type, separator)
    }
    case 'COLLECT':
      return new CollectAccumulator(type, call.type)
    default:
      throw new Error(`${call.name} has no accumulator`)
  }
}

function sumOf(type: DataType, average: boolean, result: DataType): Accumulator {
  switch (type.kind) {
    case 'TINYINT':
      return new Int32SumAccumulator(8, average)
    case 'SMALLINT':
      return new Int32SumAccumulator(16, average)
    case 'INT':
      return new Int32SumAccumulator(32, average)
    case 'BIGINT':
      return new Int64SumAccumulator(average)
    case 'DECIMAL':
      return new DecimalSumAccumulator(type.scale, average && result.kind === 'DECIMAL' ? result.scale : null)
    default:
      return new Float64SumAccumulator(type.kind === 'FLOAT', average)
  }
}

function extremeOf(type: DataType, least: boolean): Accumulator {
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return new NumberExtremeAccumulator('int32', least)
    case 'FLOAT':
    case 'DOUBLE':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL_DAY_TIME':
      return new NumberExtremeAccumulator('float64', least)
    case 'BIGINT':
      return new IntegerExtremeAccumulator('int64', least)
    case 'DECIMAL':
      return new IntegerExtremeAccumulator('decimal', least)
    default:
      return new ValueAccumulator(type, least ? 'least' : 'greatest')
  }
}
