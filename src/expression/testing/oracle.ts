import type { Value } from '../../columnar/column.ts'
import { isInteger, type DataType } from '../../columnar/dataType.ts'
import { CastFailure, castValue } from '../castValue.ts'
import type { TypedExpression } from '../expression.ts'

/**
 * The meaning of a checked expression for one row, written as plainly as can be: BigInt throughout, no columns, no doubles for integers.
 * Tests compare the compiled closures with it.
 */
export class Failure extends Error {}

export function valueOf(typed: TypedExpression, row: readonly Value[]): Value {
  switch (typed.kind) {
    case 'literal':
      return typed.value
    case 'column':
      return row[typed.column]!
    case 'cast': {
      const value = valueOf(typed.operand, row)
      if (value === null) return null
      const cast = castValue(value, typed.operand.type, typed.type, 'UTC')
      if (!(cast instanceof CastFailure)) return cast
      if (typed.mode === 'try') return null
      throw new Failure(cast.message)
    }
    case 'field':
      throw new Error('not in the oracle')
    case 'call':
      return callOf(typed, row)
  }
}

function callOf(call: TypedExpression & { kind: 'call' }, row: readonly Value[]): Value {
  const at = (i: number): Value => valueOf(call.args[i]!, row)
  switch (call.name) {
    case 'AND':
    case 'OR': {
      const decisive = call.name === 'OR'
      let unknown = false
      for (let i = 0; i < call.args.length; i++) {
        const value = at(i)
        if (value === decisive) return decisive
        if (value === null) unknown = true
      }
      return unknown ? null : !decisive
    }
    case 'CASE': {
      const simple = call.symbols[0] === 'SIMPLE'
      const operand = simple ? at(0) : null
      let i = simple ? 1 : 0
      for (; i + 1 < call.args.length; i += 2) {
        const condition = at(i)
        if (simple ? operand !== null && condition !== null && compare(operand, condition) === 0 : condition === true) return at(i + 1)
      }
      return i < call.args.length ? at(i) : null
    }
    case 'IF':
      return at(0) === true ? at(1) : at(2)
    case 'COALESCE': {
      for (let i = 0; i < call.args.length; i++) {
        const value = at(i)
        if (value !== null) return value
      }
      return null
    }
  }
  const values = comparable(call, call.args.map((_, i) => at(i)))
  switch (call.name) {
    case 'NOT':
      return values[0] === null ? null : values[0] !== true
    case 'IS NULL':
      return values[0] === null
    case 'IS NOT NULL':
      return values[0] !== null
    case 'IS TRUE':
      return values[0] === true
    case 'IS NOT FALSE':
      return values[0] !== false
    case 'IS DISTINCT FROM':
      return values[0] === null || values[1] === null ? values[0] !== values[1] : !(compare(values[0]!, values[1]!) === 0)
    case 'BETWEEN': {
      const low = threeValued(values[0]!, values[1]!, (sign) => sign >= 0)
      const high = threeValued(values[0]!, values[2]!, (sign) => sign <= 0)
      return low === false || high === false ? false : low === null || high === null ? null : true
    }
    case 'IN': {
      const hits = values.slice(1).map((value) => threeValued(values[0]!, value, (sign) => sign === 0))
      return hits.includes(true) ? true : hits.includes(null) ? null : false
    }
    case 'NULLIF': {
      // Exact numbers of any two types: as integers of one scale.
      const [a, b] = values.map((value, i) => {
        const { type } = call.args[i]!
        return value === null || typeof value === 'string' ? value : BigInt(value as number | bigint) * 10n ** BigInt(38 - (type.kind === 'DECIMAL' ? type.scale : 0))
      })
      return a !== null && a === b ? null : values[0]!
    }
  }
  if (values.includes(null)) return null
  switch (call.name) {
    case '=':
      return compare(values[0]!, values[1]!) === 0
    case '<>':
      return compare(values[0]!, values[1]!) !== 0
    case '<':
      return compare(values[0]!, values[1]!) < 0
    case '<=':
      return compare(values[0]!, values[1]!) <= 0
    case '>':
      return compare(values[0]!, values[1]!) > 0
    case '>=':
      return compare(values[0]!, values[1]!) >= 0
    case 'GREATEST':
      return values.reduce((best, value) => (totalOrder(value!, best!) > 0 ? value! : best!))!
    case 'LEAST':
      return values.reduce((best, value) => (totalOrder(value!, best!) < 0 ? value! : best!))!
    case 'ABS': {
      const value = values[0] as number | bigint
      return wrapped(typeof value === 'bigint' ? (value < 0n ? -value : value) : Math.abs(value), call.type)
    }
    case '-':
      if (values.length === 1) return typeof values[0] === 'bigint' ? wrapped(-values[0], call.type) : wrapped(isInteger(call.type) ? 0 - (values[0] as number) : -(values[0] as number), call.type)
      break
    case '+':
      if (values.length === 1) return values[0]!
      break
  }
  return arithmetic(call, values)
}

/** Decimals of different scales, where the checker left them, brought to one for comparing. */
function comparable(call: TypedExpression & { kind: 'call' }, values: Value[]): Value[] {
  if (call.type.kind !== 'BOOLEAN') return values
  return values.map((value, i) => {
    const { type } = call.args[i]!
    return type.kind === 'DECIMAL' && value !== null ? (value as bigint) * 10n ** BigInt(38 - type.scale) : value
  })
}

/** Java's Double.compare: NaN is greatest, -0 is less than 0. */
function totalOrder(a: Value, b: Value): number {
  if (typeof a !== 'number' || typeof b !== 'number') return compare(a, b)
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -1 : a > b ? 1 : Number(Object.is(b, -0)) - Number(Object.is(a, -0))
}

function threeValued(a: Value, b: Value, test: (sign: number) => boolean): boolean | null {
  return a === null || b === null ? null : test(compare(a, b))
}

/** NaN when not ordered. */
function compare(a: Value, b: Value): number {
  if (typeof a === 'string') {
    const x = Array.from(a, (char) => char.codePointAt(0)!)
    const y = Array.from(b as string, (char) => char.codePointAt(0)!)
    for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!
    return x.length - y.length
  }
  const [x, y] = [a as number | bigint | boolean, b as number | bigint | boolean]
  return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN
}

function wrapped(value: number | bigint, type: DataType): Value {
  switch (type.kind) {
    case 'TINYINT':
      return Number(BigInt.asIntN(8, BigInt(value)))
    case 'SMALLINT':
      return Number(BigInt.asIntN(16, BigInt(value)))
    case 'INT':
      return Number(BigInt.asIntN(32, BigInt(value)))
    case 'BIGINT':
      return BigInt.asIntN(64, BigInt(value))
    case 'FLOAT':
      return Math.fround(value as number)
    default:
      return value
  }
}

function arithmetic(call: TypedExpression & { kind: 'call' }, values: readonly Value[]): Value {
  const operator = call.name === 'MOD' ? '%' : call.name
  const [left, right] = [call.args[0]!.type, call.args[1]!.type]
  if (left.kind === 'DOUBLE' || left.kind === 'FLOAT') {
    const [a, b] = values as [number, number]
    return wrapped(operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b, call.type)
  }
  const a = BigInt(values[0] as number | bigint)
  const b = BigInt(values[1] as number | bigint)
  if ((operator === '/' || operator === '%') && b === 0n) throw new Failure('division by zero')
  if (left.kind !== 'DECIMAL' || right.kind !== 'DECIMAL' || call.type.kind !== 'DECIMAL') {
    return wrapped(operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b, call.type)
  }
  // A fraction: numerator over denominator, then rounded once.
  const scale = Math.max(left.scale, right.scale)
  const x = a * 10n ** BigInt(scale - left.scale)
  const y = b * 10n ** BigInt(scale - right.scale)
  const unit = 10n ** BigInt(scale)
  const [numerator, denominator] =
    operator === '+' ? [x + y, unit] : operator === '-' ? [x - y, unit] : operator === '*' ? [x * y, unit * unit] : operator === '/' ? [x, y] : [x % y, unit]
  const rounded = roundHalfUp(numerator * 10n ** BigInt(call.type.scale), denominator)
  const magnitude = rounded < 0n ? -rounded : rounded
  return magnitude >= 10n ** BigInt(call.type.precision) ? null : rounded
}

function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const n = numerator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const magnitude = (2n * n + d) / (2n * d)
  return negative ? -magnitude : magnitude
}
