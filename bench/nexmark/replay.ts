import type { Batch } from '../../src/columnar/batch.ts'
import { rowKindAt, type RowKindText } from '../../src/columnar/batch.ts'
import { fieldIndex } from '../../src/columnar/schema.ts'
import { compile } from '../../src/compiler/compile.ts'
import type { PhysicalPlan } from '../../src/compiler/physicalPlan.ts'
import type { JsonObject } from '../../src/columnar/json.ts'
import type { Job } from '../../src/job/job.ts'
import type { OperatorSpec } from '../../src/job/operatorSpec.ts'
import { printProblem } from '../../src/job/problem.ts'
import { definitionOf } from '../../src/operators/catalog.ts'
import type { Operators } from '../../src/runtime/engineThread.ts'
import { installedOperators } from '../../src/runtime/installedOperators.ts'
import { runToEnd } from '../../src/runtime/launch/inProcess.ts'

/**
 * Nexmark rows made once and kept in memory, and jobs that read them from there: so that what is measured is the query, and everybody compared has the same rows ready before the clock runs.
 */
export type StreamName = 'bid' | 'auction' | 'person'
export type Rows = Readonly<Record<StreamName, readonly Batch[]>>

const columnsOf: Readonly<Record<StreamName, readonly string[]>> = { bid: ['auction', 'bidder', 'price', 'dateTime'], auction: ['id', 'seller', 'dateTime'], person: ['id', 'dateTime'] }

export async function nexmarkRows(events: number, eventsPerSecond: number): Promise<Rows> {
  const rows = async (stream: StreamName): Promise<readonly Batch[]> => {
    const columns = columnsOf[stream].map((name) => ({ name, type: name === 'dateTime' ? 'TIMESTAMP(3)' : 'BIGINT' }))
    const job: Job = {
      format: 'millrace/job',
      version: 1,
      name: stream,
      operators: [
        { id: 'rows', kind: 'source', config: { connector: { type: 'nexmark', stream, events, eventsPerSecond, seed: 42 }, columns, watermark: { column: 'dateTime', delayMs: 4000 } } },
        { id: 'kept', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      edges: [{ from: 'rows', to: 'kept' }],
    }
    return (await runToEnd(planOf(job))).get('kept')!
  }
  return { bid: await rows('bid'), auction: await rows('auction'), person: await rows('person') }
}

export function planOf(job: Job): PhysicalPlan {
  const compiled = compile(job, definitionOf, { edgesShown: false })
  if (compiled.physical === null) throw new Error(`${job.name}: ${compiled.problems.map(printProblem).join('; ')}`)
  return compiled.physical
}

/** The rooms, with Nexmark sources that give these rows. */
export function replaying(rows: Rows): Operators {
  const create = (spec: OperatorSpec): { open(): Promise<void>; next(): Batch | 'end' } => {
    const { schema } = spec.outputs[0]!
    const batches = rows[(spec.config.connector as JsonObject).stream as StreamName]
    let at = 0
    return {
      open: () => Promise.resolve(),
      next: () => {
        const batch = batches[at++]
        return batch === undefined ? 'end' : { ...batch, schema, columns: schema.fields.map(({ name }) => batch.columns[fieldIndex(batch.schema, name)]!) }
      },
    }
  }
  return { ...installedOperators, runtimeOf: (kind) => (kind === 'source' ? { role: 'source', create } : installedOperators.runtimeOf(kind)) }
}

/** The query over numbers alone: without its columns of text, which the loops and peers it is compared with do not have either. */
export function withoutTexts(job: Job): Job {
  const texts = new Set(['extra', 'channel', 'url', 'name'])
  const kept = (list: unknown): unknown => (Array.isArray(list) ? list.filter((entry) => !texts.has(typeof entry === 'string' ? entry : (entry as { name: string }).name)) : list)
  return {
    ...job,
    settings: { ...job.settings, parallelism: 1 },
    operators: job.operators.map((operator) => {
      const { columns, groupBy } = operator.config
      return { ...operator, config: { ...operator.config, ...(columns === undefined ? {} : { columns: kept(columns) }), ...(groupBy === undefined ? {} : { groupBy: kept(groupBy) }) } as JsonObject }
    }),
  }
}

/**
 * The query as everybody here is asked it: without texts. q7 is asked for the highest bids of each window: the benchmark's own text joins all bids there ever were with all highest prices, which neither the loop nor the peers
 * do (`examples/nexmark` has it, and the rates of whole queries are its).
 */
export function kernelOf(job: Job): Job {
  const kernel = withoutTexts(job)
  return {
    ...kernel,
    operators: kernel.operators.map((operator) => {
      if (operator.id !== 'matching') return operator
      const { on, columns } = operator.config
      return { ...operator, kind: 'window-join', config: { type: 'inner', window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 10_000 }, on, columns } as JsonObject }
    }),
  }
}

/** Rows that a result has in the end. Where updates come without the row before, as for a sink with a key, they take its place. */
export function rowsLeft(batches: readonly Batch[]): number {
  const counts: Record<RowKindText, number> = { '+I': 0, '-U': 0, '+U': 0, '-D': 0 }
  for (const batch of batches) {
    if (batch.kinds === null) counts['+I'] += batch.rowCount
    else for (let row = 0; row < batch.rowCount; row++) counts[rowKindAt(batch, row)]++
  }
  return counts['+I'] - counts['-D'] + (counts['-U'] === 0 ? 0 : counts['+U'] - counts['-U'])
}

/** A column of numbers, all batches in one. */
export function numbers(batches: readonly Batch[], name: string): Float64Array {
  const all = new Float64Array(batches.reduce((sum, batch) => sum + batch.rowCount, 0))
  let at = 0
  for (const batch of batches) {
    const column = batch.columns[fieldIndex(batch.schema, name)]!
    if ((column.storage !== 'int64' && column.storage !== 'float64') || column.values === null) throw new Error(`${name} is not held as doubles`)
    all.set(column.values.subarray(0, batch.rowCount), at)
    at += batch.rowCount
  }
  return all
}
