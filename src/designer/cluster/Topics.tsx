import { lazy, Suspense } from 'react'
import { cluster as t } from '../text/cluster.ts'
import { stores } from '../text/stores.ts'
import { topicsView, type TopicsView } from './besides.ts'
import { useCluster } from './clusterStore.ts'
import styles from './beside.module.css'

const TopicsPane = lazy(() => import('../stores/TopicsPane.tsx').then((module) => ({ default: module.TopicsPane })))

/** Partitions with their replicas, drawn to one scale: what each holds, how far it is safe, who leads and who is in sync; and who reads what. */
export function Topics() {
  const { run } = useCluster()
  const view = topicsView(run.world)
  if (run.live === null) return view === null ? null : <Partitions view={view} />
  // What the job's topics hold is the page's and outlives these brokers.
  return (
    <>
      {view === null ? null : <Partitions view={view} />}
      <section className={styles.pane} data-scrolls="" aria-label={stores.topics}>
        <h2 className={styles.head}>{stores.topics}</h2>
        <Suspense fallback={null}>
          <TopicsPane />
        </Suspense>
      </section>
    </>
  )
}

function Partitions({ view }: { readonly view: TopicsView }) {
  return (
    <section className={styles.pane} data-scrolls="" aria-label={t.topics.title} tabIndex={0}>
      <h2 className={styles.head}>
        <span>{t.topics.title}</span>
        <span className={styles.quiet}>{view.controller < 0 ? t.topics.noController : t.topics.controller(view.controller, view.controllerEpoch)}</span>
      </h2>
      {view.partitions.map(({ name, leader, isr, replicas, highWatermark, end }) => {
        const most = Math.max(1, ...replicas.map((replica) => replica.end))
        const least = Math.max(0, most - 40)
        const share = (offset: number): string => `${(Math.max(0, offset - least) / Math.max(1, most - least)) * 100}%`
        return (
          <div key={name} className={styles.partition}>
            <div className={styles.line}>
              <b>{name}</b>
              <span className={styles.quiet}>{`${t.topics.hw} ${highWatermark}, ${t.topics.end} ${end}`}</span>
              <span className={styles.quiet} data-short={isr.length < replicas.length ? '' : undefined}>{`${t.topics.isr} ${isr.join(' ') || t.topics.nobody}`}</span>
            </div>
            {replicas.map((replica) => (
              <div key={replica.broker} className={styles.replica} data-leads={replica.broker === leader ? '' : undefined} data-out={isr.includes(replica.broker) ? undefined : ''} data-down={replica.isUp ? undefined : ''}>
                <span>{replica.broker}</span>
                <span className={styles.log} role="img" aria-label={t.topics.replica(replica.broker, replica.end, replica.highWatermark)} title={t.topics.replica(replica.broker, replica.end, replica.highWatermark)}>
                  <i className={styles.end} style={{ width: share(replica.end) }} />
                  <i className={styles.safe} style={{ width: share(Math.min(replica.end, replica.highWatermark)) }} />
                </span>
              </div>
            ))}
          </div>
        )
      })}
      {view.groups.map((group) => (
        <div key={group.id} className={styles.partition}>
          <div className={styles.line}>{t.topics.group(group.id, group.state, group.generation)}</div>
          {group.members.map((member) => (
            <div key={member.id} className={styles.member}>
              {t.topics.member(member.id, member.holds.join(', ') || t.topics.nothing)}
            </div>
          ))}
        </div>
      ))}
    </section>
  )
}
