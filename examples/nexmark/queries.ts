import type { JsonObject } from '../../src/columnar/json.ts'
import type { Job } from '../../src/job/job.ts'
import { parseJob } from '../../src/job/parseJob.ts'
import { printProblem } from '../../src/job/problem.ts'

/**
 * The queries of the Nexmark benchmark (public repository nexmark/nexmark, `resources/queries`) as Millrace draws them: the files beside this one, by number, for whoever runs all of them.
 * The page, the command line, the conformance programs and the benchmark read the same files; how many events come, and how fast, is for each of them to say.
 *
 * Differences from the benchmark's text: q6 has an append-only form, because Flink refuses the original; q13 looks up in a generated table; q14 counts letters with functions of the language; bidders are
 * persons (the public generator adds the first id twice, see `repeatBidderOffset`).
 */
export interface NexmarkQuery {
  /** "q5" */
  readonly name: string
  readonly job: Job
}

const files = import.meta.glob<string>('./q*.json', { query: '?raw', import: 'default', eager: true })

export const nexmarkQueries: readonly NexmarkQuery[] = Object.entries(files)
  .map(([path, text]): NexmarkQuery => {
    const { job, problems } = parseJob(text)
    if (job === null) throw new Error(`${path}: ${problems.map(printProblem).join('; ')}`)
    return { name: /q\d+/.exec(path)![0], job }
  })
  .toSorted((a, b) => Number(a.name.slice(1)) - Number(b.name.slice(1)))

/** The job with other settings of its generator: `events`, `eventsPerSecond`, `splits`, … */
export function withGenerator(job: Job, settings: JsonObject): Job {
  return {
    ...job,
    operators: job.operators.map((operator) => {
      const connector = operator.config.connector as JsonObject | undefined
      return connector?.type === 'nexmark' ? { ...operator, config: { ...operator.config, connector: { ...connector, ...settings } } } : operator
    }),
  }
}
