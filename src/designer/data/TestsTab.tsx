import { CircleCheck, CircleX, FlaskConical } from 'lucide-react'
import { useJob } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import styles from './data.module.css'
import { runAllTests, useTestRun } from './testRun.ts'

/** The job's own tests, run in the page as `millrace test` runs them. */
export function TestsTab() {
  const job = useJob()
  const { results, running, of } = useTestRun()
  const tests = job.tests ?? []
  if (tests.length === 0) return <p className={styles.hint}>{t.data.noTests}</p>
  const current = of === job
  return (
    <>
      <div className={styles.paneHead}>
        <button type="button" className={styles.button} data-outline="" disabled={running} onClick={() => void runAllTests()}>
          <FlaskConical size={14} aria-hidden />
          {running ? t.data.testsRunning : t.data.runTests}
        </button>
        {current ? null : <span className={styles.quiet}>{t.data.testsNotRun}</span>}
      </div>
      <ul className={styles.list} aria-live="polite">
        {tests.map((test, i) => {
          const result = current ? results[i] : undefined
          return (
            <li key={i} className={styles.listItem} data-tone={result === undefined ? undefined : result.passed ? 'ok' : 'error'}>
              {result === undefined ? <FlaskConical size={14} aria-hidden /> : result.passed ? <CircleCheck size={14} aria-hidden /> : <CircleX size={14} aria-hidden />}
              <div>
                <b>{test.name}</b> {result === undefined ? null : <span className={styles.quiet}>{result.passed ? t.data.testPassed : t.data.testFailed}</span>}
                {result?.problems.map((problem, at) => <pre key={at}>{problem}</pre>)}
                {result?.sinks.flatMap(({ id, diff }) => [
                  ...(diff.missing.length === 0 ? [] : [<pre key={`${id} missing`}>{`${id}: ${t.data.missing(diff.missing.length)}\n${diff.missing.slice(0, 20).map((row) => `− ${row}`).join('\n')}`}</pre>]),
                  ...(diff.extra.length === 0 ? [] : [<pre key={`${id} extra`}>{`${id}: ${t.data.extra(diff.extra.length)}\n${diff.extra.slice(0, 20).map((row) => `+ ${row}`).join('\n')}`}</pre>]),
                ])}
              </div>
            </li>
          )
        })}
      </ul>
    </>
  )
}
