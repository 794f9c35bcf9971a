import { compile } from '../../compiler/compile.ts'
import { explain } from '../../compiler/explain.ts'
import { definitionOf } from '../../operators/catalog.ts'
import { printProblems, readJobFile } from '../jobFile.ts'
import { withParallelism } from '../jobOverrides.ts'
import type { ExitCode, Terminal } from '../terminal.ts'

export async function explainJob(path: string, options: { readonly parallelism?: number }, terminal: Terminal): Promise<ExitCode> {
  const read = await readJobFile(path, terminal)
  if (read === null) return 2
  const job = withParallelism(read, options.parallelism)
  const compiled = compile(job, definitionOf, { edgesShown: false })
  printProblems(compiled.problems, terminal)
  if (compiled.physical === null) return 2
  terminal.out(explain(compiled, job, definitionOf))
  return 0
}
