import type { SchemaElement, SchemaTree } from 'hyparquet'
import type { Value } from '../../columnar/column.ts'
import { bigintType, booleanType, decimalPrecisionMax, decimalType, doubleType, intType, stringType, timestampLtzType, timestampType, type DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'

/**
 * Parquet's types as ours, and its values as ours. A timestamp stored finer than a millisecond is cut: that is how other tools write every
 * timestamp, whatever it holds. Decimals come as raw integers and keep every digit.
 */
export function schemaOfParquet(tree: SchemaTree): Schema {
  return { fields: tree.children.map((child) => ({ name: child.element.name, type: typeOfElement(child) })) }
}

export function typeOfElement(tree: SchemaTree): DataType {
  const nullable = tree.element.repetition_type !== 'REQUIRED'
  const type = bareType(tree)
  return type.kind === 'NULL' ? type : { ...type, nullable }
}

function bareType(tree: SchemaTree): DataType {
  const { element, children } = tree
  if (element.repetition_type === 'REPEATED') {
    const single: SchemaTree = { ...tree, element: { ...element, repetition_type: 'REQUIRED' } }
    return { kind: 'ARRAY', element: typeOfElement(single), nullable: true }
  }
  if (children.length > 0) {
    const repeated = children[0]!
    if (isList(tree)) {
      const item = repeated.children.length === 1 ? repeated.children[0]! : { ...repeated, element: { ...repeated.element, repetition_type: 'REQUIRED' as const } }
      return { kind: 'ARRAY', element: typeOfElement(item), nullable: true }
    }
    if (isMap(tree)) return { kind: 'MAP', key: typeOfElement(repeated.children[0]!), value: typeOfElement(repeated.children[1]!), nullable: true }
    return { kind: 'ROW', fields: children.map((child) => ({ name: child.element.name, type: typeOfElement(child) })), nullable: true }
  }
  const decimal = decimalOf(element)
  if (decimal !== null) return decimalType(Math.min(decimal.precision, decimalPrecisionMax), decimal.scale)
  const { converted_type: converted, logical_type: logical } = element
  switch (element.type) {
    case 'BOOLEAN':
      return booleanType
    case 'INT32':
      if (converted === 'DATE' || logical?.type === 'DATE') return { kind: 'DATE', nullable: true }
      if (converted === 'TIME_MILLIS' || logical?.type === 'TIME') return { kind: 'TIME', nullable: true }
      if (converted === 'INT_8') return { kind: 'TINYINT', nullable: true }
      if (converted === 'INT_16' || converted === 'UINT_8') return { kind: 'SMALLINT', nullable: true }
      if (converted === 'UINT_32') return bigintType
      if (logical?.type === 'INTEGER') {
        const bits = logical.bitWidth + (logical.isSigned ? 0 : 1)
        return bits <= 8 ? { kind: 'TINYINT', nullable: true } : bits <= 16 ? { kind: 'SMALLINT', nullable: true } : bits <= 32 ? intType : bigintType
      }
      return intType
    case 'INT64':
      if (logical?.type === 'TIMESTAMP') return logical.isAdjustedToUTC ? timestampLtzType : timestampType
      if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS') return timestampType
      if (converted === 'TIME_MICROS' || logical?.type === 'TIME') return { kind: 'TIME', nullable: true }
      if (converted === 'UINT_64' || (logical?.type === 'INTEGER' && !logical.isSigned)) return decimalType(20, 0)
      return bigintType
    case 'INT96':
      return timestampType
    case 'FLOAT':
      return { kind: 'FLOAT', nullable: true }
    case 'DOUBLE':
      return doubleType
    case 'BYTE_ARRAY':
      return isText(element) ? stringType : { kind: 'BYTES', nullable: true }
    case 'FIXED_LEN_BYTE_ARRAY':
      if (logical?.type === 'UUID') return stringType
      if (logical?.type === 'FLOAT16') return { kind: 'FLOAT', nullable: true }
      return { kind: 'BYTES', nullable: true }
    default:
      return { kind: 'ROW', fields: [], nullable: true }
  }
}

function isText(element: SchemaElement): boolean {
  const { converted_type: converted, logical_type: logical } = element
  return converted === 'UTF8' || converted === 'ENUM' || converted === 'JSON' || logical?.type === 'STRING' || logical?.type === 'ENUM' || logical?.type === 'JSON'
}

export function decimalOf(element: SchemaElement): { readonly precision: number; readonly scale: number } | null {
  if (element.logical_type?.type === 'DECIMAL') return { precision: element.logical_type.precision, scale: element.logical_type.scale }
  return element.converted_type === 'DECIMAL' ? { precision: element.precision ?? 38, scale: element.scale ?? 0 } : null
}

function isList({ element, children }: SchemaTree): boolean {
  return (element.converted_type === 'LIST' || element.logical_type?.type === 'LIST') && children.length === 1 && children[0]!.element.repetition_type === 'REPEATED'
}

function isMap({ element, children }: SchemaTree): boolean {
  return (element.converted_type === 'MAP' || element.converted_type === 'MAP_KEY_VALUE' || element.logical_type?.type === 'MAP') && children.length === 1 && children[0]!.children.length === 2
}

/** A value of the library as a value of `typeOfElement`. */
export function valueOfParquet(raw: unknown, tree: SchemaTree, type: DataType): Value {
  if (raw === null || raw === undefined) return null
  switch (type.kind) {
    case 'BOOLEAN':
      return Boolean(raw)
    case 'BIGINT':
      return BigInt.asIntN(64, BigInt(raw as bigint | number))
    case 'DECIMAL':
      return raw instanceof Uint8Array ? signedBigInt(raw) : BigInt(raw as bigint | number)
    case 'VARCHAR':
      return typeof raw === 'string' ? raw : String(raw)
    case 'BYTES':
      return raw as Uint8Array
    case 'TIME': {
      const unit = tree.element.logical_type?.type === 'TIME' ? tree.element.logical_type.unit : tree.element.type === 'INT64' ? 'MICROS' : 'MILLIS'
      const value = Number(raw as bigint | number)
      return unit === 'MILLIS' ? value : Math.floor(value / (unit === 'MICROS' ? 1000 : 1_000_000))
    }
    case 'ARRAY': {
      const item = isList(tree) ? (tree.children[0]!.children.length === 1 ? tree.children[0]!.children[0]! : tree.children[0]!) : tree
      return Array.from(raw as Iterable<unknown>, (element) => valueOfParquet(element, item, type.element))
    }
    case 'MAP': {
      const [key, value] = tree.children[0]!.children
      const entries = Array.isArray(raw) ? (raw as { key: unknown; value: unknown }[]).map((entry) => [entry.key, entry.value]) : Object.entries(raw as object)
      return entries.map(([k, v]) => [valueOfParquet(k, key!, type.key), valueOfParquet(v, value!, type.value)])
    }
    case 'ROW':
      return type.fields.map((field, i) => valueOfParquet((raw as Record<string, unknown>)[field.name], tree.children[i]!, field.type))
    default:
      return Number(raw as number)
  }
}

/** Two's complement, the highest byte first. */
function signedBigInt(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, value)
}
