import type { Job } from '../../job/job.ts'
import { patchBetween, withPatch, type JobPatch } from './jobPatch.ts'

/**
 * The log of steps behind undo, the history panel and the journal. Pure.
 *
 * Steps are numbered from the document's first: `dropped` counts those that fell off the far end, so that a number means the same step for as long as the
 * document lives and the journal can be written a step at a time. Typing and dragging send many commands with one `gesture`; these melt into one step, whose
 * patches are made anew from the job before the first, so undo goes back to before the gesture and not one letter.
 */
export interface History {
  readonly past: readonly HistoryStep[]
  readonly future: readonly HistoryStep[]
  readonly dropped: number
}

export interface HistoryStep {
  readonly label: string
  readonly forward: JobPatch
  readonly inverse: JobPatch
  /** Wall clock, ms since 1970. */
  readonly at: number
  /** Steps of one gesture melt while it lasts. Not kept in the journal. */
  readonly gesture?: string
}

export const emptyHistory: History = { past: [], future: [], dropped: 0 }

/** Enough for days of work; a step is small. */
export const historyStepsMax = 1000

/** A pause longer than this ends a gesture of typing. */
const gesturePauseMs = 2000

export function withStep(history: History, before: Job, after: Job, step: HistoryStep): History {
  const last = history.past[history.past.length - 1]
  if (step.gesture !== undefined && last !== undefined && last.gesture === step.gesture && history.future.length === 0 && step.at - last.at <= gesturePauseMs) {
    const start = withPatch(before, last.inverse)
    const melted: HistoryStep = { ...step, forward: patchBetween(start, after), inverse: patchBetween(after, start) }
    return { ...history, past: [...history.past.slice(0, -1), melted] }
  }
  const past = [...history.past, step]
  const over = Math.max(0, past.length - historyStepsMax)
  return { past: over === 0 ? past : past.slice(over), future: [], dropped: history.dropped + over }
}

/** Ends the running gesture: the next command is a step of its own. */
export function withGestureEnded(history: History): History {
  const last = history.past[history.past.length - 1]
  if (last === undefined || last.gesture === undefined) return history
  return { ...history, past: [...history.past.slice(0, -1), ungestured(last)] }
}

function ungestured(step: HistoryStep): HistoryStep {
  if (step.gesture === undefined) return step
  const { gesture: _, ...rest } = step
  return rest
}

export function undone(history: History, job: Job): { readonly history: History; readonly job: Job; readonly label: string } | null {
  const step = history.past[history.past.length - 1]
  if (step === undefined) return null
  const settled = ungestured(step)
  return { job: withPatch(job, step.inverse), label: step.label, history: { ...history, past: history.past.slice(0, -1), future: [settled, ...history.future] } }
}

export function redone(history: History, job: Job): { readonly history: History; readonly job: Job; readonly label: string } | null {
  const [step, ...rest] = history.future
  if (step === undefined) return null
  return { job: withPatch(job, step.forward), label: step.label, history: { ...history, past: [...history.past, step], future: rest } }
}

/** How many steps lead to the job as it is, counted from the document's first. */
export function stepsApplied(history: History): number {
  return history.dropped + history.past.length
}
