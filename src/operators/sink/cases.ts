import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const input = 'key STRING, v BIGINT'
const rows = 'op | key | v\n+I | a | 1\n-U | a | 1\n+U | a | 2\n+I | null | 3'
const inserts = 'op | key | v\n+I | a | 1\n+I | a | 1\n+I | null | 3'

export const cases: readonly OperatorCase[] = [
  { name: 'hands every change to the shell, for a live table', config: { connector: { type: 'collect' } }, inputs: { in: input }, steps: [{ rows }], expect: { delivered: rows }, ordered: true },
  {
    name: 'hands every change to the shell, for a file',
    config: { connector: { type: 'file', path: 'out.jsonl', format: 'json' }, key: ['key'] },
    inputs: { in: input },
    upsertKeys: { in: [['key']] },
    steps: [{ rows }],
    expect: { delivered: rows },
    ordered: true,
  },
  {
    name: 'deletes by its key what an update took away and did not replace',
    config: { connector: { type: 'collect' }, key: ['key'] },
    inputs: { in: input },
    upsertKeys: { in: [['key']] },
    steps: [{ rows: 'op | key | v\n+I | a | 1\n-U | a | 1\n+I | b | 1\n-U | b | 1\n+U | b | 2\n-U | b | 2' }, { watermark: 5 }, { rows: 'op | key | v\n+I | c | 1\n-U | c | 1\n+U | c | 7' }],
    expect: { delivered: 'op | key | v\n+I | a | 1\n-D | a | 1\n+I | b | 1\n-U | b | 1\n+U | b | 2\n-D | b | 2\n+I | c | 1\n-U | c | 1\n+U | c | 7' },
    ordered: true,
  },
  {
    name: 'takes back the row of one key when its key is more than that of the changes, and has the other',
    config: { connector: { type: 'collect' }, key: ['key', 'v'] },
    inputs: { in: input },
    upsertKeys: { in: [['key']] },
    steps: [{ rows: 'op | key | v\n+I | a | 1\n-U | a | 1\n+U | a | 2' }],
    expect: { delivered: 'op | key | v\n+I | a | 1\n-D | a | 1\n+U | a | 2' },
  },
  {
    name: 'keeps the rows of a key that is not that of the changes, and shows the one before when the last is taken back (UM-1)',
    config: { connector: { type: 'collect' }, key: ['key'] },
    inputs: { in: input },
    steps: [{ rows: 'op | key | v\n+I | k | 1\n+I | k | 2\n-D | k | 2\n-D | k | 1' }],
    expect: { delivered: 'op | key | v\n+I | k | 1\n+U | k | 2\n+U | k | 1\n-D | k | 1' },
    ordered: true,
  },
  {
    name: 'says nothing of a row in the middle that is taken back, nor of one that was never there',
    config: { connector: { type: 'collect' }, key: ['key'] },
    inputs: { in: input },
    steps: [{ rows: 'op | key | v\n+I | k | 1\n+I | k | 2\n-D | k | 1\n-D | k | 9\n-U | k | 2\n+U | k | 3' }],
    expect: { delivered: 'op | key | v\n+I | k | 1\n+U | k | 2\n-D | k | 2\n+I | k | 3' },
    ordered: true,
  },
  {
    name: 'lets a row take the place of the one before it with the same key of the changes',
    config: { connector: { type: 'collect' }, key: ['key'] },
    inputs: { in: 'id INT, key STRING, v BIGINT' },
    upsertKeys: { in: [['id']] },
    steps: [{ rows: 'op | id | key | v\n+I | 1 | k | 1\n+I | 2 | k | 2\n+U | 1 | k | 5\n-D | 2 | k | 0\n-D | 1 | k | 5' }],
    expect: { delivered: 'op | id | key | v\n+I | 1 | k | 1\n+U | 2 | k | 2\n+U | 1 | k | 5\n+U | 1 | k | 5\n-D | 1 | k | 5' },
    ordered: true,
  },
  { name: 'hands every change to the shell, for a topic', config: { connector: { type: 'topic', topic: 'out', keyFields: ['key'], partitioner: 'round-robin' } }, inputs: { in: input }, steps: [{ rows }], expect: { delivered: rows }, ordered: true },
  { name: 'hands rows to the shell, for a topic of records', config: { connector: { type: 'topic', topic: 'out', deliveryGuarantee: 'at-least-once' } }, inputs: { in: input }, steps: [{ rows: inserts }], expect: { delivered: inserts }, ordered: true },
  { name: 'hands every change to the shell, for a topic of upserts', config: { connector: { type: 'topic', topic: 'out', partitions: 3 }, key: ['key'] }, inputs: { in: input }, upsertKeys: { in: [['key']] }, steps: [{ rows }], expect: { delivered: rows }, ordered: true },
  { name: 'hands every change to the shell, for a table of the store', config: { connector: { type: 'store', table: 'totals' }, key: ['key'] }, inputs: { in: input }, upsertKeys: { in: [['key']] }, steps: [{ rows }], expect: { delivered: rows }, ordered: true },
  { name: 'hands rows to the shell, for a table that only grows', config: { connector: { type: 'store', table: 'totals' } }, inputs: { in: input }, steps: [{ rows: inserts }], expect: { delivered: inserts }, ordered: true },
  { name: 'hands changes to the shell, for a table without a key', config: { connector: { type: 'store', table: 'totals' } }, inputs: { in: input }, steps: [{ rows }], expect: { delivered: rows }, ordered: true },
  { name: 'swallows rows as a blackhole', config: { connector: { type: 'blackhole' } }, inputs: { in: input }, steps: [{ rows }], expect: {} },
  {
    name: 'with a time to live, the rows of a key that was not written for so long are gone together',
    config: { connector: { type: 'collect' }, key: ['key'] },
    inputs: { in: input },
    stateTtlMs: 100,
    steps: [{ processingTime: 1000 }, { rows: 'op | key | v\n+I | k | 1\n-D | k | 1\n+I | k | 1' }, { processingTime: 1099 }, { rows: 'op | key | v\n+I | k | 2' }, { processingTime: 1198 }, { rows: 'op | key | v\n-D | k | 2' }, { processingTime: 1298 }, { rows: 'op | key | v\n-D | k | 1\n+I | k | 3' }],
    expect: { delivered: 'op | key | v\n+I | k | 1\n-D | k | 1\n+I | k | 1\n+U | k | 2\n+U | k | 1\n+I | k | 3' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'asks for a connector', config: {}, inputs: { in: input }, problems: ['MR-103 connector'] },
  { name: 'refuses a connector it does not have', config: { connector: { type: 'carrier-pigeon' } }, inputs: { in: input }, problems: ['MR-106 connector.type: `collect`'] },
  { name: 'wants the path of a file', config: { connector: { type: 'file', format: 'csv' } }, inputs: { in: input }, problems: ['MR-103 connector.path'] },
  { name: 'knows the columns of a record’s key, and takes one key', config: { connector: { type: 'topic', topic: 'out', keyFields: ['kez'] }, key: ['key'] }, inputs: { in: input }, problems: ['MR-111 connector.keyFields[0]: Did you mean `key`?', 'MR-163 connector.keyFields'] },
  { name: 'refuses what no topic and no table can be called', config: { connector: { type: 'topic', topic: 'a/b' } }, inputs: { in: input }, problems: ['MR-107 connector.topic'] },
  { name: 'wants the name of a table', config: { connector: { type: 'store' } }, inputs: { in: input }, problems: ['MR-103 connector.table'] },
  { name: 'draws numbers', config: { connector: { type: 'chart', x: 'tz', y: ['key', 'v'] } }, inputs: { in: input }, problems: ['MR-111 connector.x', 'MR-162 connector.y[0]'] },
  { name: 'knows its columns', config: { connector: { type: 'collect' }, key: ['kez', 'v', 'v'] }, inputs: { in: input }, problems: ['MR-111 key[0]: Did you mean `key`?', 'MR-160 key[2]'] },
]
