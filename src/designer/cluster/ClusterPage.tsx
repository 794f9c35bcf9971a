import { Minus, Plus, RotateCcw, ShieldAlert, ShieldCheck } from 'lucide-react'
import { useEffect, useId, useState, type ReactNode } from 'react'
import { invariants } from '../../ensemble/checks/invariants.ts'
import { Region } from '../frame/Region.tsx'
import { cluster as t } from '../text/cluster.ts'
import { brokenIn, clusterView, goToMoment, openCluster, setFilter, showTab, startFree, useCluster, zoom, type BottomTab } from './clusterStore.ts'
import { Compare } from './Compare.tsx'
import { listenToKeys } from './clusterKeys.ts'
import { Ensemble } from './Ensemble.tsx'
import { Hand } from './Hand.tsx'
import { Happened } from './Happened.tsx'
import { Invariants } from './Invariants.tsx'
import { Jobs } from './Jobs.tsx'
import { LiveFacts, LiveSwitch } from './LiveSwitch.tsx'
import { LogLegend, Logs } from './Logs.tsx'
import { MessageStrip } from './MessageStrip.tsx'
import { Myths } from './Myths.tsx'
import { Overview } from './Overview.tsx'
import { styleOf } from './paintSpaceTime.ts'
import { messageKinds, type MessageKind, type Recording } from './recording.ts'
import type { Beside, Load, Network, RunSpec } from './runSpec.ts'
import { Scenarios } from './Scenarios.tsx'
import { Serving } from './Serving.tsx'
import { Sessions } from './Sessions.tsx'
import { SpaceTime } from './SpaceTime.tsx'
import { countIn, secondsText } from './spaceTime.ts'
import { Topics } from './Topics.tsx'
import { IconButton, Transport } from './Transport.tsx'
import { Znodes } from './Znodes.tsx'
import styles from './page.module.css'

/** The Cluster view as a page: ensemble at the left, space-time and what belongs to it in the middle, data and faults at the right, the run's own time at the foot. */
export default function ClusterPage({ bar }: { readonly bar: ReactNode }) {
  useEffect(openCluster, [])
  useEffect(listenToKeys, [])
  return (
    <div className={styles.page} data-cluster-page="">
      <header className={styles.bar} data-region="bar" tabIndex={-1}>
        {bar}
      </header>
      <aside className={styles.left}>
        <Region name="ensemble" label={t.ring}>
          <div className={styles.column}>
            <h2 className={styles.head}>
              <span>{t.ring}</span>
              <InvariantChip />
            </h2>
            <Ensemble />
            <Jobs />
          </div>
        </Region>
      </aside>
      <main className={styles.middle}>
        <Region name="space-time" label={t.spaceTime}>
          <SpaceTimeHead />
          <SpaceTime />
          <MessageStrip />
          <Bottom />
        </Region>
      </main>
      <aside className={styles.right}>
        <Region name="znodes" label={`${t.znodes.title}, ${t.sessions.title}, ${t.hand.title}`}>
          <Znodes />
          <Topics />
          <Sessions />
          <Hand />
        </Region>
      </aside>
      <footer className={styles.foot}>
        <Region name="timeline" label={t.transport}>
          <div className={styles.controls}>
            <LiveSwitch />
            <Transport />
            <MomentButtons />
            <span className={styles.grow} />
            <Serving />
            <Counts />
            <LiveFacts />
            <RunSettings />
          </div>
          <Overview />
        </Region>
      </footer>
    </div>
  )
}

function InvariantChip() {
  const view = useCluster()
  const broken = brokenIn(view)
  return (
    <button type="button" className={styles.chip} data-tone={broken === null ? 'ok' : 'error'} onClick={() => showTab('invariants')}>
      {broken === null ? <ShieldCheck aria-hidden /> : <ShieldAlert aria-hidden />}
      {broken === null ? t.invariants.hold(invariants.length) : t.invariants.broken(broken.invariant)}
    </button>
  )
}

function SpaceTimeHead() {
  const { window, filter, run } = useCluster()
  const span = window.to - window.from
  const { names } = run.recording.world
  return (
    <div className={styles.spaceHead}>
      <h2>{t.spaceTime}</h2>
      <span className={styles.range}>{t.window(secondsText(Math.max(0, window.from), span), secondsText(window.to, span))}</span>
      <IconButton label={t.zoomOut} onClick={() => zoom(1.6, clusterView().run.time)}>
        <Minus aria-hidden />
      </IconButton>
      <IconButton label={t.zoomIn} onClick={() => zoom(1 / 1.6, clusterView().run.time)}>
        <Plus aria-hidden />
      </IconButton>
      <select className={styles.select} aria-label={t.onlyOf} value={filter.node} onChange={(event) => setFilter({ node: Number(event.currentTarget.value) })}>
        <option value={-1}>{t.everybody}</option>
        {names.map((name, id) => (
          <option key={name} value={id}>
            {name}
          </option>
        ))}
      </select>
      <span className={styles.grow} />
      <div className={styles.kinds} role="group" aria-label={t.spaceTime} data-many={kindsOf(run.recording).length > 9 ? '' : undefined}>
        {kindsOf(run.recording).map((kind) => (
          <KindToggle key={kind} kind={kind} isOn={filter.kinds.has(kind)} />
        ))}
      </div>
      <span className={styles.marks} aria-hidden="true">
        <svg width="6" height="12" viewBox="0 0 6 12">
          <path d="M3 1V11" stroke="var(--text)" strokeWidth="2" />
        </svg>
        {t.marks.fsync}
        <svg width="8" height="8" viewBox="0 0 8 8">
          <circle cx="4" cy="4" r="3.6" fill="var(--ok)" />
        </svg>
        {t.marks.applied}
      </span>
    </div>
  )
}

/** Kinds of messages that this run can have. */
function kindsOf({ world: { kinds } }: Recording): readonly MessageKind[] {
  return messageKinds.filter((kind) => (kind === 'job' ? kinds.includes('JobManager') : kind === 'log' || kind === 'fetch' ? kinds.includes('broker') : true))
}

/** A legend that is also a filter. */
function KindToggle({ kind, isOn }: { readonly kind: MessageKind; readonly isOn: boolean }) {
  const { width, dash, colour } = styleOf(kind, { of: (token) => `var(${token})` })
  return (
    <button
      type="button"
      className={styles.kind}
      aria-pressed={isOn}
      title={t.showKind(t.kinds[kind])}
      onClick={() => {
        const kinds = new Set(clusterView().filter.kinds)
        if (isOn) kinds.delete(kind)
        else kinds.add(kind)
        setFilter({ kinds })
      }}
    >
      <svg width="16" height="8" viewBox="0 0 16 8" aria-hidden="true">
        <path d="M0 4H16" style={{ stroke: colour }} strokeWidth={width + 0.25} strokeDasharray={dash.join(' ')} />
      </svg>
      {t.kinds[kind]}
    </button>
  )
}

const bottomTabs: readonly BottomTab[] = ['logs', 'happened', 'scenarios', 'invariants', 'compare', 'myths']

function Bottom() {
  const { tab } = useCluster()
  const id = useId()
  return (
    <div className={styles.bottom}>
      <div className={styles.tabs}>
        <div role="tablist" aria-label={t.tabsLabel} className={styles.tabList}>
          {bottomTabs.map((name, i) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              aria-selected={tab === name}
              aria-controls={`${id}-panel`}
              tabIndex={tab === name ? 0 : -1}
              className={styles.tab}
              onClick={() => showTab(name)}
              onKeyDown={(event) => {
                const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
                if (by === 0) return
                event.preventDefault()
                event.stopPropagation()
                const next = bottomTabs[(i + by + bottomTabs.length) % bottomTabs.length]!
                showTab(next)
                document.getElementById(`${id}-${next}`)?.focus()
              }}
            >
              {t.tabs[name]}
            </button>
          ))}
        </div>
        {tab === 'logs' ? <LogLegend /> : null}
      </div>
      <div className={styles.panel} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        {tab === 'logs' ? <Logs /> : tab === 'happened' ? <Happened /> : tab === 'scenarios' ? <Scenarios /> : tab === 'invariants' ? <Invariants /> : tab === 'compare' ? <Compare /> : <Myths />}
      </div>
    </div>
  )
}

function MomentButtons() {
  return (
    <span className={styles.moments}>
      <button type="button" className={styles.plain} onClick={() => goToMoment('election', -1)}>
        {t.previousElection}
      </button>
      <button type="button" className={styles.plain} onClick={() => goToMoment('fault', 1)}>
        {t.nextFault}
      </button>
    </span>
  )
}

function Counts() {
  const { run } = useCluster()
  const { messages, committed, faults } = run.world.counters
  const inFlight = countIn(run.recording, { from: run.time, to: run.time }, everyMessage)
  return (
    <span className={styles.counts} data-in-flight={inFlight}>
      {t.counts.messages} <b>{messages}</b> {t.counts.inFlight} <b>{inFlight}</b> {t.counts.commits} <b>{committed}</b> {t.counts.faults} <b>{faults}</b>
    </span>
  )
}

const everyMessage = { kinds: new Set(messageKinds), node: -1 }

/** How many servers vote, and how many only listen. */
const sizes = [
  { servers: 3, observers: 0 },
  { servers: 3, observers: 2 },
  { servers: 5, observers: 0 },
  { servers: 5, observers: 2 },
  { servers: 7, observers: 0 },
] as const
const sizeKey = ({ servers, observers }: { readonly servers: number; readonly observers: number }): string => (observers === 0 ? String(servers) : `${servers}+${observers}`)

/** What a free run is made from; pressing the button, or Enter in the seed, starts it. */
function RunSettings() {
  const { run } = useCluster()
  const { spec } = run
  if (spec.kind === 'live') return null
  return <FreeSettings spec={spec} />
}

function FreeSettings({ spec }: { readonly spec: RunSpec }) {
  const free = spec.kind === 'free' ? spec : null
  const [seed, setSeed] = useState(String(free?.seed ?? 42))
  const start = (change: { readonly servers?: 3 | 5 | 7; readonly observers?: 0 | 2; readonly network?: Network; readonly load?: Load; readonly beside?: Beside } = {}): void => {
    const number = Number.parseInt(seed, 10)
    startFree({ seed: Number.isSafeInteger(number) && number >= 0 ? number : 42, ...change })
  }
  return (
    <form
      className={styles.settings}
      aria-label={t.settings}
      onSubmit={(event) => {
        event.preventDefault()
        start()
      }}
    >
      <label>
        {t.seed}
        <input className={styles.seed} inputMode="numeric" value={seed} onChange={(event) => setSeed(event.currentTarget.value.replaceAll(/\D/g, '').slice(0, 10))} />
      </label>
      <select className={styles.select} aria-label={t.serverCount} value={sizeKey(free ?? sizes[0])} onChange={(event) => start(sizes.find((size) => sizeKey(size) === event.currentTarget.value))}>
        {sizes.map(({ servers, observers }) => (
          <option key={sizeKey({ servers, observers })} value={sizeKey({ servers, observers })}>
            {observers === 0 ? t.servers(servers) : t.serversAndObservers(servers, observers)}
          </option>
        ))}
      </select>
      <select className={styles.select} aria-label={t.beside} value={free?.beside ?? 'clients'} onChange={(event) => start({ beside: event.currentTarget.value as Beside })}>
        {(['clients', 'job', 'topics'] as const).map((beside) => (
          <option key={beside} value={beside}>
            {t.besides[beside]}
          </option>
        ))}
      </select>
      <select className={styles.select} aria-label={t.network} value={free?.network ?? 'zones'} onChange={(event) => start({ network: event.currentTarget.value as Network })}>
        {(['zones', 'rack'] as const).map((network) => (
          <option key={network} value={network}>
            {t.networks[network]}
          </option>
        ))}
      </select>
      <select className={styles.select} aria-label={t.load} value={free?.load ?? 'quiet'} onChange={(event) => start({ load: event.currentTarget.value as Load })}>
        {(['quiet', 'busy', 'eager'] as const).map((load) => (
          <option key={load} value={load}>
            {t.loads[load]}
          </option>
        ))}
      </select>
      <button type="submit" className={styles.iconButton} aria-label={t.startOver} title={t.startOver}>
        <RotateCcw aria-hidden />
      </button>
    </form>
  )
}
