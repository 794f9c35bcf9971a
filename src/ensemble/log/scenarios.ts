import { fault } from '../faults.ts'
import type { Scenario } from '../scenarios/scenarios.ts'
import { logOptions, offsetsTopic, transactionsTopic } from './logOptions.ts'
import { workload } from './workload.ts'

/** Guided runs of the log. With three servers and no client of the ensemble, broker 0 is machine 3, and the clients of the log come after the brokers. */
const quiet = { clients: 0, latencySpreadMicros: 200, latencyTailMicros: 1 } as const
const acts = ['registered', 'controller', 'brokers', 'state', 'leads', 'follows', 'isr', 'truncate', 'fault', 'heal', 'violation']
const oneTopic = logOptions({ topics: [{ name: 'orders', partitions: 1, replicas: 3 }], clients: ['producer', 'producer', 'reader'], thinkMicros: 400_000 })
const transactions = logOptions({
  topics: [{ name: 'orders', partitions: 1, replicas: 3 }, { name: 'results', partitions: 1, replicas: 3 }, { name: offsetsTopic, partitions: 1, replicas: 3 }, { name: transactionsTopic, partitions: 1, replicas: 3 }],
  clients: ['producer', 'transactions', 'transactions'],
  thinkMicros: 600_000,
})

export const logScenarios: readonly Scenario[] = [
  { name: 'topic', title: 'three brokers register, one becomes the controller, a topic gets its replicas in sync', seed: 11, options: { ...quiet, log: oneTopic }, script: [], seconds: 3, acts },
  { name: 'partition-leader-dies', title: 'the leader of a partition crashes: another in-sync replica leads the next leader epoch, and the old one comes back, truncates and joins', seed: 12, options: { ...quiet, log: oneTopic }, script: [{ seconds: 4, fault: fault('crash', 3, 9_000_000) }], seconds: 18, acts },
  { name: 'isr-shrinks', title: 'a follower is cut off from the brokers but not from the ensemble: after the lag limit it leaves the in-sync replicas, and comes back when it has caught up', seed: 13, options: { ...quiet, log: oneTopic }, script: [{ seconds: 4, fault: fault('cut', 3, 22_000_000, 4) }, { seconds: 4, fault: fault('cut', 3, 22_000_000, 5) }], seconds: 34, acts },
  { name: 'fenced-producer', title: 'two machines use one transactional id: the newer fences the older, whose transaction is aborted', seed: 14, options: { ...quiet, log: transactions }, script: [{ seconds: 5, fault: fault('pause', 7, 8_000_000) }], seconds: 16, acts: ['transaction', 'marker', 'fenced', 'fault', 'violation'] },
  { name: 'rebalance', title: 'a consumer vanishes: the group goes on without it when it has not been heard in time, and its partitions are given to the others', seed: 15, options: { ...quiet, log: workload('cooperative-sticky', { clients: ['producer', 'group', 'group', 'group'] }) }, script: [{ seconds: 8, fault: fault('vanish', 7, 20_000_000) }], seconds: 36, acts: ['group', 'fault', 'violation'] },
]
