import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field as ArrowField,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
  Map_,
  RecordBatchFileWriter,
  Schema as ArrowSchema,
  Struct,
  Table,
  TimeMillisecond,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
  type DataType as ArrowType,
} from 'apache-arrow'
import type { Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'

/**
 * Rows as an Arrow file. Types keep their meaning and their exactness: BIGINT and DECIMAL are written from BigInts, a TIMESTAMP has no zone and a TIMESTAMP_LTZ is
 * in UTC, both in milliseconds; a MULTISET is a map to its counts.
 */
export function arrowFile(schema: Schema, rows: readonly (readonly Value[])[]): Uint8Array {
  const fields = schema.fields.map((field) => new ArrowField(field.name, arrowType(field.type), field.type.nullable))
  const columns = Object.fromEntries(schema.fields.map((field, i) => [field.name, vectorFromArray(rows.map((row) => arrowValue(row[i] ?? null, field.type)), fields[i]!.type)]))
  const table = new Table(new ArrowSchema(fields), columns)
  return RecordBatchFileWriter.writeAll(table).toUint8Array(true)
}

function arrowType(type: DataType): ArrowType {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'NULL':
      return new Bool()
    case 'TINYINT':
      return new Int8()
    case 'SMALLINT':
      return new Int16()
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return new Int32()
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return new Int64()
    case 'FLOAT':
      return new Float32()
    case 'DOUBLE':
      return new Float64()
    case 'DECIMAL':
      return new Decimal(type.scale, type.precision)
    case 'CHAR':
    case 'VARCHAR':
      return new Utf8()
    case 'BYTES':
      return new Binary()
    case 'DATE':
      return new DateDay()
    case 'TIME':
      return new TimeMillisecond()
    case 'TIMESTAMP':
      return new TimestampMillisecond()
    case 'TIMESTAMP_LTZ':
      return new TimestampMillisecond('UTC')
    case 'ARRAY':
      return new List(new ArrowField('item', arrowType(type.element), true))
    case 'ROW':
      return new Struct(type.fields.map((field) => new ArrowField(field.name, arrowType(field.type), true)))
    case 'MAP':
      return mapType(type.key, type.value)
    case 'MULTISET':
      return mapType(type.element, { kind: 'INT', nullable: false })
  }
}

function mapType(key: DataType, value: DataType): ArrowType {
  return new Map_(new ArrowField('entries', new Struct([new ArrowField('key', arrowType(key), false), new ArrowField('value', arrowType(value), true)]), false) as never)
}

/** What the library's builders take for the type. */
function arrowValue(value: Value, type: DataType): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return BigInt(value as bigint | number)
    case 'DECIMAL':
      return decimalWords(BigInt(value as bigint | number))
    case 'DATE':
      // The library counts days itself, from a Date.
      return new Date((value as number) * 86_400_000)
    case 'ARRAY':
      return (value as readonly Value[]).map((element) => arrowValue(element, type.element))
    case 'ROW':
      return Object.fromEntries(type.fields.map((field, i) => [field.name, arrowValue((value as readonly Value[])[i]!, field.type)]))
    case 'MAP':
      return new Map((value as readonly Value[][]).map(([key, entry]) => [arrowValue(key!, type.key), arrowValue(entry!, type.value)]))
    case 'MULTISET':
      return new Map((value as readonly Value[][]).map(([element, count]) => [arrowValue(element!, type.element), count]))
    default:
      return value
  }
}

/** A 128-bit integer in two's complement, lowest word first. */
function decimalWords(unscaled: bigint): Uint32Array {
  const bits = BigInt.asUintN(128, unscaled)
  return Uint32Array.from([0n, 32n, 64n, 96n], (shift) => Number((bits >> shift) & 0xff_ff_ff_ffn))
}
