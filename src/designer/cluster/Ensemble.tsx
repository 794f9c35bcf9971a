import { Crown } from 'lucide-react'
import { zxidText } from '../../ensemble/world/trace.ts'
import { cluster as t } from '../text/cluster.ts'
import { chooseTarget, useCluster } from './clusterStore.ts'
import { arcPath, ringOf, shortened, type Point } from './ring.ts'
import { serverRows, whyWon, type ServerRow } from './selectors.ts'
import { ensembleState } from './status.ts'
import styles from './ensemble.module.css'

/** The servers as a ring with their votes, what each has on disk, and what the last election was decided by. */
export function Ensemble() {
  const { run, target } = useCluster()
  const { world } = run
  const rows = serverRows(world)
  const why = whyWon(world)
  return (
    <>
      <Ring rows={rows} />
      <table className={styles.servers}>
        <thead>
          <tr>
            <th aria-label={t.machine('server')} />
            <th>{t.columns.role}</th>
            <th className={styles.number} title={t.columnsWhy.accepted}>
              {t.columns.accepted}
            </th>
            <th className={styles.number} title={t.columnsWhy.current}>
              {t.columns.current}
            </th>
            <th className={styles.number} title={t.columnsWhy.zxid}>
              {t.columns.zxid}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-status={row.isDeposed ? 'deposed' : row.status} data-chosen={target === row.id ? '' : undefined}>
              <td>
                <button type="button" className={styles.id} aria-label={t.choose(row.id)} aria-pressed={target === row.id} onClick={() => chooseTarget(row.id)}>
                  {row.id}
                </button>
              </td>
              <td className={styles.role} title={row.isDeposed ? t.deposed : t.statuses[row.status]}>
                {row.isDeposed ? t.deposed : t.statuses[row.status]}
                {row.slowDisk ? `, ${t.slowDisk}` : ''}
              </td>
              <td className={styles.number}>{row.accepted}</td>
              <td className={styles.number}>{row.current}</td>
              <td className={styles.number}>{zxidText(row.lastZxid)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {why === null ? null : (
        <section className={styles.why} aria-label={t.whyWon(why.winner)}>
          <h2 className={styles.head}>
            <span>{t.whyWon(why.winner)}</span>
            <span className={styles.quiet}>{t.round(why.round)}</span>
          </h2>
          <table className={styles.servers}>
            <thead>
              <tr>
                <th aria-label={t.machine('server')} />
                <th className={styles.number}>{t.why.epoch}</th>
                <th className={styles.number}>{t.why.zxid}</th>
                <th className={styles.number}>{t.why.id}</th>
              </tr>
            </thead>
            <tbody>
              {why.candidates.map(({ id, epoch, zxid, losesBy }) => (
                <tr key={id}>
                  <td>
                    <b>{id}</b>
                  </td>
                  <td className={styles.number} data-lost={losesBy === 'epoch' ? '' : undefined}>
                    {epoch}
                  </td>
                  <td className={styles.number} data-lost={losesBy === 'epoch' || losesBy === 'zxid' ? '' : undefined} data-idle={losesBy === 'epoch' ? '' : undefined}>
                    {zxidText(zxid)}
                  </td>
                  <td className={styles.number} data-lost={losesBy !== null ? '' : undefined} data-won={losesBy === null ? '' : undefined}>
                    {id}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  )
}

const width = 288
const height = 226

function Ring({ rows }: { readonly rows: readonly ServerRow[] }) {
  const { run, target } = useCluster()
  const { world } = run
  const { kind, together, quorum, leader } = ensembleState(world)
  const serves = kind === 'broadcast'
  const { points, centre, radius, serverRadius } = ringOf(rows.length, width, height)
  const voters = world.setup.options.servers
  const sentences = rows.map((row) => t.ringServer(row.id, row.isDeposed ? t.deposed : t.statuses[row.status], row.voteFor >= 0 && row.voteFor !== row.id && row.status !== 'down' ? t.votesFor(row.voteFor) : '')).join(' ')
  return (
    <svg className={styles.ring} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t.ringLabel(sentences)}>
      <defs>
        <marker id="vote-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto" markerUnits="userSpaceOnUse">
          <path d="M0 .8 8 4 0 7.2z" fill="context-stroke" />
        </marker>
      </defs>
      {rows.map((row, i) => (
        <path key={row.id} className={styles.arc} data-together={together.includes(row.id) && serves ? '' : undefined} data-waits={row.status === 'waiting' ? '' : undefined} d={arcPath(centre, radius + serverRadius + 15, i, rows.length)} />
      ))}
      {cutsOf(rows.length, world.cut, world.nodes.length).map(([a, b, isBoth]) => {
        const [from, to] = shortened(points[a]!, points[b]!, serverRadius + 5)
        return <path key={`${a} ${b}`} className={styles.cut} data-one={isBoth ? undefined : ''} d={`M${from.x} ${from.y}L${to.x} ${to.y}`} />
      })}
      {rows.map((row) => {
        if (row.status === 'down' || row.voteFor < 0 || row.voteFor === row.id || row.voteFor >= points.length) return null
        const [from, to] = shortened(points[row.id]!, points[row.voteFor]!, serverRadius + 4)
        return <path key={row.id} className={styles.vote} data-looking={row.status === 'looking' || row.status === 'waiting' ? '' : undefined} d={`M${from.x} ${from.y}L${to.x} ${to.y}`} markerEnd="url(#vote-head)" />
      })}
      <CentreWords centre={centre} lines={[t.members(together.length, voters), t.quorum(quorum)]} tone={serves ? 'plain' : kind === 'noQuorum' ? 'error' : 'warn'} />
      {rows.map((row) => {
        const { x, y } = points[row.id]!
        return (
          <g key={row.id} className={styles.server} data-status={row.isDeposed ? 'deposed' : row.status} data-chosen={target === row.id ? '' : undefined} onClick={() => chooseTarget(row.id)}>
            {target === row.id ? <circle className={styles.halo} cx={x} cy={y} r={serverRadius + 4} /> : null}
            <circle cx={x} cy={y} r={serverRadius} />
            <text x={x} y={y + 4.5}>
              {row.id}
            </text>
            {row.id === leader && row.status === 'leading' ? <Crown x={x - 8} y={y - serverRadius - 17} width={16} height={14} aria-hidden /> : null}
          </g>
        )
      })}
    </svg>
  )
}

function CentreWords({ centre, lines, tone }: { readonly centre: Point; readonly lines: readonly [string, string]; readonly tone: 'plain' | 'warn' | 'error' }) {
  return (
    <g className={styles.centre} data-tone={tone}>
      <text className={styles.big} x={centre.x} y={centre.y - 1}>
        {lines[0]}
      </text>
      <text className={styles.small} x={centre.x} y={centre.y + 15}>
        {lines[1]}
      </text>
    </g>
  )
}

/** Pairs of servers with a cut between them, and whether it is cut both ways. */
function cutsOf(count: number, cut: Uint8Array, size: number): readonly (readonly [number, number, boolean])[] {
  const found: (readonly [number, number, boolean])[] = []
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const there = cut[a * size + b] !== 0
      const back = cut[b * size + a] !== 0
      if (there && back) found.push([a, b, true])
      else if (there) found.push([a, b, false])
      else if (back) found.push([b, a, false])
    }
  }
  return found
}
