import { createStore } from 'zustand/vanilla'
import type { Job } from '../../job/job.ts'
import { parseJob } from '../../job/parseJob.ts'
import type { Problem } from '../../job/problem.ts'
import { emptyJob, openSheet } from '../store/designerStore.ts'
import { announce } from '../store/announcements.ts'
import { toast } from '../store/toasts.ts'
import { sheets } from '../text/sheets.ts'
import { flush, openNew, openUnstored } from './documents.ts'
import { loadSample } from './samples.ts'

/**
 * From text to an open document. A job that reads cleanly opens as a new document; one that does not changes nothing and shows what is wrong, line by
 * line. Nothing runs on opening.
 */
export interface OpenReport {
  /** The file's name, or what it was. */
  readonly source: string
  readonly problems: readonly Problem[]
  /** Null when nothing could be opened. */
  readonly job: Job | null
}

export const openReport = createStore<{ readonly report: OpenReport | null }>()(() => ({ report: null }))

export async function openText(content: string, source: string): Promise<boolean> {
  const parsed = parseJob(content)
  if (parsed.job === null || parsed.problems.length > 0) openReport.setState({ report: { source, problems: parsed.problems, job: parsed.job } })
  if (parsed.job === null) {
    announce(sheets.open.refused(source), true)
    openSheet('open')
    return false
  }
  await openNew(parsed.job, parsed.readOnly ? sheets.open.newer : null)
  if (parsed.problems.length > 0) openSheet('open')
  else openSheet(null)
  toast({ tone: 'ok', message: sheets.open.opened(parsed.job.name, parsed.job.operators.length) })
  return true
}

export async function openSample(id: string): Promise<void> {
  await flush()
  const sample = await loadSample(id)
  if (sample === null) return toast({ tone: 'error', message: sheets.open.noSample })
  openUnstored(sample.job)
  openSheet(null)
  announce(sheets.open.opened(sample.job.name, sample.job.operators.length))
}

export async function openBlank(): Promise<void> {
  await flush()
  openUnstored(emptyJob)
  openSheet(null)
}
