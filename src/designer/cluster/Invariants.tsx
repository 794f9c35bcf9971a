import { memo } from 'react'
import { Check, ShieldAlert, X } from 'lucide-react'
import { invariants } from '../../ensemble/checks/invariants.ts'
import { cluster as t } from '../text/cluster.ts'
import { brokenIn, seekEvent, setFixed, useCluster } from './clusterStore.ts'
import styles from './panes.module.css'

/** Every invariant by name; the one that broke, with the way to its first bad event and to the same run without the mistake. */
export const Invariants = memo(function Invariants() {
  const view = useCluster()
  const broken = brokenIn(view)
  return (
    <div className={styles.invariants} tabIndex={0} role="region" aria-label={t.invariants.title}>
      {broken === null ? <p>{`${t.invariants.checkedAt} ${t.invariants.stops}`}</p> : <Violation />}
      <ul className={styles.grid}>
        {invariants.map(({ name, text, eventually }) => {
          const isBroken = broken?.invariant === name
          return (
            <li key={name} data-broken={isBroken ? '' : undefined}>
              {isBroken ? <X aria-label={t.invariants.isBroken} /> : <Check aria-label={t.invariants.holds} />}
              <code>{name}</code>
              <span>
                {text}
                {eventually === true ? <small>{` (${t.invariants.eventually})`}</small> : null}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
})

/** What broke, where, and what to do about it. */
export function Violation() {
  const view = useCluster()
  const broken = brokenIn(view)
  if (broken === null) return null
  const { run } = view
  const name = run.recording.world.names[broken.node]
  return (
    <div className={styles.violation} role="group" aria-label={t.invariants.broken(broken.invariant)}>
      <ShieldAlert aria-hidden />
      <div>
        <b>{t.invariants.broken(broken.invariant)}</b> <span className={styles.quiet}>{t.invariants.at(broken.event, (broken.time / 1e6).toFixed(6))}</span>
        <p>
          {name === undefined ? '' : `${name} `}
          {broken.detail}
        </p>
      </div>
      <span className={styles.actions}>
        <button type="button" className={styles.button} onClick={() => seekEvent(broken.event)}>
          {t.invariants.go}
        </button>
        {(run.spec.kind === 'card' || run.spec.kind === 'schedule') && !run.spec.isFixed ? (
          <button type="button" className={styles.button} onClick={() => setFixed(true)}>
            {t.invariants.fixedRun}
          </button>
        ) : null}
      </span>
    </div>
  )
}
