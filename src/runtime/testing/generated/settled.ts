import type { JsonObject } from '../../../columnar/json.ts'
import { compile } from '../../../compiler/compile.ts'
import type { Edge, Job, Operator } from '../../../job/job.ts'
import { definitionOf } from '../../../operators/catalog.ts'
import { topicEdges } from './throughTopics.ts'

/**
 * Whether a program's rows are settled at every parallelism. They are not where rows behind the watermark cross an exchange and something behind it goes by their time: a subtask's
 * watermark is the least of its channels', so whether it is there before the row depends on which channel is read first, here as on Flink. In one subtask there is one channel.
 *
 * Only `deduplicate` gives such rows on: it passes late ones, and takes a row back at that row's own time. Nor are they where several subtasks write a topic without a key, and something behind it goes by time or by the order of
 * rows, or takes rows back: the topic's order is the one in which they happen to write, and a row may be read before the one that it corrects.
 *
 * Nor where a session window comes after several channels met: a row at the very end of a session joins it, unless the session has fired, which it does at the watermark one millisecond before (`TimeWindow.maxTimestamp`). That
 * row is in time either way, so whether there is one session or two is open wherever it is open which watermarks come between two rows (Flink makes them by the wall clock, so that there it is open in one subtask too).
 */
export function isSettledInParallel(job: Job): boolean {
  return whyUnsettledInParallel(job) === null
}

/** The rule by which a program is left out above one subtask; null where it is settled. */
export function whyUnsettledInParallel(job: Job): string | null {
  const { operators, edges } = job
  if (hasSessionBehindSeveralChannels(job)) return 'a session window behind several channels'
  const unkeyed = new Set(topicEdges(job).filter(({ from }) => operators.find(({ id }) => id === from)!.config.key === undefined).map(({ to }) => to))
  if (operators.some((operator) => unkeyed.has(operator.id) && (operator.config.connector as JsonObject).format !== undefined)) return 'changes in a topic without a key, written by several subtasks'
  if (behind(edges, (id) => unkeyed.has(id)).some((id) => goesByOrder(operators.find((operator) => operator.id === id)!))) return 'a topic without a key, written by several subtasks, whose order matters'
  const kindOf = new Map(operators.map(({ id, kind }) => [id, kind]))
  return behind(edges, (id) => kindOf.get(id) === 'deduplicate').some((id) => goByTime.has(kindOf.get(id)!)) ? 'something that goes by time behind a deduplicate' : null
}

/** The operators that take rows of these, by whatever way. */
function behind(edges: readonly Edge[], isStart: (id: string) => boolean): string[] {
  const found = new Set<string>()
  for (let size = -1; size !== found.size; ) {
    size = found.size
    for (const { from, to } of edges) if (found.has(from) || isStart(from)) found.add(to)
  }
  return [...found]
}

const goByTime: ReadonlySet<string> = new Set([
  'window-assign', 'window-aggregate', 'window-top-n', 'window-deduplicate', 'window-join', 'interval-join', 'temporal-join', 'over-aggregate', 'deduplicate', 'match',
])

/** A ranking keeps the first to come of rows that tie. A lookup join reads its table to the end first. */
function goesByOrder({ kind, config }: Operator): boolean {
  return goByTime.has(kind) || kind === 'top-n' || /FIRST_VALUE|LAST_VALUE|LISTAGG/.test(JSON.stringify(config.aggregates ?? null))
}

function hasSessionBehindSeveralChannels(job: Job): boolean {
  const sessions = new Set(job.operators.filter(({ config }) => (config.window as JsonObject | undefined)?.type === 'session').map(({ id }) => id))
  if (sessions.size === 0) return false
  const { chains, exchanges } = compile({ ...job, settings: { ...job.settings, parallelism: 2 } }, definitionOf).physical!
  const parallelismOf = new Map(chains.map(({ id, parallelism }) => [id, parallelism]))
  const later = new Set<number>()
  for (const { id } of chains) {
    const inputs = exchanges.filter(({ toChain }) => toChain === id)
    const channels = inputs.reduce((sum, { partitioning, fromChain }) => sum + (partitioning.kind === 'forward' ? 1 : parallelismOf.get(fromChain)!), 0)
    if (channels > 1 || inputs.some(({ fromChain }) => later.has(fromChain))) later.add(id)
  }
  return chains.some(({ id, operators }) => later.has(id) && operators.some(({ spec }) => sessions.has(spec.id)))
}
