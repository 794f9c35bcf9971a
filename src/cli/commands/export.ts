import { writeFile } from 'node:fs/promises'
import { exporters, type ExportForm, type FlinkVersion } from '../../export/exporters.ts'
import { printProblems, readJobFile, reasonOf } from '../jobFile.ts'
import { UsageError, type ExitCode, type Terminal } from '../terminal.ts'

export interface ExportOptions {
  readonly to: ExportForm
  readonly flinkVersion: FlinkVersion
  readonly out: string
}

/** A job that is not finished yet has a canonical text too: only its form must be right. A script it has only when it could run. */
export async function exportJob(path: string, options: ExportOptions, terminal: Terminal): Promise<ExitCode> {
  const job = await readJobFile(path, terminal)
  if (job === null) return 2
  const { text, problems } = exporters[options.to].write(job, { flinkVersion: options.flinkVersion })
  printProblems(problems, terminal)
  if (text === null) return 2
  if (options.out === '-') terminal.out(text)
  else {
    await writeFile(options.out, text).catch((error: unknown) => {
      throw new UsageError(`error: ${options.out} cannot be written: ${reasonOf(error, true)}`)
    })
  }
  return 0
}
