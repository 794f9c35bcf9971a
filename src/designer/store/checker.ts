import { readJson } from '../../columnar/jsonText.ts'
import type { InferenceMemory } from '../../job/inferSchemas.ts'
import type { Job } from '../../job/job.ts'
import type { DefinitionOf } from '../../job/operatorDefinition.ts'
import { checkJob } from '../../job/validate.ts'
import type { CheckAnswer, CheckRequest } from './checkMessages.ts'
import { withPatch, type JobPatch } from './jobPatch.ts'

/**
 * The checking worker's side of the conversation, without the worker. It keeps a job of its own and gets patches, so that operators an edit did not touch stay the
 * same objects here and the checker's memory holds: an edit of one operator asks that operator and what lies behind it.
 */
export class Checker {
  private readonly definitionOf: DefinitionOf
  private job: Job | null = null
  private readonly memory: InferenceMemory = new WeakMap()

  constructor(definitionOf: DefinitionOf) {
    this.definitionOf = definitionOf
  }

  answer(request: CheckRequest): CheckAnswer | null {
    const read = readJson(request.text, { depthMax: 80 })
    if (read.kind === 'error') return null
    if (request.kind === 'job') this.job = read.value as unknown as Job
    else if (this.job !== null) this.job = withPatch(this.job, read.value as unknown as JobPatch)
    return this.job === null ? null : { revision: request.revision, checked: checkJob(this.job, this.definitionOf, this.memory) }
  }
}
