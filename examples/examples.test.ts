import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile } from '../src/compiler/compile.ts'
import type { FileAccess } from '../src/engine/operatorRuntime.ts'
import { canonicalText } from '../src/job/canonical.ts'
import type { Job } from '../src/job/job.ts'
import { parseJob } from '../src/job/parseJob.ts'
import { printProblem } from '../src/job/problem.ts'
import { checkJob } from '../src/job/validate.ts'
import { definitionOf } from '../src/operators/catalog.ts'
import { runJobTest } from '../src/runtime/jobTest.ts'
import { runToEnd } from '../src/runtime/launch/inProcess.ts'

const folder = import.meta.dirname
const publicFiles: FileAccess = {
  open: async (path) => {
    const bytes = readFileSync(join(folder, '../public', path))
    return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) }
  },
}

interface Entry {
  readonly id: string
  readonly file: string
  readonly title: string
  readonly lesson: string
  readonly families: readonly string[]
}
const index = JSON.parse(readFileSync(join(folder, 'gallery/index.json'), 'utf8')) as Entry[]

describe('the examples', () => {
  it('all stand in the index', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
    expect(index.map((entry) => entry.file).toSorted()).toEqual(files.toSorted())
    expect(index.length).toBeGreaterThanOrEqual(6)
  })

  describe.each(index)('$id', (entry) => {
    const text = readFileSync(join(folder, entry.file), 'utf8')
    const parsed = parseJob(text)
    const job = parsed.job as Job

    it('is a job in canonical form, without problems', () => {
      expect(parsed.problems.map(printProblem)).toEqual([])
      expect(job.name).toBe(entry.title)
      expect(job.description).toBeTruthy()
      expect(checkJob(job, definitionOf).problems.map(printProblem)).toEqual([])
      expect(canonicalText(job, definitionOf)).toBe(text)
      expect(Object.keys(job.layout!.operators!).toSorted()).toEqual(job.operators.map(({ id }) => id).toSorted())
      const families = new Set(job.operators.map(({ kind }) => definitionOf(kind)!.family))
      for (const family of entry.families) expect(families).toContain(family)
    })

    it('passes its own tests', async () => {
      expect(job.tests!.length).toBeGreaterThan(0)
      for (const test of job.tests!) {
        const result = await runJobTest(job, test, definitionOf, (plan) => runToEnd(plan, { files: publicFiles }))
        expect(result).toMatchObject({ passed: true, problems: [] })
      }
    })

    it('gives rows at every sink on its own data', async () => {
      const compiled = compile(job, definitionOf)
      const received = await runToEnd(compiled.physical!, { files: publicFiles })
      for (const [sink, batches] of received) {
        const rows = batches.reduce((total, batch) => total + batch.rowCount, 0)
        expect(rows, sink).toBeGreaterThan(5)
      }
    })
  })
})
