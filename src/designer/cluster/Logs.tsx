import { zxidText } from '../../ensemble/world/trace.ts'
import { cluster as t } from '../text/cluster.ts'
import { useCluster } from './clusterStore.ts'
import { logsSideBySide, type Held, type LogRow } from './selectors.ts'
import { ensembleState } from './status.ts'
import { txnParts } from './words.ts'
import styles from './panes.module.css'

const rowsShown = 40

/** The logs of all servers, a row for each transaction: who has it, how safely, and what has become of it. */
export function Logs() {
  const { run } = useCluster()
  const { world } = run
  const { rows, servers } = logsSideBySide(world, rowsShown)
  const { quorum } = ensembleState(world)
  if (rows.length === 0) return <p className={styles.empty}>{t.logs.empty}</p>
  const last = rows[rows.length - 1]!
  return (
    <div className={styles.scroller} tabIndex={0} role="region" aria-label={t.logs.table} data-newest="">
      <table className={styles.logs}>
        <thead>
          <tr>
            <th>{t.logs.zxid}</th>
            <th>{t.logs.change}</th>
            {servers.map(({ id, isUp, length }) => (
              <th key={id} className={styles.cell} data-down={isUp ? undefined : ''} title={t.logs.length(length)}>
                {id}
              </th>
            ))}
            <th>{t.logs.state}</th>
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => {
            const [operation, rest] = txnParts(row.txn)
            return (
              <tr key={`${row.zxid} ${row.txn.serial}`} data-state={row.state} data-last={row === last ? '' : undefined}>
                <td>
                  <b>{zxidText(row.zxid)}</b>
                </td>
                <td className={styles.change} title={`${operation} ${rest}`}>
                  <span className={styles.mono}>{operation}</span> {rest}
                </td>
                {row.held.map((held, id) => (
                  <td key={id} className={styles.cell} data-down={servers[id]!.isUp ? undefined : ''}>
                    <Mark held={held} isCommitted={row.state === 'committed'} />
                  </td>
                ))}
                <td className={styles.state}>{stateText(row, quorum)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function stateText(row: LogRow, quorum: number): string {
  if (row.held.includes('other')) return t.logs.differs
  if (row.state === 'extra') return t.logs.extra
  if (row.state === 'waiting') return t.logs.waiting(row.onDisk, quorum)
  return t.logs.committed
}

function Mark({ held, isCommitted }: { readonly held: Held; readonly isCommitted: boolean }) {
  return <i className={styles.mark} data-held={held} data-committed={isCommitted ? '' : undefined} role="img" aria-label={t.logs.cells[held]} title={t.logs.cells[held]} />
}

/** What the marks mean, beside the tabs. */
export function LogLegend() {
  return (
    <span className={styles.legend} aria-hidden="true">
      {(['applied', 'disk', 'memory', 'missing'] as const).map((held) => (
        <span key={held}>
          <i className={styles.mark} data-held={held} data-committed="" />
          {t.logs.cells[held]}
        </span>
      ))}
    </span>
  )
}
