import { storageOf, type BoolColumn, type Column, type Float64Column, type Nulls, type Value } from '../../columnar/column.ts'
import { booleanType, isCharacter, isNumeric, isTimestamp, printType, sameType, withNullable, type DataType } from '../../columnar/dataType.ts'
import { commonNumeric, commonType, decimalOf } from '../commonType.ts'
import { comparedTypes, compareColumns, compareWithConstant, mirrored, safeNumber, textHolds, type Comparison } from '../compareKernels.ts'
import { expressionCode } from '../codes.ts'
import { constantArgument, stringToBool, unionMasks, unionNulls } from '../kernels.ts'
import type { ArgumentType, CallSite, CallTypes, FunctionDefinition, Kernel, Resolution, ScalarFunction } from '../functionDefinition.ts'
import { chosen } from '../selectKernels.ts'
import { andInto } from './logic.ts'

/**
 * Comparisons, BETWEEN, IN, IS [NOT] DISTINCT FROM.
 *
 * What may be compared follows Flink's code generator (ScalarOperatorGens): numbers with numbers, texts with texts, points in time with their own kind, and
 * `=` between a point in time and a text, which is read as such. Numbers against texts are refused there, and so here, with the cast to write.
 */
type Pair = { readonly args: readonly [DataType, DataType] } | { readonly problem: string; readonly argument?: number }

function isTemporal(type: DataType): boolean {
  return type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type)
}

function comparable(operator: string, first: ArgumentType, second: ArgumentType): Pair {
  const a = first.type.kind === 'NULL' ? second.type : first.type
  const b = second.type.kind === 'NULL' ? first.type : second.type
  if (a.kind === 'NULL') return { args: [booleanType, booleanType] }
  const ordered = operator !== '=' && operator !== '<>' && !operator.includes('DISTINCT')
  if (isNumeric(a) && isNumeric(b)) return { args: numericPair(a, b) }
  if (isCharacter(a) && isCharacter(b)) return { args: [a, b] }
  if (a.kind === b.kind && (isTemporal(a) || a.kind === 'BOOLEAN' || a.kind === 'BYTES' || a.kind.startsWith('INTERVAL'))) return { args: [a, b] }
  const types = `${printType(withNullable(a, true))} and ${printType(withNullable(b, true))}`
  if (isTemporal(a) && isCharacter(b)) return withText(operator, a, second, 1)
  if (isTemporal(b) && isCharacter(a)) {
    const swapped = withText(operator, b, first, 0)
    return 'args' in swapped ? { args: [swapped.args[1], swapped.args[0]] } : swapped
  }
  const common = commonType([a, b])
  if (common !== null) {
    if (ordered) return { problem: `${types} have no order. They can be compared with = and <> only.` }
    return { args: [common, common] }
  }
  const text = isCharacter(a) ? 0 : isCharacter(b) ? 1 : null
  const number = text === 0 ? b : a
  if (text !== null && isNumeric(number)) {
    return { problem: `Flink SQL does not compare ${types}. Cast the text: CAST(... AS ${printType(withNullable(number, true))}), or the number: CAST(... AS STRING).`, argument: text }
  }
  if (isTemporal(a) && isTemporal(b)) return { problem: `Flink SQL does not compare ${types}. Cast one to the type of the other, for example CAST(... AS ${printType(withNullable(b, true))}).` }
  return { problem: `${types} cannot be compared. Cast one to the type of the other.` }
}

/** Flink reads the text as the point in time, NULL when it is none, and only for `=`. */
function withText(operator: string, point: DataType, text: ArgumentType, index: number): Pair {
  if (operator === '=') return { args: [point, point] }
  const name = point.kind === 'TIMESTAMP_LTZ' ? 'CAST(... AS TIMESTAMP_LTZ(3))' : typeof text.constant === 'string' ? `${point.kind} '${text.constant}'` : `CAST(... AS ${printType(withNullable(point, true))})`
  return { problem: `Flink SQL compares ${printType(withNullable(point, true))} with a text only by "=". Write ${name}.`, argument: index }
}

function numericPair(a: DataType, b: DataType): readonly [DataType, DataType] {
  if (a.kind === 'DECIMAL' || b.kind === 'DECIMAL') {
    if (a.kind === 'DOUBLE' || a.kind === 'FLOAT' || b.kind === 'DOUBLE' || b.kind === 'FLOAT') return [double, double]
    const x = decimalOf(a)
    const y = decimalOf(b)
    const whole = Math.max(x.precision - x.scale, y.precision - y.scale)
    // Where no decimal holds both, they keep their scales and are compared as BigInts.
    if (whole + Math.max(x.scale, y.scale) > 38) return [x, y]
  }
  const common = commonNumeric(a, b)
  return [common, common]
}
const double: DataType = { kind: 'DOUBLE', nullable: true }

function resolveComparison(call: CallTypes): Resolution {
  const pair = comparable(call.name, call.args[0]!, call.args[1]!)
  if ('problem' in pair) return { ...pair, code: expressionCode.mismatch }
  // A text that is no point in time compares as NULL.
  const reading = call.args.some((argument, i) => isCharacter(argument.type) && !isCharacter(pair.args[i]!))
  return reading ? { args: pair.args, result: booleanType, nullable: true, lenient: true } : { args: pair.args, result: booleanType }
}

function comparisonKernel(comparison: Comparison): (call: CallSite) => Kernel {
  return (call) => {
    const first = constantArgument(call, 0)
    const second = constantArgument(call, 1)
    if (typeof second === 'string') return stringToBool(call, (text) => textHolds(comparison, text, second))
    if (typeof first === 'string') {
      const kernel = stringToBool(call, (text) => textHolds(mirrored[comparison], text, first))
      return (columns, rowCount, context) => kernel([columns[1]!], rowCount, context)
    }
    const compared = comparedTypes(call.args[0]!.type, call.args[1]!.type)
    const number = compared.aScale === compared.bScale ? safeNumber(second) : null
    return (columns, rowCount) => {
      const values = call.buffers.uint8(rowCount)
      if (number === null || !compareWithConstant(comparison, columns[0]!, number, values, rowCount)) {
        compareColumns(comparison, columns[0]!, columns[1]!, compared, values, rowCount)
      }
      return { storage: 'bool', values, nulls: unionNulls(columns, rowCount) }
    }
  }
}

function comparison(name: Comparison, summary: string, examples: ScalarFunction['examples']): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    category: 'comparison',
    signatures: [`a ${name} b`],
    summary,
    examples,
    callable: false,
    nulls: 'propagate',
    resolve: resolveComparison,
    kernel: comparisonKernel(name),
  }
}

function distinctFrom(negative: boolean): ScalarFunction {
  const name = negative ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
  return {
    kind: 'scalar',
    name,
    category: 'comparison',
    signatures: [`a ${name} b`],
    summary: negative ? 'Whether two values are equal, where NULL equals NULL.' : 'Whether two values differ, where NULL equals NULL.',
    examples: negative
      ? [{ expression: 'CAST(NULL AS INT) IS NOT DISTINCT FROM CAST(NULL AS INT)', result: 'TRUE' }]
      : [{ expression: '1 IS DISTINCT FROM CAST(NULL AS INT)', result: 'TRUE' }],
    callable: false,
    nulls: 'own',
    resolve: (call) => {
      const resolved = resolveComparison(call)
      return 'problem' in resolved ? resolved : { ...resolved, nullable: false }
    },
    kernel: (call) => {
      const compared = comparedTypes(call.args[0]!.type, call.args[1]!.type)
      const equal = negative ? 1 : 0
      return (columns, rowCount) => {
        const values = call.buffers.uint8(rowCount)
        compareColumns(negative ? '=' : '<>', columns[0]!, columns[1]!, compared, values, rowCount)
        const a = columns[0]!.nulls
        const b = columns[1]!.nulls
        if (a !== null || b !== null) {
          for (let i = 0; i < rowCount; i++) {
            const left = a === null ? 0 : a[i]!
            const right = b === null ? 0 : b[i]!
            if (left === 1 || right === 1) values[i] = left === right ? equal : 1 - equal
          }
        }
        return { storage: 'bool', values, nulls: null }
      }
    },
  }
}

/** The type all arguments are compared in, or the problem of the first that does not fit. */
function resolveAlike(call: CallTypes, result: (common: DataType) => DataType, nullable?: boolean): Resolution {
  const numeric = call.args.every((argument) => isNumeric(argument.type) || argument.type.kind === 'NULL')
  const types = call.args.map((argument) => argument.type)
  // An exact and an approximate number meet as DOUBLE.
  const common = numeric && types.some((type) => type.kind === 'DECIMAL') && types.some((type) => type.kind === 'FLOAT') ? double : commonType(types)
  if (common === null) {
    for (let i = 1; i < call.args.length; i++) {
      const pair = comparable('<', call.args[0]!, call.args[i]!)
      if ('problem' in pair) return { problem: pair.problem, argument: i, code: expressionCode.mismatch }
    }
    const found = types.map((type) => printType(withNullable(type, true))).join(', ')
    return { problem: `The arguments of ${call.name} have no common type: ${found}. Cast them to one.`, code: expressionCode.mismatch }
  }
  const type = common.kind === 'NULL' ? booleanType : common
  const resolved = { args: call.args.map(() => type), result: result(type) }
  return nullable === undefined ? resolved : { ...resolved, nullable }
}

const between: ScalarFunction = {
  kind: 'scalar',
  name: 'BETWEEN',
  category: 'comparison',
  signatures: ['a BETWEEN low AND high', 'a NOT BETWEEN low AND high'],
  summary: 'Whether a value lies between two others, both included.',
  examples: [
    { expression: '3 BETWEEN 1 AND 3', result: 'TRUE' },
    { expression: '5 BETWEEN CAST(NULL AS INT) AND 3', result: 'FALSE' },
  ],
  callable: false,
  nulls: 'own',
  resolve: (call) => resolveAlike(call, () => booleanType),
  kernel: (call) => {
    const compared = comparedTypes(call.args[0]!.type, call.args[1]!.type)
    let upper = new Uint8Array(0)
    return (columns, rowCount) => {
      const values = call.buffers.uint8(rowCount)
      if (upper.length < rowCount) upper = new Uint8Array(rowCount)
      compareColumns('>=', columns[0]!, columns[1]!, compared, values, rowCount)
      compareColumns('<=', columns[0]!, columns[2]!, compared, upper, rowCount)
      const lowNulls = unionMasks(columns[0]!.nulls, columns[1]!.nulls, rowCount)
      const highNulls = unionMasks(columns[0]!.nulls, columns[2]!.nulls, rowCount)
      const nulls = andInto({ storage: 'bool', values: upper, nulls: highNulls }, values, lowNulls, rowCount)
      return { storage: 'bool', values, nulls }
    }
  },
}

const inList: ScalarFunction = {
  kind: 'scalar',
  name: 'IN',
  category: 'comparison',
  signatures: ['a IN (value, ...)', 'a NOT IN (value, ...)'],
  summary: "Whether a value equals one of a list, which is read in the value's type; NULL when it equals none and the list has a NULL.",
  examples: [
    { expression: "'b' IN ('a', 'b')", result: 'TRUE' },
    { expression: '1 IN (2, CAST(NULL AS INT))', result: 'NULL' },
    { expression: '1 NOT IN (2, 3)', result: 'TRUE' },
    { expression: '1 IN (1.5)', result: 'TRUE' },
  ],
  callable: false,
  nulls: 'own',
  resolve: resolveIn,
  kernel: (call) => {
    const constants = call.args.slice(1).map((_, i) => constantArgument(call, i + 1))
    // Texts of any length are one storage.
    const alike = call.args.every(({ type }) => sameType(type, call.args[0]!.type) || (isCharacter(type) && isCharacter(call.args[0]!.type)))
    return !alike || constants.includes(undefined) ? inExpressions(call) : inConstants(call, constants as Value[])
  },
}

/**
 * The values of the list are cast to the type of what is looked for, unless they are of its kind (Calcite's SqlToRelConverter, without the coercions that Flink turns off): `1 IN (1.5)` is TRUE, and
 * `CAST(v AS BIGINT) IN (v)` holds for every v that is not NULL. The list must have a common type. Texts and anything else go together, so that a text that cannot be read fails.
 */
function resolveIn(call: CallTypes): Resolution {
  const [value, ...list] = call.args
  const looked = value!.type
  const other = list.findIndex(({ type }) => !ofOneKind(looked, type))
  if (looked.kind === 'NULL' || other < 0 || commonType(list.map(({ type }) => type)) === null) return resolveAlike(call, () => booleanType)
  const incomparable = list.findIndex(({ type }) => !ofOneKind(looked, type) && !(isNumeric(looked) && isNumeric(type)) && !isCharacter(looked) && !isCharacter(type))
  if (incomparable >= 0) return resolveAlike(call, () => booleanType)
  return { args: [looked, ...list.map(({ type }) => (ofOneKind(looked, type) && type.kind !== 'NULL' ? type : looked))], result: booleanType }
}

function ofOneKind(a: DataType, b: DataType): boolean {
  return a.kind === b.kind || b.kind === 'NULL' || (isCharacter(a) && isCharacter(b))
}

/** A list of literals is a set. */
function inConstants(call: CallSite, constants: readonly Value[]): Kernel {
  const hasNull = constants.includes(null)
  const present = constants.filter((constant) => constant !== null)
  const storage = storageOf(call.args[0]!.type)
  if (storage === 'object' || storage === 'bool') return inExpressions(call)
  if (storage === 'string') {
    const texts = new Set(present as string[])
    return stringToBool(call, (text) => texts.has(text) || (hasNull ? null : false))
  }
  const numbers = new Set(present.map(Number).filter((number) => !Number.isNaN(number)))
  const wide = new Set(present.filter((constant) => typeof constant === 'bigint'))
  // A double equals a BigInt that it does not hold: such constants are looked for in BigInt only.
  for (const constant of wide) if (BigInt(Number(constant)) !== constant) numbers.delete(Number(constant))
  return (columns, rowCount) => {
    const column = columns[0]!
    const values = call.buffers.uint8(rowCount)
    if (column.storage === 'int32') memberInt32(column.values, numbers, values, rowCount)
    else if (column.storage === 'float64') memberFloat64(column.values, numbers, values, rowCount)
    else if (column.storage === 'int64' || column.storage === 'decimal') {
      if (column.values !== null) memberFloat64(column.values, numbers, values, rowCount)
      else for (let i = 0; i < rowCount; i++) values[i] = wide.has(column.wide![i]!) ? 1 : 0
    }
    let nulls: Nulls = column.nulls
    if (hasNull) {
      nulls = nulls === null ? new Uint8Array(rowCount) : nulls.slice(0, rowCount)
      for (let i = 0; i < rowCount; i++) if (values[i] === 0) nulls[i] = 1
    }
    return { storage: 'bool', values, nulls }
  }
}

function memberInt32(source: Int32Array, set: ReadonlySet<number>, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = set.has(source[i]!) ? 1 : 0
}
function memberFloat64(source: Float64Array, set: ReadonlySet<number>, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = set.has(source[i]!) ? 1 : 0
}

function inExpressions(call: CallSite): Kernel {
  const compared = call.args.map(({ type }) => comparedTypes(call.args[0]!.type, type))
  let equal = new Uint8Array(0)
  return (columns, rowCount) => {
    const values = call.buffers.uint8(rowCount)
    values.fill(0, 0, rowCount)
    if (equal.length < rowCount) equal = new Uint8Array(rowCount)
    const x = columns[0]!
    let unknown: Uint8Array | null = null
    for (let k = 1; k < columns.length; k++) {
      const item = columns[k]!
      compareColumns('=', x, item, compared[k]!, equal, rowCount)
      const nulls = unionMasks(x.nulls, item.nulls, rowCount)
      if (nulls === null) {
        for (let i = 0; i < rowCount; i++) values[i] = values[i]! | equal[i]!
        continue
      }
      unknown ??= new Uint8Array(rowCount)
      for (let i = 0; i < rowCount; i++) {
        if (nulls[i] === 1) unknown[i] = 1
        else if (equal[i] === 1) values[i] = 1
      }
    }
    if (unknown !== null) for (let i = 0; i < rowCount; i++) if (values[i] === 1) unknown[i] = 0
    return { storage: 'bool', values, nulls: unknown } satisfies BoolColumn
  }
}

/** GREATEST and LEAST order doubles as Java's Double.compare does: NaN is greatest, and -0 is less than 0. */
function keepInTotalOrder(name: 'GREATEST' | 'LEAST', a: Float64Array, b: Float64Array, out: Uint8Array, n: number): void {
  const sign = name === 'GREATEST' ? 1 : -1
  for (let i = 0; i < n; i++) out[i] = sign * totalOrder(a[i]!, b[i]!) >= 0 ? 1 : 0
}

function totalOrder(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return Number(Object.is(b, -0)) - Number(Object.is(a, -0))
}

function extreme(name: 'GREATEST' | 'LEAST', keepsFirst: Comparison, summary: string, examples: ScalarFunction['examples']): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    category: 'comparison',
    signatures: [`${name}(value, ...)`],
    summary,
    examples,
    nulls: 'propagate',
    resolve: (call) => {
      if (call.args.length === 0) return { problem: `${name} takes at least one argument.` }
      const unordered = call.args.findIndex((argument) => ['ARRAY', 'MAP', 'MULTISET', 'ROW'].includes(argument.type.kind))
      if (unordered >= 0) return { problem: `${name} takes values that have an order, found ${printType(call.args[unordered]!.type)}.`, argument: unordered }
      return resolveAlike(call, (common) => common)
    },
    kernel: (call) => {
      const type = call.type
      const compared = comparedTypes(type, type)
      let better = new Uint8Array(0)
      return (columns, rowCount) => {
        if (better.length < rowCount) better = new Uint8Array(rowCount)
        const nulls = unionNulls(columns, rowCount)
        let best: Column = columns[0]!
        for (let k = 1; k < columns.length; k++) {
          if (best.storage === 'float64') keepInTotalOrder(name, best.values, (columns[k] as Float64Column).values, better, rowCount)
          else compareColumns(keepsFirst, best, columns[k]!, compared, better, rowCount)
          best = chosen(better, best, columns[k]!, rowCount)
        }
        return { ...best, nulls }
      }
    },
  }
}

export const comparisonFunctions: readonly FunctionDefinition[] = [
  comparison('=', 'Whether two values are equal.', [{ expression: "'a' = 'a'", result: 'TRUE' }]),
  comparison('<>', 'Whether two values differ.', [{ expression: '1 <> 1', result: 'FALSE' }]),
  comparison('<', 'Whether the first value is less; texts are ordered by code point.', [{ expression: "'Z' < 'a'", result: 'TRUE' }]),
  comparison('<=', 'Whether the first value is at most the second.', [{ expression: '1.50 <= 1.5', result: 'TRUE' }]),
  comparison('>', 'Whether the first value is greater.', [{ expression: '2 > 1.999', result: 'TRUE' }]),
  comparison('>=', 'Whether the first value is at least the second.', [{ expression: "DATE '2026-01-02' >= DATE '2026-01-01'", result: 'TRUE' }]),
  between,
  inList,
  distinctFrom(false),
  distinctFrom(true),
  extreme('GREATEST', '>=', 'The greatest of its arguments, NULL when any is NULL.', [
    { expression: 'GREATEST(1, 3, 2)', result: '3' },
    { expression: 'GREATEST(1, CAST(NULL AS INT))', result: 'NULL' },
  ]),
  extreme('LEAST', '<=', 'The least of its arguments, NULL when any is NULL.', [{ expression: "LEAST('b', 'a')", result: 'a' }]),
]
