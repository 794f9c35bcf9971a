/**
 * The types a column can have: Flink SQL's names and meaning, limited to millisecond precision (job format, section 2).
 *
 * A type says what values mean; how a column stores them is `column.ts`. Every type carries its nullability, because
 * Flink derives it through expressions and prints it in DDL. INTERVAL exists only inside expressions; NULL is the type of
 * a bare NULL literal before it meets another operand.
 */
export type DataType =
  | { readonly kind: 'BOOLEAN'; readonly nullable: boolean }
  | { readonly kind: 'TINYINT'; readonly nullable: boolean }
  | { readonly kind: 'SMALLINT'; readonly nullable: boolean }
  | { readonly kind: 'INT'; readonly nullable: boolean }
  | { readonly kind: 'BIGINT'; readonly nullable: boolean }
  | { readonly kind: 'FLOAT'; readonly nullable: boolean }
  | { readonly kind: 'DOUBLE'; readonly nullable: boolean }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number; readonly nullable: boolean }
  | { readonly kind: 'CHAR'; readonly length: number; readonly nullable: boolean }
  /** STRING is VARCHAR of the greatest length, as in Flink. */
  | { readonly kind: 'VARCHAR'; readonly length: number; readonly nullable: boolean }
  | { readonly kind: 'BYTES'; readonly nullable: boolean }
  | { readonly kind: 'DATE'; readonly nullable: boolean }
  | { readonly kind: 'TIME'; readonly nullable: boolean }
  | { readonly kind: 'TIMESTAMP'; readonly precision: number; readonly nullable: boolean }
  | { readonly kind: 'TIMESTAMP_LTZ'; readonly precision: number; readonly nullable: boolean }
  | { readonly kind: 'INTERVAL_DAY_TIME'; readonly nullable: boolean }
  | { readonly kind: 'INTERVAL_YEAR_MONTH'; readonly nullable: boolean }
  | { readonly kind: 'ARRAY'; readonly element: DataType; readonly nullable: boolean }
  | { readonly kind: 'MAP'; readonly key: DataType; readonly value: DataType; readonly nullable: boolean }
  | { readonly kind: 'MULTISET'; readonly element: DataType; readonly nullable: boolean }
  | { readonly kind: 'ROW'; readonly fields: readonly RowField[]; readonly nullable: boolean }
  | { readonly kind: 'NULL'; readonly nullable: true }

export interface RowField {
  readonly name: string
  readonly type: DataType
}

export type TypeKind = DataType['kind']

/** Flink's `VarCharType.MAX_LENGTH`; `STRING` is a synonym for `VARCHAR(2147483647)`. */
export const stringLengthMax = 2_147_483_647

/** Flink's greatest DECIMAL precision, in digits. */
export const decimalPrecisionMax = 38

export const booleanType: DataType = { kind: 'BOOLEAN', nullable: true }
export const intType: DataType = { kind: 'INT', nullable: true }
export const bigintType: DataType = { kind: 'BIGINT', nullable: true }
export const doubleType: DataType = { kind: 'DOUBLE', nullable: true }
export const stringType: DataType = { kind: 'VARCHAR', length: stringLengthMax, nullable: true }
export const timestampType: DataType = { kind: 'TIMESTAMP', precision: 3, nullable: true }
export const timestampLtzType: DataType = { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true }

export function decimalType(precision: number, scale: number): DataType {
  return { kind: 'DECIMAL', precision, scale, nullable: true }
}

/** The same type with another nullability. */
export function withNullable<T extends DataType>(type: T, nullable: boolean): DataType {
  if (type.nullable === nullable || type.kind === 'NULL') return type
  return { ...type, nullable } as DataType
}

/** Equal in everything but, unless asked, nullability. */
export function sameType(a: DataType, b: DataType, compareNullable = false): boolean {
  if (a.kind !== b.kind || (compareNullable && a.nullable !== b.nullable)) return false
  switch (a.kind) {
    case 'DECIMAL':
      return a.precision === (b as typeof a).precision && a.scale === (b as typeof a).scale
    case 'CHAR':
    case 'VARCHAR':
      return a.length === (b as typeof a).length
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return a.precision === (b as typeof a).precision
    case 'ARRAY':
    case 'MULTISET':
      return sameType(a.element, (b as typeof a).element, compareNullable)
    case 'MAP':
      return sameType(a.key, (b as typeof a).key, compareNullable) && sameType(a.value, (b as typeof a).value, compareNullable)
    case 'ROW': {
      const other = (b as typeof a).fields
      return (
        a.fields.length === other.length &&
        a.fields.every((field, i) => field.name === other[i]!.name && sameType(field.type, other[i]!.type, compareNullable))
      )
    }
    default:
      return true
  }
}

/** The type as Flink SQL writes it, for example `DECIMAL(10, 2) NOT NULL` or `ROW<a INT, b STRING>`. */
export function printType(type: DataType): string {
  const text = printBare(type)
  return type.nullable ? text : `${text} NOT NULL`
}

function printBare(type: DataType): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'CHAR':
      return `CHAR(${type.length})`
    case 'VARCHAR':
      return type.length === stringLengthMax ? 'STRING' : `VARCHAR(${type.length})`
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.kind}(${type.precision})`
    case 'INTERVAL_DAY_TIME':
      return 'INTERVAL DAY TO SECOND'
    case 'INTERVAL_YEAR_MONTH':
      return 'INTERVAL YEAR TO MONTH'
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${printType(type.element)}>`
    case 'MAP':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`
    case 'ROW':
      return `ROW<${type.fields.map((field) => `${printIdentifier(field.name)} ${printType(field.type)}`).join(', ')}>`
    default:
      return type.kind
  }
}

function printIdentifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``
}

/** INTERVAL, or a type that has one inside: no column is of such a type. */
export function holdsInterval(type: DataType): boolean {
  switch (type.kind) {
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return true
    case 'ARRAY':
    case 'MULTISET':
      return holdsInterval(type.element)
    case 'MAP':
      return holdsInterval(type.key) || holdsInterval(type.value)
    case 'ROW':
      return type.fields.some((field) => holdsInterval(field.type))
    default:
      return false
  }
}

export function isNumeric(type: DataType): boolean {
  return isInteger(type) || type.kind === 'FLOAT' || type.kind === 'DOUBLE' || type.kind === 'DECIMAL'
}

export function isInteger(type: DataType): boolean {
  return type.kind === 'TINYINT' || type.kind === 'SMALLINT' || type.kind === 'INT' || type.kind === 'BIGINT'
}

export function isCharacter(type: DataType): boolean {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR'
}

export function isTimestamp(type: DataType): boolean {
  return type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ'
}
