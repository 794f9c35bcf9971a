import { jobOf, type ProgramSet } from '../src/program.ts'

/**
 * Worked examples of the rules that Millrace follows, where no case of a room is one: what `WorkedExamples` prints for those that Flink's own classes answer, and programs for values. docs/flink-facts.md lists all of them with
 * where each was seen.
 */
export const workedExamples: readonly string[] = [
  'WM-1: 7999, 7999, 10999',
  'WM-3: A 5 → –; B 3 → W=3; B idle → W=5; A 7 → W=7; B active → –; B 6 → –; A 9 → W=9; B 10 → –; A 12 → W=10',
  'WM-4: A 5 → –; B 8 → W=5; B idle → –; A idle → W=8 IDLE',
  'WIN-1: 0 offset 0 [0,10); -1 offset 0 [-10,0); -10 offset 0 [-10,0); 12 offset 3 [3,13); 2 offset 3 [-7,3); 1625011204000 offset -240000 [1625010960000,1625011560000)',
  'WIN-6: 1, 3',
  'KG-1 integers: 94 at 2, 86 at 2, 127 at 3, 113 at 3, 113 at 3, 29 at 0, 64 at 2, 7 at 0',
  'KG-1 longs: 94 at 2, 86 at 2, 127 at 3, 113 at 3, 113 at 3, 29 at 0, 64 at 2, 7 at 0',
  'KG-1 strings: 81 at 2, 104 at 3, 22 at 0, 41 at 1, 35 at 1',
  'KG-1 rows of BIGINT: 102 at 3, 94 at 2, 93 at 2, 112 at 3, 4 at 0, 69 at 2, 112 at 3, 20 at 0, 69 at 2',
  'KG-1 rows of STRING: 4 at 0, 89 at 2, 32 at 1, 17 at 0, 2 at 0',
  'KG-2: 1 128, 85 128, 86 256, 170 256, 171 256, 1000 2048, 30000 32768',
  'KG-3: 0–42, 43–85, 86–127',
]

/** VS-1; each is computed from columns too, so that no planner folds it away. */
const values: readonly (readonly [string, string])[] = [
  ['product', '0.908 * b'],
  ['half', 'i / 2'],
  ['negative_half', '-i / 2'],
  ['rest', 'MOD(-i, 3)'],
  ['wrapped', 'm + 1'],
  ['rounded', 'CAST(d AS DECIMAL(3, 2))'],
  ['too_large', 'CAST(e AS DECIMAL(3, 2))'],
  ['narrowed', 'CAST(n AS TINYINT)'],
  ['part_3', "SPLIT_INDEX(u, '/', 3)"],
  ['part_1', "SPLIT_INDEX(u, '/', 1)"],
  ['part_9', "SPLIT_INDEX(u, '/', 9)"],
  ['group_1', "REGEXP_EXTRACT(q, 'cid=([0-9]+)', 1)"],
  ['group_0', "REGEXP_EXTRACT(q, 'cid=([0-9]+)', 0)"],
  ['no_match', "REGEXP_EXTRACT(u, 'cid=([0-9]+)', 1)"],
  ['null_and_false', 'x AND FALSE'],
  ['null_or_true', 'x OR TRUE'],
  ['not_null', 'NOT x'],
]

export const workedPrograms: ProgramSet = {
  name: 'worked-examples',
  programs: [
    {
      name: 'worked-values',
      says: 'numbers, casts, texts and three-valued logic have the values of VS-1',
      job: jobOf(
        'worked-values',
        [
          {
            id: 'rows',
            kind: 'source',
            config: {
              connector: { type: 'inline', rows: [[100, 5, 2147483647, '1.235', '123.4', 300, 'https://h/a/b/c', 'q=1&cid=77', null]] },
              columns: ['b BIGINT', 'i INT', 'm INT', 'd STRING', 'e STRING', 'n INT', 'u STRING', 'q STRING', 'x BOOLEAN'].map((words) => ({ name: words.split(' ')[0]!, type: words.split(' ')[1]! })),
            },
          },
          { id: 'cast', kind: 'project', config: { columns: ['b', 'i', 'm', 'n', 'u', 'q', 'x'].map((name) => ({ name, expression: name })).concat([{ name: 'd', expression: 'CAST(d AS DECIMAL(4, 3))' }, { name: 'e', expression: 'CAST(e AS DECIMAL(4, 1))' }]) } },
          { id: 'values', kind: 'project', config: { columns: values.map(([name, expression]) => ({ name, expression })) } },
          { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
        ],
        [['rows', 'cast'], ['cast', 'values'], ['values', 'out']].map(([from, to]) => ({ from: from!, to: to! })),
      ),
    },
    {
      name: 'worked-averages',
      says: 'an average of whole numbers is cut towards zero (VS-1)',
      job: jobOf(
        'worked-averages',
        [
          { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [['up', 1], ['up', 2], ['down', -1], ['down', -2]] }, columns: [{ name: 'k', type: 'STRING' }, { name: 'v', type: 'BIGINT' }] } },
          { id: 'means', kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'mean', expression: 'AVG(v)' }] } },
          { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
        ],
        [['rows', 'means'], ['means', 'out']].map(([from, to]) => ({ from: from!, to: to! })),
      ),
    },
  ],
  incomparable: [],
}
