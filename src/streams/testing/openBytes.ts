import { rowAt, type Batch } from '../../columnar/batch.ts'
import type { Value } from '../../columnar/column.ts'
import type { OpenFile } from '../openFile.ts'
import type { RowReader } from '../rowReader.ts'

/** A file in memory. */
export function openBytes(content: string | Uint8Array): OpenFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { size: bytes.length, read: async (start, end) => bytes.slice(start, end) }
}

export interface BadRowSeen {
  readonly row: number
  readonly reason: string
  readonly text: string
}

/** Reads everything; how many rows a batch has follows `rowsMax`. */
export async function readAll(reader: RowReader, rowsMax = 1000): Promise<Batch[]> {
  await reader.open()
  const batches: Batch[] = []
  for (;;) {
    const batch = reader.next(rowsMax)
    if (batch === 'end') return batches
    if (batch === 'wait') await reader.ready()
    else batches.push(batch)
  }
}

export function rowsOf(batches: readonly Batch[]): Value[][] {
  return batches.flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)))
}
