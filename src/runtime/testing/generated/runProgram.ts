import type { Batch } from '../../../columnar/batch.ts'
import { changesOf, finalRows, rowText } from '../../../columnar/compareRows.ts'
import { fieldIndex, type Schema } from '../../../columnar/schema.ts'
import { compile, type CompileOptions } from '../../../compiler/compile.ts'
import type { PhysicalPlan } from '../../../compiler/physicalPlan.ts'
import type { Job } from '../../../job/job.ts'
import { installedOperators } from '../../installedOperators.ts'
import { runToEnd } from '../../launch/inProcess.ts'
import type { Operators } from '../../engineThread.ts'
import type { JobStatus } from '../../jobRun.ts'
import type { CarrierChoice, Launcher } from '../../launcher.ts'
import { startRun } from '../../startRun.ts'
import { definitionOf } from '../../../operators/catalog.ts'

export interface RunOptions extends CompileOptions {
  readonly parallelism?: number
  /** Sources give at most so many rows at once. */
  readonly batchRows?: number
  /** The job's setting, instead of its own. */
  readonly stateTtlMs?: number
}

/** A time to live that nothing is idle for, of a day: a program's rows are minutes apart. A clock that begins anew at 0 after a restore would have everything expire. */
export const longTtlMs = 86_400_000

/** What a job leaves at each of its sinks: the table when all changes are applied, by the sink's key where it has one, as sorted lines; one line that says so where the job fails. */
export async function rowsAtSinks(job: Job, { parallelism = 1, batchRows, stateTtlMs, ...options }: RunOptions = {}): Promise<Readonly<Record<string, readonly string[]>>> {
  const compiled = compile({ ...job, settings: { ...job.settings, parallelism, ...(stateTtlMs === undefined ? {} : { stateTtlMs }) } }, definitionOf, options)
  if (compiled.physical === null) throw new Error('the job has no plan')
  let received: ReadonlyMap<string, readonly Batch[]>
  try {
    received = await runToEnd(compiled.physical, { processingTime: 'event', ...(batchRows === undefined ? {} : { operators: cutAt(batchRows) }) })
  } catch (error) {
    return { failed: [error instanceof Error ? error.name : 'failed'] }
  }
  return tablesAtSinks(job, received)
}

/** The same of a run on a launcher's engines, joined by a carrier. A run that ends otherwise says how. */
export async function rowsFromEngines(job: Job, plan: PhysicalPlan, launcher: Launcher, carrier: CarrierChoice): ReturnType<typeof rowsAtSinks> {
  const received = new Map<string, Batch[]>()
  const files = { open: (path: string) => Promise.reject(new Error(`a generated program reads no file ${path}`)) }
  const run = startRun(plan, { launcher, files, carrier, processingTime: 'event', previewRows: 0 })
  if (launcher.usesWorkers && run.carrier !== 'none' && run.carrier !== carrier) throw new Error(`the run took the carrier ${run.carrier}`)
  const status = await new Promise<JobStatus>((resolve) => {
    run.subscribe((event) => {
      if (event.kind === 'sink') received.set(event.operator, [...(received.get(event.operator) ?? []), event.batch])
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed' || event.status.kind === 'canceled')) resolve(event.status)
    })
  })
  await run.stop()
  // As `rowsAtSinks` has it: which of two subtasks fails first is not settled.
  if (status.kind === 'failed' && status.failure.code !== 'MR-404') return { failed: ['JobFailed'] }
  if (status.kind !== 'finished') return { [status.kind]: [JSON.stringify(status)] }
  for (const { id, kind } of job.operators) if (kind === 'sink' && !received.has(id)) received.set(id, [])
  return tablesAtSinks(job, received)
}

function tablesAtSinks(job: Job, received: ReadonlyMap<string, readonly Batch[]>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries([...received].map(([sink, batches]) => [sink, tableLines(batches, job.operators.find(({ id }) => id === sink)!.config.key as readonly string[] | undefined)]))
}

/**
 * The table that batches of changes leave, by its key where it has one, as sorted lines. Throws where a row is taken back more often than it was given: the table does not show it, and what reads the changes would come to
 * another one. A sink with a key takes rows back that it need not have been given.
 */
export function tableLines(batches: readonly Batch[], key: readonly string[] | undefined): string[] {
  const schema = batches[0]?.schema
  if (schema === undefined) return []
  if (key === undefined) refuseNeverGiven(batches, schema)
  return finalRows(changesOf(batches), schema, key === undefined ? null : key.map((name) => fieldIndex(schema, name))).map((row) => rowText(row, schema)).toSorted()
}

function refuseNeverGiven(batches: readonly Batch[], schema: Schema): void {
  const counts = new Map<string, number>()
  for (const { kind, values } of changesOf(batches)) {
    const text = rowText(values, schema)
    counts.set(text, (counts.get(text) ?? 0) + (kind === '+I' || kind === '+U' ? 1 : -1))
  }
  for (const [text, count] of counts) if (count < 0) throw new Error(`taken back ${-count} times more than given: ${text}`)
}

/** Sources that give at most so many rows at once. */
export function cutAt(rows: number): Operators {
  return {
    ...installedOperators,
    runtimeOf: (kind) => {
      const factory = installedOperators.runtimeOf(kind)
      if (factory?.role !== 'source') return factory
      return {
        role: 'source',
        create: (spec) => {
          const source = factory.create(spec)
          const next = source.next.bind(source)
          source.next = (most) => next(Math.min(most, rows))
          return source
        },
      }
    },
  }
}
