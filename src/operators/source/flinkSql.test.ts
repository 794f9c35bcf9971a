import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../columnar/json.ts'
import { printStatement } from '../../sql/printStatement.ts'
import { specOf } from '../testing/operatorHarness.ts'
import { definition } from './definition.ts'
import { emitter } from './flinkSql.ts'

const columns = [
  { name: 'id', type: 'BIGINT NOT NULL' },
  { name: 'made', type: 'TIMESTAMP(3)' },
  { name: 'tags', type: 'MAP<STRING, ARRAY<ROW<`value` DECIMAL(10, 2) NOT NULL, `a.b` TIMESTAMP_LTZ(3)>>>' },
  { name: 'day', expression: "DATE_FORMAT(made, 'yyyy-MM-dd')" },
  { name: 'seen', expression: 'PROCTIME()' },
]
const at: JsonObject = { column: 'made', delayMs: 120_000 }

const sources: readonly (readonly [string, JsonObject])[] = [
  ['rows in the job', { connector: { type: 'inline', rows: [] }, columns }],
  ['changes in the job', { connector: { type: 'inline', rows: [], changelog: true }, columns }],
  ['lines of a file', { connector: { type: 'file', path: 'file:///data/in.jsonl', format: 'json' }, columns, watermark: at }],
  ['CSV with a header, relative', { connector: { type: 'file', path: 'in.csv', format: 'csv' }, columns, watermark: { column: 'made', expression: "made - INTERVAL '1' SECOND" } }],
  ['a generator', { connector: { type: 'nexmark', stream: 'bid', events: 100 }, columns: [{ name: 'auction', type: 'BIGINT' }] }],
  ['a topic', { connector: { type: 'topic', topic: 'orders' }, columns, watermark: at }],
  ['a topic from offsets to where it ends', { connector: { type: 'topic', topic: 'orders', startFrom: 'specific-offsets', startOffsets: 'partition:0,offset:42', boundedMode: 'latest-offset', isolation: 'read_uncommitted', onError: 'skip' }, columns }],
  ['a topic from a time', { connector: { type: 'topic', topic: 'orders', startFrom: 'timestamp', startTimestamp: '2026-01-31 12:00:00', format: 'debezium-json' }, columns }],
  ['a topic of upserts', { connector: { type: 'topic', topic: 'totals', key: ['made', 'id'] }, columns, watermark: { ...at, idleTimeoutMs: 5000 } }],
  [
    'a binding of its own, with a secret and per-record watermarks',
    { connector: { type: 'inline', rows: [] }, columns, watermark: { ...at, idleTimeoutMs: 5000 }, flink: { connector: 'kafka', options: { topic: "it's", 'properties.sasl.jaas.config': { secret: 'SASL' }, format: 'json' } } },
  ],
]

describe('source on Flink', () => {
  it('is the SQL of cases.sql', async () => {
    const text = sources.map(([says, config]) => {
      const { statements, verdict } = emitter.emit({ spec: specOf(definition, config, []), version: '2.2', timeZone: 'UTC', inputs: [], view: () => 'op', isUsed: () => true })
      return [`-- ${says}`, ...(verdict.kind === 'noted' ? verdict.notes.map((note) => `-- noted: ${note}`) : ['-- same meaning']), ...statements.map(printStatement)].join('\n')
    })
    await expect(`${text.join('\n\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'cases.sql'))
  })
})
