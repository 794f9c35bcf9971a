import { BatchBuilder } from './batchBuilder.ts'
import { rowAt, rowKindAt, rowKindTexts, type Batch, type RowKindText } from './batch.ts'
import { printType, type DataType } from './dataType.ts'
import { ExactNumber } from './json.ts'
import type { Schema } from './schema.ts'
import type { Value } from './column.ts'
import { jsonTextOf, NotOfType, valueOfJson } from './valueJson.ts'

/**
 * Rows as a small text table, for cases, plans and people:
 *
 *     ts                      | key | v
 *     2026-01-31 12:00:01.000 | A   | 1   -- a comment
 *     2026-01-31 12:00:09.000 | A   | null
 *
 * The first line names columns of the schema, in any order; an optional first column `op` holds the row kind. A TIMESTAMP may be written as
 * milliseconds. `null` is NULL; a text may be quoted as JSON where it would be ambiguous. The reader is for texts that we write ourselves:
 * it throws with the line on a mistake.
 */
export function parseBatch(schema: Schema, text: string): Batch {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/\s--\s.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('--'))
  const names = (lines[0] ?? '').split('|').map((cell) => cell.trim())
  const hasKinds = names[0] === 'op'
  const builder = new BatchBuilder(schema)
  for (const line of lines.slice(1)) {
    const cells = line.split('|').map((cell) => cell.trim())
    if (cells.length !== names.length) throw new Error(`${names.length} columns but ${cells.length} cells in: ${line}`)
    const values = schema.fields.map((field) => {
      const at = names.indexOf(field.name)
      if (at < 0) throw new Error(`no column ${field.name} in: ${names.join(' | ')}`)
      return parseCell(cells[at]!, field.type, line)
    })
    const kind = hasKinds ? (cells[0] as RowKindText) : '+I'
    if (!rowKindTexts.includes(kind)) throw new Error(`unknown row kind in: ${line}`)
    builder.append(values, kind)
  }
  return builder.finish()
}

function parseCell(cell: string, type: DataType, line: string): Value {
  if (cell === 'null') return null
  const value = cellValue(cell, type)
  if (value instanceof NotOfType) throw new Error(`${value.reason} (${printType(type)}) in: ${line}`)
  return value
}

function cellValue(cell: string, type: DataType): Value | NotOfType {
  switch (type.kind) {
    case 'BOOLEAN':
      return valueOfJson(cell === 'true' ? true : cell === 'false' ? false : cell, type)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
      return valueOfJson(new ExactNumber(cell), type)
    case 'FLOAT':
    case 'DOUBLE':
      return valueOfJson(/^-?(NaN|Infinity)$/.test(cell) ? cell : new ExactNumber(cell), type)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return /^-?\d+$/.test(cell) ? Number(cell) : valueOfJson(cell, type)
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
    case 'ROW':
      return valueOfJson(JSON.parse(cell) as never, type)
    default:
      return valueOfJson(cell.startsWith('"') ? (JSON.parse(cell) as string) : cell, type)
  }
}

/** The batch as an aligned text table; the `op` column appears when a row is not an insert. */
export function printBatch(batch: Batch): string {
  const withKinds = batch.kinds !== null && batch.kinds.subarray(0, batch.rowCount).some((kind) => kind !== 0)
  const rows = Array.from({ length: batch.rowCount }, (_, row) => [
    ...(withKinds ? [rowKindAt(batch, row) as string] : []),
    ...rowAt(batch, row).map((value, i) => cellText(value, batch.schema.fields[i]!.type)),
  ])
  return alignTable([[...(withKinds ? ['op'] : []), ...batch.schema.fields.map((field) => field.name)], ...rows])
}

/** One value as people read it: like JSON, without the quotes around texts and times. */
export function cellText(value: Value, type: DataType): string {
  const text = jsonTextOf(value, type)
  if (!text.startsWith('"')) return text
  const bare = JSON.parse(text) as string
  return bare === '' || bare === 'null' || bare !== bare.trim() || /[|\n\r"]|--/.test(bare) ? text : bare
}

function alignTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ').trimEnd()).join('\n')
}
