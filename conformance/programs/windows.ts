import type { JsonObject } from '../../src/columnar/json.ts'
import { jobOf, type Program, type ProgramSet } from '../src/program.ts'

/** Windows as users write them: a watermark that follows the rows, and rows that come too late by their place in the file. */
const rows: readonly (readonly (string | number | null)[])[] = [
  ['2026-01-31 12:00:01.000', 'A', 1],
  ['2026-01-31 12:00:09.000', 'A', 2],
  ['2026-01-31 12:00:12.500', 'A', 4],
  ['2026-01-31 12:00:08.000', 'A', 8],
  ['2026-01-31 12:00:19.999', null, null],
  ['2026-01-31 12:00:21.000', 'B', 16],
  ['2026-01-31 12:00:45.000', 'B', -9],
]

/** Behind the greatest time by less than the delay of the watermark: not late. */
const withinDelay: typeof rows = [
  ['2026-01-31 12:00:01.000', 'A', 1],
  ['2026-01-31 12:00:11.000', 'A', 2],
  ['2026-01-31 12:00:09.500', 'A', 4],
  ['2026-01-31 12:00:12.000', 'A', 8],
  ['2026-01-31 12:00:09.999', 'A', 16],
  ['2026-01-31 12:00:45.000', 'B', 32],
]

function windowed(name: string, says: string, window: JsonObject, values = rows): Program {
  return {
    name,
    says,
    job: jobOf(
      name,
      [
        {
          id: 'clicks',
          kind: 'source',
          config: {
            connector: { type: 'inline', rows: values },
            columns: [
              { name: 'ts', type: 'TIMESTAMP(3)' },
              { name: 'k', type: 'STRING' },
              { name: 'v', type: 'BIGINT' },
            ],
            watermark: { column: 'ts', delayMs: 2000 },
          },
        },
        {
          id: 'counts',
          kind: 'window-aggregate',
          config: {
            window,
            groupBy: ['k'],
            aggregates: [
              { name: 'n', expression: 'COUNT(*)' },
              { name: 'total', expression: 'SUM(v)' },
              { name: 'mean', expression: 'AVG(v)' },
              { name: 'low', expression: 'MIN(v)' },
              { name: 'high', expression: 'MAX(v)' },
            ],
          },
        },
        { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
        { id: 'late', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      [
        { from: 'clicks', to: 'counts' },
        { from: 'counts', to: 'out' },
        { from: 'counts', fromPort: 'late', to: 'late' },
      ],
    ),
  }
}

export const windowPrograms: ProgramSet = {
  name: 'windows',
  programs: [
    windowed('tumble-with-a-late-row', 'a tumbling window drops the row that comes after its firing, and the late output has it', { type: 'tumble', timeColumn: 'ts', sizeMs: 10_000 }),
    windowed('tumble-within-the-delay', 'a row that is behind the greatest time by less than the delay is counted', { type: 'tumble', timeColumn: 'ts', sizeMs: 10_000 }, withinDelay),
    windowed('session-within-the-delay', 'a row that is behind the greatest time by less than the delay makes its session longer', { type: 'session', timeColumn: 'ts', gapMs: 1000 }, withinDelay),
    windowed('hop-with-a-late-row', 'a hopping window counts a row in the windows that are still open', { type: 'hop', timeColumn: 'ts', sizeMs: 20_000, slideMs: 5000 }),
    windowed('cumulate-with-a-late-row', 'a cumulating window counts a row in the steps that are still to come', { type: 'cumulate', timeColumn: 'ts', sizeMs: 20_000, stepMs: 5000 }),
    windowed('session-with-a-late-row', 'a session window takes a row as long as its session has not ended', { type: 'session', timeColumn: 'ts', gapMs: 4000 }),
  ],
  incomparable: [],
}
