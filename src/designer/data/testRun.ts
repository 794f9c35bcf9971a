import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Job } from '../../job/job.ts'
import type { TestResult } from '../../runtime/jobTest.ts'
import { announce } from '../store/announcements.ts'
import { definitionOf } from '../store/definitions.ts'
import { currentJob } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'

/** The newest run of the document's tests, and the very job it is true of. */
export interface TestRun {
  readonly running: boolean
  readonly of: Job | null
  readonly results: readonly TestResult[]
}

const store = createStore<TestRun>()(() => ({ running: false, of: null, results: [] }))

export function useTestRun(): TestRun {
  return useStore(store)
}

export async function runAllTests(): Promise<void> {
  const job = currentJob()
  if (store.getState().running || (job.tests ?? []).length === 0) return
  store.setState({ running: true, of: job, results: [] })
  try {
    const [{ runJobTest }, { runToEnd }, { browserFiles }] = await Promise.all([
      import('../../runtime/jobTest.ts'),
      import('../../runtime/launch/inProcess.ts'),
      import('../persistence/files.ts'),
    ])
    for (const test of job.tests ?? []) {
      const result = await runJobTest(job, test, definitionOf, (plan) => runToEnd(plan, { files: browserFiles }))
      store.setState((state) => ({ results: [...state.results, result] }))
    }
  } finally {
    store.setState({ running: false })
  }
  const { results } = store.getState()
  announce(t.data.testsDone(results.filter((result) => result.passed).length, results.length))
}
