import type { LiveEnsemble } from '../live.ts'
import type { Topics } from './topics.ts'

/**
 * Joins the topics of jobs to the brokers of a run's ensemble: what is appended goes there, and what the brokers have acknowledged comes back. `look` does the latter and is called whenever the ensemble has moved.
 */
export interface TopicsOnEnsemble {
  look(): void
  /** Something was appended and is not acknowledged. */
  readonly isBusy: boolean
  close(): void
}

/** `appended` is called after each append, so that whoever keeps the ensemble's time lets some pass. */
export function topicsOnEnsemble(topics: Topics, names: readonly string[], ensemble: LiveEnsemble, appended?: () => void): TopicsOnEnsemble {
  const known = new Set(names)
  let readable = ensemble.readable()
  topics.replicateBy(
    {
      append: (topic, partition, entry) => {
        ensemble.append(topic, partition, entry)
        appended?.()
      },
      canRead: (topic, partition) => readable.has(`${topic}-${partition}`),
    },
    known,
  )
  const joined = names.flatMap((name) => topics.get(name) ?? [])
  return {
    look() {
      const before = readable
      readable = ensemble.readable()
      for (const topic of joined) {
        for (const partition of topic.partitions) partition.replicatedTo(ensemble.acknowledged(topic.name, partition.index))
        // Whoever waits to read may ask now.
        if (topic.partitions.some(({ index }) => readable.has(`${topic.name}-${index}`) && !before.has(`${topic.name}-${index}`))) topics.tell(topic)
      }
    },
    get isBusy() {
      return joined.some(({ unreplicated }) => unreplicated > 0)
    },
    close: () => topics.stopReplicating(),
  }
}
