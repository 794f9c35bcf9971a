import { describe, expect, it } from 'vitest'
import { exportFlinkSql } from './flinkSql.ts'
import { parseJob } from '../job/parseJob.ts'

/** Windows over windows. That Flink takes the script is asked in conformance: `cascade-aggregate-tumble`, `cascade-aggregate-session`. */
describe('a window over the rows of a window aggregate', () => {
  const job = {
    format: 'millrace/job',
    version: 1,
    name: 'cascade',
    operators: [
      { id: 'in', kind: 'source', config: { connector: { type: 'inline', rows: [] }, columns: [{ name: 'k', type: 'STRING' }, { name: 'ts', type: 'TIMESTAMP(3)' }], watermark: { column: 'ts', delayMs: 0 } } },
      { id: 'minutes', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 60_000 }, groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } },
      { id: 'hours', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'window_time', sizeMs: 3_600_000 }, groupBy: ['k'], aggregates: [{ name: 'first', expression: 'MIN(window_start)' }, { name: 'all', expression: 'SUM(n)' }] } },
      { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
    ],
    edges: [
      { from: 'in', to: 'minutes' },
      { from: 'minutes', to: 'hours' },
      { from: 'hours', to: 'out' },
    ],
  }

  it('is read from a view in which the older columns have other names', () => {
    const { job: parsed } = parseJob(JSON.stringify(job))
    const { text: script, problems } = exportFlinkSql(parsed!, { version: '2.2' })
    expect(problems).toEqual([])
    expect(script).toContain('CREATE TEMPORARY VIEW `hours.in` AS')
    expect(script).toContain('`window_time` AS `input_window_time`')
    expect(script).toContain('MIN(`input_window_start`) AS `first`')
    expect(script).toContain("TUMBLE(TABLE `hours.in`, DESCRIPTOR(`input_window_time`), INTERVAL '1' HOUR)")
  })
})
