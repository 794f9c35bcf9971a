import * as fc from 'fast-check'
import { compile } from '../../../../compiler/compile.ts'
import type { PhysicalPlan } from '../../../../compiler/physicalPlan.ts'
import type { Job } from '../../../../job/job.ts'
import { definitionOf } from '../../../../operators/catalog.ts'
import { arbitraryProgram, programText } from '../arbitraryProgram.ts'
import { runInterrupted, type Cut } from '../interrupted.ts'
import { cutAt, longTtlMs, rowsAtSinks } from '../runProgram.ts'
import { whyUnsettledInParallel } from '../settled.ts'
import { topicEdges } from '../throughTopics.ts'
import { compareTables, type Check, type Tally } from './check.ts'

/** Programs that are cut off at random places and begun again, with one plan after the other: the rows must be those of the whole run. */
type CutProgram = readonly [job: Job, cuts: Cut[], batchRows: number, lives: boolean]

export const restoredCheckpoints = 'checkpoints begun from'
export const elementsInFlight = 'elements in flight in them'

function planOf(job: Job, parallelism: number, rewrites: boolean, lives: boolean): PhysicalPlan {
  return compile({ ...job, settings: { ...job.settings, parallelism, ...(lives ? { stateTtlMs: longTtlMs } : {}) } }, definitionOf, rewrites ? {} : { rewrites: false }).physical!
}

function cutsOf(alignment: Cut['alignment']): fc.Arbitrary<Cut[]> {
  return fc.array(fc.record({ passesBefore: fc.nat(12), passesAfter: fc.nat(6), alignment: fc.constant(alignment) }), { minLength: 1, maxLength: 4 })
}

function textOf([job, cuts, batchRows, lives]: CutProgram): string {
  return `cut off at ${JSON.stringify(cuts)}, batches of ${batchRows}${lives ? ', with a time to live' : ''}\n${programText(job)}`
}

function sameWhenCutOff(name: string, alignment: Cut['alignment'], parallelisms: readonly number[], rewrites = true): Check<CutProgram> {
  const run = async (value: CutProgram, tally: Tally): Promise<void> => {
    const [job, cuts, batchRows, lives] = value
    // Such runs have no topics: `runtime/topics.test.ts` cuts off what writes and reads them.
    if (topicEdges(job).length > 0) return tally.passOver('a topic between operators')
    const unsettled = parallelisms.some((parallelism) => parallelism > 1) ? whyUnsettledInParallel(job) : null
    if (unsettled !== null) return tally.passOver(unsettled)
    const whole = await rowsAtSinks(job)
    if (whole.failed !== undefined) return tally.passOver('fails when run whole')
    const plans = Array.from({ length: cuts.length + 1 }, (_, at) => planOf(job, parallelisms[at % parallelisms.length]!, rewrites, lives))
    const { rows, restored, inFlight } = await runInterrupted(plans, cuts, cutAt(batchRows))
    tally.meet(restored > 0 ? restoredCheckpoints : 'come to their end before the first cut', Math.max(1, restored))
    tally.meet(elementsInFlight, inFlight)
    compareTables(tally, 'cut off and begun again', rows, whole, () => textOf(value))
  }
  return { name, drawn: fc.tuple(arbitraryProgram, cutsOf(alignment), fc.integer({ min: 1, max: 3 }), fc.boolean()), times: 1, run, text: textOf }
}

const alignedChecks = [
  sameWhenCutOff('give the same, one subtask', 'aligned', [1]),
  sameWhenCutOff('give the same, two subtasks', 'aligned', [2]),
  sameWhenCutOff('give the same when they go on at another parallelism', 'aligned', [1, 2, 3, 2, 1]),
] as const

/** With barriers that overtake what is on its way. */
export const unalignedChecks: readonly Check[] = [
  sameWhenCutOff('give the same where barriers overtake what is on its way', 'unaligned', [2]),
  sameWhenCutOff('give the same where what was on its way goes on at another parallelism', 'unaligned', [2, 3, 4, 2, 3]),
  // Partial rows of two phases have nowhere to go where there is one phase only, which is what one subtask has: without rewrites there are none.
  sameWhenCutOff('give the same where what was on its way goes on in one subtask, and in several again', 'unaligned', [2, 1, 3, 1, 4], false),
]

export const interruptedChecks: readonly Check[] = [...alignedChecks, ...unalignedChecks]
