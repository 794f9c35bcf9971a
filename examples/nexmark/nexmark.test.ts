import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile } from '../../src/compiler/compile.ts'
import { canonicalText } from '../../src/job/canonical.ts'
import { printProblem } from '../../src/job/problem.ts'
import { checkJob } from '../../src/job/validate.ts'
import { definitionOf } from '../../src/operators/catalog.ts'
import { runJobTest } from '../../src/runtime/jobTest.ts'
import { runToEnd } from '../../src/runtime/launch/inProcess.ts'
import { nexmarkQueries, withGenerator } from './queries.ts'

const run = { processingTime: 'event' } as const

describe('the Nexmark queries', () => {
  it('are all there', () => {
    const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'))
    expect(nexmarkQueries.map(({ name }) => `${name}.json`).toSorted()).toEqual(names.toSorted())
    expect(nexmarkQueries.length).toBe(24)
  })

  describe.each(nexmarkQueries)('$name', ({ name, job }) => {
    it('is a job in canonical form, without problems', () => {
      expect(job.name).toMatch(new RegExp(`^Nexmark ${name}: `))
      expect(job.description).toBeTruthy()
      expect(checkJob(job, definitionOf).problems.map(printProblem)).toEqual([])
      expect(canonicalText(job, definitionOf)).toBe(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8'))
      expect(Object.keys(job.layout!.operators!).toSorted()).toEqual(job.operators.map(({ id }) => id).toSorted())
    })

    it('passes its own tests', async () => {
      expect(job.tests!.length).toBeGreaterThan(0)
      for (const test of job.tests!) expect(await runJobTest(job, test, definitionOf, (plan) => runToEnd(plan, run))).toMatchObject({ passed: true, problems: [] })
    })

    it('gives rows on its own data', async () => {
      const compiled = compile(withGenerator(job, { events: 5000, eventsPerSecond: 100 }), definitionOf)
      const received = await runToEnd(compiled.physical!, run)
      expect(received.get('result')!.reduce((total, batch) => total + batch.rowCount, 0)).toBeGreaterThan(3)
    })
  })
})
