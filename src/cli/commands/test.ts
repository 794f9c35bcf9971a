import type { Job } from '../../job/job.ts'
import { checkJob, hasErrors } from '../../job/validate.ts'
import { definitionOf } from '../../operators/catalog.ts'
import { runJobTest, type TestResult } from '../../runtime/jobTest.ts'
import { runToEnd } from '../../runtime/launch/inProcess.ts'
import { printProblems, readJobFile } from '../jobFile.ts'
import { withParallelism } from '../jobOverrides.ts'
import { nodeFiles } from '../nodeFiles.ts'
import type { ExitCode, Terminal } from '../terminal.ts'

/**
 * Runs the tests of each job and prints a line for each, and under a failed one the rows that differ. In this thread and with processing time
 * pinned to event time, so that a test gives the same rows whenever and wherever it runs.
 */
export async function test(paths: readonly string[], options: { readonly parallelism?: number }, terminal: Terminal): Promise<ExitCode> {
  let exit: ExitCode = 0
  let passed = 0
  let failed = 0
  for (const path of paths) {
    const among = paths.length > 1 ? `${path}: ` : ''
    const read = await readJobFile(path, terminal, among)
    const job = read === null ? null : withParallelism(read, options.parallelism)
    if (job === null || !isSound(job, terminal, among)) {
      exit = 2
      continue
    }
    terminal.out(`${path === '-' ? job.name : path}\n`)
    if ((job.tests ?? []).length === 0) terminal.out('  no tests\n')
    for (const jobTest of job.tests ?? []) {
      const result = await runJobTest(job, jobTest, definitionOf, (plan) => runToEnd(plan, { files: nodeFiles, processingTime: 'event' }))
      terminal.out(resultText(result))
      if (result.passed) passed++
      else failed++
    }
  }
  terminal.out(`${passed} passed, ${failed} failed\n`)
  return exit === 0 && failed > 0 ? 1 : exit
}

function isSound(job: Job, terminal: Terminal, among: string): boolean {
  const { problems } = checkJob(job, definitionOf)
  const errors = problems.filter((problem) => problem.severity === 'error')
  printProblems(errors, terminal, among)
  return !hasErrors(errors)
}

const rowsShownMax = 20

export function resultText(result: TestResult): string {
  const lines = [`  ${result.passed ? '✓' : '✗'} ${result.name}`]
  for (const problem of result.problems) lines.push(`      ${problem}`)
  for (const { id, diff } of result.sinks) {
    if (diff.missing.length === 0 && diff.extra.length === 0) continue
    lines.push(`      ${id}: ${count(diff.missing.length, 'row')} missing (-), ${count(diff.extra.length, 'row')} not expected (+)`)
    lines.push(...diffLines('-', diff.missing), ...diffLines('+', diff.extra))
  }
  return `${lines.join('\n')}\n`
}

function diffLines(sign: '-' | '+', rows: readonly string[]): string[] {
  const shown = rows.slice(0, rowsShownMax).map((row) => `      ${sign} ${row}`)
  return rows.length > rowsShownMax ? [...shown, `      ${sign} … ${rows.length - rowsShownMax} more`] : shown
}

function count(n: number, what: string): string {
  return `${n} ${n === 1 ? what : `${what}s`}`
}
