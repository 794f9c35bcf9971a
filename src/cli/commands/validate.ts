import { checkJob, hasErrors } from '../../job/validate.ts'
import { definitionOf } from '../../operators/catalog.ts'
import { printProblems, readJobFile } from '../jobFile.ts'
import type { ExitCode, Terminal } from '../terminal.ts'

export async function validate(path: string, terminal: Terminal): Promise<ExitCode> {
  const job = await readJobFile(path, terminal)
  if (job === null) return 2
  const { problems } = checkJob(job, definitionOf)
  printProblems(problems, terminal)
  if (terminal.isInteractive && problems.length === 0) terminal.err(`${path}: no problems\n`)
  return hasErrors(problems) ? 2 : 0
}
