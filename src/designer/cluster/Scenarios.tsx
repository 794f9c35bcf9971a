import { Play, Search, Square } from 'lucide-react'
import { memo, useState } from 'react'
import { invariantNamed } from '../../ensemble/checks/invariants.ts'
import { bugCards, cardNamed, type BugCard } from '../../ensemble/scenarios/catalog.ts'
import { scheduleOf } from '../../ensemble/scenarios/minimalSchedules.ts'
import { scenarios } from '../../ensemble/scenarios/scenarios.ts'
import { cluster as t } from '../text/cluster.ts'
import { brokenIn, chooseCard, findSeed, playScenario, playSchedule, setFixed, startFree, stopSearch, useCluster } from './clusterStore.ts'
import { Violation } from './Invariants.tsx'
import styles from './panes.module.css'

/** Guided runs, and cards for mistakes: what goes wrong, which invariant turns red, what fixed it, and the switch between the two. */
export const Scenarios = memo(function Scenarios() {
  const { run, card } = useCluster()
  const [words, setWords] = useState('')
  const wanted = words.trim().toLowerCase()
  const cards = bugCards.filter(({ id, title, tells }) => wanted === '' || `${id} ${title} ${tells.join(' ')}`.toLowerCase().includes(wanted))
  return (
    <div className={styles.scenarios}>
      <div className={styles.list}>
        <h3>{t.scenarios.guided}</h3>
        {scenarios.map(({ name, title }) => (
          <button key={name} type="button" className={styles.item} title={title} aria-pressed={run.spec.kind === 'scenario' && run.spec.name === name} onClick={() => playScenario(name)}>
            <span>{t.scenarios.names[name] ?? name}</span>
          </button>
        ))}
        <h3>{t.scenarios.cards}</h3>
        <input className={styles.filter} type="search" aria-label={t.scenarios.filter} placeholder={t.scenarios.filter} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
        {cardGroups.map((kind) => {
          const some = cards.filter((each) => groupOf(each) === kind)
          return some.length === 0 ? null : (
            <div key={kind} role="group" aria-label={t.scenarios.kinds[kind]}>
              <h3>{t.scenarios.kinds[kind]}</h3>
              {some.map(({ id, title, tells }) => (
                <button key={id} type="button" className={styles.item} title={title} aria-pressed={card === id} onClick={() => chooseCard(id)}>
                  <span>{/^[A-Z0-9-]+$/.test(id) ? id : title}</span>
                  <code>{tells[0]}</code>
                </button>
              ))}
            </div>
          )
        })}
      </div>
      <div className={styles.card}>{card === null ? <Playing /> : <Card card={cardNamed(card)!} />}</div>
    </div>
  )
})

const cardGroups = ['history', 'log', 'cluster', 'mutant', 'recipe'] as const

/** Cards by what they are about: those of the log run under its own profiles. */
function groupOf({ kind, profile }: BugCard): (typeof cardGroups)[number] {
  return profile.startsWith('topics') ? 'log' : kind
}

function Playing() {
  const { run } = useCluster()
  const scenario = run.spec.kind === 'scenario' ? scenarios.find(({ name }) => run.spec.kind === 'scenario' && run.spec.name === name) : undefined
  if (scenario === undefined) return <p className={styles.quiet}>{t.scenarios.choose}</p>
  return (
    <>
      <h3>{t.scenarios.names[scenario.name] ?? scenario.name}</h3>
      <p>{scenario.title}</p>
      <div className={styles.actions} style={{ marginTop: 12 }}>
        <button type="button" className={styles.button} onClick={() => playScenario(scenario.name)}>
          <Play aria-hidden />
          {t.startOver}
        </button>
        <button type="button" className={styles.button} onClick={() => startFree()}>
          {t.scenarios.free}
        </button>
      </div>
      <Violation />
    </>
  )
}

function Card({ card }: { readonly card: BugCard }) {
  const view = useCluster()
  const { run, search } = view
  const { spec } = run
  const isRunning = (spec.kind === 'card' || spec.kind === 'schedule') && spec.id === card.id
  const isFixed = isRunning && spec.isFixed
  const schedule = scheduleOf(card.id)
  const broken = brokenIn(view)
  const isSearching = search?.kind === 'searching' && search.id === card.id
  const breaks = card.tells.map((name) => [name, invariantNamed(name)?.text ?? ''] as const)
  return (
    <>
      <h3>{card.id}</h3>
      <p>{card.title}</p>
      {isRunning && broken !== null ? (
        <div style={{ marginTop: 10 }}>
          <Violation />
        </div>
      ) : null}
      <dl className={styles.facts}>
        <dt>{t.scenarios.breaks}</dt>
        <dd>
          <ul>
            {breaks.map(([name, text]) => (
              <li key={name}>
                <code>{name}</code>
                <span>{text}</span>
              </li>
            ))}
          </ul>
        </dd>
        <dt>{t.scenarios.fix}</dt>
        <dd>{card.fix}</dd>
        {schedule === null ? null : (
          <>
            <dt>{t.scenarios.schedule}</dt>
            <dd>
              <ol className={styles.steps}>
                {schedule.faults.map(([micros, kind, node, length, other], i) => (
                  <li key={`f${i}`}>
                    <code>{(micros / 1e6).toFixed(3)}</code>
                    <span>{t.scenarios.step(kind, node, other, length)}</span>
                  </li>
                ))}
                {schedule.points.map(([node, point, passing, backAfter], i) => (
                  <li key={`p${i}`}>
                    <code>{t.scenarios.passing(passing)}</code>
                    <span>{t.scenarios.crashAt(node, point, backAfter)}</span>
                  </li>
                ))}
              </ol>
            </dd>
          </>
        )}
      </dl>
      <div className={styles.actions}>
        {schedule === null ? null : (
          <button type="button" className={styles.button} onClick={() => playSchedule(card.id)}>
            <Play aria-hidden />
            {t.scenarios.playSchedule}
          </button>
        )}
        {isSearching ? (
          <button type="button" className={styles.button} onClick={stopSearch}>
            <Square aria-hidden />
            {t.scenarios.stop}
          </button>
        ) : (
          <button type="button" className={styles.button} onClick={() => findSeed(card.id, false)}>
            <Search aria-hidden />
            {t.scenarios.find}
          </button>
        )}
        {card.deeper === undefined || isSearching ? null : (
          <button type="button" className={styles.button} title={t.scenarios.deeperText} onClick={() => findSeed(card.id, true)}>
            {t.scenarios.deeper}
          </button>
        )}
        {isRunning ? (
          <label className={styles.switch}>
            <input type="checkbox" role="switch" checked={!isFixed} onChange={(event) => setFixed(!event.currentTarget.checked)} />
            {isFixed ? t.scenarios.fixed : t.scenarios.bug}
          </label>
        ) : null}
        {isSearching ? <span className={styles.quiet}>{t.scenarios.searching(search.seed, search.of)}</span> : null}
        {search?.kind === 'none' && search.id === card.id ? <span className={styles.quiet}>{t.scenarios.none(search.of)}</span> : null}
        {isRunning && !isSearching ? <span className={styles.quiet}>{spec.kind === 'card' ? t.scenarios.running(card.profile, spec.seed) : t.scenarios.minimal}</span> : null}
      </div>
      {isRunning && card.liveness === true && !isFixed ? <p className={styles.quiet}>{t.scenarios.late}</p> : null}
      {isRunning && isFixed && search?.kind === 'found' && run.time >= search.found.time && broken === null ? <p className={styles.good}>{t.scenarios.fixedHolds(search.found.invariant)}</p> : null}
    </>
  )
}
