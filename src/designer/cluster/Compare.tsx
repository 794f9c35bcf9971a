import { useMemo, useState } from 'react'
import { dependencyRun, type EngineRun, type Reach } from '../../ensemble/teaching/dependencyRun.ts'
import { hashSchemes, measuringKeys, movementOf, nodesUpTo, strip, type HashScheme } from '../../ensemble/teaching/hashing.ts'
import { cluster as t } from '../text/cluster.ts'
import styles from './compare.module.css'

/** Two comparisons that teach: Paxos beside Zab under one script, and what moves when a node comes under five ways to place keys. */
export function Compare() {
  return (
    <div className={styles.compare} tabIndex={0} role="region" aria-label={t.tabs.compare}>
      <PaxosBesideZab />
      <Hashing />
    </div>
  )
}

const seed = 1

function PaxosBesideZab() {
  const [reach, setReach] = useState<Reach>('one')
  const { paxos, zab } = useMemo(() => dependencyRun(seed, reach), [reach])
  return (
    <section aria-label={t.compare.paxos}>
      <h3>{t.compare.paxos}</h3>
      <p>{t.compare.paxosText}</p>
      <div className={styles.toggles} role="group" aria-label={t.compare.reach}>
        {(['one', 'two'] as const).map((each) => (
          <button key={each} type="button" className={styles.toggle} aria-pressed={reach === each} onClick={() => setReach(each)}>
            {t.compare.reaches[each]}
          </button>
        ))}
      </div>
      <div className={styles.engines}>
        <Engine name={t.compare.engines.paxos} run={paxos} />
        <Engine name={t.compare.engines.zab} run={zab} />
      </div>
    </section>
  )
}

function Engine({ name, run }: { readonly name: string; readonly run: EngineRun }) {
  return (
    <div className={styles.engine}>
      <div className={styles.decided}>
        <b>{name}</b>
        {run.values.map((value, i) => (
          <span key={i} className={styles.value} data-broken={run.isBroken && value === 'B' ? '' : undefined}>
            {value}
          </span>
        ))}
        <span className={run.isBroken ? styles.bad : styles.good}>{run.isBroken ? t.compare.broken : t.compare.together}</span>
      </div>
      <ol className={styles.lines}>
        {run.lines.map((line, i) => (
          <li key={i}>
            <span>{(line.time / 1e6).toFixed(3)}</span>
            <span>{line.node < 0 ? '' : run.world.nodes[line.node]!.name}</span>
            <span>{line.text}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}

const keys = measuringKeys(4_000)
const shownKeys = measuringKeys(160, 7).toSorted((a, b) => a - b)
const hues = ['--fam-source', '--fam-join', '--fam-state', '--fam-sink', '--fam-time', '--fam-shape', '--warn', '--late', '--accent-line', '--ok', '--error', '--text-3']

function Hashing() {
  const [count, setCount] = useState(4)
  const rows = useMemo(() => hashSchemes.map((scheme) => ({ scheme, moved: movementOf(scheme, keys, count) })), [count])
  return (
    <section aria-label={t.compare.hashing}>
      <h3>{t.compare.hashing}</h3>
      <p>{t.compare.hashingText}</p>
      <label className={styles.count}>
        {t.compare.nodes}
        <input type="range" min={2} max={11} value={count} onChange={(event) => setCount(Number(event.currentTarget.value))} />
        <output>{`${count} → ${count + 1}`}</output>
      </label>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t.compare.scheme}</th>
            <th className={styles.number}>{t.compare.added}</th>
            <th className={styles.number}>{t.compare.removed}</th>
            <th className={styles.number}>{t.compare.load}</th>
            <th>{t.compare.keys}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ scheme, moved }) => (
            <tr key={scheme.name}>
              <td>{scheme.name}</td>
              <td className={styles.number}>{share(moved.added)}</td>
              <td className={styles.number}>{share(moved.removedMiddle)}</td>
              <td className={styles.number}>{moved.maxLoad.toFixed(2)}</td>
              <td>
                <Strip scheme={scheme} count={count} />
              </td>
            </tr>
          ))}
          <tr className={styles.ideal}>
            <td>{t.compare.ideal}</td>
            <td className={styles.number}>{share(1 / (count + 1))}</td>
            <td className={styles.number}>{share(1 / count)}</td>
            <td className={styles.number}>1.00</td>
            <td />
          </tr>
        </tbody>
      </table>
    </section>
  )
}

/** Keys in their order: above whose each was, below whose it is with one node more; a gap where it stayed. */
function Strip({ scheme, count }: { readonly scheme: HashScheme; readonly count: number }) {
  const cells = strip(scheme, shownKeys, nodesUpTo(count), nodesUpTo(count + 1))
  const moved = cells.filter(({ before, after }) => before !== after).length
  return (
    <svg className={styles.strip} viewBox="0 0 320 18" role="img" aria-label={t.compare.moved(moved, cells.length)} preserveAspectRatio="none">
      {cells.map(({ before, after }, i) => (
        <g key={i}>
          <rect x={i * 2} y={0} width={2} height={8} style={{ fill: `var(${hues[before % hues.length]!})` }} />
          {before === after ? null : <rect x={i * 2} y={10} width={2} height={8} style={{ fill: `var(${hues[after % hues.length]!})` }} />}
        </g>
      ))}
    </svg>
  )
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}
