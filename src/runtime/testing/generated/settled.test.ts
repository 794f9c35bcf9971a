import { describe, expect, it } from 'vitest'
import type { Job } from '../../../job/job.ts'
import { rowsAtSinks } from './runProgram.ts'
import { isSettledInParallel, whyUnsettledInParallel } from './settled.ts'

/** Program 41 of seed 913, as small as it becomes: the second row is at the very end of the first one's session, and the third has both fire. An over aggregate gives a row on behind the watermarks before it. */
const rows = [['a', '2026-01-31 12:00:38.997'], ['a', '2026-01-31 12:00:39.997'], ['a', '2026-01-31 12:00:40.998']]
const session = { id: 'sessions', kind: 'window-aggregate', config: { window: { type: 'session', timeColumn: 'ts', gapMs: 1000 }, groupBy: [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } }
const numbered = { id: 'numbered', kind: 'over-aggregate', config: { partitionBy: ['k'], orderBy: [{ column: 'ts', direction: 'ASC' }], frame: { type: 'range', preceding: 'unbounded' }, aggregates: [{ name: 'i', expression: 'COUNT(*)' }] } }

function jobOf(...between: Job['operators'][number][]): Job {
  const columns = [{ name: 'k', type: 'STRING' }, { name: 'ts', type: 'TIMESTAMP(3)' }]
  const operators = [
    { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows }, columns, watermark: { column: 'ts', delayMs: 1 } } },
    ...between,
    { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
  ]
  return { format: 'millrace/job', version: 1, name: 'settled', operators, edges: operators.slice(1).map(({ id }, i) => ({ from: operators[i]!.id, to: id })) }
}

async function sessionsOf(job: Job, parallelism: number): Promise<readonly number[]> {
  return (await rowsAtSinks(job, { parallelism })).out!.map((row) => (JSON.parse(row) as { readonly n: number }).n)
}

describe('what is settled at every parallelism', () => {
  it('is a session that one channel feeds, one row at its very end or not', async () => {
    expect(isSettledInParallel(jobOf(session))).toBe(true)
    for (const parallelism of [1, 2]) expect(await sessionsOf(jobOf(session), parallelism)).toEqual([2, 1])
  })
  it('is not whether a row at the very end of a session joins it, where two channels feed it and one of them is ahead', async () => {
    const job = jobOf(numbered, session)
    expect(isSettledInParallel(job)).toBe(false)
    for (const parallelism of [1, 2]) expect([[1, 1, 1], [2, 1]]).toContainEqual(await sessionsOf(job, parallelism))
  })
  it('is what a topic without a key brings, unless its order matters', async () => {
    const topic = { type: 'topic', topic: 'between' }
    const columns = [{ name: 'k', type: 'STRING' }, { name: 'ts', type: 'TIMESTAMP(3)' }]
    const counted = { id: 'counted', kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } }
    const first = { id: 'counted', kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 'k', direction: 'ASC' }], n: 1 } }
    const through = (behind: Job['operators'][number]): Job => {
      const { operators, edges, ...rest } = jobOf(behind)
      const between = [{ id: 'to_topic', kind: 'sink', config: { connector: topic } }, { id: 'from_topic', kind: 'source', config: { connector: topic, columns } }]
      return { ...rest, operators: [...operators, ...between], edges: [{ from: 'rows', to: 'to_topic' }, { from: 'from_topic', to: 'counted' }, ...edges.slice(1)] }
    }
    expect(whyUnsettledInParallel(through(counted))).toBe(null)
    for (const parallelism of [1, 2]) expect((await rowsAtSinks(through(counted), { parallelism })).out).toEqual(['{"k":"a","n":3}'])
    expect(whyUnsettledInParallel(through(first))).toBe('a topic without a key, written by several subtasks, whose order matters')
  })
})
