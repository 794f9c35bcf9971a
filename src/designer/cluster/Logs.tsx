import { memo } from 'react'
import { zxidText } from '../../ensemble/world/trace.ts'
import { cluster as t } from '../text/cluster.ts'
import { useCluster } from './clusterStore.ts'
import { logsSideBySide, type Held, type LogRow, type LogState } from './selectors.ts'
import { ensembleState } from './status.ts'
import { txnParts } from './words.ts'
import styles from './panes.module.css'

const rowsShown = 24
/** While the run plays, what can be seen at once: a table that moves is not scrolled. */
const rowsPlaying = 12

/** The logs of all servers, a row for each transaction: who has it, how safely, and what has become of it. */
export const Logs = memo(function Logs() {
  const { run, playing } = useCluster()
  const { world } = run
  const { rows, servers } = logsSideBySide(world, playing ? rowsPlaying : rowsShown)
  const { quorum } = ensembleState(world)
  if (rows.length === 0) return <p className={styles.empty}>{t.logs.empty}</p>
  const down = servers.filter(({ isUp }) => !isUp).map(({ id }) => id).join(' ')
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
          {rows.toReversed().map((row, place) => {
            const [operation, rest] = txnParts(row.txn)
            // By its place: the newest come on top, and a row that takes other words is cheaper than one that comes and one that goes.
            return <Row key={place} zxid={zxidText(row.zxid)} operation={operation} rest={rest} held={row.held.join(' ')} down={down} state={row.state} words={stateText(row, quorum)} />
          })}
        </tbody>
      </table>
    </div>
  )
})

/** Rendered again only when something in it has changed: most rows of most moments have not. */
const Row = memo(function Row(props: { readonly zxid: string; readonly operation: string; readonly rest: string; readonly held: string; readonly down: string; readonly state: LogState; readonly words: string }) {
  const down = props.down.split(' ')
  return (
    <tr data-state={props.state}>
      <td>
        <b>{props.zxid}</b>
      </td>
      <td className={styles.change} title={`${props.operation} ${props.rest}`}>
        <span className={styles.mono}>{props.operation}</span> {props.rest}
      </td>
      {props.held.split(' ').map((held, id) => (
        <td key={id} className={styles.cell} data-down={down.includes(String(id)) ? '' : undefined}>
          <Mark held={held as Held} isCommitted={props.state === 'committed'} />
        </td>
      ))}
      <td className={styles.state}>{props.words}</td>
    </tr>
  )
})

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
