import type { JsonObject } from '../../src/columnar/json.ts'
import type { Settings } from '../../src/job/job.ts'
import { jobOf, type Program, type ProgramSet } from '../src/program.ts'

/** Changes through several operators, and the settings that fold or forget them. A key comes again at later times; the fourth row is behind the watermark. */
const rows: readonly (readonly (string | number | null)[])[] = [
  ['2026-01-31 12:00:01.000', 'A', 1],
  ['2026-01-31 12:00:04.000', 'B', 2],
  ['2026-01-31 12:00:06.500', 'A', 4],
  ['2026-01-31 12:00:02.000', 'B', 8],
  ['2026-01-31 12:00:07.000', 'B', 16],
  ['2026-01-31 12:00:11.000', 'A', 32],
  ['2026-01-31 12:00:12.000', null, 64],
  ['2026-01-31 12:00:12.500', 'A', -9],
  ['2026-01-31 12:00:31.000', 'B', 5],
]

const aggregates = [
  { name: 'n', expression: 'COUNT(*)' },
  { name: 'total', expression: 'SUM(v)' },
  { name: 'most', expression: 'MAX(v)' },
]

function program(name: string, says: string, operators: readonly { readonly id: string; readonly kind: string; readonly config: JsonObject }[], settings: Settings = {}): Program {
  const chain = [
    {
      id: 'clicks',
      kind: 'source',
      config: {
        connector: { type: 'inline', rows },
        columns: [
          { name: 'ts', type: 'TIMESTAMP(3)' },
          { name: 'k', type: 'STRING' },
          { name: 'v', type: 'BIGINT' },
        ],
        watermark: { column: 'ts', delayMs: 2000 },
      },
    },
    ...operators,
    { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
  ]
  return { name, says, job: jobOf(name, chain, chain.slice(1).map(({ id }, i) => ({ from: chain[i]!.id, to: id })), settings) }
}

const last = { id: 'last', kind: 'deduplicate', config: { keys: ['k'], orderBy: [{ column: 'ts' }], keep: 'last' } }
const windowed = (window: JsonObject) => ({ id: 'counts', kind: 'window-aggregate', config: { window: { timeColumn: 'ts', ...window }, groupBy: ['k'], aggregates } })
const grouped = (groupBy: readonly string[]) => ({ id: 'counts', kind: 'group-aggregate', config: { groupBy, aggregates } })
const miniBatch = { latencyMs: 1000, size: 3 }

export const changelogPrograms: ProgramSet = {
  name: 'changelog',
  programs: [
    program('last-rows-in-tumbling-windows', 'what a last row takes back leaves the window of its own time, unless that has closed', [last, windowed({ type: 'tumble', sizeMs: 5000 })]),
    program('last-rows-in-hopping-windows', 'a last row leaves those hopping windows that are open', [last, windowed({ type: 'hop', sizeMs: 10_000, slideMs: 5000 })]),
    program('last-rows-in-cumulating-windows', 'a cumulating window goes down with what is taken back', [last, windowed({ type: 'cumulate', sizeMs: 20_000, stepMs: 5000 })]),
    program('last-rows-in-sessions', 'sessions keep the extent of rows that are taken back', [last, windowed({ type: 'session', gapMs: 3000 })]),
    program('mini-batches-of-inserts', 'groups put together locally and a mini-batch at a time leave the same table', [grouped(['k'])], { miniBatch }),
    program('mini-batches-of-changes', 'a mini-batch folds what is taken back with what came', [last, grouped([])], { miniBatch }),
    program('a-long-time-to-live', 'nothing is forgotten that is written soon enough', [last, grouped(['k'])], { stateTtlMs: 86_400_000 }),
  ],
  incomparable: [],
}
