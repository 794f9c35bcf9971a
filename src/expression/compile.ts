import { columnOf } from '../columnar/batchBuilder.ts'
import { gather, gatherFloat64, storageOf, valueAt, type BoolColumn, type Column, type Int32Column, type Int64Column, type ObjectColumn, type StringColumn, type Value } from '../columnar/column.ts'
import { sameType, type DataType } from '../columnar/dataType.ts'
import { RowError } from '../columnar/rowError.ts'
import { caseOverTexts } from './caseOverTexts.ts'
import { castKernel } from './cast.ts'
import { CastFailure, castFails, castReadsZone, castValue } from './castValue.ts'
import { isComparison, mirrored, safeNumber, textHolds, type Comparison } from './compareKernels.ts'
import type { EvaluationContext, TypedExpression } from './expression.ts'
import { functionTable } from './functions.ts'
import type { Arrays } from '../columnar/arrays.ts'
import type { Buffers, CallSite, Frame, LazyArgument } from './functionDefinition.ts'
import { allNulls, stringToInt32, truthTables } from './kernels.ts'
import { lengthOfReplaced } from './lengthOfReplaced.ts'
import { allRows, multiplesOf, sieveCompact, sieveComparison, sieveMultiples, sieveTexts, sieveTruths } from './sieve.ts'

/**
 * From a checked expression to closures over columns: no generated code, one kernel per call site, columns in and a column out.
 *
 * Arrays between two kernels belong to the compiled expression and are used again for the next batch; what is handed out is fresh, or an input's own.
 * A call whose arguments are all literals is computed once. Arguments that can fail are evaluated only for the rows that reach them (CASE, AND, …):
 * their inputs are gathered, and a failing row is reported by its place in the whole batch.
 *
 * A compiled expression is not re-entrant: one subtask uses it, one batch at a time.
 */
export type CompiledScalar = (inputs: readonly (readonly Column[])[], rowCount: number, context: EvaluationContext) => Column

/** Writes the indices of the rows that are TRUE into `rows`, ascending, and gives their number. */
export type CompiledPredicate = (inputs: readonly (readonly Column[])[], rowCount: number, context: EvaluationContext, rows: Int32Array) => number

/** `arrays`: where the arrays of results come from, for an owner whose receivers keep nothing; fresh otherwise. */
export function compileScalar(typed: TypedExpression, arrays: Arrays | null = null): CompiledScalar {
  const registers = new Registers()
  const node = compileNode(typed, registers, arrays === null ? freshBuffers : { uint8: (n) => arrays.uint8(n), int32: (n) => arrays.int32(n), float64: (n) => arrays.float64(n), bigint64: freshBuffers.bigint64 })
  return (inputs, rowCount, context) => registers.released(node.evaluate({ inputs, rowCount, context }), rowCount)
}

export function compilePredicate(typed: TypedExpression): CompiledPredicate {
  const registers = new Registers()
  const conjuncts = (typed.kind === 'call' && typed.name === 'AND' ? typed.args : [typed]).map((conjunct) => compileCondition(conjunct, registers))
  // A NULL on the left does not keep a failing condition on the right from being evaluated, so only conditions that cannot fail may be run as a sieve.
  if (conjuncts.slice(1).some(({ node: condition }) => condition.fails)) {
    const whole = compileNode(typed, registers, registers.buffers())
    return (inputs, rowCount, context, rows) => sieveTruths(whole.evaluate({ inputs, rowCount, context }) as BoolColumn, rowCount, rows, allRows)
  }
  // The first may fail: it sees every row in any case, and must go on seeing them. Of the others the cheap ones go first.
  const fixed = conjuncts[0]!.node.fails ? 1 : 0
  const ordered = [...conjuncts.slice(0, fixed), ...conjuncts.slice(fixed).toSorted((a, b) => a.node.cost - b.node.cost)]
  return (inputs, rowCount, context, rows) => {
    const frame = { inputs, rowCount, context }
    let count = allRows
    for (const condition of ordered) {
      if (count === 0) return 0
      count = condition.sieve(frame, rows, count)
    }
    return count
  }
}

/** Whether some row can fail it, and whether it depends on more than its row: on the session's time zone, a clock or the watermark. */
export function traitsOf(typed: TypedExpression): { readonly fails: boolean; readonly contextual: boolean } {
  const registers = new Registers()
  const { fails, contextual } = compileNode(typed, registers, registers.buffers())
  return { fails, contextual }
}

/** Whether it asks for the watermark before its row. */
export function readsWatermark(typed: TypedExpression): boolean {
  switch (typed.kind) {
    case 'literal':
    case 'column':
      return false
    case 'call':
      return typed.name === 'CURRENT_WATERMARK' || typed.args.some(readsWatermark)
    case 'cast':
    case 'field':
      return readsWatermark(typed.operand)
  }
}

/** A condition and how it thins out rows. */
interface Condition {
  readonly node: CompiledNode
  readonly sieve: (frame: Frame, rows: Int32Array, count: number) => number
}

function compileCondition(typed: TypedExpression, registers: Registers): Condition {
  const compared = comparedWithConstant(typed)
  if (compared !== null) {
    const operand = compileNode(compared.operand, registers, registers.buffers())
    const { comparison, constant } = compared
    const divided = comparison === '=' && constant === 0 ? dividedByConstant(compared.operand) : null
    const dividend = divided === null ? null : compileNode(divided.dividend, registers, registers.buffers())
    const multiples = divided === null ? null : multiplesOf(divided.divisor)
    return {
      node: { ...operand, cost: operand.cost + 1 },
      sieve: (frame, rows, count) => {
        if (multiples !== null && (count === allRows || dividend!.free)) {
          const kept = sieveMultiples(multiples, dividend!.evaluate(frame) as Int32Column | Int64Column, frame.rowCount, rows, count)
          if (kept !== null) return kept
        }
        // Computing the operand for few rows only pays when it takes more than reading it.
        if (count !== allRows && !operand.free && count * 2 < frame.rowCount) {
          const places = new Int32Array(count)
          const kept = sieveComparison(comparison, operand.evaluateRows(frame, rows, count), constant, count, places, allRows)
          for (let k = 0; k < kept; k++) rows[k] = rows[places[k]!]!
          return kept
        }
        return sieveComparison(comparison, operand.evaluate(frame), constant, frame.rowCount, rows, count)
      },
    }
  }
  const condition = compileNode(typed, registers, registers.buffers())
  const text = textComparedWithConstant(typed)
  if (text !== null) {
    const tableOf = truthTables(text.holds)
    const { input, column } = text.operand
    return {
      // Reading a table by code is about as quick as comparing numbers.
      node: { ...condition, cost: 1 },
      sieve: (frame, rows, count) =>
        sieveTexts(tableOf, frame.inputs[input]![column] as StringColumn, frame.rowCount, rows, count) ?? sieveTruths(condition.evaluate(frame) as BoolColumn, frame.rowCount, rows, count),
    }
  }
  return {
    node: condition,
    sieve: (frame, rows, count) =>
      count !== allRows && !condition.free && count * 2 < frame.rowCount
        ? sieveCompact(condition.evaluateRows(frame, rows, count) as BoolColumn, rows, count)
        : sieveTruths(condition.evaluate(frame) as BoolColumn, frame.rowCount, rows, count),
  }
}

/** `column comparison 'text'`, with the text on either side. */
function textComparedWithConstant(typed: TypedExpression): { operand: TypedExpression & { kind: 'column' }; holds: (text: string) => boolean } | null {
  if (typed.kind !== 'call' || !isComparison(typed.name)) return null
  const [a, b] = typed.args.map(literalOf) as [TypedExpression, TypedExpression]
  const direct = a.kind === 'column'
  const [operand, constant] = direct ? [a, b] : [b, a]
  if (operand.kind !== 'column' || storageOf(operand.type) !== 'string' || constant.kind !== 'literal' || typeof constant.value !== 'string') return null
  const comparison = direct ? typed.name : mirrored[typed.name]
  const { value } = constant
  return { operand, holds: (text) => textHolds(comparison, text, value) }
}

/** `operand comparison constant`, if the condition is one over numbers of one scale, with the constant on either side. */
function comparedWithConstant(typed: TypedExpression): { operand: TypedExpression; comparison: Comparison; constant: number } | null {
  if (typed.kind !== 'call' || !isComparison(typed.name)) return null
  const [a, b] = typed.args.map(literalOf) as [TypedExpression, TypedExpression]
  if (!sameType(a.type, b.type)) return null
  const storage = storageOf(a.type)
  if (storage !== 'int32' && storage !== 'float64' && storage !== 'int64' && storage !== 'decimal') return null
  const right = b.kind === 'literal' ? safeNumber(b.value) : null
  if (right !== null) return { operand: typed.args[0]!, comparison: typed.name, constant: right }
  const left = a.kind === 'literal' ? safeNumber(a.value) : null
  return left === null ? null : { operand: typed.args[1]!, comparison: mirrored[typed.name], constant: left }
}

/** `dividend % divisor` of integers, where the divisor is a number of two or more, of either sign. */
function dividedByConstant(typed: TypedExpression): { dividend: TypedExpression; divisor: number } | null {
  if (typed.kind !== 'call' || (typed.name !== '%' && typed.name !== 'MOD')) return null
  const [dividend, by] = typed.args as [TypedExpression, TypedExpression]
  const storage = storageOf(dividend.type)
  const divisor = literalOf(by)
  if ((storage !== 'int32' && storage !== 'int64') || divisor.kind !== 'literal') return null
  const magnitude = Math.abs(safeNumber(divisor.value) ?? 0)
  return magnitude >= 2 && magnitude <= 2_147_483_647 ? { dividend, divisor: magnitude } : null
}

// Nodes.

interface CompiledNode extends LazyArgument {
  /** A rough measure to order conditions by. */
  readonly cost: number
  /** Depends on more than its inputs' values: not to be computed ahead. */
  readonly contextual: boolean
}

function compileNode(typed: TypedExpression, registers: Registers, buffers: Buffers): CompiledNode {
  switch (typed.kind) {
    case 'literal': {
      const constant = constantColumn(typed.value, typed.type)
      return node(typed, (frame) => constant(frame.rowCount), { fails: false, free: true, cost: 0, contextual: false })
    }
    case 'column': {
      const { input, column } = typed
      return node(typed, (frame) => frame.inputs[input]![column]!, { fails: false, free: true, cost: 0, contextual: false })
    }
    case 'field': {
      const operand = compileNode(typed.operand, registers, registers.buffers())
      const { index, type } = typed
      return node(typed, (frame) => rowField(operand.evaluate(frame) as ObjectColumn, index, type, frame.rowCount), {
        fails: operand.fails, free: false, cost: operand.cost + 4, contextual: operand.contextual,
      })
    }
    case 'cast':
      return compileCast(typed, registers, buffers)
    case 'call':
      return compileCall(typed, registers, buffers)
  }
}

function compileCast(typed: TypedExpression & { kind: 'cast' }, registers: Registers, buffers: Buffers): CompiledNode {
  const literal = literalOf(typed)
  if (literal.kind === 'literal') return compileNode(literal, registers, buffers)
  const operand = compileNode(typed.operand, registers, registers.buffers())
  const from = typed.operand.type
  const kernel = castKernel(from, typed.type, typed.mode, buffers)
  const contextual = operand.contextual || castReadsZone(from, typed.type)
  const traits = { fails: operand.fails || (typed.mode === 'cast' && castFails(from, typed.type)), free: kernel === null && operand.free, cost: operand.cost + (kernel === null ? 0 : 2), contextual }
  if (kernel === null) return node(typed, operand.evaluate, traits)
  const compiled = node(typed, (frame) => kernel(operand.evaluate(frame), frame.rowCount, frame.context), traits)
  return typed.operand.kind === 'literal' && !contextual ? folded(compiled) : compiled
}

const costOf: Readonly<Record<string, number>> = { comparison: 1, logic: 1, arithmetic: 1, conditional: 2, numeric: 3, time: 6, collection: 6, string: 10, json: 40 }

function compileCall(typed: TypedExpression & { kind: 'call' }, registers: Registers, buffers: Buffers): CompiledNode {
  const length = lengthOfReplaced(typed, literalOf)
  if (length !== null) return compileLength(typed, length, registers, buffers)
  const overTexts = caseOverTexts(typed, literalOf)
  if (overTexts !== null && !traitsOf(overTexts.args[0]!).contextual) return compileCall(overTexts, registers, buffers)
  const definition = functionTable.get(typed.name)
  if (definition === undefined || definition.kind === 'aggregate' || definition.kind === 'over') throw new Error(`${typed.name} is no scalar function`)
  const args = typed.args.map((argument) => compileNode(argument, registers, registers.buffers()))
  const site: CallSite = { name: typed.name, args: typed.args.map(literalOf), symbols: typed.symbols, type: typed.type, buffers }
  const argumentsFail = args.some((argument) => argument.fails)
  const cost = args.reduce((sum, argument) => sum + argument.cost, costOf[definition.category] ?? 5)
  const contextualArguments = args.some((argument) => argument.contextual)
  if (definition.kind === 'lazy') {
    // AND and OR on rows that do not reach a failing argument are as harmless as on those that do.
    return node(typed, definition.lazyKernel(site, args), { fails: argumentsFail, free: false, cost, contextual: contextualArguments })
  }
  const fails = typeof definition.fails === 'function' ? definition.fails(site) : definition.fails === true
  const traits = { fails: fails || argumentsFail, free: false, cost, contextual: contextualArguments || definition.contextual === true }
  if (definition.nulls === 'propagate' && site.args.some((argument) => argument.kind === 'literal' && argument.value === null)) {
    const constant = constantColumn(null, typed.type)
    // The other arguments are evaluated all the same when they can fail: NULL + 1/0 fails on Flink too.
    const failing = args.filter((argument) => argument.fails)
    return node(typed, (frame) => {
      for (const argument of failing) argument.evaluate(frame)
      return constant(frame.rowCount)
    }, { ...traits, free: failing.length === 0 })
  }
  const kernel = definition.kernel(site)
  const evaluate = evaluation(kernel, args)
  const compiled = node(typed, evaluate, traits)
  const constant = !traits.contextual && typed.args.length > 0 && args.every((argument) => argument.free && isConstant(argument.expression))
  return constant ? folded(compiled) : compiled
}

function compileLength(typed: TypedExpression & { kind: 'call' }, { text, length }: NonNullable<ReturnType<typeof lengthOfReplaced>>, registers: Registers, buffers: Buffers): CompiledNode {
  const operand = compileNode(text, registers, registers.buffers())
  const kernel = stringToInt32({ name: typed.name, args: [text], symbols: [], type: typed.type, buffers }, length)
  return node(typed, evaluation(kernel, [operand]), { fails: operand.fails, free: false, cost: operand.cost + costOf.string!, contextual: operand.contextual })
}

/** A cast of a literal as the literal it gives, so that kernels see the constant. */
function literalOf(expression: TypedExpression): TypedExpression {
  if (expression.kind !== 'cast') return expression
  const operand = literalOf(expression.operand)
  if (operand.kind !== 'literal' || castReadsZone(operand.type, expression.type)) return expression
  const value = castValue(operand.value, operand.type, expression.type, 'UTC')
  return value instanceof CastFailure ? expression : { kind: 'literal', value, type: expression.type, span: expression.span }
}

function isConstant(expression: TypedExpression): boolean {
  return expression.kind === 'literal' || (expression.kind === 'cast' && isConstant(expression.operand)) || (expression.kind === 'call' && expression.args.every(isConstant))
}

/** The argument list is one array per call site, filled again for every batch. */
function evaluation(kernel: (columns: readonly Column[], rowCount: number, context: EvaluationContext) => Column, args: readonly CompiledNode[]): (frame: Frame) => Column {
  const columns: Column[] = []
  return (frame) => {
    for (let i = 0; i < args.length; i++) columns[i] = args[i]!.evaluate(frame)
    return kernel(columns, frame.rowCount, frame.context)
  }
}

/** A constant call, computed at its first use and kept; one that fails goes on failing row by row, where it is reached. */
function folded(compiled: CompiledNode): CompiledNode {
  let constant: ((rowCount: number) => Column) | null = null
  return {
    ...compiled,
    free: !compiled.fails,
    evaluate: (frame) => {
      if (frame.rowCount === 0) return compiled.evaluate(frame)
      constant ??= constantColumn(valueAt(compiled.evaluate({ inputs: [], rowCount: 1, context: frame.context }), 0), compiled.expression.type)
      return constant(frame.rowCount)
    },
    evaluateRows: (frame, rows, count) => {
      try {
        constant ??= constantColumn(valueAt(compiled.evaluate({ inputs: [], rowCount: 1, context: frame.context }), 0), compiled.expression.type)
      } catch (error) {
        throw placed(error, rows)
      }
      return constant(count)
    },
  }
}

interface Traits {
  readonly fails: boolean
  readonly free: boolean
  readonly cost: number
  readonly contextual: boolean
}

function node(expression: TypedExpression, evaluate: (frame: Frame) => Column, traits: Traits): CompiledNode {
  let used: readonly (readonly [number, number])[] | null = null
  return {
    expression,
    evaluate,
    ...traits,
    evaluateRows: (frame, rows, count) => {
      if (count === frame.rowCount) return evaluate(frame)
      used ??= columnsUsed(expression)
      const inputs = frame.inputs.map((): Column[] => [])
      for (const [input, column] of used) inputs[input]![column] = gather(frame.inputs[input]![column]!, rows, count)
      const { context } = frame
      const watermarks = context.watermarks === null || !traits.contextual ? context.watermarks : gatherFloat64(context.watermarks, rows, count)
      try {
        return evaluate({ inputs, rowCount: count, context: watermarks === context.watermarks ? context : atRows(context, watermarks) })
      } catch (error) {
        throw placed(error, rows)
      }
    },
  }
}

/** The context with the watermarks of the gathered rows. Written out, because a context may be an object with methods. */
function atRows(context: EvaluationContext, watermarks: Float64Array | null): EvaluationContext {
  return { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks, watermark: context.watermark }
}

/** A failure on gathered rows names the row of the whole batch. */
function placed(error: unknown, rows: Int32Array): unknown {
  return error instanceof RowError ? new RowError(rows[error.row]!, error.message) : error
}

/** The input columns an expression reads, as [input, column]. */
export function columnsUsed(expression: TypedExpression): (readonly [number, number])[] {
  const found = new Map<string, readonly [number, number]>()
  const visit = (part: TypedExpression): void => {
    switch (part.kind) {
      case 'literal':
        return
      case 'column':
        found.set(`${part.input}.${part.column}`, [part.input, part.column])
        return
      case 'call':
        part.args.forEach(visit)
        return
      case 'cast':
      case 'field':
        visit(part.operand)
    }
  }
  visit(expression)
  return [...found.values()]
}

/** A column that holds one value in every row, grown when a larger batch comes. */
function constantColumn(value: Value, type: DataType): (rowCount: number) => Column {
  let column: Column | null = null
  let capacity = 0
  return (rowCount) => {
    if (column === null || capacity < rowCount) {
      capacity = Math.max(rowCount, capacity * 2, 64)
      column = filled(value, type, capacity)
    }
    return column
  }
}

function filled(value: Value, type: DataType, rowCount: number): Column {
  const nulls = value === null ? allNulls(rowCount) : null
  const one = columnOf(type, [value])
  switch (one.storage) {
    case 'bool':
      return { storage: 'bool', values: new Uint8Array(rowCount).fill(one.values[0]!), nulls }
    case 'int32':
      return { storage: 'int32', values: new Int32Array(rowCount).fill(one.values[0]!), nulls }
    case 'float64':
      return { storage: 'float64', values: new Float64Array(rowCount).fill(one.values[0]!), nulls }
    case 'int64':
      return one.values === null
        ? { storage: 'int64', values: null, wide: new BigInt64Array(rowCount).fill(one.wide![0]!), nulls }
        : { storage: 'int64', values: new Float64Array(rowCount).fill(one.values[0]!), wide: null, nulls }
    case 'decimal':
      return one.values === null
        ? { storage: 'decimal', values: null, wide: new Array<bigint>(rowCount).fill(one.wide![0]!), nulls }
        : { storage: 'decimal', values: new Float64Array(rowCount).fill(one.values[0]!), wide: null, nulls }
    case 'string':
      return { storage: 'string', codes: new Int32Array(rowCount), dictionary: { values: [value === null ? '' : (value as string)], distinct: true }, nulls }
    case 'object':
      return { storage: 'object', values: new Array<Value>(rowCount).fill(value), nulls }
  }
}

function rowField(column: ObjectColumn, index: number, type: DataType, rowCount: number): Column {
  const values = new Array<Value>(rowCount)
  for (let i = 0; i < rowCount; i++) {
    const row = column.nulls !== null && column.nulls[i] === 1 ? null : (column.values[i] as readonly Value[])
    values[i] = row === null ? null : row[index]!
  }
  return columnOf(type, values)
}

// Buffers.

/** Arrays of one compiled expression: each call site has one of each class, which grows with the batches. */
class Registers {
  readonly #owned = new Set<ArrayBufferView>()

  buffers(): Buffers {
    let uint8: Uint8Array | null = null
    let int32: Int32Array | null = null
    let float64: Float64Array | null = null
    let bigint64: BigInt64Array | null = null
    return {
      uint8: (n) => (uint8 !== null && uint8.length >= n ? uint8 : (uint8 = this.#kept(uint8, new Uint8Array(Math.max(n, 64))))),
      int32: (n) => (int32 !== null && int32.length >= n ? int32 : (int32 = this.#kept(int32, new Int32Array(Math.max(n, 64))))),
      float64: (n) => (float64 !== null && float64.length >= n ? float64 : (float64 = this.#kept(float64, new Float64Array(Math.max(n, 64))))),
      bigint64: (n) => (bigint64 !== null && bigint64.length >= n ? bigint64 : (bigint64 = this.#kept(bigint64, new BigInt64Array(Math.max(n, 64))))),
    }
  }

  #kept<A extends ArrayBufferView>(old: A | null, array: A): A {
    if (old !== null) this.#owned.delete(old)
    this.#owned.add(array)
    return array
  }

  /** The column as it may leave the expression: what still belongs to a register is copied. */
  released(column: Column, rowCount: number): Column {
    switch (column.storage) {
      case 'bool':
        return this.#owned.has(column.values) ? { ...column, values: column.values.slice(0, rowCount) } : column
      case 'int32':
        return this.#owned.has(column.values) ? { ...column, values: column.values.slice(0, rowCount) } : column
      case 'float64':
        return this.#owned.has(column.values) ? { ...column, values: column.values.slice(0, rowCount) } : column
      case 'int64':
        if (column.values !== null) return this.#owned.has(column.values) ? { ...column, values: column.values.slice(0, rowCount) } : column
        return this.#owned.has(column.wide!) ? { ...column, wide: column.wide!.slice(0, rowCount) } : column
      case 'decimal':
        return column.values !== null && this.#owned.has(column.values) ? { ...column, values: column.values.slice(0, rowCount) } : column
      case 'string':
        return this.#owned.has(column.codes) ? { ...column, codes: column.codes.slice(0, rowCount) } : column
      case 'object':
        return column
    }
  }
}

const freshBuffers: Buffers = {
  uint8: (n) => new Uint8Array(n),
  int32: (n) => new Int32Array(n),
  float64: (n) => new Float64Array(n),
  bigint64: (n) => new BigInt64Array(n),
}
