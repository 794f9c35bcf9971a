import type { Json, JsonObject } from '../../../columnar/json.ts'
import type { Schema } from '../../../columnar/schema.ts'
import type { SourceContext } from '../../../engine/operatorRuntime.ts'
import type { BadRow, RowReader } from '../../../streams/rowReader.ts'
import { EveryNth } from './everyNth.ts'
import { TopicReader } from './topic.ts'
import { GeneratedRows, ListedRows } from './memory.ts'
import { NexmarkGenerator } from '../../../streams/nexmark.ts'
import { WideNexmarkGenerator } from '../../../streams/nexmarkWide.ts'
import { DatagenGenerator, fieldPlans } from '../../../streams/datagen.ts'
import { CsvReader } from '../../../streams/formats/csv.ts'
import { JsonLinesReader } from '../../../streams/formats/jsonLines.ts'
import { sampleStream } from '../../../streams/sampleStreams.ts'
import { datagenRows, datagenSeed } from '../connectors/datagen.ts'
import { fileDelimiter } from '../connectors/file.ts'
import { nexmarkOptions, streamOf } from '../connectors/nexmark.ts'

/** What every reader is told: the columns to deliver and all columns of the data in order, because lists and headerless files have places, not names. */
export interface ReaderRequest {
  readonly connector: JsonObject
  readonly schema: Schema
  /** All columns of the data, with `listColumns` their names. */
  readonly physical: Schema
  readonly listColumns: readonly string[]
  readonly context: SourceContext
  readonly badRow: BadRow
}

/** The reader of a connector. One `case` for each kind of the definition. */
export async function readerOf(request: ReaderRequest): Promise<RowReader> {
  const { connector, schema, listColumns, context, badRow } = request
  switch (connector.type) {
    case 'inline':
      return splitOf(context, new ListedRows(connector.rows as readonly Json[], schema, listColumns, connector.changelog === true, badRow))
    case 'nexmark': {
      const stream = streamOf(connector)!
      const options = nexmarkOptions(connector)
      return new GeneratedRows(
        stream === 'all' ? new WideNexmarkGenerator(options, schema, context.split, context.splits) : new NexmarkGenerator(stream, options, schema, context.split, context.splits, context.arrays),
      )
    }
    case 'datagen': {
      // Rules are those of all columns; the schema may hold fewer.
      const { plans } = fieldPlans((connector.fields ?? {}) as JsonObject, request.physical)
      const wanted = schema.fields.map((field) => plans[listColumns.indexOf(field.name)]!)
      return new GeneratedRows(new DatagenGenerator(datagenRows(connector), datagenSeed(connector), schema, wanted, context.split, context.splits))
    }
    case 'sample': {
      const stream = sampleStream(connector.sample)!
      const file = await context.files.open(stream.path)
      return splitOf(context, new CsvReader({ name: stream.path, file, badRow }, schema, listColumns, { header: true, delimiter: ',' }, stream.rows))
    }
    case 'file':
      return splitOf(context, await fileReader(request))
    case 'topic':
      return new TopicReader(connector, schema, listColumns, context, badRow)
    default:
      throw new Error(`There is no source connector "${String(connector.type)}".`)
  }
}

function splitOf(context: SourceContext, rows: RowReader): RowReader {
  return context.splits === 1 ? rows : new EveryNth(rows, context.split, context.splits)
}

async function fileReader({ connector, schema, listColumns, context, badRow }: ReaderRequest): Promise<RowReader> {
  const path = connector.path as string
  const file = await context.files.open(path)
  const input = { name: path, file, badRow }
  switch (connector.format) {
    case 'json':
      return new JsonLinesReader(input, schema, listColumns, connector.changelog === true)
    case 'csv':
      return new CsvReader(input, schema, listColumns, { header: connector.header !== false, delimiter: fileDelimiter(connector) })
    case 'parquet': {
      const { ParquetReader } = await import('../../../streams/formats/parquet.ts')
      return new ParquetReader(input, schema)
    }
    case 'arrow': {
      const { ArrowReader } = await import('../../../streams/formats/arrow.ts')
      return new ArrowReader(input, schema)
    }
    default:
      throw new Error(`There is no file format "${String(connector.format)}".`)
  }
}
