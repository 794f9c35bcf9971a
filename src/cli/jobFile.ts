import { readFile } from 'node:fs/promises'
import type { Job } from '../job/job.ts'
import { currentVersion } from '../job/migrations.ts'
import { parseJob } from '../job/parseJob.ts'
import { printProblem, type Problem } from '../job/problem.ts'
import { documentProblems } from '../job/problemCatalogue.ts'
import type { Terminal } from './terminal.ts'

/** The job in a file, or null when there is none to be had; its Problems are printed then. `-` is standard input. `among` is as in `printProblems`. */
export async function readJobFile(path: string, terminal: Terminal, among = ''): Promise<Job | null> {
  let bytes: Uint8Array
  try {
    bytes = path === '-' ? await terminal.stdin() : await readFile(path)
  } catch (error) {
    printProblems([{ ...documentProblems.unreadable(path, reasonOf(error)), place: {} }], terminal, among)
    return null
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    printProblems([{ ...documentProblems.notUtf8(), place: {} }], terminal, among)
    return null
  }
  const { job, readOnly, problems } = parseJob(text)
  if (readOnly) {
    // What is left out would be missing from the rows, from the text that is exported and from what is said to be sound.
    const refused = documentProblems.newerThanRunnable(currentVersion)
    printProblems(problems.map((problem) => (problem.code === refused.code ? { ...problem, ...refused } : problem)), terminal, among)
    return null
  }
  printProblems(problems, terminal, among)
  return job
}

/** One line each, on standard error; behind `among` where a call is about several files. */
export function printProblems(problems: readonly Problem[], terminal: Terminal, among = ''): void {
  for (const problem of problems) terminal.err(`${among}${printProblem(problem).replaceAll(/\s*[\r\n]+\s*/g, ' ')}\n`)
}

/** Why a file could not be opened, or written, without the path that the sentence already has. */
export function reasonOf(error: unknown, writing = false): string {
  const code = (error as NodeJS.ErrnoException).code
  switch (code) {
    case 'ENOENT':
      return writing ? 'its folder does not exist' : 'there is no such file'
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
    case 'EPERM':
      return 'access is denied'
    case 'ENOTDIR':
      return 'a part of the path is a file, not a folder'
    case 'EROFS':
      return 'the file system is read-only'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full'
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
