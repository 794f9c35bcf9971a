import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { Problem } from '../../job/problem.ts'
import { nameOf, useDesigner } from '../store/designerStore.ts'
import { Prose } from '../parts/Prose.tsx'
import { text as t } from '../text/text.ts'
import styles from './problems.module.css'
import { useRun } from '../store/runStore.ts'
import { visitProblem } from './problemFocus.ts'

/** Everything the checker found, in the job's order, as sentences. Activating one goes to its place. */
export function Problems(props: { readonly max?: number }) {
  const problems = useDesigner((state) => state.check.problems)
  const { status } = useRun()
  if (problems.length === 0) return <p className={styles.none}>{status.kind === 'failed' ? t.problems.noneButFailed : t.problems.none}</p>
  const shown = props.max === undefined ? problems : problems.slice(0, props.max)
  return (
    <ul className={styles.list} aria-label={t.problems.title}>
      {shown.map((problem, i) => (
        <li key={i}>
          <ProblemItem problem={problem} />
        </li>
      ))}
      {shown.length < problems.length ? <li className={styles.more}>{t.problems.more(problems.length - shown.length)}</li> : null}
    </ul>
  )
}

function ProblemItem({ problem }: { readonly problem: Problem }) {
  const { operator, path } = problem.place
  const Icon = problem.severity === 'error' ? CircleAlert : problem.severity === 'warning' ? TriangleAlert : Info
  const body = (
    <>
      <Icon size={14} aria-hidden className={styles.icon} data-severity={problem.severity} />
      <span className={styles.body}>
        <span className={styles.place}>
          <b>{operator === undefined ? t.problems.job : nameOf(operator)}</b>
          {path === undefined || path === '' ? null : <code>{path}</code>}
          <span className={styles.code}>{problem.code}</span>
        </span>
        <span className={styles.message}>
          <span className={styles.visuallyHidden}>{t.problems.severity[problem.severity]}: </span>
          <Prose text={problem.message} />
        </span>
      </span>
    </>
  )
  return operator === undefined ? (
    <div className={styles.item}>{body}</div>
  ) : (
    <button type="button" className={styles.item} onClick={() => visitProblem(problem)}>
      {body}
    </button>
  )
}
