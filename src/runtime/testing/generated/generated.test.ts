import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seed } from '../../../deterministic/testing/oneSeed.ts'
import { functionTable } from '../../../expression/functions.ts'
import type { Job } from '../../../job/job.ts'
import { printProblem } from '../../../job/problem.ts'
import { checkJob } from '../../../job/validate.ts'
import { definitionOf, kinds } from '../../../operators/catalog.ts'
import { excludedFunctions } from './arbitraryExpression.ts'
import { arbitraryProgram, programText } from './arbitraryProgram.ts'
import { isSettledInParallel } from './settled.ts'
import { longTtlMs, rowsAtSinks, type RunOptions } from './runProgram.ts'

/**
 * Random small jobs over every operator there is, run in ways that must not matter. `MILLRACE_PROGRAMS=10000` runs more of them, `MILLRACE_SEED` others.
 */
const numRuns = Number(process.env.MILLRACE_PROGRAMS ?? 60)
const timeoutMs = 60_000 + numRuns * 500

/**
 * All suites look at the same programs, so each is drawn once, and run once in each way. None is shrunk: a program is small, and shrinking many whole runs takes more
 * memory than there is.
 */
class Programs {
  #jobs: readonly Job[] | null = null
  readonly #results = new Map<string, ReturnType<typeof rowsAtSinks>>()

  get jobs(): readonly Job[] {
    this.#jobs ??= fc.sample(arbitraryProgram, { numRuns, seed })
    return this.#jobs
  }

  rows(program: number, options: RunOptions): ReturnType<typeof rowsAtSinks> {
    const name = `${program} ${JSON.stringify(options)}`
    const known = this.#results.get(name) ?? rowsAtSinks(this.jobs[program]!, options)
    this.#results.set(name, known)
    return known
  }
}

const programs = new Programs()

async function sameEitherWay(options: RunOptions, otherwise: RunOptions = {}): Promise<void> {
  const inParallel = [options, otherwise].some(({ parallelism }) => (parallelism ?? 1) > 1)
  for (const [i, job] of programs.jobs.entries()) {
    if (inParallel && !isSettledInParallel(job)) continue
    expect(await programs.rows(i, options), `program ${i} of seed ${seed}: ${programText(job)}`).toEqual(await programs.rows(i, otherwise))
  }
}

describe('generated programs', () => {
  it('are valid', () => {
    for (const job of programs.jobs) expect(checkJob(job, definitionOf).problems.filter(({ severity }) => severity === 'error').map(printProblem), programText(job)).toEqual([])
  }, timeoutMs)
  it('have every operator in them, and rows at most sinks', async () => {
    const jobs = fc.sample(arbitraryProgram, { numRuns: 400, seed: 1 })
    const met = new Set(jobs.flatMap((job) => job.operators.map((operator) => operator.kind)))
    // A function is its code, and no program of Flink SQL.
    expect(kinds.filter((kind) => !met.has(kind) && kind !== 'function')).toEqual([])
    const results = await Promise.all(jobs.slice(0, 60).map((job) => rowsAtSinks(job)))
    expect(results.filter((result) => result.failed === undefined && Object.values(result).some((rows) => rows.length > 0)).length).toBeGreaterThan(25)
  }, timeoutMs)
  it('leave out no function that the language does not have', () => {
    const elsewhere = new Set(['RAND', 'RAND_INTEGER', 'UUID'])
    expect(Object.keys(excludedFunctions).filter((name) => !functionTable.has(name) && !elsewhere.has(name))).toEqual([])
  })
  it('give the same however their sources are cut into batches', () => sameEitherWay({ batchRows: 1 }), timeoutMs)
  it('give the same in two subtasks', () => sameEitherWay({ parallelism: 2 }), timeoutMs)
  it('give the same without any rewrite', () => sameEitherWay({ rewrites: false }), timeoutMs)
  it('give the same with every rewrite', () => sameEitherWay({ edgesShown: false }), timeoutMs)
  it('give the same with every rewrite in two subtasks', () => sameEitherWay({ edgesShown: false, parallelism: 2 }, { rewrites: false, parallelism: 2 }), timeoutMs)
  it('give the same with a time to live that nothing is idle for', () => sameEitherWay({ stateTtlMs: longTtlMs }), timeoutMs)
  it('give the same in one phase and in two', () => sameEitherWay({ parallelism: 2, twoPhase: false }), timeoutMs)
})
