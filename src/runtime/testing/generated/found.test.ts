import { describe, expect, it } from 'vitest'
import { compile } from '../../../compiler/compile.ts'
import type { Job } from '../../../job/job.ts'
import { definitionOf } from '../../../operators/catalog.ts'
import { runInterrupted } from './interrupted.ts'
import { cutAt, longTtlMs, rowsAtSinks } from './runProgram.ts'

/** Programs that generated ones have led to, as small as they become: what went wrong once is run each time. */
const source = (rows: readonly (readonly [string | null, number])[]) => ({ id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows }, columns: [{ name: 'k', type: 'STRING' }, { name: 'v', type: 'INT' }] } })
const counts = (id: string) => ({ id, kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] } })
const jobOf = (operators: readonly Job['operators'][number][], edges: Job['edges'], key: readonly string[] | undefined): Job => ({
  format: 'millrace/job',
  version: 1,
  name: 'found',
  operators: [...operators, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' }, ...(key === undefined ? {} : { key: [...key] }) } }],
  edges,
})

describe('a table by key is the one that all changes leave', () => {
  it('where a row falls off the end of a ranking whose places are not shown', async () => {
    const ranked = { id: 'top', kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 'k', direction: 'DESC' }], n: 2, rankColumn: 'place' } }
    const shown = { id: 'shown', kind: 'project', config: { columns: [{ name: 'k', expression: 'k' }, { name: 'n', expression: 'n' }] } }
    const job = (key?: readonly string[]) => jobOf([source([['a', 1], ['b', 1], ['c', 1], ['b', 1]]), counts('counts'), ranked, shown], [{ from: 'rows', to: 'counts' }, { from: 'counts', to: 'top' }, { from: 'top', to: 'shown' }, { from: 'shown', to: 'out' }], key)
    const expected = { out: ['{"k":"b","n":2}', '{"k":"c","n":1}'] }
    expect(await rowsAtSinks(job(), { edgesShown: false })).toEqual(expected)
    expect(await rowsAtSinks(job(['k']), { edgesShown: false })).toEqual(expected)
    expect(await rowsAtSinks(job(['k']))).toEqual(expected)
  })
})

describe('processing time that follows event time', () => {
  it('is after a restore what it was, so that nothing in flight expires early', async () => {
    const rows = Array.from({ length: 24 }, (_, i) => [`k${i % 5}`, i, `2026-01-31 12:00:${String(i).padStart(2, '0')}`])
    const columns = [{ name: 'k', type: 'STRING' }, { name: 'v', type: 'INT' }, { name: 'ts', type: 'TIMESTAMP(3)' }]
    const timed = { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows }, columns, watermark: { column: 'ts', delayMs: 0 } } }
    const job = jobOf([timed, counts('counts')], [{ from: 'rows', to: 'counts' }, { from: 'counts', to: 'out' }], undefined)
    const expected = { out: [5, 5, 5, 5, 4].map((n, i) => `{"k":"k${i}","n":${n}}`) }
    const { physical } = compile({ ...job, settings: { parallelism: 2, stateTtlMs: longTtlMs } }, definitionOf, { rewrites: false })
    let inFlight = 0
    for (let passesBefore = 1; passesBefore < 12; passesBefore++) {
      const result = await runInterrupted([physical!], [{ passesBefore, passesAfter: 0, alignment: 'unaligned' }], cutAt(2))
      expect(result.rows).toEqual(expected)
      inFlight += result.inFlight
    }
    expect(inFlight).toBeGreaterThan(0)
  })
})
