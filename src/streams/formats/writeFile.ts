import type { Value } from '../../columnar/column.ts'
import { rowText } from '../../columnar/compareRows.ts'
import type { Schema } from '../../columnar/schema.ts'
import { csvHead, csvLine } from './writeCsv.ts'

/** Formats of files, read and written; `json` is one object a line. */
export type FileFormat = 'json' | 'csv' | 'parquet' | 'arrow'

/** A whole file of rows, in memory. The libraries of Arrow and Parquet are fetched when first needed. */
export async function fileOf(format: FileFormat, schema: Schema, rows: readonly (readonly Value[])[]): Promise<Uint8Array | string> {
  switch (format) {
    case 'arrow':
      return (await import('./writeArrow.ts')).arrowFile(schema, rows)
    case 'parquet':
      return (await import('./writeParquet.ts')).parquetFile(schema, rows)
    case 'csv':
      return textFile([csvHead(schema), ...rows.map((values) => csvLine(values, schema))])
    case 'json':
      return textFile(rows.map((values) => rowText(values, schema)))
  }
}

function textFile(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
