import { expect, it } from 'vitest'
import { compile } from '../compiler/compile.ts'
import { systemClock } from '../deterministic/clock.ts'
import type { Job } from '../job/job.ts'
import { definitionOf } from '../operators/catalog.ts'
import type { JobStatus, MetricsFrame } from './jobRun.ts'
import { inProcessLauncher } from './launch/inProcess.ts'
import { startRun } from './startRun.ts'

const stream = (id: string, of: string, columns: readonly string[]): Job['operators'][number] => ({
  id,
  kind: 'source',
  config: { connector: { type: 'nexmark', stream: of, events: 5000, seed: 3 }, columns: columns.map((name) => ({ name, type: 'BIGINT' })) },
})
const job = (parallelism: number): Job => ({
  format: 'millrace/job',
  version: 1,
  name: 'a join that asks its inputs',
  settings: { parallelism },
  operators: [
    stream('bids', 'bid', ['auction', 'price']),
    stream('auctions', 'auction', ['id', 'category']),
    { id: 'joined', kind: 'regular-join', config: { type: 'inner', on: [{ left: 'auction', right: 'id' }], condition: 'r.category = 10 AND l.price > 1000 AND l.price > r.category' } },
    { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
  ],
  edges: [{ from: 'bids', to: 'joined', toPort: 'left' }, { from: 'auctions', to: 'joined', toPort: 'right' }, { from: 'joined', to: 'out' }],
})

it('a condition that is asked of inputs changes no number that is shown', async () => {
  for (const parallelism of [1, 2]) {
    const [asked, whole] = [await shown(job(parallelism), true), await shown(job(parallelism), false)]
    expect(asked.edges['1']!.rows).toBe(300)
    expect(asked).toEqual(whole)
  }
})

/** The numbers of a whole run, and what the previews of its edges had. */
async function shown(of: Job, rewrites: boolean) {
  const compiled = compile(of, definitionOf, { rewrites })
  expect(compiled.rewrites.length).toBe(rewrites ? 2 : 0)
  const run = startRun(compiled.physical!, { launcher: inProcessLauncher(systemClock()), files: { open: () => Promise.reject(new Error('no files')) } })
  let frame: MetricsFrame | null = null
  const previews: Record<string, readonly string[]> = {}
  const status = await new Promise<JobStatus>((resolve) => {
    run.subscribe((event) => {
      if (event.kind === 'metrics') frame = event.frame
      if (event.kind === 'preview') previews[event.edge] = event.schema.fields.map(({ name }) => name)
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed')) resolve(event.status)
    })
  })
  await run.stop()
  expect(status.kind).toBe('finished')
  const { operators, edges } = frame! as MetricsFrame
  return {
    operators: Object.fromEntries(Object.entries(operators).map(([id, { rowsIn, rowsOut }]) => [id, { rowsIn, rowsOut }])),
    edges: Object.fromEntries(Object.entries(edges).map(([edge, { rows }]) => [edge, { rows }])),
    previews,
  }
}
