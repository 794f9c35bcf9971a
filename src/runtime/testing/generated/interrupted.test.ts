import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from '../../../compiler/compile.ts'
import type { PhysicalPlan } from '../../../compiler/physicalPlan.ts'
import type { Job } from '../../../job/job.ts'
import { definitionOf } from '../../../operators/catalog.ts'
import { arbitraryProgram, programText } from './arbitraryProgram.ts'
import { runInterrupted, type Cut } from './interrupted.ts'
import { cutAt, longTtlMs, rowsAtSinks } from './runProgram.ts'
import { isSettledInParallel } from './settled.ts'
import { topicEdges } from './throughTopics.ts'

/** Random jobs cut off at random places. `MILLRACE_PROGRAMS=10000` runs more of them, `MILLRACE_SEED` others. */
const numRuns = Number(process.env.MILLRACE_PROGRAMS ?? 60)
// A program is small, and shrinking many whole runs takes more memory than there is.
const ending = { endOnFailure: true }
const timeoutMs = 60_000 + numRuns * 500

function planOf(job: Job, parallelism: number, rewrites: boolean, lives: boolean): PhysicalPlan {
  return compile({ ...job, settings: { ...job.settings, parallelism, ...(lives ? { stateTtlMs: longTtlMs } : {}) } }, definitionOf, rewrites ? {} : { rewrites: false }).physical!
}

function cutsOf(alignment: Cut['alignment']): fc.Arbitrary<Cut[]> {
  return fc.array(fc.record({ passesBefore: fc.nat(12), passesAfter: fc.nat(6), alignment: fc.constant(alignment) }), { minLength: 1, maxLength: 4 })
}

/** Runs each program whole, then cut off with one plan after the other; the rows must be the same. */
async function sameWhenCutOff(alignment: Cut['alignment'], parallelisms: readonly number[], rewrites = true): Promise<{ readonly restored: number; readonly inFlight: number }> {
  let restored = 0
  let inFlight = 0
  await fc.assert(
    fc.asyncProperty(arbitraryProgram, cutsOf(alignment), fc.integer({ min: 1, max: 3 }), fc.boolean(), async (job, cuts, batchRows, lives) => {
      // Such runs have no topics: `runtime/topics.test.ts` cuts off what writes and reads them.
      if (topicEdges(job).length > 0) return
      if (parallelisms.some((parallelism) => parallelism > 1) && !isSettledInParallel(job)) return
      const whole = await rowsAtSinks(job)
      if (whole.failed !== undefined) return
      const plans = Array.from({ length: cuts.length + 1 }, (_, run) => planOf(job, parallelisms[run % parallelisms.length]!, rewrites, lives))
      const result = await runInterrupted(plans, cuts, cutAt(batchRows))
      restored += result.restored
      inFlight += result.inFlight
      expect(result.rows, programText(job)).toEqual(whole)
    }),
    { numRuns, ...ending },
  )
  return { restored, inFlight }
}

describe('generated programs that are cut off', () => {
  it('give the same, one subtask', async () => {
    expect((await sameWhenCutOff('aligned', [1])).restored).toBeGreaterThan(numRuns / 4)
  }, timeoutMs)
  it('give the same, two subtasks', async () => {
    expect((await sameWhenCutOff('aligned', [2])).restored).toBeGreaterThan(numRuns / 4)
  }, timeoutMs)
  it('give the same where barriers overtake what is on its way', async () => {
    const { restored, inFlight } = await sameWhenCutOff('unaligned', [2])
    expect(restored).toBeGreaterThan(numRuns / 4)
    expect(inFlight).toBeGreaterThan(0)
  }, timeoutMs)
  it('give the same where what was on its way goes on at another parallelism', async () => {
    const { restored, inFlight } = await sameWhenCutOff('unaligned', [2, 3, 4, 2, 3])
    expect(restored).toBeGreaterThan(numRuns / 4)
    expect(inFlight).toBeGreaterThan(0)
  }, timeoutMs)
  // Partial rows of two phases have nowhere to go where there is one phase only, which is what one subtask has: without rewrites there are none.
  it('give the same where what was on its way goes on in one subtask, and in several again', async () => {
    const { restored, inFlight } = await sameWhenCutOff('unaligned', [2, 1, 3, 1, 4], false)
    expect(restored).toBeGreaterThan(numRuns / 4)
    expect(inFlight).toBeGreaterThan(0)
  }, timeoutMs)
  it('give the same when they go on at another parallelism', async () => {
    expect((await sameWhenCutOff('aligned', [1, 2, 3, 2, 1])).restored).toBeGreaterThan(numRuns / 4)
  }, timeoutMs)
})
