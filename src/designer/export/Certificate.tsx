import { CircleAlert, CircleCheck, CircleSlash, Info } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { Verdict } from '../../export/flinkSql.ts'
import { FamilyChip } from '../parts/FamilyChip.tsx'
import { faceOf } from '../store/definitions.ts'
import { nameOf, useJob } from '../store/designerStore.ts'
import { exporting } from '../text/exporting.ts'
import type { FlinkExport } from './flinkScript.ts'
import styles from './exporting.module.css'

interface Entry {
  readonly id: string
  readonly tone: 'same' | 'noted' | 'not'
  readonly says: string
  readonly notes: readonly string[]
}

/** Operator by operator: the same meaning, a noted difference, or not exportable and what is nearest. A press selects the operator. */
export function Certificate({ script, selected, onSelect }: { readonly script: FlinkExport; readonly selected: string | null; readonly onSelect: (operator: string) => void }) {
  const { operators } = useJob()
  const words = exporting
  const entries = entriesOf(script, operators.map(({ id }) => id))
  const count = (tone: Entry['tone']): number => entries.filter((entry) => entry.tone === tone).length
  const [same, noted, not] = [count('same'), count('noted'), count('not')]
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  return (
    <div className={styles.certificate}>
      <div className={styles.counts} aria-label={words.summary(same, noted, not)} role="img">
        {same === 0 ? null : <b data-tone="same">{words.counts.same(same)}</b>}
        {noted === 0 ? null : <b data-tone="noted">{words.counts.noted(noted)}</b>}
        {not === 0 ? null : <b data-tone="not">{words.counts.not(not)}</b>}
      </div>
      <div className={styles.meter} aria-hidden="true">
        {same === 0 ? null : <i data-tone="same" style={{ flex: same }} />}
        {noted === 0 ? null : <i data-tone="noted" style={{ flex: noted }} />}
        {not === 0 ? null : <i data-tone="not" style={{ flex: not }} />}
      </div>
      <ul ref={list} className={styles.entries} aria-label={words.certificate}>
        {entries.map((entry) => {
          const kind = operators.find(({ id }) => id === entry.id)?.kind
          const face = kind === undefined ? undefined : faceOf(kind)
          return (
            <li key={entry.id}>
              <button type="button" className={styles.entry} aria-current={entry.id === selected} onClick={() => onSelect(entry.id)}>
                {face === undefined ? null : <FamilyChip family={face.family} icon={face.icon} />}
                <span className={styles.name}>{nameOf(entry.id)}</span>
                <span className={styles.verdict} data-tone={entry.tone}>
                  {icons[entry.tone]}
                  {entry.says}
                </span>
                {entry.notes.length === 0 ? null : <span className={styles.notes}>{entry.notes.join(' ')}</span>}
              </button>
            </li>
          )
        })}
      </ul>
      {script.settings.length === 0 ? null : (
        <details className={styles.settings}>
          <summary>{words.settings(script.settings.length)}</summary>
          <dl>
            {script.settings.map(({ key, value, why }) => (
              <div key={key}>
                <dt>
                  {key} = {value}
                </dt>
                <dd>{why}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  )
}

const icons = { same: <CircleCheck aria-hidden />, noted: <Info aria-hidden />, not: <CircleSlash aria-hidden /> }

/** In order of the script. A job with errors has no certificate: then its errors stand with the operators they belong to. */
function entriesOf(script: FlinkExport, ids: readonly string[]): Entry[] {
  if (script.certificate.length > 0) {
    return script.certificate.map(({ operator, verdict }) => {
      const refused = script.problems.filter(({ place, code }) => place.operator === operator && code !== 'MR-500').map(({ message }) => message)
      return refused.length > 0 ? { id: operator, tone: 'not', says: exporting.notExportable, notes: refused } : { id: operator, ...said(verdict) }
    })
  }
  const found = ids.map((id) => ({ id, messages: script.problems.filter(({ place }) => place.operator === id).map(({ message }) => message) }))
  return found.filter(({ messages }) => messages.length > 0).map(({ id, messages }) => ({ id, tone: 'not', says: exporting.unknown, notes: messages }))
}

function said(verdict: Verdict): Omit<Entry, 'id'> {
  switch (verdict.kind) {
    case 'same':
      return { tone: 'same', says: exporting.same, notes: [] }
    case 'noted':
      return { tone: 'noted', says: exporting.noted, notes: verdict.notes }
    case 'not-exportable':
      return { tone: 'not', says: exporting.notExportable, notes: [verdict.why, verdict.alternative] }
  }
}

/** What stands where the script would, when there is none. */
export function NoScript({ script }: { readonly script: FlinkExport }) {
  return (
    <div className={styles.none} role="status">
      <CircleAlert aria-hidden />
      <b>{exporting.noScript}</b>
      <p>{exporting.noScriptWhy}</p>
      <ul>
        {script.problems.slice(0, 8).map((problem, i) => (
          <li key={i}>{problem.place.operator === undefined ? problem.message : `${nameOf(problem.place.operator)}: ${problem.message}`}</li>
        ))}
      </ul>
    </div>
  )
}
