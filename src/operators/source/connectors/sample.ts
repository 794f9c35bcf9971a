import type { JsonObject } from '../../../columnar/json.ts'
import { parseType } from '../../../expression/parse.ts'
import { sampleStream, sampleStreams } from '../../../streams/sampleStreams.ts'
import type { Connector } from './connector.ts'
import { checkKnownColumns } from './known.ts'
import { splitsField } from './shared.ts'

export const sample: Connector = {
  variant: {
    type: 'sample',
    label: 'Sample stream',
    summary: 'A stream that comes with Millrace: trips, earthquakes, ships, flights, sensors.',
    fields: [
      {
        key: 'sample',
        label: 'Sample',
        control: 'choice',
        choices: sampleStreams.map(({ id, title }) => ({ value: id, label: title })),
        help: 'Where each comes from and what may be done with it stands beside the files, in samples/LICENCES.md.',
      },
      splitsField,
    ],
  },
  subtitle: (connector) => {
    const stream = sampleStream(connector.sample)
    return stream === undefined ? '' : `${stream.title.toLowerCase()} · ${stream.rows.toLocaleString('en')}`
  },
  proposal: (connector) => {
    const stream = sampleStream(connector.sample)
    if (stream === undefined) return null
    return {
      columns: stream.columns.map(({ name, type }): JsonObject => ({ name, type })),
      ...(stream.time === undefined ? {} : { watermark: { column: stream.time.column, delayMs: stream.time.delayMs } }),
    }
  },
  check: (config, columns, report) => {
    const stream = sampleStream((config.connector as JsonObject).sample)
    if (stream === undefined) return
    const known = stream.columns.map(({ name, type }) => ({ name, type: parseType(type).type! }))
    // The file holds text, so that a column may be read as another type than the proposed one.
    checkKnownColumns(config, columns, `The sample "${stream.title}"`, known, false, report)
  },
  leavesOut: true,
}
