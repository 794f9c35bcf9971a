import { useId, type ReactNode } from 'react'
import type { Problem } from '../../job/problem.ts'
import { Prose } from '../parts/Prose.tsx'
import styles from './inspector.module.css'

/** A label, its control, its one-line help and what is wrong with it. The control gets the ids that tie them together. */
export function Field(props: {
  readonly label: string
  readonly aside?: ReactNode
  readonly help?: string | undefined
  readonly problems?: readonly Problem[]
  readonly group?: boolean
  readonly children: (ids: { readonly id: string; readonly describedBy: string | undefined; readonly invalid: boolean }) => ReactNode
}) {
  const id = useId()
  const problems = props.problems ?? []
  const invalid = problems.some((problem) => problem.severity === 'error')
  const describedBy = props.help === undefined && problems.length === 0 ? undefined : `${id}-note`
  const label = (
    <>
      <span>{props.label}</span>
      {props.aside === undefined ? null : <span className={styles.aside}>{props.aside}</span>}
    </>
  )
  const body = props.children({ id, describedBy, invalid })
  const note =
    describedBy === undefined ? null : (
      <div id={describedBy} className={styles.note}>
        {problems.map((problem, i) => (
          <p key={i} className={styles.problem} data-severity={problem.severity}>
            <Prose text={problem.message} />
          </p>
        ))}
        {problems.length === 0 && props.help !== undefined ? <p className={styles.help}><Prose text={props.help} /></p> : null}
      </div>
    )
  if (props.group === true) {
    return (
      <fieldset className={styles.field} id={id} aria-describedby={describedBy}>
        <legend className={styles.label}>{label}</legend>
        {body}
        {note}
      </fieldset>
    )
  }
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {body}
      {note}
    </div>
  )
}
