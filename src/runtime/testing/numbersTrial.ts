import { MemoryBackend } from '../../checkpoints/backend.ts'
import { CheckpointStore } from '../../checkpoints/checkpointStore.ts'
import type { Batch } from '../../columnar/batch.ts'
import type { Float64Column, Int64Column, StringColumn } from '../../columnar/column.ts'
import type { PhysicalPlan } from '../../compiler/physicalPlan.ts'
import type { FileAccess } from '../../engine/operatorRuntime.ts'
import { settingsDefaults, type CheckpointSettings } from '../../job/job.ts'
import type { Fault } from '../faults.ts'
import type { JobStatus, RunEvent } from '../jobRun.ts'
import type { Launcher } from '../launcher.ts'
import { startRun, type StartedRun } from '../startRun.ts'
import { planOf } from './fakeOperators.ts'

/**
 * One run of the model of Flink's UnalignedCheckpointITCase, with whatever faults: unique rising numbers through a keyed exchange and keyed state; the verdict counts what was lost, doubled, or out of order within its key.
 */
const noFiles: FileAccess = { open: () => Promise.reject(new Error('no files here')) }
const keys = 23

/** Rows of rising numbers through a keyed exchange and keyed state. `part`: behind each name, where there are several. */
export function numbersPlan(parallelism: number, rows: number, part: 'a' | 'b' = 'a', diesInSnapshot?: number): PhysicalPlan {
  const of = (name: string): string => (part === 'a' ? name : `${name}${part}`)
  return planOf(parallelism, [
    { id: of('rows'), kind: 'rows', config: { rows, keys, splits: parallelism, watermark: { column: 'ts', delayMs: 30 } } },
    { id: of('shuffled'), kind: 'pass', from: [of('rows')], distribution: { kind: 'hash', columns: ['v'] } },
    { id: of('numbered'), kind: 'sequence', from: [of('shuffled')], distribution: { kind: 'hash', columns: ['key'] }, config: diesInSnapshot === undefined ? {} : { diesInSnapshot } },
    { id: of('out'), kind: 'out', from: [of('numbered')] },
  ])
}

export interface Verdict {
  readonly status: string
  readonly rows: number
  readonly lost: number
  readonly duplicated: number
  readonly outOfOrder: number
}

function verdictOf(status: JobStatus, batches: readonly Batch[], rows: number): Verdict {
  const seen = new Uint8Array(rows)
  const next = new Map<string, number>()
  let count = 0
  let duplicated = 0
  let outOfOrder = 0
  for (const { columns, rowCount } of batches) {
    const numbers = (columns[0] as Float64Column).values
    const { codes, dictionary } = columns[1] as StringColumn
    const values = (columns[2] as Int64Column).values!
    for (let row = 0; row < rowCount; row++, count++) {
      if (seen[values[row]!]! > 0) duplicated++
      seen[values[row]!] = 1
      const key = dictionary.values[codes[row]!]!
      const expected = (next.get(key) ?? 0) + 1
      if (numbers[row] !== expected) outOfOrder++
      next.set(key, numbers[row]!)
    }
  }
  return { status: status.kind, rows: count, lost: seen.reduce((lost, found) => lost + (found === 0 ? 1 : 0), 0), duplicated, outOfOrder }
}

export interface Trial {
  readonly plan: PhysicalPlan
  readonly rows: number
  readonly launcher: Launcher
  readonly checkpoint?: Partial<CheckpointSettings>
  readonly faults?: readonly Fault[]
  readonly listen?: (event: RunEvent, run: StartedRun) => void
  /** Rows come at once and are taken back. */
  readonly shown?: boolean
  /** What checkpoints are kept in. */
  readonly store?: CheckpointStore
  /** One where there is one. */
  readonly sinks?: readonly string[]
}

export async function trial({ plan, rows, launcher, checkpoint, faults, listen, shown, store, sinks = ['out'] }: Trial): Promise<{ readonly verdict: Verdict; readonly others: readonly Verdict[]; readonly run: StartedRun }> {
  const run = startRun(plan, {
    launcher,
    files: noFiles,
    faults: faults ?? [],
    faultTolerance: {
      checkpoint: { ...settingsDefaults.checkpoint, intervalMs: 10, ...checkpoint },
      restart: { strategy: 'fixed-delay', attempts: 100, delayMs: 0 },
      store: store ?? new CheckpointStore(new MemoryBackend()),
      uncommittedRows: shown === true ? 'shown' : 'held',
    },
  })
  let received: { readonly operator: string; readonly batch: Batch; readonly epoch: number }[] = []
  const status = await new Promise<JobStatus>((resolve) => {
    run.subscribe((event) => {
      if (event.kind === 'sink') received.push(event)
      if (event.kind === 'restored' && event.takeBack) {
        const { operators, checkpoint: from } = event
        received = received.filter(({ operator, epoch }) => epoch < (from ?? -1) || (operators !== null && !operators.includes(operator)))
      }
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed')) resolve(event.status)
      listen?.(event, run)
    })
  })
  await run.stop()
  const [verdict, ...others] = sinks.map((sink) => verdictOf(status, received.filter(({ operator }) => operator === sink).map(({ batch }) => batch), rows))
  return { verdict: verdict!, others, run }
}


/** Nothing lost, nothing doubled, nothing out of order. */
export const whole = (rows: number): Verdict => ({ status: 'finished', rows, lost: 0, duplicated: 0, outOfOrder: 0 })
