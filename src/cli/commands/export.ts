import { writeFile } from 'node:fs/promises'
import { canonicalText } from '../../job/canonical.ts'
import { definitionOf } from '../../operators/catalog.ts'
import { readJobFile, reasonOf } from '../jobFile.ts'
import { UsageError, type ExitCode, type Terminal } from '../terminal.ts'

/** A job that is not finished yet has a canonical text too: only its form must be right. */
export async function exportJob(path: string, options: { readonly to: 'json'; readonly out: string }, terminal: Terminal): Promise<ExitCode> {
  const job = await readJobFile(path, terminal)
  if (job === null) return 2
  const text = canonicalText(job, definitionOf)
  if (options.out === '-') terminal.out(text)
  else {
    await writeFile(options.out, text).catch((error: unknown) => {
      throw new UsageError(`error: ${options.out} cannot be written: ${reasonOf(error)}`)
    })
  }
  return 0
}
