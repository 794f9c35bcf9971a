import type { AssignorName } from './assignors.ts'
import { logOptions, offsetsTopic, transactionsTopic, type LogOptions } from './logOptions.ts'

/** The cluster a seed runs when its profile has brokers and nothing else is said: every kind of topic and client at once. */
export const usualLog = workload('range')

export function workload(assignor: AssignorName, changes: Partial<LogOptions> = {}): LogOptions {
  return logOptions({
    brokers: 3,
    topics: [
      { name: 'orders', partitions: 2, replicas: 3, retentionRecords: 120 },
      { name: 'prices', partitions: 1, replicas: 3, cleanup: 'compact' },
      { name: 'results', partitions: 1, replicas: 3 },
      { name: offsetsTopic, partitions: 1, replicas: 3, cleanup: 'compact' },
      { name: transactionsTopic, partitions: 1, replicas: 3, cleanup: 'compact' },
    ],
    clients: ['producer', 'producer', 'keyed', 'transactions', 'transactions', 'group', 'group', 'group', 'reader'],
    groupTopics: ['orders', 'prices', 'results'],
    assignor,
    ...changes,
  })
}
