import { useMemo } from 'react'
import { compile } from '../../compiler/compile.ts'
import { explain } from '../../compiler/explain.ts'
import { definitionOf } from '../store/definitions.ts'
import { useDesigner, useJob } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import styles from './data.module.css'

/** The plan of the job as it stands: what `millrace explain` prints. */
export function PlanTab() {
  const job = useJob()
  // The check has run for this revision or soon will; compiling asks it again, which is cheap next to reading the plan.
  const revision = useDesigner((state) => state.check.revision)
  const plan = useMemo(() => {
    const compiled = compile(job, definitionOf)
    return compiled.physical === null ? null : explain(compiled, job, definitionOf)
    // oxlint-disable-next-line react/exhaustive-deps -- one plan per checked revision
  }, [revision])
  if (plan === null) return <p className={styles.hint}>{t.data.planUnavailable}</p>
  return (
    <pre className={styles.plan} tabIndex={0} aria-label={t.data.tabs.plan}>
      {plan}
    </pre>
  )
}
