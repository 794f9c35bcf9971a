import type { Batch } from '../../columnar/batch.ts'
import type { Float64Column } from '../../columnar/column.ts'
import { RowError } from '../../columnar/rowError.ts'

/** The event times of a batch; a NULL fails the job. */
export function timesOf(batch: Batch, column: number): Float64Array {
  const { values, nulls } = batch.columns[column] as Float64Column
  if (nulls !== null) {
    for (let row = 0; row < batch.rowCount; row++) {
      if (nulls[row] === 1) throw new RowError(row, `the time column ${batch.schema.fields[column]!.name} is NULL; event time must be set in every row`)
    }
  }
  return values
}
