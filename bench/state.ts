import { StateReader, StateWriter, wholeState, type StateShare } from '../src/columnar/stateCodec.ts'
import { batchOf } from '../src/columnar/batchBuilder.ts'
import type { Batch } from '../src/columnar/batch.ts'
import type { JsonObject } from '../src/columnar/json.ts'
import type { Schema } from '../src/columnar/schema.ts'
import type { OperatorRuntime } from '../src/engine/operatorRuntime.ts'
import { SnapshotMemory } from '../src/engine/snapshotMemory.ts'
import { freshArrays } from '../src/columnar/arrays.ts'
import { catalog, type Kind } from '../src/operators/catalog.ts'
import { runtimes } from '../src/operators/runtimes.ts'

/**
 * What a checkpoint costs an operator: how long its task stands still, how many bytes there are, how long it takes to begin again, as one subtask and as one of two.
 *
 * `node --expose-gc` steadies it; each number is the median of five. The copy is compared with a memcpy of as many bytes.
 */
const keyCount = Number(process.argv[2] ?? 1_000_000)
const batchRows = 4096

const schema: Schema = {
  fields: [
    { name: 'ts', type: { kind: 'TIMESTAMP', precision: 3, nullable: true }, time: 'event' },
    { name: 'id', type: { kind: 'BIGINT', nullable: true } },
    { name: 'name', type: { kind: 'VARCHAR', length: 2_147_483_647, nullable: true } },
    { name: 'price', type: { kind: 'BIGINT', nullable: true } },
  ] as Schema['fields'],
}

function operator(kind: Kind, config: JsonObject): OperatorRuntime {
  const definition = catalog[kind]
  const outputs = definition.infer({ config, inputs: { in: [schema] }, settings: {}, report: (path, { severity, message }) => { if (severity === 'error') throw new Error(`${path}: ${message}`) } })
  const factory = runtimes[kind]
  if (factory.role !== 'operator') throw new Error(`${kind} is a ${factory.role}`)
  const runtime = factory.create({ id: kind, kind, config, inputs: [{ port: 'in', schema }], outputs: Object.entries(outputs).map(([port, of]) => ({ port, schema: of })) })
  runtime.open?.({ operatorId: kind, subtask: 0, parallelism: 1, maxParallelism: 128, timeZone: 'UTC', emit: () => undefined, processingTime: () => 0, scheduleProcessingTimer: () => undefined, counters: { lateRows: 0, poisonRows: 0 }, arrays: freshArrays })
  return runtime
}

function batches(): Batch[] {
  const all: Batch[] = []
  for (let first = 0; first < keyCount; first += batchRows) {
    const count = Math.min(batchRows, keyCount - first)
    all.push(batchOf(schema, Array.from({ length: count }, (_, i) => [1_700_000_000_000 + (first + i) % 1000, BigInt((first + i) * 7), `user-${(first + i) * 7}`, BigInt(i)])))
  }
  return all
}

function median(measure: () => number): number {
  return Array.from({ length: 5 }, measure).toSorted((a, b) => a - b)[2]!
}

function timed(work: () => void): number {
  ;(globalThis as { gc?: () => void }).gc?.()
  const start = performance.now()
  work()
  return performance.now() - start
}

/** As the engine's: what was stored comes back. */
const memory = new SnapshotMemory(true)

function snapshotOf(runtime: OperatorRuntime): Uint8Array {
  const writer = new StateWriter()
  writer.schema(runtime.stateSchema!())
  runtime.snapshot!(writer)
  return writer.finish(memory.take)
}

const half = (subtask: number): StateShare => ({ ...wholeState, keyGroups: { first: subtask * 64, last: subtask * 64 + 63 }, subtask, parallelism: 2 })
const aggregates = [{ name: 'n', expression: 'COUNT(*)' }, { name: 's', expression: 'SUM(price)' }]
const cases: readonly (readonly [string, Kind, JsonObject])[] = [
  ['COUNT and SUM by BIGINT', 'group-aggregate', { groupBy: ['id'], aggregates }],
  ['COUNT and SUM by STRING', 'group-aggregate', { groupBy: ['name'], aggregates }],
  ['the same by tumbling window', 'window-aggregate', { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 10_000 }, groupBy: ['id'], aggregates }],
  ['last row by BIGINT', 'deduplicate', { keys: ['id'], orderBy: [{ column: 'ts', direction: 'desc' }], keep: 'last' }],
]

const rows = batches()
console.log(`${keyCount.toLocaleString('en')} keys`)
for (const [name, kind, config] of cases) {
  const full = operator(kind, config)
  for (const batch of rows) full.processBatch(0, batch)
  let blob = snapshotOf(full)
  const snapshotMs = median(() => {
    memory.giveBack(memory.lend([blob]))
    return timed(() => { blob = snapshotOf(full) })
  })
  const kept = new Uint8Array(blob.length)
  const copyMs = median(() => timed(() => kept.set(blob)))
  const restoreMs = median(() => {
    const fresh = operator(kind, config)
    return timed(() => fresh.restore!(StateReader.open(blob)))
  })
  const halfMs = median(() => {
    const fresh = operator(kind, config)
    return timed(() => fresh.restore!(StateReader.open(blob, half(0))))
  })
  const perKey = (bytes: number): string => (bytes / keyCount).toFixed(1)
  console.log(`${name.padEnd(30)} snapshot ${snapshotMs.toFixed(1)} ms (a copy ${copyMs.toFixed(1)})  restore ${restoreMs.toFixed(0)} ms  as one of two ${halfMs.toFixed(0)} ms  ${perKey(blob.length)} bytes a key written, ${perKey(full.stateBytes!())} held`)
}
