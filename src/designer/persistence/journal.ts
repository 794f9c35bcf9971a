import type { Json } from '../../columnar/json.ts'
import { printJson, readJson } from '../../columnar/jsonText.ts'
import { jobOfJson } from '../../job/parseJob.ts'
import type { Job } from '../../job/job.ts'
import { stepsApplied, type History, type HistoryStep } from '../store/history.ts'
import { withPatch, type JobPatch } from '../store/jobPatch.ts'

/**
 * A document as records: one head, one snapshot of the job, one record per step. Pure: what to write for a change, and the document from what was
 * read. Who stores it is `database.ts`.
 *
 * A change writes the steps that are new (usually one), the head, and once in a while a fresh snapshot; so a keystroke costs its own size, and undo and redo survive
 * a reload. Jobs and patches are kept as text printed by the job room, because numbers that a double cannot hold would not survive a structured clone.
 * Steps are numbered from the document's first; the numbers on each side of the snapshot are the way from it to where the user was.
 */
export interface DocumentRecord {
  readonly id: string
  readonly name: string
  /** Grows with every commit; the witness keeps the last one that was confirmed. */
  readonly revision: number
  /** The tab that may write (fencing). */
  readonly owner: string
  /** Number of the first step kept, of the step after the last applied, and of the one after the last kept. */
  readonly firstStep: number
  readonly applied: number
  readonly endStep: number
  /** Steps applied in the snapshot. */
  readonly snapshotAt: number
  readonly createdAt: number
  readonly changedAt: number
  /** Newest named version, and the steps applied when it was made. */
  readonly version: number | null
  readonly versionAt: number | null
  readonly operatorCount: number
}

export interface SnapshotRecord {
  readonly id: string
  readonly at: number
  readonly text: string
}

export interface StepRecord {
  readonly id: string
  readonly number: number
  readonly label: string
  readonly at: number
  readonly forward: string
  readonly inverse: string
}

/** What the journal already holds of a document. */
export interface Written {
  readonly steps: readonly HistoryStep[]
  readonly firstStep: number
  readonly snapshotAt: number | null
}

export interface Writes {
  readonly put: readonly StepRecord[]
  /** Numbers of steps to delete: before `from`, and at or after `to`. */
  readonly keepFrom: number
  readonly keepTo: number
  readonly snapshot: SnapshotRecord | null
  readonly head: Pick<DocumentRecord, 'firstStep' | 'applied' | 'endStep' | 'snapshotAt'>
  readonly written: Written
}

/** A walk of this many steps from the snapshot is still instant; a snapshot of a large job on each step would not be. */
export const snapshotEverySteps = 50

export function writesFor(id: string, job: Job, history: History, written: Written | null): Writes {
  const steps = [...history.past, ...history.future]
  const firstStep = history.dropped
  const applied = stepsApplied(history)
  const put: StepRecord[] = []
  steps.forEach((step, index) => {
    const number = firstStep + index
    const old = written === null ? undefined : written.steps[number - written.firstStep]
    // Ending a gesture makes a new step object around the same patches.
    if (old === undefined || old.forward !== step.forward || old.inverse !== step.inverse) put.push({ id, number, label: step.label, at: step.at, forward: printed(step.forward), inverse: printed(step.inverse) })
  })
  const snapshotLost = written?.snapshotAt === null || written === null || written.snapshotAt < firstStep || written.snapshotAt > firstStep + steps.length
  // A step that was written over (a gesture that grew, a new branch after undo) makes a snapshot taken behind it untrue.
  const firstPut = put[0]?.number ?? Infinity
  const due = snapshotLost || Math.abs(applied - written.snapshotAt) >= snapshotEverySteps || firstPut < written.snapshotAt
  const snapshotAt = due ? applied : written.snapshotAt
  return {
    put,
    keepFrom: firstStep,
    keepTo: firstStep + steps.length,
    snapshot: due ? { id, at: applied, text: printed(job) } : null,
    head: { firstStep, applied, endStep: firstStep + steps.length, snapshotAt },
    written: { steps, firstStep, snapshotAt },
  }
}

export type Restored = { readonly job: Job; readonly history: History; readonly written: Written } | { readonly damage: string }

/** The document where the user left it. Records that do not fit together are damage, said in words; nothing is guessed. */
export function restored(head: DocumentRecord, snapshot: SnapshotRecord | undefined, records: readonly StepRecord[]): Restored {
  if (snapshot === undefined) return { damage: 'its snapshot is missing' }
  const read = readJson(snapshot.text)
  const parsed = read.kind === 'error' ? null : jobOfJson(read.value).job
  if (parsed === null) return { damage: 'its snapshot cannot be read' }
  const steps: HistoryStep[] = []
  const sorted = records.filter((record) => record.number >= head.firstStep && record.number < head.endStep).toSorted((a, b) => a.number - b.number)
  for (const record of sorted) {
    const forward = patchOf(record.forward)
    const inverse = patchOf(record.inverse)
    // A gap ends what can be trusted of the history on its far side.
    if (forward === null || inverse === null || record.number !== head.firstStep + steps.length) break
    steps.push({ label: record.label, at: record.at, forward, inverse })
  }
  const end = head.firstStep + steps.length
  const reach = Math.min(head.applied, end)
  if (snapshot.at < head.firstStep || snapshot.at > end) {
    return { job: parsed, history: { past: [], future: [], dropped: snapshot.at }, written: { steps: [], firstStep: snapshot.at, snapshotAt: snapshot.at } }
  }
  let job = parsed
  for (let number = snapshot.at; number < reach; number += 1) job = withPatch(job, steps[number - head.firstStep]!.forward)
  for (let number = snapshot.at; number > reach; number -= 1) job = withPatch(job, steps[number - 1 - head.firstStep]!.inverse)
  return {
    job,
    history: { past: steps.slice(0, reach - head.firstStep), future: steps.slice(reach - head.firstStep), dropped: head.firstStep },
    written: { steps, firstStep: head.firstStep, snapshotAt: snapshot.at },
  }
}

function printed(value: Job | JobPatch): string {
  return printJson(value as unknown as Json)
}

/** Patches hold configs inside lists inside patches; the format's own depth limit is for documents. */
const patchDepthMax = 80

function patchOf(text: string): JobPatch | null {
  const read = readJson(text, { depthMax: patchDepthMax })
  return read.kind === 'error' ? null : (read.value as unknown as JobPatch)
}
