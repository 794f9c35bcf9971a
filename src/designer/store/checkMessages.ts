import type { Json } from '../../columnar/json.ts'
import type { Job } from '../../job/job.ts'
import { printJson, readJson } from '../../columnar/jsonText.ts'
import { checkJob, type CheckedJob } from '../../job/validate.ts'
import type { InferenceMemory } from '../../job/inferSchemas.ts'
import { definitionOf } from './definitions.ts'
import { withPatch, type JobPatch } from './jobPatch.ts'

/**
 * What the designer and the checking worker say to each other, and the worker's side of it without the worker.
 *
 * The worker keeps a job of its own and gets patches, so that operators an edit did not touch stay the same objects there and the checker's memory
 * holds: an edit of one operator asks that operator and what lies behind it. Patches and jobs go as text, because exact numbers are class
 * instances, which a structured clone would strip.
 */
export type CheckRequest = { readonly kind: 'job'; readonly text: string; readonly revision: number } | { readonly kind: 'patch'; readonly text: string; readonly revision: number }

export interface CheckAnswer {
  readonly revision: number
  readonly checked: CheckedJob
}

export class Checker {
  private job: Job | null = null
  private readonly memory: InferenceMemory = new WeakMap()

  answer(request: CheckRequest): CheckAnswer | null {
    const read = readJson(request.text, { depthMax: 80 })
    if (read.kind === 'error') return null
    if (request.kind === 'job') this.job = read.value as unknown as Job
    else if (this.job !== null) this.job = withPatch(this.job, read.value as unknown as JobPatch)
    return this.job === null ? null : { revision: request.revision, checked: checkJob(this.job, definitionOf, this.memory) }
  }
}

export function messageText(value: Job | JobPatch): string {
  return printJson(value as unknown as Json)
}
