import * as fc from 'fast-check'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../../compiler/compile.ts'
import type { PhysicalPlan } from '../../../compiler/physicalPlan.ts'
import { seed } from '../../../deterministic/testing/oneSeed.ts'
import type { Job } from '../../../job/job.ts'
import { definitionOf } from '../../../operators/catalog.ts'
import { remoteChannelsOf } from '../../channels.ts'
import { nodeLauncher } from '../../launch/node.ts'
import { builtEngine } from '../builtEngine.ts'
import { arbitraryProgram, programText } from './arbitraryProgram.ts'
import { rowsAtSinks, rowsFromEngines } from './runProgram.ts'
import { isSettledInParallel } from './settled.ts'

/**
 * Generated programs on real worker threads: what a structured clone of the plan, the carriers' bytes or another order of arrival would lose. Threads cost more than a program does, so there are few of them
 * unless asked for: a fifth of `MILLRACE_PROGRAMS`.
 */
const numRuns = Math.ceil(Number(process.env.MILLRACE_PROGRAMS ?? 60) / 5)
const parallelism = 2
const timeoutMs = 120_000 + numRuns * 5000

/** Those whose rows are settled at this parallelism, and some of whose rows cross between threads. */
function crossing(job: Job): readonly { readonly job: Job; readonly plan: PhysicalPlan }[] {
  if (!isSettledInParallel(job)) return []
  const plan = compile({ ...job, settings: { ...job.settings, parallelism } }, definitionOf).physical!
  return remoteChannelsOf(plan).length === 0 ? [] : [{ job, plan }]
}

let engine: Awaited<ReturnType<typeof builtEngine>>
beforeAll(async () => {
  engine = await builtEngine(join(import.meta.dirname, '../../launch/engineThread.ts'))
}, 120_000)
afterAll(() => engine.remove())

describe('generated programs on worker threads', () => {
  const programs = fc.sample(arbitraryProgram, { numRuns: numRuns * 5, seed }).flatMap(crossing).slice(0, numRuns)

  it('are many enough to tell', () => {
    expect(programs).toHaveLength(numRuns)
  })
  it('give what they give on one thread, through shared memory and through transferred buffers', async () => {
    let withRows = 0
    for (const [i, { job, plan }] of programs.entries()) {
      const expected = await rowsAtSinks(job, { parallelism })
      if (expected.failed === undefined && Object.values(expected).some((rows) => rows.length > 0)) withRows++
      const carrier = i % 2 === 0 ? 'shared' : 'transferred'
      expect(await rowsFromEngines(job, plan, nodeLauncher(engine.script), carrier), `program ${i} of seed ${seed}, ${carrier}: ${programText(job)}`).toEqual(expected)
    }
    expect(withRows).toBeGreaterThan(numRuns / 3)
  }, timeoutMs)
})
