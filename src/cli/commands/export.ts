import { writeFile } from 'node:fs/promises'
import { exportFlinkSql, type FlinkVersion } from '../../export/flinkSql.ts'
import { canonicalText } from '../../job/canonical.ts'
import { definitionOf } from '../../operators/catalog.ts'
import { printProblems, readJobFile, reasonOf } from '../jobFile.ts'
import { UsageError, type ExitCode, type Terminal } from '../terminal.ts'

export interface ExportOptions {
  readonly to: 'json' | 'flink-sql'
  readonly flinkVersion: FlinkVersion
  readonly out: string
}

/** A job that is not finished yet has a canonical text too: only its form must be right. A script it has only when it could run. */
export async function exportJob(path: string, options: ExportOptions, terminal: Terminal): Promise<ExitCode> {
  const job = await readJobFile(path, terminal)
  if (job === null) return 2
  let text: string
  if (options.to === 'json') text = canonicalText(job, definitionOf)
  else {
    const exported = exportFlinkSql(job, { version: options.flinkVersion })
    printProblems(exported.problems, terminal)
    if (exported.text === null) return 2
    text = exported.text
  }
  if (options.out === '-') terminal.out(text)
  else {
    await writeFile(options.out, text).catch((error: unknown) => {
      throw new UsageError(`error: ${options.out} cannot be written: ${reasonOf(error)}`)
    })
  }
  return 0
}
