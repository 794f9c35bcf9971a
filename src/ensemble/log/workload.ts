import { logOptions } from './logOptions.ts'

/** The cluster a seed runs when its profile has brokers and nothing else is said. */
export const usualLog = logOptions({
  brokers: 3,
  topics: [{ name: 'orders', partitions: 2, replicas: 3 }],
  clients: ['producer', 'producer', 'reader'],
})
