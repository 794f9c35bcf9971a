import type { Job } from '../../../job/job.ts'
import { topicEdges } from './throughTopics.ts'

/**
 * Whether a program's rows are settled at every parallelism. They are not where rows behind the watermark cross an exchange and something behind it goes by their time: a subtask's
 * watermark is the least of its channels', so whether it is there before the row depends on which channel is read first, here as on Flink. In one subtask there is one channel.
 *
 * Only `deduplicate` gives such rows on: it passes late ones, and takes a row back at that row's own time. Nor are they where several subtasks write a topic without a key: its order is the one in which they happen to.
 */
export function isSettledInParallel(job: Job): boolean {
  const { operators, edges } = job
  if (topicEdges(job).some(({ from }) => operators.find(({ id }) => id === from)!.config.key === undefined)) return false
  const kindOf = new Map(operators.map(({ id, kind }) => [id, kind]))
  const behind = new Set<string>()
  for (let size = -1; size !== behind.size; ) {
    size = behind.size
    for (const { from, to } of edges) if (behind.has(from) || kindOf.get(from) === 'deduplicate') behind.add(to)
  }
  return ![...behind].some((id) => goByTime.has(kindOf.get(id)!))
}

const goByTime: ReadonlySet<string> = new Set([
  'window-assign', 'window-aggregate', 'window-top-n', 'window-deduplicate', 'window-join', 'interval-join', 'temporal-join', 'over-aggregate', 'deduplicate', 'match',
])
