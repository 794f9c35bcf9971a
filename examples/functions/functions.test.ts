import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile } from '../../src/compiler/compile.ts'
import type { FileAccess } from '../../src/engine/operatorRuntime.ts'
import { canonicalText } from '../../src/job/canonical.ts'
import type { Job } from '../../src/job/job.ts'
import { parseJob } from '../../src/job/parseJob.ts'
import { printProblem } from '../../src/job/problem.ts'
import { checkJob } from '../../src/job/validate.ts'
import { definitionOf } from '../../src/operators/catalog.ts'
import { runJobTest } from '../../src/runtime/jobTest.ts'
import { runToEnd } from '../../src/runtime/launch/inProcess.ts'

const folder = import.meta.dirname
const publicFiles: FileAccess = {
  open: async (path) => {
    const bytes = readFileSync(join(folder, '../../public', path))
    return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) }
  },
}

/** Jobs with code of one's own. They stand apart from the others, because no script can be written of them. */
describe.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('examples/functions/%s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  const { job, problems } = parseJob(text)

  it('is a job in canonical form, without problems', () => {
    expect(problems.map(printProblem)).toEqual([])
    expect(checkJob(job!, definitionOf).problems.map(printProblem)).toEqual([])
    expect(canonicalText(job as Job, definitionOf)).toBe(text)
    expect(job!.operators.some(({ kind }) => kind === 'function')).toBe(true)
  })

  it('passes its own tests, and gives rows on its own data', async () => {
    expect(job!.tests!.length).toBeGreaterThan(0)
    for (const test of job!.tests!) {
      const result = await runJobTest(job!, test, definitionOf, (plan) => runToEnd(plan, { files: publicFiles }))
      expect(result).toMatchObject({ passed: true, problems: [] })
    }
    const received = await runToEnd(compile(job!, definitionOf).physical!, { files: publicFiles })
    for (const [sink, batches] of received) expect(batches.reduce((total, batch) => total + batch.rowCount, 0), sink).toBeGreaterThan(5)
  })
})
