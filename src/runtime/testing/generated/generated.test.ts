import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { functionTable } from '../../../expression/functions.ts'
import { kinds } from '../../../operators/catalog.ts'
import { excludedFunctions } from './arbitraryExpression.ts'
import { arbitraryProgram } from './arbitraryProgram.ts'
import { holds } from './checks/check.ts'
import { generatedChecks, wayNames } from './checks/generated.ts'
import { rowsAtSinks } from './runProgram.ts'

/** Random small jobs over every operator there is, run in ways that must not matter. `MILLRACE_PROGRAMS=1000` runs more of them, `MILLRACE_SEED` others; `npm run programs` many. */
const programs = Number(process.env.MILLRACE_PROGRAMS ?? 60)
const timeoutMs = 60_000 + programs * 500

describe('generated programs', () => {
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
  for (const check of generatedChecks) {
    it(check.name, async () => {
      const { compared, met } = await holds(check, programs)
      // A job that fails may do so before most of it has run.
      expect(met.get('failed either way')).toBe(undefined)
      for (const way of wayNames) expect(compared.get(way), way).toBeGreaterThan(programs / 2)
    }, timeoutMs)
  }
})
