import type { Json, JsonObject } from '../../../columnar/json.ts'
import type { Schema } from '../../../columnar/schema.ts'
import type { SourceContext } from '../../../engine/operatorRuntime.ts'
import type { BadRow, RowReader } from '../../../streams/rowReader.ts'
import { GeneratedRows, ListedRows } from './memory.ts'
import { NexmarkGenerator } from '../../../streams/nexmark.ts'
import { nexmarkOptions, streamOf } from '../connectors/nexmark.ts'

/** What every reader is told: the columns to deliver and all columns of the data in order, because lists and headerless files have places, not names. */
export interface ReaderRequest {
  readonly connector: JsonObject
  readonly schema: Schema
  readonly listColumns: readonly string[]
  readonly context: SourceContext
  readonly badRow: BadRow
}

/** The reader of a connector. One `case` for each kind of the definition. */
export async function readerOf(request: ReaderRequest): Promise<RowReader> {
  const { connector, schema, listColumns, context, badRow } = request
  switch (connector.type) {
    case 'inline':
      return new ListedRows(connector.rows as readonly Json[], schema, listColumns, connector.changelog === true, badRow)
    case 'nexmark':
      return new GeneratedRows(new NexmarkGenerator(streamOf(connector)!, nexmarkOptions(connector), schema, context.split, context.splits))
    default:
      throw new Error(`There is no source connector "${String(connector.type)}".`)
  }
}
