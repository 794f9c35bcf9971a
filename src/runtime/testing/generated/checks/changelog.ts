import { compile } from '../../../../compiler/compile.ts'
import type { Job } from '../../../../job/job.ts'
import { definitionOf } from '../../../../operators/catalog.ts'
import { arbitraryProgram, programText } from '../arbitraryProgram.ts'
import { rowsAtSinks, type RunOptions } from '../runProgram.ts'
import { whyUnsettledInParallel } from '../settled.ts'
import { topicEdges } from '../throughTopics.ts'
import { compareTables, type Check, type Tables, type Tally } from './check.ts'

/** Programs whose results update, with the keys of the changes as the keys of their sinks: a table by key is the one that all changes leave. */

/** A single row has no key to be replaced by; null where no sink of the job has one. */
function keyed(job: Job): Job | null {
  const { changelog } = compile(job, definitionOf)
  let found = false
  const operators = job.operators.map((operator) => {
    // What reads a topic knows its records as they are.
    if (operator.kind !== 'sink' || topicEdges(job).some(({ from }) => from === operator.id)) return operator
    const edge = job.edges.findIndex(({ to }) => to === operator.id)
    const { rowKinds, upsertKeys } = changelog!.edges.get(edge)!
    const key = upsertKeys.find((columns) => columns.length > 0)
    if (key === undefined || !rowKinds.includes('-U')) return operator
    found = true
    return { ...operator, config: { ...operator.config, key } }
  })
  return found ? { ...job, operators } : null
}

const ways: readonly { readonly name: string; readonly settings?: Job['settings']; readonly options: RunOptions }[] = [
  { name: 'no rewrite', options: { rewrites: false } },
  { name: 'every rewrite', options: { edgesShown: false } },
  { name: 'sources cut into batches of one row', options: { edgesShown: false, batchRows: 1 } },
  { name: 'mini-batches of three rows', settings: { miniBatch: { latencyMs: 1000, size: 3 } }, options: { edgesShown: false } },
  { name: 'mini-batches of all rows', settings: { miniBatch: { latencyMs: 1_000_000_000, size: 100_000 } }, options: { edgesShown: false } },
  // Groups are put together before they are exchanged.
  { name: 'mini-batches in two subtasks', settings: { miniBatch: { latencyMs: 1000, size: 5 } }, options: { edgesShown: false, parallelism: 2 } },
  { name: 'a time to live that nothing is idle for', settings: { stateTtlMs: 1_000_000_000_000 }, options: {} },
]

export const wayNames: readonly string[] = ways.map(({ name }) => name)
export const withoutRowBefore = 'without the row before'

async function sameTableByKey(job: Job, tally: Tally): Promise<void> {
  const own = keyed(job)!
  if (compile(own, definitionOf, { edgesShown: false }).changelog!.withoutUpdateBefore.size > 0) tally.meet(withoutRowBefore)
  const unsettled = whyUnsettledInParallel(job)
  const whole = new Map<number, Tables>()
  for (const { name, settings = {}, options } of ways) {
    const parallelism = options.parallelism ?? 1
    if (unsettled !== null && parallelism > 1) {
      tally.passOver(`${name}: ${unsettled}`)
      continue
    }
    const expected = whole.get(parallelism) ?? (await rowsAtSinks(job, { rewrites: false, parallelism }))
    whole.set(parallelism, expected)
    const changed = { ...own, settings: { ...own.settings, ...settings } }
    compareTables(tally, name, await rowsAtSinks(changed, options), expected, () => programText(changed))
  }
}

export const changelogChecks: readonly Check[] = [
  { name: 'leave by key the table that all changes leave', drawn: arbitraryProgram.filter((job) => keyed(job) !== null), times: 1, run: sameTableByKey, text: (job) => programText(keyed(job) ?? job) } satisfies Check<Job>,
]
