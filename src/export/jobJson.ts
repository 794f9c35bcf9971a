import { canonicalText } from '../job/canonical.ts'
import type { Job } from '../job/job.ts'
import { definitionOf } from '../operators/catalog.ts'

/** The canonical text of a job. A job that is not finished yet has one too: only its form must be right. */
export function exportJobJson(job: Job): string {
  return canonicalText(job, definitionOf)
}
