import { printProblem } from '../../../../job/problem.ts'
import type { Job } from '../../../../job/job.ts'
import { checkJob } from '../../../../job/validate.ts'
import { definitionOf } from '../../../../operators/catalog.ts'
import { arbitraryProgram, programText } from '../arbitraryProgram.ts'
import { longTtlMs, rowsAtSinks, type RunOptions } from '../runProgram.ts'
import { whyUnsettledInParallel } from '../settled.ts'
import { compareTables, Different, type Check, type Tables, type Tally } from './check.ts'

/** Ways to run a program that must not matter, each with the one it is compared with. */
const ways: readonly { readonly name: string; readonly options: RunOptions; readonly otherwise?: RunOptions }[] = [
  { name: 'sources cut into batches of one row', options: { batchRows: 1 } },
  { name: 'two subtasks', options: { parallelism: 2 } },
  { name: 'no rewrite', options: { rewrites: false } },
  { name: 'every rewrite', options: { edgesShown: false } },
  { name: 'every rewrite in two subtasks', options: { edgesShown: false, parallelism: 2 }, otherwise: { rewrites: false, parallelism: 2 } },
  { name: 'a time to live that nothing is idle for', options: { stateTtlMs: longTtlMs } },
  { name: 'one phase and two', options: { parallelism: 2, twoPhase: false } },
]

export const wayNames: readonly string[] = ways.map(({ name }) => name)

async function sameInAllWays(job: Job, tally: Tally): Promise<void> {
  const problems = checkJob(job, definitionOf).problems.filter(({ severity }) => severity === 'error')
  if (problems.length > 0) throw new Different(`not valid: ${problems.map(printProblem).join(' ')}\n${programText(job)}`)
  const results = new Map<string, Tables>()
  const rows = async (options: RunOptions): Promise<Tables> => {
    const name = JSON.stringify(options)
    const known = results.get(name) ?? (await rowsAtSinks(job, options))
    results.set(name, known)
    return known
  }
  const unsettled = whyUnsettledInParallel(job)
  for (const { name, options, otherwise = {} } of ways) {
    if (unsettled !== null && [options, otherwise].some(({ parallelism }) => (parallelism ?? 1) > 1)) tally.passOver(`${name}: ${unsettled}`)
    else compareTables(tally, name, await rows(options), await rows(otherwise), () => programText(job))
  }
}

export const generatedChecks: readonly Check[] = [
  { name: 'give the same in ways that must not matter', drawn: arbitraryProgram, times: 1, run: sameInAllWays, text: programText } satisfies Check<Job>,
]
