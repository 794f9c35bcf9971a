import { Activity, FileX2, HardDrive, Pause, Play, RotateCcw, ScissorsLineDashed, Skull, Split, Unplug, UserX, Waypoints } from 'lucide-react'
import type { ReactNode } from 'react'
import { cluster as t } from '../text/cluster.ts'
import { act, chooseOther, chooseTarget, handActions, useCluster, type HandChoice } from './clusterStore.ts'
import styles from './side.module.css'

const icons: Readonly<Record<HandChoice, ReactNode>> = {
  kill: <Skull aria-hidden />,
  restart: <RotateCcw aria-hidden />,
  pause: <Pause aria-hidden />,
  resume: <Play aria-hidden />,
  isolate: <Unplug aria-hidden />,
  cut: <ScissorsLineDashed aria-hidden />,
  cutOneWay: <Split aria-hidden />,
  slowDisk: <HardDrive aria-hidden />,
  loseTail: <FileX2 aria-hidden />,
  expireSession: <UserX aria-hidden />,
  heal: <Activity aria-hidden />,
}

/** Everything a hand can do, to the machine that is chosen. Each is recorded in the run at this very moment. */
export function Hand() {
  const view = useCluster()
  const { run, target, other } = view
  const { names, servers, observers } = run.recording.world
  const isPair = run.live === null && target < servers + observers
  return (
    <section className={styles.hand} aria-label={t.hand.title}>
      <h2 className={styles.head}>
        <span>{t.hand.title}</span>
        <span className={styles.targets}>
          <select className={styles.select} aria-label={t.hand.target} value={target} onChange={(event) => chooseTarget(Number(event.currentTarget.value))}>
            {names.map((name, id) => (
              <option key={name} value={id}>
                {name}
              </option>
            ))}
          </select>
        </span>
      </h2>
      <div className={styles.buttons}>
        {handActions(view).map(({ choice, key, action }) => (
          <button key={choice} type="button" className={styles.button} title={t.hand.why[choice]} aria-label={choice === 'heal' ? t.hand.heal : t.hand.to(t.hand[choice], names[target]!)} disabled={action === null} aria-keyshortcuts={key} onClick={() => action !== null && act(action)}>
            {icons[choice]}
            <span>{t.hand[choice]}</span>
            <kbd aria-hidden="true">{key}</kbd>
          </button>
        ))}
      </div>
      {isPair ? (
        <label className={styles.pair}>
          <Waypoints aria-hidden />
          <span>{`${t.hand.cut}: ${names[target]} ${t.hand.other}`}</span>
          <select className={styles.select} value={other} onChange={(event) => chooseOther(Number(event.currentTarget.value))}>
            {names.map((name, id) =>
              id === target ? null : (
                <option key={name} value={id}>
                  {name}
                </option>
              ),
            )}
          </select>
        </label>
      ) : null}
    </section>
  )
}

