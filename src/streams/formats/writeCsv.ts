import type { Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import { jsonTextOf } from '../../columnar/valueJson.ts'

/** Rows as CSV, a line each without its end. Cells are written as they are: these files are data for programs, not for spreadsheets. */
export function csvHead(schema: Schema): string {
  return schema.fields.map((field) => csvCell(field.name)).join(',')
}

/** NULL is an empty cell, the empty text a quoted one; ARRAY, MAP and ROW are JSON. */
export function csvLine(values: readonly Value[], schema: Schema): string {
  return values
    .map((value, i) => {
      if (value === null) return ''
      const text = plainText(value, schema.fields[i]!.type)
      return text === '' ? '""' : csvCell(text)
    })
    .join(',')
}

/** A value as text without the quotes that JSON needs. */
export function plainText(value: Value, type: DataType): string {
  const json = jsonTextOf(value, type)
  return json.startsWith('"') ? (JSON.parse(json) as string) : json
}

function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
