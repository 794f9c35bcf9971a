import { valueAt, type Column, type Value } from './column.ts'
import { BatchBuilder } from './batchBuilder.ts'
import { rowAt, rowKindAt, watermarkBefore, type Batch } from './batch.ts'

/** All rows of the batches (of one schema), in order, without their watermarks. For edges and tests: it goes value by value. */
export function concatBatches(batches: readonly Batch[]): Batch | null {
  const first = batches[0]
  if (first === undefined) return null
  if (batches.length === 1) return first.watermarks === null && !first.trailing ? first : { ...first, watermarks: null, trailing: null }
  const builder = new BatchBuilder(first.schema)
  for (const batch of batches) for (let row = 0; row < batch.rowCount; row++) builder.append(rowAt(batch, row), rowKindAt(batch, row))
  return builder.finish()
}

/** Rows [start, end) of a batch. Shares arrays where the storage allows it. */
export function sliceBatch(batch: Batch, start: number, end: number): Batch {
  if (start === 0 && end === batch.rowCount) return batch
  return {
    schema: batch.schema,
    columns: batch.columns.map((column) => sliceColumn(column, start, end)),
    rowCount: end - start,
    kinds: batch.kinds === null ? null : batch.kinds.subarray(start, end),
    watermarks: batch.watermarks === null ? null : batch.watermarks.subarray(start, end),
    inOrder: batch.inOrder === true,
    trailing: batch.trailing ? { before: watermarkBefore(batch, start)!, delayMs: batch.trailing.delayMs } : null,
  }
}

/** Rows [start, end) of a column. Shares arrays where the storage allows it. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  const nulls = column.nulls === null ? null : column.nulls.subarray(start, end)
  switch (column.storage) {
    case 'bool':
      return { storage: 'bool', values: column.values.subarray(start, end), nulls }
    case 'int32':
      return { storage: 'int32', values: column.values.subarray(start, end), nulls }
    case 'float64':
      return { storage: 'float64', values: column.values.subarray(start, end), nulls }
    case 'int64':
      return column.values !== null
        ? { storage: 'int64', values: column.values.subarray(start, end), wide: null, nulls }
        : { storage: 'int64', values: null, wide: column.wide!.subarray(start, end), nulls }
    case 'decimal':
      return column.values !== null
        ? { storage: 'decimal', values: column.values.subarray(start, end), wide: null, nulls }
        : { storage: 'decimal', values: null, wide: column.wide!.slice(start, end), nulls }
    case 'string':
      return { storage: 'string', codes: column.codes.subarray(start, end), dictionary: column.dictionary, nulls }
    case 'object':
      return { storage: 'object', values: column.values.slice(start, end), nulls }
  }
}

/** One column's values, first `rowCount` rows. For edges and tests. */
export function valuesOf(column: Column, rowCount: number): Value[] {
  return Array.from({ length: rowCount }, (_, row) => valueAt(column, row))
}

