import type { Job } from '../../job/job.ts'
import { canonicalText } from '../../job/canonical.ts'
import { parseJob } from '../../job/parseJob.ts'
import { definitionOf } from '../store/definitions.ts'

/**
 * One copy of the open document in a second store, for the day the database comes back empty (a flipped bit in its log is enough). Only the newest
 * document, and only while it is small: local storage is for a few megabytes.
 */
const copyKey = 'millrace:copy'
const copyCharactersMax = 1_000_000

export function keepCopy(id: string, job: Job): void {
  if (job.operators.length === 0) return
  try {
    const text = canonicalText(job, definitionOf)
    if (text.length <= copyCharactersMax) localStorage.setItem(copyKey, JSON.stringify({ id, name: job.name, text }))
  } catch {
    // Full or missing: the journal is what counts.
  }
}

export function storedCopy(): { readonly name: string; readonly job: Job } | null {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(copyKey) ?? 'null')
    if (typeof read !== 'object' || read === null || !('text' in read) || typeof read.text !== 'string') return null
    const { job } = parseJob(read.text)
    return job === null ? null : { name: job.name, job }
  } catch {
    return null
  }
}
