import type { Json } from '../../columnar/json.ts'
import { printJson } from '../../columnar/jsonText.ts'
import type { Job } from '../../job/job.ts'
import type { CheckedJob } from '../../job/validate.ts'
import type { JobPatch } from './jobPatch.ts'

/**
 * What the designer and the checking worker say to each other. Patches and jobs go as text, because exact numbers are class instances, which a structured
 * clone would strip.
 */
export type CheckRequest = { readonly kind: 'job'; readonly text: string; readonly revision: number } | { readonly kind: 'patch'; readonly text: string; readonly revision: number }

export interface CheckAnswer {
  readonly revision: number
  readonly checked: CheckedJob
}

export function messageText(value: Job | JobPatch): string {
  return printJson(value as unknown as Json)
}
