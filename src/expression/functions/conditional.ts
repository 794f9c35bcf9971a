import { gather, type BoolColumn, type Column, type Int32Column } from '../../columnar/column.ts'
import { booleanType, isNumeric, printType, withNullable, type DataType } from '../../columnar/dataType.ts'
import { expressionCode } from '../codes.ts'
import { commonNumeric, commonType } from '../commonType.ts'
import { comparedTypes, compareColumns, type Compared } from '../compareKernels.ts'
import type { ArgumentType, Buffers, CallSite, CallTypes, Frame, FunctionDefinition, LazyArgument, LazyFunction, LazyKernel, Resolution } from '../functionDefinition.ts'
import { castKernel } from '../cast.ts'
import { constantArgument, stringToInt32, unionMasks } from '../kernels.ts'
import { assembled, type Source } from '../selectKernels.ts'
import { TextUnion } from '../textUnion.ts'

/**
 * CASE, IF, COALESCE, NULLIF: functions that look at an argument only where its value is needed.
 *
 * Branches are tried in order. One that cannot fail is evaluated for all rows when that is free, else for the rows that take it. The result has the least
 * restrictive type of the branches, as in Calcite.
 */
function unified(call: CallTypes, results: readonly number[]): DataType | { problem: string; argument: number; code: string } {
  const types = results.map((index) => call.args[index]!.type)
  const common = commonType(types)
  if (common !== null) return common
  for (let k = 1; k < results.length; k++) {
    const upTo = commonType(types.slice(0, k + 1))
    if (upTo !== null) continue
    const before = commonType(types.slice(0, k))!
    const problem = `The results of ${call.name} must have one type, but this is ${printType(withNullable(types[k]!, true))} beside ${printType(withNullable(before, true))}. Cast it, for example CAST(... AS ${printType(withNullable(before, true))}).`
    return { problem, argument: results[k]!, code: expressionCode.mismatch }
  }
  throw new Error('types without a common type have a first one that does not fit')
}

function notCondition(name: string, argument: ArgumentType, index: number): { problem: string; argument: number } | null {
  if (argument.type.kind === 'BOOLEAN' || argument.type.kind === 'NULL') return null
  return { problem: `A condition of ${name} must be BOOLEAN, found ${printType(withNullable(argument.type, true))}. Compare it with something.`, argument: index }
}

/** All branches NULL: Flink has no such type either; a NULL of BOOLEAN storage will do until a cast says more. */
function definite(type: DataType): DataType {
  return type.kind === 'NULL' ? booleanType : type
}

// CASE.

interface CaseShape {
  readonly simple: boolean
  readonly conditions: readonly number[]
  /** One for each condition, then that of ELSE if there is one. */
  readonly results: readonly number[]
}

function shapeOf(count: number, symbols: readonly string[]): CaseShape {
  const simple = symbols[0] === 'SIMPLE'
  const conditions: number[] = []
  const results: number[] = []
  let i = simple ? 1 : 0
  for (; i + 1 < count; i += 2) {
    conditions.push(i)
    results.push(i + 1)
  }
  if (i < count) results.push(i)
  return { simple, conditions, results }
}

function resolveCase(call: CallTypes): Resolution {
  const { simple, conditions, results } = shapeOf(call.args.length, call.symbols)
  const args: DataType[] = call.args.map((argument) => argument.type)
  if (simple) {
    const compared = comparedType(call, conditions)
    if ('problem' in compared) return compared
    args[0] = compared
    for (const index of conditions) args[index] = compared
  } else {
    for (const index of conditions) {
      const wrong = notCondition('CASE', call.args[index]!, index)
      if (wrong !== null) return wrong
      args[index] = booleanType
    }
  }
  const type = unified(call, results)
  if ('problem' in type) return type
  for (const index of results) args[index] = definite(type)
  return { args, result: definite(type), nullable: type.nullable || results.length === conditions.length }
}

/** The type in which `CASE x WHEN v` compares. */
function comparedType(call: CallTypes, conditions: readonly number[]): DataType | { problem: string; argument: number; code: string } {
  const indices = [0, ...conditions]
  const types = indices.map((index) => call.args[index]!.type)
  if (types.every((type) => isNumeric(type) || type.kind === 'NULL')) {
    const numbers = types.filter((type) => type.kind !== 'NULL')
    return numbers.length === 0 ? booleanType : numbers.reduce<DataType>(commonNumeric, numbers[0]!)
  }
  const common = commonType(types)
  if (common !== null) return definite(common)
  const first = call.args[0]!.type
  const wrong = conditions.find((index) => commonType([first, call.args[index]!.type]) === null) ?? conditions[0]!
  const problem = `CASE compares ${printType(withNullable(first, true))} with ${printType(withNullable(call.args[wrong]!.type, true))}. Cast one to the type of the other.`
  return { problem, argument: wrong, code: expressionCode.mismatch }
}

function caseKernel(call: CallSite, args: readonly LazyArgument[]): LazyKernel {
  const { simple, conditions, results } = shapeOf(args.length, call.symbols)
  const texts = simple ? conditions.map((index) => constantArgument(call, index)) : []
  if (simple && texts.every((text) => typeof text === 'string')) return switching(call, args[0]!, texts, results.map((index) => args[index]!))
  const compared = comparedTypes(call.args[0]!.type, call.args[0]!.type)
  const test: Test = simple
    ? (frame, branch, rows, count, state) => equalities(args[0]!, args[conditions[branch]!]!, frame, rows, count, compared, state)
    : (frame, branch, rows, count) => evaluateFor(args[conditions[branch]!]!, frame, rows, count)
  return branching(conditions.length, test, results.map((index) => args[index]!))
}

/** Whether each of the given rows takes the branch: a compact or a full column of truths. */
type Test = (frame: Frame, branch: number, rows: Int32Array, count: number, state: { operand: Column | null }) => Source

function evaluateFor(argument: LazyArgument, frame: Frame, rows: Int32Array, count: number): Source {
  if (argument.free || count === frame.rowCount) return { column: argument.evaluate(frame), compact: false }
  return { column: argument.evaluateRows(frame, rows, count), compact: true }
}

/** x = v for the rows; x is evaluated once for the batch, since every row looks at it. */
function equalities(operand: LazyArgument, value: LazyArgument, frame: Frame, rows: Int32Array, count: number, compared: Compared, state: { operand: Column | null }): Source {
  state.operand ??= operand.evaluate(frame)
  const { column, compact } = evaluateFor(value, frame, rows, count)
  const left = compact ? gather(state.operand, rows, count) : state.operand
  const n = compact ? count : frame.rowCount
  const values = new Uint8Array(n)
  compareColumns('=', left, column, compared, values, n)
  for (let i = 0; i < n; i++) if ((left.nulls !== null && left.nulls[i] === 1) || (column.nulls !== null && column.nulls[i] === 1)) values[i] = 0
  return { column: { storage: 'bool', values, nulls: null }, compact }
}

/**
 * Rows try branch after branch; those that take none get the last result, or NULL when there is none. A row takes a branch on TRUE only.
 */
function branching(branches: number, test: Test, results: readonly LazyArgument[]): LazyKernel {
  const union = new TextUnion(results.length)
  return (frame) => {
    const n = frame.rowCount
    const choice = new Int32Array(n).fill(results.length)
    let open = new Int32Array(n)
    for (let i = 0; i < n; i++) open[i] = i
    let openCount = n
    const taken: Int32Array[] = []
    const state: { operand: Column | null } = { operand: null }
    for (let branch = 0; branch < branches; branch++) {
      const rows = new Int32Array(openCount)
      let count = 0
      if (openCount > 0) {
        const { column, compact } = test(frame, branch, open, openCount, state)
        const { values, nulls } = column as BoolColumn
        const rest = new Int32Array(openCount)
        let left = 0
        for (let k = 0; k < openCount; k++) {
          const row = open[k]!
          const at = compact ? k : row
          if (values[at] === 1 && (nulls === null || nulls[at] === 0)) {
            rows[count++] = row
            choice[row] = branch
          } else rest[left++] = row
        }
        open = rest
        openCount = left
      }
      taken.push(rows.subarray(0, count))
    }
    if (results.length > branches) {
      for (let k = 0; k < openCount; k++) choice[open[k]!] = branches
      taken.push(open.subarray(0, openCount))
    }
    return fromBranches(frame, choice, taken, results, union)
  }
}

/** `CASE x WHEN 'text'` throughout: which branch a text takes is asked once for each entry of a dictionary, not once for each row and branch. */
function switching(call: CallSite, operand: LazyArgument, texts: readonly string[], results: readonly LazyArgument[]): LazyKernel {
  const branches = texts.length
  // Of equal texts the first counts.
  const branchOf = new Map(texts.map((text, branch) => [text, branch] as const).toReversed())
  const branchesOf = stringToInt32(call, (text) => branchOf.get(text) ?? branches)
  const union = new TextUnion(results.length)
  return (frame) => {
    const n = frame.rowCount
    const { values, nulls } = branchesOf([operand.evaluate(frame)], n, frame.context) as Int32Column
    const choice = new Int32Array(n)
    const counts = new Int32Array(branches + 1)
    for (let i = 0; i < n; i++) {
      const branch = nulls !== null && nulls[i] === 1 ? branches : values[i]!
      choice[i] = branch
      counts[branch] = counts[branch]! + 1
    }
    // The rows of one branch after those of another, in one array.
    const rows = new Int32Array(n)
    const taken: Int32Array[] = []
    for (let branch = 0, first = 0; branch <= branches; branch++) {
      const next = first + counts[branch]!
      if (branch < results.length) taken.push(rows.subarray(first, next))
      counts[branch] = first
      first = next
    }
    for (let i = 0; i < n; i++) {
      const branch = choice[i]!
      const at = counts[branch]!
      rows[at] = i
      counts[branch] = at + 1
    }
    return fromBranches(frame, choice, taken, results, union)
  }
}

function fromBranches(frame: Frame, choice: Int32Array, taken: readonly Int32Array[], results: readonly LazyArgument[], texts: TextUnion): Column {
  const n = frame.rowCount
  // Branches that no row takes contribute nothing; sources are renumbered without them.
  const renumbered = new Int32Array(results.length + 1)
  const sources: Source[] = []
  for (let k = 0; k < results.length; k++) {
    renumbered[k] = sources.length
    const rows = taken[k]!
    if (rows.length > 0) sources.push({ ...evaluateFor(results[k]!, frame, rows, rows.length), rows })
  }
  renumbered[results.length] = sources.length
  if (sources.length === 0) {
    // All rows are NULL (or there is none): the storage is that of any branch, over no rows.
    sources.push({ column: results[0]!.evaluateRows(frame, choice, 0), compact: true, rows: choice.subarray(0, 0) })
    renumbered.fill(1)
  } else if (sources.length === 1 && !sources[0]!.compact && taken.some((rows) => rows.length === n)) return sources[0]!.column
  if (sources.length < results.length) for (let i = 0; i < n; i++) choice[i] = renumbered[choice[i]!]!
  return assembled(choice, sources, n, texts)
}

const caseForm: LazyFunction = {
  kind: 'lazy',
  name: 'CASE',
  category: 'conditional',
  signatures: ['CASE WHEN condition THEN result [WHEN ...] [ELSE result] END', 'CASE value WHEN other THEN result [WHEN ...] [ELSE result] END'],
  summary: 'The result of the first branch whose condition is TRUE; NULL when none is and there is no ELSE.',
  examples: [
    { expression: "CASE WHEN 1 > 2 THEN 'a' WHEN 2 > 1 THEN 'b' ELSE 'c' END", result: 'b' },
    { expression: "CASE 3 WHEN 1 THEN 'one' END", result: 'NULL' },
    { expression: 'CASE WHEN TRUE THEN 1 ELSE 1 / 0 END', result: '1' },
  ],
  callable: false,
  nulls: 'own',
  resolve: resolveCase,
  lazyKernel: caseKernel,
}

const ifFunction: LazyFunction = {
  kind: 'lazy',
  name: 'IF',
  category: 'conditional',
  signatures: ['IF(condition, result, otherwise)'],
  summary: 'The second argument where the condition is TRUE, else the third.',
  examples: [{ expression: "IF(3 > 2, 'yes', 'no')", result: 'yes' }],
  nulls: 'own',
  resolve: (call) => {
    if (call.args.length !== 3) return { problem: `IF takes 3 arguments, found ${call.args.length}. Write IF(condition, result, otherwise).` }
    const wrong = notCondition('IF', call.args[0]!, 0)
    if (wrong !== null) return wrong
    const type = unified(call, [1, 2])
    return 'problem' in type ? type : { args: [booleanType, definite(type), definite(type)], result: definite(type) }
  },
  lazyKernel: (_call, args) => branching(1, (frame, _branch, rows, count) => evaluateFor(args[0]!, frame, rows, count), args.slice(1)),
}

const coalesce: LazyFunction = {
  kind: 'lazy',
  name: 'COALESCE',
  aliases: ['IFNULL'],
  category: 'conditional',
  signatures: ['COALESCE(value, ...)'],
  summary: 'The first argument that is not NULL.',
  examples: [
    { expression: 'COALESCE(CAST(NULL AS INT), 5)', result: '5' },
    { expression: 'COALESCE(1, 1 / 0)', result: '1' },
  ],
  nulls: 'own',
  resolve: (call) => {
    if (call.name === 'IFNULL' ? call.args.length !== 2 : call.args.length === 0) {
      return { problem: call.name === 'IFNULL' ? `IFNULL takes 2 arguments, found ${call.args.length}.` : 'COALESCE takes at least one argument.' }
    }
    const type = unified(call, call.args.map((_, i) => i))
    if ('problem' in type) return type
    return { args: call.args.map(() => definite(type)), result: definite(type), nullable: call.args.every((argument) => argument.type.nullable) }
  },
  lazyKernel: (_call, args) => (frame) => {
    const n = frame.rowCount
    const first = args[0]!.evaluate(frame)
    if (first.nulls === null || args.length === 1) return first
    const choice = new Int32Array(n)
    let open = new Int32Array(n)
    let openCount = 0
    for (let i = 0; i < n; i++) {
      if (first.nulls[i] === 1) open[openCount++] = i
    }
    if (openCount === 0) return { ...first, nulls: null }
    const sources: Source[] = [{ column: first, compact: false }]
    for (let k = 1; k < args.length && openCount > 0; k++) {
      const source = evaluateFor(args[k]!, frame, open, openCount)
      const rest = new Int32Array(openCount)
      let left = 0
      // A compact source has a row for each open one, also those that stay open: they are spread to their places.
      const { nulls } = source.column
      for (let j = 0; j < openCount; j++) {
        const row = open[j]!
        choice[row] = sources.length
        const at = source.compact ? j : row
        if (nulls !== null && nulls[at] === 1) rest[left++] = row
      }
      sources.push({ column: source.compact ? spread(source.column, open, openCount, n) : source.column, compact: false })
      open = rest
      openCount = left
    }
    return assembled(choice, sources, n)
  },
}

/** A compact column's values at their rows; the other rows are NULL. */
function spread(column: Column, rows: Int32Array, count: number, rowCount: number): Column {
  const choice = new Int32Array(rowCount).fill(1)
  for (let i = 0; i < count; i++) choice[rows[i]!] = 0
  return assembled(choice, [{ column, compact: true }], rowCount)
}

const nullIf: FunctionDefinition = {
  kind: 'scalar',
  name: 'NULLIF',
  category: 'conditional',
  signatures: ['NULLIF(value, other)'],
  summary: 'NULL when the two are equal, else the first.',
  examples: [
    { expression: 'NULLIF(5, 5)', result: 'NULL' },
    { expression: 'NULLIF(5, 0)', result: '5' },
  ],
  nulls: 'own',
  resolve: (call) => {
    if (call.args.length !== 2) return { problem: `NULLIF takes 2 arguments, found ${call.args.length}. Write NULLIF(value, other).` }
    const [a, b] = call.args as [ArgumentType, ArgumentType]
    const type = commonType([a.type, b.type])
    if (type === null) {
      return { problem: `NULLIF compares ${printType(withNullable(a.type, true))} with ${printType(withNullable(b.type, true))}. Cast one to the type of the other.`, argument: 1, code: expressionCode.mismatch }
    }
    // The result is the first argument as it is; what the two are compared in is the kernel's affair.
    const result = definite(a.type.kind === 'NULL' ? type : a.type)
    return { args: [result, definite(b.type.kind === 'NULL' ? type : b.type)], result, nullable: true }
  },
  kernel: (call) => {
    const [from, other] = [call.args[0]!.type, call.args[1]!.type]
    const type = commonType([from, other])!
    const compared = comparedTypes(type, type)
    const left = castKernel(from, type, 'cast', call.buffers)
    const right = castKernel(other, type, 'cast', ownBuffers)
    return (columns, rowCount, context) => {
      const a = columns[0]!
      const equal = new Uint8Array(rowCount)
      const b = right === null ? columns[1]! : right(columns[1]!, rowCount, context)
      compareColumns('=', left === null ? a : left(a, rowCount, context), b, compared, equal, rowCount)
      for (let i = 0; i < rowCount; i++) if ((b.nulls !== null && b.nulls[i] === 1) || (a.nulls !== null && a.nulls[i] === 1)) equal[i] = 0
      return { ...a, nulls: unionMasks(a.nulls, equal, rowCount) }
    }
  },
}

/** For a second cast of one call, whose arrays do not leave it. */
const ownBuffers: Buffers = {
  uint8: (n) => new Uint8Array(n),
  int32: (n) => new Int32Array(n),
  float64: (n) => new Float64Array(n),
  bigint64: (n) => new BigInt64Array(n),
}

export const conditionalFunctions: readonly FunctionDefinition[] = [caseForm, ifFunction, coalesce, nullIf]
