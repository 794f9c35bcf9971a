import { Eye, Clock3 } from 'lucide-react'
import { memo, useState } from 'react'
import { zxidText } from '../../ensemble/world/trace.ts'
import { cluster as t } from '../text/cluster.ts'
import { useCluster } from './clusterStore.ts'
import { newestServer, watchesOn, znodeRows, type ZnodeRow } from './selectors.ts'
import { ensembleSize, ensembleState } from './status.ts'
import styles from './side.module.css'

const rowsMax = 200

/** The tree as the chosen server has it, else as the leader does; a znode opens to its stat and its watches. */
export function Znodes() {
  const { run, target } = useCluster()
  const { world } = run
  const [open, setOpen] = useState<string | null>(null)
  const { leader } = ensembleState(world)
  const shown = target < ensembleSize(world) && world.nodes[target]!.up ? target : leader >= 0 ? leader : newestServer(world)
  const rows = shown < 0 ? [] : znodeRows(world, shown)
  return (
    <section className={styles.znodes} aria-label={t.znodes.title}>
      <h2 className={styles.head}>
        <span>{t.znodes.title}</span>
        {shown < 0 ? null : <span className={styles.quiet}>{`${t.znodes.count(rows.length)}, ${t.znodes.of(shown)}`}</span>}
      </h2>
      {shown < 0 ? <p className={styles.empty}>{t.znodes.empty}</p> : rows.length === 0 ? <p className={styles.empty}>{t.znodes.onlyRoot}</p> : null}
      <ul className={styles.tree} tabIndex={0} aria-label={t.znodes.title}>
        {rows.slice(0, rowsMax).map((row) => (
          <li key={row.path}>
            <Line path={row.path} name={row.depth === 0 ? `/${row.name}` : row.name} depth={row.depth} data={row.data} owner={row.owner} watches={row.watches} isOpen={open === row.path} setOpen={setOpen} />
            {open === row.path ? <Stat row={row} /> : null}
          </li>
        ))}
        {rows.length > rowsMax ? <li className={styles.empty}>{t.znodes.more(rows.length - rowsMax)}</li> : null}
      </ul>
    </section>
  )
}

/** Rendered again only when something in it has changed: most znodes of most moments have not. */
const Line = memo(function Line(props: {
  readonly path: string
  readonly name: string
  readonly depth: number
  readonly data: string
  readonly owner: string
  readonly watches: number
  readonly isOpen: boolean
  readonly setOpen: (path: string | null) => void
}) {
  const { path, owner, watches, isOpen } = props
  return (
    <button type="button" className={styles.znode} style={{ paddingLeft: 16 + props.depth * 13 }} aria-expanded={isOpen} data-ephemeral={owner === '' ? undefined : ''} onClick={() => props.setOpen(isOpen ? null : path)}>
      <span className={styles.name}>{props.name}</span>
      {watches > 0 ? (
        <span className={styles.watches} title={t.znodes.watches(watches)}>
          <Eye aria-label={t.znodes.watches(watches)} />
          {watches > 1 ? watches : ''}
        </span>
      ) : null}
      <span className={styles.owner}>
        <span>{owner === '' ? props.data : owner}</span>
        {owner === '' ? null : <Clock3 aria-label={t.znodes.ephemeralOf(owner)} />}
      </span>
    </button>
  )
})

function Stat({ row }: { readonly row: ZnodeRow }) {
  const { run } = useCluster()
  const { stat } = row
  const watches = watchesOn(run.world, row.path)
  const fields: readonly (readonly [string, string])[] = [
    ['czxid', zxidText(stat.czxid)],
    ['mzxid', zxidText(stat.mzxid)],
    ['pzxid', zxidText(stat.pzxid)],
    ['version', String(stat.version)],
    ['cversion', String(stat.cversion)],
    ['aversion', String(stat.aversion)],
    ['numChildren', String(stat.numChildren)],
    ['dataLength', String(stat.dataLength)],
  ]
  return (
    <div className={styles.stat} role="group" aria-label={`${t.znodes.stat} ${row.path}`}>
      <dl>
        {fields.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {row.owner === '' ? null : <p>{t.znodes.ephemeralOf(row.owner)}</p>}
      <p>
        {t.znodes.data}: {row.data === '' ? t.znodes.noData : <code>{row.data}</code>}
      </p>
      {watches.map((watch, i) => (
        <p key={i}>{t.znodes.watchedBy(watch.client, watch.server, watch.kind)}</p>
      ))}
    </div>
  )
}
