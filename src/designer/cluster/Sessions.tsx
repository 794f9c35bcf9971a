import { memo } from 'react'
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
          return <Line key={row.session} node={row.node} name={name} session={row.session} where={away !== '' ? away : row.server < 0 ? t.sessions.nowhere : t.sessions.at(row.server)} isAway={away !== ''} share={Math.round(row.share * 100)} left={left} isHeld={row.leftMs === null} isChosen={target === row.node} />
        })}
      </ul>
    </section>
  )
}

/** Rendered again only when something in it has changed. */
const Line = memo(function Line(props: {
  readonly node: number
  readonly name: string
  readonly session: number
  readonly where: string
  readonly isAway: boolean
  readonly share: number
  readonly left: string
  readonly isHeld: boolean
  readonly isChosen: boolean
}) {
  const { name, left, share } = props
  return (
    <li>
      <button type="button" className={styles.session} disabled={props.node < 0} aria-pressed={props.isChosen} onClick={() => chooseTarget(props.node)}>
        <span className={styles.name}>{name}</span>
        <span className={styles.id}>{sessionText(props.session)}</span>
        <span className={styles.where} data-away={props.isAway ? '' : undefined}>
          {props.where}
        </span>
        <span className={styles.bar} role="img" aria-label={t.sessions.label(name, left)} title={left} data-low={share < 40 ? '' : undefined}>
          <i style={{ width: `${share}%` }} />
        </span>
        <span className={styles.left}>{props.isHeld ? '–' : left}</span>
      </button>
    </li>
  )
})
