import type { JsonObject } from '../../src/columnar/json.ts'
import type { Operator } from '../../src/job/job.ts'
import { jobOf, type Program, type ProgramSet } from '../src/program.ts'

/**
 * Operators over windows behind a window function or another operator over windows: rows carry their window, and nobody assigns it again. The cases of the rooms hand such rows in as columns,
 * which no table of Flink declares; here they come from where Flink knows them from.
 */
const rows: readonly (readonly (string | number | null)[])[] = [
  ['2026-01-31 12:00:01.000', 'A', 1, 5],
  ['2026-01-31 12:00:03.000', 'B', 1, 7],
  ['2026-01-31 12:00:09.000', 'A', 2, 7],
  ['2026-01-31 12:00:09.500', null, 1, 2],
  ['2026-01-31 12:00:12.500', 'A', 1, 4],
  ['2026-01-31 12:00:08.000', 'A', 3, 100],
  ['2026-01-31 12:00:19.999', 'B', 2, null],
  ['2026-01-31 12:00:20.000', 'B', 2, 3],
  ['2026-01-31 12:00:21.000', 'B', 3, 16],
  ['2026-01-31 12:00:28.000', 'A', 1, 16],
  ['2026-01-31 12:00:45.000', 'C', 1, -9],
]

const source: Operator = {
  id: 'bids',
  kind: 'source',
  config: {
    connector: { type: 'inline', rows },
    columns: [
      { name: 'ts', type: 'TIMESTAMP(3)' },
      { name: 'k', type: 'STRING' },
      { name: 'id', type: 'INT' },
      { name: 'v', type: 'BIGINT' },
    ],
    watermark: { column: 'ts', delayMs: 2000 },
  },
}

const tumble: JsonObject = { type: 'tumble', timeColumn: 'ts', sizeMs: 10_000 }
const hop: JsonObject = { type: 'hop', timeColumn: 'ts', sizeMs: 20_000, slideMs: 5000 }
const cumulate: JsonObject = { type: 'cumulate', timeColumn: 'ts', sizeMs: 20_000, stepMs: 5000 }
const assigned = (window: JsonObject): Operator => ({ id: 'assigned', kind: 'window-assign', config: { window } })
const counted = (id: string, window: JsonObject, groupBy: readonly string[]): Operator => ({
  id,
  kind: 'window-aggregate',
  config: { window, groupBy, aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'total', expression: 'SUM(v)' }] },
})
const again: Operator = { id: 'again', kind: 'window-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'keys', expression: 'COUNT(*)' }, { name: 'most', expression: 'MAX(n)' }, { name: 'sum', expression: 'SUM(total)' }] } }

/** Operators one behind the other, and a sink. */
function chain(name: string, says: string, ...operators: readonly Operator[]): Program {
  const all = [source, ...operators, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }]
  return { name, says, job: jobOf(name, all, all.slice(1).map((operator, i) => ({ from: all[i]!.id, to: operator.id }))) }
}

const joined: Program = {
  name: 'cascade-two-aggregates-joined',
  says: 'two aggregates over the same windows are joined window by window',
  job: jobOf(
    'cascade-two-aggregates-joined',
    [source, counted('by_key', tumble, ['k']), counted('by_id', tumble, ['id']), { id: 'joined', kind: 'window-join', config: { type: 'left', on: [{ left: 'n', right: 'n' }] } }, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }],
    [
      { from: 'bids', to: 'by_key' },
      { from: 'bids', to: 'by_id' },
      { from: 'by_key', to: 'joined', toPort: 'left' },
      { from: 'by_id', to: 'joined', toPort: 'right' },
      { from: 'joined', to: 'out' },
    ],
  ),
}

/** Flink keeps time attributes through a Top-N, and takes a join by them for an interval join unless they are cast. */
const joinedBest: Program = {
  name: 'cascade-top-ns-joined-by-their-times',
  says: 'the best rows of two rankings are joined where their times are equal',
  job: jobOf(
    'cascade-top-ns-joined-by-their-times',
    [
      source,
      { id: 'high', kind: 'top-n', config: { partitionBy: ['k'], orderBy: [{ column: 'v', direction: 'DESC' }], n: 2 } },
      { id: 'low', kind: 'top-n', config: { partitionBy: ['id'], orderBy: [{ column: 'v' }], n: 2 } },
      { id: 'joined', kind: 'regular-join', config: { type: 'left', on: [{ left: 'ts', right: 'ts' }, { left: 'k', right: 'k' }] } },
      { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
    ],
    [
      { from: 'bids', to: 'high' },
      { from: 'bids', to: 'low' },
      { from: 'high', to: 'joined', toPort: 'left' },
      { from: 'low', to: 'joined', toPort: 'right' },
      { from: 'joined', to: 'out' },
    ],
  ),
}

export const cascadePrograms: ProgramSet = {
  name: 'cascades',
  programs: [
    chain('cascade-assign-tumble-aggregate', 'an aggregate groups by the tumbling windows that rows carry', assigned(tumble), { id: 'again', kind: 'window-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'high', expression: 'MAX(v)' }] } }),
    chain('cascade-assign-hop-aggregate', 'an aggregate groups by the hopping windows that rows carry', assigned(hop), { id: 'again', kind: 'window-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'high', expression: 'MAX(v)' }] } }),
    chain('cascade-aggregate-aggregate', 'an aggregate of an aggregate keeps its windows', counted('by_both', tumble, ['k', 'id']), again),
    chain('cascade-cumulate-aggregate', 'an aggregate of a cumulating aggregate has a result at every step', counted('by_both', cumulate, ['k', 'id']), again),
    chain('cascade-aggregate-top-n', 'the best of an aggregate is ranked within its window', counted('by_key', hop, ['k']), { id: 'best', kind: 'window-top-n', config: { partitionBy: [], orderBy: [{ column: 'n', direction: 'DESC' }, { column: 'total' }], n: 2 } }),
    chain('cascade-assign-top-n', 'rows that carry cumulating windows are ranked within each', assigned(cumulate), { id: 'best', kind: 'window-top-n', config: { partitionBy: ['k'], orderBy: [{ column: 'v', direction: 'DESC' }], n: 1 } }),
    chain('cascade-assign-deduplicate', 'the last row of each key and carried window is kept', assigned(tumble), { id: 'last', kind: 'window-deduplicate', config: { keys: ['k'], orderBy: [{ column: 'ts' }], keep: 'last' } }),
    chain('cascade-aggregate-over', 'a running sum follows the windows in order of their time', counted('by_key', tumble, ['k']), {
      id: 'running',
      kind: 'over-aggregate',
      config: { partitionBy: ['k'], aggregates: [{ name: 'so_far', expression: 'SUM(n)' }], orderBy: [{ column: 'window_time' }], frame: { type: 'rows', preceding: 'unbounded' } },
    }),
    chain('cascade-aggregate-session', 'sessions of the windows of an aggregate, by their window_time', counted('by_key', tumble, ['k']), {
      id: 'sessions',
      kind: 'window-aggregate',
      config: { window: { type: 'session', timeColumn: 'window_time', gapMs: 12_000 }, groupBy: ['k'], aggregates: [{ name: 'windows', expression: 'COUNT(*)' }, { name: 'rows', expression: 'SUM(n)' }] },
    }),
    chain('cascade-aggregate-tumble', 'wider windows of an aggregate, which looks at the bounds of the narrower', counted('by_key', tumble, ['k']), {
      id: 'wider',
      kind: 'window-aggregate',
      config: { window: { type: 'tumble', timeColumn: 'window_time', sizeMs: 60_000 }, groupBy: ['k'], aggregates: [{ name: 'windows', expression: 'COUNT(*)' }, { name: 'rows', expression: 'SUM(n)' }, { name: 'first', expression: 'MIN(window_start)' }] },
    }),
    joined,
    joinedBest,
  ],
  incomparable: [],
}
