import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'

/**
 * Rows as a Parquet file, packed with Snappy. Types keep their meaning and their exactness: DECIMAL and BIGINT are written from BigInts, timestamps in milliseconds,
 * a TIMESTAMP in local time and a TIMESTAMP_LTZ in UTC; a MULTISET is a map to its counts.
 *
 * Source: the Parquet format's LogicalTypes.md; a DECIMAL is INT32 up to 9 digits, INT64 up to 18, else a fixed number of bytes.
 */
export function parquetFile(schema: Schema, rows: readonly (readonly Value[])[]): Uint8Array {
  const elements: SchemaElement[] = [{ name: 'root', num_children: schema.fields.length }]
  for (const field of schema.fields) elements.push(...elementsOf(field.name, field.type, field.type.nullable))
  const columnData = schema.fields.map((field, i) => ({ name: field.name, data: rows.map((row) => parquetValue(row[i] ?? null, field.type)) }))
  return new Uint8Array(parquetWriteBuffer({ columnData, schema: elements, rowGroupSize: rowGroupRows, createdBy: 'millrace' }))
}

/** As large as other writers' groups by rows, so that no reader has to hold much. */
const rowGroupRows = 100_000

type Leaf = Omit<SchemaElement, 'name' | 'repetition_type'>

/** The element of a column and, after it, those inside. */
function elementsOf(name: string, type: DataType, nullable: boolean): SchemaElement[] {
  const own = { name, repetition_type: nullable ? ('OPTIONAL' as const) : ('REQUIRED' as const) }
  switch (type.kind) {
    case 'ARRAY':
      return [{ ...own, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } }, { name: 'list', repetition_type: 'REPEATED', num_children: 1 }, ...elementsOf('element', type.element, true)]
    case 'MAP':
      return mapElements(own, type.key, type.value)
    case 'MULTISET':
      return mapElements(own, type.element, { kind: 'INT', nullable: false })
    case 'ROW':
      return [{ ...own, num_children: type.fields.length }, ...type.fields.flatMap((field) => elementsOf(field.name, field.type, true))]
    default:
      return [{ ...own, ...leafOf(type) }]
  }
}

function mapElements(own: Pick<SchemaElement, 'name' | 'repetition_type'>, key: DataType, value: DataType): SchemaElement[] {
  return [
    { ...own, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } } as SchemaElement,
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    ...elementsOf('key', key, false),
    ...elementsOf('value', value, true),
  ]
}

function leafOf(type: DataType): Leaf {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'NULL':
      return { type: 'BOOLEAN' }
    case 'TINYINT':
      return { type: 'INT32', converted_type: 'INT_8', logical_type: { type: 'INTEGER', bitWidth: 8, isSigned: true } }
    case 'SMALLINT':
      return { type: 'INT32', converted_type: 'INT_16', logical_type: { type: 'INTEGER', bitWidth: 16, isSigned: true } }
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return { type: 'INT64' }
    case 'FLOAT':
    case 'DOUBLE':
      return { type: type.kind }
    case 'DECIMAL': {
      const { precision, scale } = type
      const decimal = { converted_type: 'DECIMAL' as const, precision, scale, logical_type: { type: 'DECIMAL' as const, precision, scale } }
      if (precision <= 9) return { type: 'INT32', ...decimal }
      return precision <= 18 ? { type: 'INT64', ...decimal } : { type: 'FIXED_LEN_BYTE_ARRAY', type_length: bytesForDigits(precision), ...decimal }
    }
    case 'CHAR':
    case 'VARCHAR':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }
    case 'BYTES':
      return { type: 'BYTE_ARRAY' }
    case 'DATE':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }
    case 'TIME':
      return { type: 'INT32', converted_type: 'TIME_MILLIS', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MILLIS' } }
    case 'TIMESTAMP':
      // The older mark cannot say that a time is local, so it is not written.
      return { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MILLIS' } }
    case 'TIMESTAMP_LTZ':
      return { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } }
    default:
      return { type: 'INT32' }
  }
}

/** Bytes that a two's complement number of so many decimal digits needs. */
function bytesForDigits(digits: number): number {
  return Math.ceil(((10n ** BigInt(digits)).toString(2).length + 1) / 8)
}

/** What the library takes for the type; null stays null. */
function parquetValue(value: Value, type: DataType): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
    case 'DECIMAL':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return BigInt(value as bigint | number)
    case 'ARRAY':
      return (value as readonly Value[]).map((element) => parquetValue(element, type.element))
    case 'ROW':
      return Object.fromEntries(type.fields.map((field, i) => [field.name, parquetValue((value as readonly Value[])[i]!, field.type)]))
    case 'MAP':
      return (value as readonly Value[][]).map(([key, entry]) => ({ key: parquetValue(key!, type.key), value: parquetValue(entry!, type.value) }))
    case 'MULTISET':
      return (value as readonly Value[][]).map(([element, count]) => ({ key: parquetValue(element!, type.element), value: count }))
    default:
      return value
  }
}
