import { decimalPrecisionMax, isCharacter, isInteger, isNumeric, sameType, withNullable, type DataType } from '../columnar/dataType.ts'

/**
 * Which type several values share, and what type arithmetic has: Flink's rules for CASE, COALESCE, IN, comparisons and operators.
 *
 * Sources: Calcite's `leastRestrictive` as Flink configures it (ragged CHARs become VARCHAR; DECIMAL at most 38 digits), and Flink's
 * `LogicalTypeMerging` for the precision of decimals.
 */
export type DecimalType = DataType & { kind: 'DECIMAL' }

const integerRank: Readonly<Record<string, number>> = { TINYINT: 0, SMALLINT: 1, INT: 2, BIGINT: 3 }
const integerDigits: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, INT: 10, BIGINT: 19 }

/** The least restrictive type, or null when there is none. NULL literals take the others' type; all NULL gives NULL. */
export function commonType(types: readonly DataType[]): DataType | null {
  let common: DataType | null = null
  let nullable = false
  for (const type of types) {
    nullable ||= type.nullable
    if (type.kind === 'NULL') continue
    if (common === null) {
      common = type
      continue
    }
    common = commonOfTwo(common, type)
    if (common === null) return null
  }
  return common === null ? { kind: 'NULL', nullable: true } : withNullable(common, nullable)
}

function commonOfTwo(a: DataType, b: DataType): DataType | null {
  if (sameType(a, b)) return mergeNested(a, b)
  if (isNumeric(a) && isNumeric(b)) return commonNumeric(a, b)
  if (isCharacter(a) && isCharacter(b)) {
    return { kind: 'VARCHAR', length: Math.max((a as { length: number }).length, (b as { length: number }).length), nullable: true }
  }
  if ((a.kind === 'TIMESTAMP' && b.kind === 'TIMESTAMP') || (a.kind === 'TIMESTAMP_LTZ' && b.kind === 'TIMESTAMP_LTZ')) {
    return a.precision >= b.precision ? a : b
  }
  if ((a.kind === 'ARRAY' && b.kind === 'ARRAY') || (a.kind === 'MULTISET' && b.kind === 'MULTISET')) {
    const element = commonType([a.element, b.element])
    return element === null ? null : { kind: a.kind, element, nullable: true }
  }
  if (a.kind === 'MAP' && b.kind === 'MAP') {
    const key = commonType([a.key, b.key])
    const value = commonType([a.value, b.value])
    return key === null || value === null ? null : { kind: 'MAP', key, value, nullable: true }
  }
  if (a.kind === 'ROW' && b.kind === 'ROW' && a.fields.length === b.fields.length) {
    const types = a.fields.map((field, i) => commonType([field.type, b.fields[i]!.type]))
    return types.includes(null) ? null : { kind: 'ROW', fields: a.fields.map((field, i) => ({ name: field.name, type: types[i]! })), nullable: true }
  }
  return null
}

/** Types equal but for nullability somewhere inside: the inner ones are merged as well. */
function mergeNested(a: DataType, b: DataType): DataType {
  if (sameType(a, b, true)) return a
  switch (a.kind) {
    case 'ARRAY':
    case 'MULTISET':
      return { ...a, element: commonType([a.element, (b as typeof a).element])! }
    case 'MAP':
      return { ...a, key: commonType([a.key, (b as typeof a).key])!, value: commonType([a.value, (b as typeof a).value])! }
    case 'ROW':
      return { ...a, fields: a.fields.map((field, i) => ({ name: field.name, type: commonType([field.type, (b as typeof a).fields[i]!.type])! })) }
    default:
      return a
  }
}

export function commonNumeric(a: DataType, b: DataType): DataType {
  if (isInteger(a) && isInteger(b)) return integerRank[a.kind]! >= integerRank[b.kind]! ? a : b
  if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return { kind: 'DOUBLE', nullable: true }
  if (a.kind === 'FLOAT' || b.kind === 'FLOAT') {
    return a.kind === 'DECIMAL' || b.kind === 'DECIMAL' ? { kind: 'DOUBLE', nullable: true } : { kind: 'FLOAT', nullable: true }
  }
  const x = decimalOf(a)
  const y = decimalOf(b)
  const whole = Math.min(decimalPrecisionMax, Math.max(x.precision - x.scale, y.precision - y.scale))
  const scale = Math.min(Math.max(x.scale, y.scale), decimalPrecisionMax - whole)
  return { kind: 'DECIMAL', precision: whole + scale, scale, nullable: true }
}

/** The decimal type that holds every value of an exact numeric type. */
export function decimalOf(type: DataType): DecimalType {
  if (type.kind === 'DECIMAL') return type
  const digits = integerDigits[type.kind]
  if (digits === undefined) throw new Error(`no decimal holds every ${type.kind}`)
  return { kind: 'DECIMAL', precision: digits, scale: 0, nullable: type.nullable }
}

/** Type of `a op b` for decimals. */
export function decimalArithmetic(operator: '+' | '-' | '*' | '/' | '%', a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  switch (operator) {
    case '+':
    case '-':
      return adjusted(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale)
    case '*':
      return adjusted(a.precision + b.precision + 1, a.scale + b.scale)
    case '/': {
      const quotientScale = Math.max(6, a.scale + b.precision + 1)
      return adjusted(a.precision - a.scale + b.scale + quotientScale, quotientScale)
    }
    case '%':
      return adjusted(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale)
  }
}

/** More than 38 digits: the fraction gives way first, but keeps six digits. */
function adjusted(precision: number, scale: number): DecimalType {
  if (precision <= decimalPrecisionMax) return { kind: 'DECIMAL', precision, scale, nullable: true }
  const whole = precision - scale
  return { kind: 'DECIMAL', precision: decimalPrecisionMax, scale: Math.max(decimalPrecisionMax - whole, Math.min(scale, 6)), nullable: true }
}
