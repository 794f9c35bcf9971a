import { isTimestamp, printType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import type { OpenFile } from './openFile.ts'
import type { RowReader } from './rowReader.ts'

/**
 * Columns of a file that knows its own types, and a watermark to propose: the first timestamp column, with the worst disorder among its first rows, rounded up.
 * Rejects with a sentence when the file cannot be read.
 */
export interface InferredColumns {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly watermark: { readonly column: string; readonly delayMs: number } | null
  readonly rowsRead: number
}

const rowsLooked = 5000

export async function inferTyped(name: string, format: 'parquet' | 'arrow', file: OpenFile): Promise<InferredColumns> {
  const { schema, readerOf } = format === 'parquet' ? await parquetOf(name, file) : await arrowOf(name, file)
  const columns = schema.fields.map((field) => ({ name: field.name, type: printType(field.type) }))
  const time = schema.fields.find((field) => isTimestamp(field.type))
  if (time === undefined) return { columns, watermark: null, rowsRead: 0 }
  const reader = readerOf({ fields: [time] })
  await reader.open()
  let newest = -Infinity
  let worstMs = 0
  let rowsRead = 0
  while (rowsRead < rowsLooked) {
    const batch = reader.next(rowsLooked - rowsRead)
    if (batch === 'end') break
    if (batch === 'wait') {
      await reader.ready()
      continue
    }
    const column = batch.columns[0]!
    if (column.storage !== 'float64') break
    for (let row = 0; row < batch.rowCount; row++) {
      if (column.nulls !== null && column.nulls[row] === 1) continue
      const at = column.values[row]!
      if (at > newest) newest = at
      else worstMs = Math.max(worstMs, newest - at)
    }
    rowsRead += batch.rowCount
  }
  return { columns, watermark: { column: time.name, delayMs: roundDelay(worstMs) }, rowsRead }
}

/** A delay people would write: the next of 0, 1 s, 5 s, 30 s, 1 min, 5 min, 30 min, 1 h, 6 h, then whole days. */
export function roundDelay(ms: number): number {
  const steps = [0, 1000, 5000, 30_000, 60_000, 300_000, 1_800_000, 3_600_000, 21_600_000, 86_400_000]
  return steps.find((step) => step >= ms) ?? Math.ceil(ms / 86_400_000) * 86_400_000
}

interface Typed {
  readonly schema: Schema
  readonly readerOf: (wanted: Schema) => RowReader
}

async function parquetOf(name: string, file: OpenFile): Promise<Typed> {
  const { openParquet, ParquetReader } = await import('./formats/parquet.ts')
  const { schema } = await openParquet(name, file)
  return { schema, readerOf: (wanted) => new ParquetReader({ name, file, badRow: () => {} }, wanted) }
}

async function arrowOf(name: string, file: OpenFile): Promise<Typed> {
  const { openArrow, ArrowReader } = await import('./formats/arrow.ts')
  const { schema } = await openArrow(name, file)
  return { schema, readerOf: (wanted) => new ArrowReader({ name, file, badRow: () => {} }, wanted) }
}
