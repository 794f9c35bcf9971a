import { Crown, Database, RotateCcw } from 'lucide-react'
import { nodeOfBroker } from '../../ensemble/log/broker.ts'
import { usePlane } from '../checkpoints/planeView.ts'
import { cluster as t } from '../text/cluster.ts'
import { act, showLive, showSimulation, useCluster } from './clusterStore.ts'
import { jobView, topicsView } from './besides.ts'
import styles from './cluster.module.css'

/** Which ensemble is on the screen: the one simulated here, or the one that keeps the checkpoints of the job that runs. */
export function LiveSwitch() {
  const { run } = useCluster()
  const plane = usePlane()
  if (plane === null && run.live === null) return null
  return (
    <span className={styles.switch} role="group" aria-label={t.live.which}>
      <button type="button" className={styles.switchButton} aria-pressed={run.live === null} onClick={showSimulation}>
        {t.live.simulation}
      </button>
      <button type="button" className={styles.switchButton} aria-pressed={run.live !== null} disabled={plane === null} onClick={showLive}>
        {t.live.job}
      </button>
    </span>
  )
}

/** Of a job's ensemble: what it has done for the job, and why nothing completes, if so. */
export function LiveFacts() {
  const { run } = useCluster()
  const plane = usePlane()
  if (run.spec.kind !== 'live') return null
  const isOver = plane === null || plane.run !== run.spec.run
  return (
    <span className={styles.facts} role="status" data-waits={!isOver && (plane.waitsFor !== null || plane.topicsWaitFor !== null) ? '' : undefined}>
      {run.spec.job === '' ? null : <b>{run.spec.job}</b>}
      {isOver ? t.live.over : plane.topicsWaitFor !== null ? t.live.topicsWait(plane.topicsWaitFor) : plane.waitsFor !== null ? t.live.waits(plane.waitsFor) : t.live.committed(plane.jobManager, plane.committed)}
      {!isOver && plane.takeovers > 0 ? ` · ${t.live.takeovers(plane.takeovers)}` : ''}
    </span>
  )
}

/**
 * What a hand may do to the ensemble a job depends on, besides killing its leader: kill the leading JobManager or the broker that leads the job's first partition, and bring back whoever is down.
 * It is done now, whatever moment is on the screen, and so it is asked of the newest.
 */
export function LiveHands() {
  const { run } = useCluster()
  const plane = usePlane()
  if (run.spec.kind !== 'live' || plane === null) return null
  const { head } = run
  const leading = jobView(head)?.managers.find(({ leads }) => leads) ?? null
  const topics = topicsView(head)
  const broker = topics?.partitions.find(({ leader }) => leader >= 0)?.leader ?? -1
  const down = head.nodes.filter(({ up }) => !up)
  return (
    <>
      <button type="button" className={styles.button} disabled={leading === null} onClick={() => leading !== null && act({ kind: 'kill', node: leading.node })}>
        <Crown aria-hidden />
        {t.live.killJobManager}
      </button>
      {topics === null ? null : (
        <button type="button" className={styles.button} disabled={broker < 0} title={t.live.killBrokerWhy} onClick={() => broker >= 0 && act({ kind: 'kill', node: nodeOfBroker(head, broker) })}>
          <Database aria-hidden />
          {t.live.killBroker}
        </button>
      )}
      <button type="button" className={styles.button} disabled={down.length === 0} onClick={() => down.forEach(({ id }) => act({ kind: 'restart', node: id }))}>
        <RotateCcw aria-hidden />
        {t.live.restart}
      </button>
    </>
  )
}
