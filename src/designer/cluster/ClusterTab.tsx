import { useEffect } from 'react'
import { Maximize2, Skull } from 'lucide-react'
import { cluster as t } from '../text/cluster.ts'
import { act, openCluster, useCluster } from './clusterStore.ts'
import { LiveFacts, LiveHands, LiveSwitch } from './LiveSwitch.tsx'
import { Serving } from './Serving.tsx'
import { SpaceTime } from './SpaceTime.tsx'
import { ensembleState } from './status.ts'
import { Transport } from './Transport.tsx'
import styles from './cluster.module.css'

/** The Cluster view as a tab of the dock: the diagram, its transport and the leader in one line. */
export function ClusterTab() {
  useEffect(openCluster, [])
  const { run } = useCluster()
  // To what lives something is done now, whatever moment is on the screen.
  const { leader } = ensembleState(run.live === null ? run.world : run.head)
  return (
    <div className={styles.tab}>
      <div className={styles.tabHead}>
        <LiveSwitch />
        <Transport />
        {run.live === null ? <Serving /> : null}
        <span className={styles.grow} />
        <button type="button" className={styles.button} disabled={leader < 0} onClick={() => act({ kind: 'kill', node: leader })}>
          <Skull aria-hidden />
          {t.killLeader}
        </button>
        <LiveHands />
        <a className={styles.button} href="#/cluster" aria-label={t.full} title={t.full}>
          <Maximize2 aria-hidden />
          <span className={styles.spelt}>{t.full}</span>
        </a>
      </div>
      {run.live === null ? null : (
        <div className={styles.liveLine}>
          <Serving />
          <LiveFacts />
        </div>
      )}
      <SpaceTime />
    </div>
  )
}
