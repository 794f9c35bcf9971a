import { cluster as t } from '../text/cluster.ts'
import styles from './panes.module.css'

/** What is often said about these systems, and what is so. */
export function Myths() {
  return (
    <dl className={styles.myths} tabIndex={0} aria-label={t.myths.title}>
      {t.myths.list.map(([myth, truth]) => (
        <div key={myth}>
          <dt>
            <s>{myth}</s>
          </dt>
          <dd>{truth}</dd>
        </div>
      ))}
    </dl>
  )
}
