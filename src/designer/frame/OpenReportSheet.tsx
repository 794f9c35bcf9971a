import { CircleX, TriangleAlert } from 'lucide-react'
import { useStore } from 'zustand'
import { openReport } from '../persistence/openJob.ts'
import { sheets } from '../text/sheets.ts'
import { SheetShell } from './SheetShell.tsx'
import { Prose } from '../parts/Prose.tsx'
import styles from './OpenReportSheet.module.css'

/** What an import understood and what it refused, line by line. */
export function OpenReportSheet() {
  const report = useStore(openReport, (state) => state.report)
  if (report === null) return null
  const words = sheets.open
  return (
    <SheetShell title={report.job === null ? words.refusedTitle(report.source) : words.openedTitle(report.job.name)} detail={report.job === null ? words.unchanged : words.withNotes(report.problems.length)} size="narrow" readOnly>
      <ol className={styles.list}>
        {report.problems.map((problem, index) => (
          <li key={index} data-severity={problem.severity}>
            {problem.severity === 'error' ? <CircleX aria-label={words.error} /> : <TriangleAlert aria-label={words.note} />}
            <div>
              <p>
                <Prose text={problem.message} />
              </p>
              <span>
                {[problem.place.line === undefined ? null : words.line(problem.place.line), problem.place.operator, problem.place.path, problem.code].filter((part) => part !== null && part !== undefined && part !== '').join(' · ')}
              </span>
            </div>
          </li>
        ))}
      </ol>
    </SheetShell>
  )
}
