import { lazy, Suspense, useId } from 'react'
import { Maximize2, Minimize2 } from 'lucide-react'
import { setPanel, showDockTab, useDesigner, type DockTab } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import { DataTab } from './DataTab.tsx'
import styles from './data.module.css'

const Problems = lazy(() => import('../problems/Problems.tsx').then((module) => ({ default: module.Problems })))
const JsonTab = lazy(() => import('../source/JsonTab.tsx').then((module) => ({ default: module.JsonTab })))
const FlinkSqlTab = lazy(() => import('../export/FlinkSqlPane.tsx').then((module) => ({ default: module.FlinkSqlTab })))
const HistoryTab = lazy(() => import('./HistoryTab.tsx').then((module) => ({ default: module.HistoryTab })))
const TestsTab = lazy(() => import('./TestsTab.tsx').then((module) => ({ default: module.TestsTab })))
const ClusterTab = lazy(() => import('../cluster/ClusterTab.tsx').then((module) => ({ default: module.ClusterTab })))
const CheckpointsTab = lazy(() => import('../checkpoints/CheckpointsTab.tsx').then((module) => ({ default: module.CheckpointsTab })))
const PlanTab = lazy(() => import('./PlanTab.tsx').then((module) => ({ default: module.PlanTab })))

const tabs: readonly DockTab[] = ['data', 'problems', 'tests', 'plan', 'json', 'sql', 'history', 'checkpoints', 'cluster']

/** Heights of the dock: as designed, and maximised over the canvas. */
const tallPx = 560
const restPx = 222

/** Region E: rows, problems, tests, plan, document text and history, in tabs below the canvas where wide tables have room. */
export default function Dock() {
  const tab = useDesigner((state) => state.panels.dockTab)
  const size = useDesigner((state) => state.panels.dock.size)
  const problemCount = useDesigner((state) => state.check.problems.filter((problem) => problem.severity !== 'advice').length)
  const testCount = useDesigner((state) => state.document.job.tests?.length ?? 0)
  const id = useId()
  const tall = size > restPx * 1.5
  const counts: Partial<Record<DockTab, number>> = { problems: problemCount, tests: testCount }
  const sizeLabel = tall ? t.data.restore : t.data.maximise
  return (
    <div className={styles.dock}>
      <div className={styles.tabs}>
        <div className={styles.tabList} role="tablist" aria-label={t.data.title}>
          {tabs.map((name, i) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              className={styles.tab}
              aria-selected={tab === name}
              aria-controls={`${id}-panel`}
              tabIndex={tab === name ? 0 : -1}
              onClick={() => showDockTab(name)}
              onKeyDown={(event) => {
                const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
                if (by === 0) return
                const next = tabs[(i + by + tabs.length) % tabs.length]!
                showDockTab(next)
                document.getElementById(`${id}-${next}`)?.focus()
              }}
            >
              {t.data.tabs[name]}
              {(counts[name] ?? 0) > 0 ? <span className={styles.count}>{counts[name]}</span> : null}
            </button>
          ))}
        </div>
        <span className={styles.spacer} />
        <button type="button" className={styles.iconButton} aria-label={sizeLabel} title={sizeLabel} onClick={() => setPanel('dock', { size: tall ? restPx : tallPx })}>
          {tall ? <Minimize2 size={14} aria-hidden /> : <Maximize2 size={14} aria-hidden />}
        </button>
      </div>
      <div className={styles.panel} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        <Suspense fallback={null}>
          {tab === 'data' ? <DataTab /> : tab === 'problems' ? <Problems /> : tab === 'tests' ? <TestsTab /> : tab === 'plan' ? <PlanTab /> : tab === 'json' ? <JsonTab /> : tab === 'sql' ? <FlinkSqlTab /> : tab === 'checkpoints' ? <CheckpointsTab /> : tab === 'cluster' ? <ClusterTab /> : <HistoryTab />}
        </Suspense>
      </div>
    </div>
  )
}
