import { cluster as t } from '../text/cluster.ts'
import { chooseTarget, useCluster } from './clusterStore.ts'
import { sessionRows } from './selectors.ts'
import { sessionText } from './words.ts'
import styles from './side.module.css'

/** Sessions by client: where each is connected, and how long the leader would still wait for it. */
export function Sessions() {
  const { run, target } = useCluster()
  const rows = sessionRows(run.world)
  return (
    <section className={styles.sessions} aria-label={t.sessions.title}>
      <h2 className={styles.head}>
        <span>{t.sessions.title}</span>
      </h2>
      {rows.length === 0 ? <p className={styles.empty}>{t.sessions.none}</p> : null}
      <ul>
        {rows.map((row) => {
          const left = row.leftMs === null ? t.sessions.held : t.sessions.left(row.leftMs)
          const away = t.sessions.lost[row.state] ?? row.state
          const name = row.client === '' ? t.sessions.nobody : row.client.length > 8 ? t.laneName(row.client) : row.client
          return (
            <li key={row.session}>
              <button type="button" className={styles.session} disabled={row.node < 0} aria-pressed={target === row.node} onClick={() => chooseTarget(row.node)}>
                <span className={styles.name}>{name}</span>
                <span className={styles.id}>{sessionText(row.session)}</span>
                <span className={styles.where} data-away={away === '' ? undefined : ''}>
                  {away !== '' ? away : row.server < 0 ? t.sessions.nowhere : t.sessions.at(row.server)}
                </span>
                <span className={styles.bar} role="img" aria-label={t.sessions.label(name, left)} title={left} data-low={row.share < 0.4 ? '' : undefined}>
                  <i style={{ width: `${Math.round(row.share * 100)}%` }} />
                </span>
                <span className={styles.left}>{row.leftMs === null ? '–' : left}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
