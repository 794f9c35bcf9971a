import type { Batch } from '../columnar/batch.ts'
import type { OpenFile } from './openFile.ts'

/**
 * Rows out of a file or a list, in order, in batches. The one shape that all formats and connectors share, so that the source's run time knows
 * none of them.
 *
 * A row that cannot be read goes to `BadRow`, which either throws (the job fails with this row) or returns (the row is skipped).
 */
export interface RowReader {
  /** Rows in all, when known before reading. */
  readonly rowsTotal?: number
  /** The column whose values are known never to fall from row to row, and never to be NULL. */
  readonly risingColumn?: string | undefined
  /** Rejects with a sentence a user can act on. */
  open(): Promise<void>
  /** At most `rowsMax` rows; `wait` when `ready` must be awaited first. */
  next(rowsMax: number): Batch | 'wait' | 'end'
  ready(): Promise<void>
  /** After `next` threw: the rows that were read before the trouble. */
  flush(): Batch | null
  /** Where `next` would go on, in the reader's own terms; cheap. Absent with `seek` where rows can only be counted from the beginning. */
  position?(): ReaderPosition
  /** Goes on from there. After `open`, before the first `next`; bad rows that are passed over again are told again. */
  seek?(position: ReaderPosition): Promise<void>
}

export type ReaderPosition = Readonly<Record<string, number>>

/** `row` counts from 1 as an editor or spreadsheet shows it: a header is row 1. */
export type BadRow = (row: number, reason: string, text: string) => void

export interface FileInput {
  /** How messages name the file. */
  readonly name: string
  readonly file: OpenFile
  readonly badRow: BadRow
}
