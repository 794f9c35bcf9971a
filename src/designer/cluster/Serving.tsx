import { memo } from 'react'
import { cluster as t } from '../text/cluster.ts'
import { useCluster } from './clusterStore.ts'
import { ensembleState } from './status.ts'
import styles from './cluster.module.css'

/** Who leads, and whether anything can complete. */
export const Serving = memo(function Serving() {
  const { run } = useCluster()
  const { kind, leader, number, together, quorum } = ensembleState(run.world)
  const serves = kind === 'broadcast'
  const hasBegun = run.world.counters.established > 0
  const words = serves ? t.leads(leader, number) : !hasBegun ? t.noLeader : kind === 'lost' || kind === 'election' || kind === 'sync' ? t.meanwhile[kind] : t.noQuorum
  return (
    <span className={styles.serving} data-tone={serves ? 'ok' : kind === 'noQuorum' ? 'error' : 'warn'} data-serving="">
      {words}
      <span className={styles.quiet}>{` · ${t.members(together.length, run.world.setup.options.servers)}, ${t.quorum(quorum)}`}</span>
    </span>
  )
})
