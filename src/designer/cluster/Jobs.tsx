import { Crown } from 'lucide-react'
import { zxidText } from '../../ensemble/world/trace.ts'
import { cluster as t } from '../text/cluster.ts'
import { jobView, type JobManagerRow } from './besides.ts'
import { chooseTarget, useCluster } from './clusterStore.ts'
import { ensembleState } from './status.ts'
import styles from './beside.module.css'

/** JobManagers in their line for the latch, the checkpoint under way and the subtasks of the job. */
export function Jobs() {
  const { run, target } = useCluster()
  const view = jobView(run.world)
  if (view === null) return null
  const { underWay } = view
  const stalls = underWay !== null && underWay.isCommitting && ensembleState(run.world).kind !== 'broadcast'
  return (
    <section className={styles.pane} aria-label={t.jobs.title}>
      <h2 className={styles.head}>{t.jobs.title}</h2>
      <ul>
        {view.managers.map((row) => (
          <li key={row.node}>
            <button type="button" className={styles.row} aria-pressed={target === row.node} data-leads={row.leads ? '' : undefined} onClick={() => chooseTarget(row.node)}>
              <b>{row.name.replace('JobManager ', '')}</b>
              <span className={styles.icon}>{row.step === '' ? null : <Crown aria-label={t.jobs.leads} />}</span>
              <span className={styles.words} data-away={row.away === null ? undefined : ''}>
                {wordsOf(row)}
              </span>
              <span className={styles.mono}>{row.token === 0 ? '' : t.jobs.token(zxidText(row.token))}</span>
            </button>
          </li>
        ))}
      </ul>
      <dl className={styles.facts}>
        <dt>{t.jobs.checkpoint}</dt>
        <dd>{view.completed === 0 ? t.jobs.none : view.completed}</dd>
        {underWay === null ? null : <dd className={stalls ? styles.stalls : styles.wide}>{stalls ? t.jobs.waitsForQuorum(underWay.id) : t.jobs.inFlight(underWay.id, underWay.have, underWay.of)}</dd>}
        {view.tasks.map((task) => (
          <div key={task.node} className={styles.pair}>
            <dt>{task.name}</dt>
            <dd>{task.subtask < 0 ? t.jobs.idle : `${t.jobs.rows} ${task.committed}`}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function wordsOf(row: JobManagerRow): string {
  if (row.away !== null) return t.jobs.away[row.away]
  if (row.step !== '') return t.jobs.recovers(t.jobs.steps[row.step] ?? row.step)
  return t.jobs.standsBy(row.waitsBehind === '' ? '' : `…${row.waitsBehind.slice(-4)}`)
}
