import { ReusedArrays } from '../src/columnar/arrays.ts'
import type { Batch } from '../src/columnar/batch.ts'
import { batchOf } from '../src/columnar/batchBuilder.ts'
import type { Column } from '../src/columnar/column.ts'
import type { JsonObject } from '../src/columnar/json.ts'
import type { Schema } from '../src/columnar/schema.ts'
import type { OperatorContext, OperatorRuntime } from '../src/engine/operatorRuntime.ts'
import { catalog, type Kind } from '../src/operators/catalog.ts'
import { runtimes } from '../src/operators/runtimes.ts'
import { compare, type Comparison } from './harness.ts'

/**
 * Operators against hand-written loops over the same typed arrays, in one thread and without tasks or channels: what the kernels themselves cost.
 *
 * A hand loop does the least that gives the same rows: it knows its types, its window and its keys, reads columns as they lie and keeps a table of its own. Both are fed the same
 * batches and watermarks, and the sums of what comes out must agree.
 */
const batchRows = 4096

/** What it emits must be done with when `emit` returns, as in a chain whose operators keep nothing. */
function operatorOf(kind: Kind, config: JsonObject, inputs: readonly { port: string; schema: Schema }[], emit: (batch: Batch) => void): OperatorRuntime {
  const schemas: Record<string, Schema[]> = {}
  for (const { port, schema } of inputs) (schemas[port] ??= []).push(schema)
  const problems: string[] = []
  const definition = catalog[kind]
  const outputs = definition.infer({ config, inputs: schemas, settings: {}, report: (path, finding) => problems.push(`${path}: ${finding.message}`) })
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const factory = runtimes[kind]
  if (factory.role !== 'operator') throw new Error(`${kind} is a ${factory.role}`)
  const operator = factory.create({ id: kind, kind, config, inputs, outputs: Object.entries(outputs).map(([port, schema]) => ({ port, schema })) })
  const arrays = new ReusedArrays()
  arrays.reuse()
  const context: OperatorContext = {
    operatorId: kind, subtask: 0, parallelism: 1, maxParallelism: 128, timeZone: 'UTC',
    emit: (port, batch) => { if (port === 0) emit(batch) },
    processingTime: () => 0,
    scheduleProcessingTimer: () => undefined,
    counters: { lateRows: 0, poisonRows: 0 },
    arrays,
  }
  operator.open?.(context)
  const processBatch = operator.processBatch.bind(operator)
  operator.processBatch = (input, batch) => {
    arrays.reset()
    processBatch(input, batch)
  }
  return operator
}

function doubles(column: Column): Float64Array {
  if ((column.storage !== 'int64' && column.storage !== 'float64') || column.values === null) throw new Error('expected doubles')
  return column.values
}

/** Rows in order of time with keys from a small generator; `spreadMs` is how much time the whole stream covers. */
function stream(rowCount: number, keyCount: number, spreadMs: number, seed: number): { schema: Schema; batches: Batch[] } {
  const schema: Schema = {
    fields: [
      { name: 'key', type: { kind: 'BIGINT', nullable: true } },
      { name: 'price', type: { kind: 'BIGINT', nullable: true } },
      { name: 'ts', type: { kind: 'TIMESTAMP', precision: 3, nullable: true }, time: 'event' },
    ],
  }
  const batches: Batch[] = []
  let state = seed
  for (let start = 0; start < rowCount; start += batchRows) {
    const count = Math.min(batchRows, rowCount - start)
    const keys = new Float64Array(count)
    const prices = new Float64Array(count)
    const times = new Float64Array(count)
    const watermarks = new Float64Array(count)
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
      keys[i] = ((state >>> 8) % keyCount) + 1000
      prices[i] = (state >>> 4) & 0xffff
      times[i] = 1_600_000_000_000 + Math.floor(((start + i) / rowCount) * spreadMs)
      watermarks[i] = times[i]! - 4000
    }
    batches.push({
      schema,
      columns: [
        { storage: 'int64', values: keys, wide: null, nulls: null },
        { storage: 'int64', values: prices, wide: null, nulls: null },
        { storage: 'float64', values: times, nulls: null },
      ],
      rowCount: count,
      kinds: null,
      watermarks,
      // As a source says of such rows.
      inOrder: true,
    })
  }
  return { schema, batches }
}

/** Feeds the batches as a task would: each batch, then the watermark after its last row. */
function feed(operator: OperatorRuntime, batches: readonly Batch[]): void {
  for (const batch of batches) {
    operator.processBatch(0, batch)
    operator.onWatermark(batch.watermarks![batch.rowCount - 1]!)
  }
  operator.onWatermark(Infinity)
}

async function filterProject(rowCount: number): Promise<Comparison> {
  const { schema, batches } = stream(rowCount, 1000, 60_000, 1)
  const where = 'price > 20000 AND key < 1500'
  const columns = [{ name: 'key', expression: 'key' }, { name: 'total', expression: 'price * 908 / 1000' }, { name: 'ts', expression: 'ts' }]
  let sum = 0
  const project = operatorOf('project', { columns }, [{ port: 'in', schema }], (batch) => {
    const totals = doubles(batch.columns[1]!)
    for (let i = 0; i < batch.rowCount; i++) sum += totals[i]!
  })
  const filter = operatorOf('filter', { where }, [{ port: 'in', schema }], (batch) => project.processBatch(0, batch))
  const operator = () => {
    sum = 0
    for (const batch of batches) filter.processBatch(0, batch)
    return sum
  }
  const hand = () => {
    let total = 0
    for (const batch of batches) {
      const [keys, prices, times] = batch.columns.map(doubles) as [Float64Array, Float64Array, Float64Array]
      const outKeys = new Float64Array(batch.rowCount)
      const outTotals = new Float64Array(batch.rowCount)
      const outTimes = new Float64Array(batch.rowCount)
      let count = 0
      for (let i = 0; i < batch.rowCount; i++) {
        if (!(prices[i]! > 20_000 && keys[i]! < 1500)) continue
        outKeys[count] = keys[i]!
        outTotals[count] = Math.trunc((prices[i]! * 908) / 1000)
        outTimes[count] = times[i]!
        count++
      }
      for (let i = 0; i < count; i++) total += outTotals[i]!
    }
    return total
  }
  agree(operator(), hand())
  return compare('filter and project', [{ name: 'operators', pass: operator }, { name: 'hand loop', pass: hand }], { rows: rowCount, goal: { against: 'hand loop', atLeast: 0.5 } })
}

/** COUNT(*) and SUM(price) by key in tumbling windows. */
async function tumblingWindow(rowCount: number, keyCount: number, sizeMs: number, spreadMs: number): Promise<Comparison> {
  const { schema, batches } = stream(rowCount, keyCount, spreadMs, 2)
  const config = {
    window: { type: 'tumble', timeColumn: 'ts', sizeMs },
    groupBy: ['key'],
    aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'total', expression: 'SUM(price)' }],
  }
  const operator = () => {
    let sum = 0
    const aggregate = operatorOf('window-aggregate', config, [{ port: 'in', schema }], (batch) => {
      const counts = doubles(batch.columns[4]!)
      const totals = doubles(batch.columns[5]!)
      for (let i = 0; i < batch.rowCount; i++) sum += counts[i]! + totals[i]!
    })
    feed(aggregate, batches)
    return sum
  }
  agree(operator(), handTumble(batches, sizeMs, keyCount))
  return compare(`tumbling COUNT and SUM by BIGINT key, ${keyCount.toLocaleString('en')} keys`, [{ name: 'operator', pass: operator }, { name: 'hand loop', pass: () => handTumble(batches, sizeMs, keyCount) }], {
    rows: rowCount,
    goal: { against: 'hand loop', atLeast: 0.4 },
  })
}

function handTumble(batches: readonly Batch[], sizeMs: number, keyCount: number): number {
  let cells = 1024
  while (cells < keyCount * 2) cells *= 2
  const mask = cells - 1
  const keysOf = new Float64Array(cells)
  const counts = new Float64Array(cells)
  const totals = new Float64Array(cells)
  const used = new Int32Array(cells)
  let groups = 0
  let end = -Infinity
  let sum = 0
  for (const batch of batches) {
    const keys = doubles(batch.columns[0]!)
    const prices = doubles(batch.columns[1]!)
    const times = doubles(batch.columns[2]!)
    for (let i = 0; i < batch.rowCount; i++) {
      if (times[i]! >= end) {
        // The stream is in order, so a new window means that the one before is complete.
        for (let g = 0; g < groups; g++) {
          const cell = used[g]!
          sum += counts[cell]! + totals[cell]!
          counts[cell] = 0
          totals[cell] = 0
        }
        groups = 0
        end = (Math.floor(times[i]! / sizeMs) + 1) * sizeMs
      }
      const key = keys[i]!
      let cell = (Math.imul(key | 0, 0x9e3779b1) >>> 7) & mask
      while (counts[cell] !== 0 && keysOf[cell] !== key) cell = (cell + 1) & mask
      if (counts[cell] === 0) {
        keysOf[cell] = key
        used[groups++] = cell
      }
      counts[cell] = counts[cell]! + 1
      totals[cell] = totals[cell]! + prices[i]!
    }
  }
  for (let g = 0; g < groups; g++) sum += counts[used[g]!]! + totals[used[g]!]!
  return sum
}

/** Hopping windows have no hand loop of the same kind: the tumbling one over the slices gives the scale. */
async function hoppingWindow(rowCount: number): Promise<Comparison> {
  const { schema, batches } = stream(rowCount, 10_000, 120_000, 3)
  const config = (window: JsonObject) => ({ window, groupBy: ['key'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }] })
  const run = (window: JsonObject) => () => {
    let sum = 0
    const aggregate = operatorOf('window-aggregate', config(window), [{ port: 'in', schema }], (batch) => {
      const counts = doubles(batch.columns[4]!)
      for (let i = 0; i < batch.rowCount; i++) sum += counts[i]!
    })
    feed(aggregate, batches)
    return sum
  }
  return compare('hopping 10 s / 2 s by 10,000 keys, against tumbling 2 s', [
    { name: 'hop', pass: run({ type: 'hop', timeColumn: 'ts', sizeMs: 10_000, slideMs: 2000 }) },
    { name: 'tumble', pass: run({ type: 'tumble', timeColumn: 'ts', sizeMs: 2000 }) },
  ], { rows: rowCount })
}

async function intervalJoin(rowCount: number, keyCount: number): Promise<Comparison> {
  const left = stream(rowCount / 2, keyCount, 60_000, 4)
  const right = stream(rowCount / 2, keyCount, 60_000, 5)
  const boundMs = 2000
  const config = { type: 'inner', on: [{ left: 'key', right: 'key' }], leftTime: 'ts', rightTime: 'ts', lowerMs: 0, upperMs: boundMs }
  const operator = () => {
    let sum = 0
    const join = operatorOf('interval-join', config, [{ port: 'left', schema: left.schema }, { port: 'right', schema: right.schema }], (batch) => {
      const [a, b] = [doubles(batch.columns[1]!), doubles(batch.columns[4]!)]
      for (let i = 0; i < batch.rowCount; i++) sum += a[i]! - b[i]! + 1
    })
    left.batches.forEach((batch, i) => {
      join.processBatch(0, { ...batch, watermarks: null })
      join.processBatch(1, { ...right.batches[i]!, watermarks: null })
      join.onWatermark(batch.watermarks![batch.rowCount - 1]!)
    })
    join.onWatermark(Infinity)
    return sum
  }
  const hand = () => handJoin(left.batches, right.batches, keyCount, boundMs)
  agree(operator(), hand())
  return compare(`interval join by ${keyCount.toLocaleString('en')} keys`, [{ name: 'operator', pass: operator }, { name: 'hand loop', pass: hand }], { rows: rowCount, goal: { against: 'hand loop', atLeast: 0.3 } })
}

/** Chains of rows by key over columns kept for the whole run, with expired heads cut off on the way; output columns are gathered. */
function handJoin(left: readonly Batch[], right: readonly Batch[], keyCount: number, boundMs: number): number {
  const total = left.reduce((sum, batch) => sum + batch.rowCount, 0)
  let cells = 1024
  while (cells < keyCount * 2) cells *= 2
  const mask = cells - 1
  const cellKeys = new Float64Array(cells).fill(-1)
  const side = () => ({ heads: new Int32Array(cells).fill(-1), tails: new Int32Array(cells).fill(-1), next: new Int32Array(total).fill(-1), times: new Float64Array(total), prices: new Float64Array(total), keys: new Float64Array(total), count: 0 })
  const sides = [side(), side()] as const
  let sum = 0
  const take = (batch: Batch, own: ReturnType<typeof side>, other: ReturnType<typeof side>, low: number, high: number, reach: number, watermark: number, leftFirst: boolean) => {
    const [keys, prices, times] = batch.columns.map(doubles) as [Float64Array, Float64Array, Float64Array]
    let ownRows = new Int32Array(8192)
    let otherRows = new Int32Array(8192)
    let pairs = 0
    const first = own.count
    own.keys.set(keys.subarray(0, batch.rowCount), first)
    own.prices.set(prices.subarray(0, batch.rowCount), first)
    own.times.set(times.subarray(0, batch.rowCount), first)
    own.count += batch.rowCount
    for (let i = 0; i < batch.rowCount; i++) {
      const key = keys[i]!
      let cell = (Math.imul(key | 0, 0x9e3779b1) >>> 7) & mask
      while (cellKeys[cell] !== -1 && cellKeys[cell] !== key) cell = (cell + 1) & mask
      cellKeys[cell] = key
      const time = times[i]!
      let head = other.heads[cell]!
      while (head >= 0 && other.times[head]! < watermark - reach) head = other.next[head]!
      other.heads[cell] = head
      if (head < 0) other.tails[cell] = -1
      for (let row = head; row >= 0; row = other.next[row]!) {
        if (other.times[row]! < time + low || other.times[row]! > time + high) continue
        if (pairs === ownRows.length) {
          const grownOwn = new Int32Array(pairs * 2)
          const grownOther = new Int32Array(pairs * 2)
          grownOwn.set(ownRows)
          grownOther.set(otherRows)
          ownRows = grownOwn
          otherRows = grownOther
        }
        ownRows[pairs] = first + i
        otherRows[pairs++] = row
      }
      const tail = own.tails[cell]!
      if (tail < 0) own.heads[cell] = first + i
      else own.next[tail] = first + i
      own.tails[cell] = first + i
    }
    const gathered = [own.keys, own.prices, own.times].map((source) => gatherHand(source, ownRows, pairs)).concat([other.keys, other.prices, other.times].map((source) => gatherHand(source, otherRows, pairs)))
    const [a, b] = leftFirst ? [gathered[1]!, gathered[4]!] : [gathered[4]!, gathered[1]!]
    for (let i = 0; i < pairs; i++) sum += a[i]! - b[i]! + 1
  }
  let watermark = -Infinity
  left.forEach((batch, i) => {
    take(batch, sides[0], sides[1], 0, boundMs, 0, watermark, true)
    take(right[i]!, sides[1], sides[0], -boundMs, 0, boundMs, watermark, false)
    watermark = batch.watermarks![batch.rowCount - 1]!
  })
  return sum
}

function gatherHand(source: Float64Array, rows: Int32Array, count: number): Float64Array {
  const target = new Float64Array(count)
  for (let i = 0; i < count; i++) target[i] = source[rows[i]!]!
  return target
}

function agree(a: number, b: number): void {
  if (a !== b) throw new Error(`results differ: ${a} and ${b}`)
}

/** Meets every storage once, so that no loop measured later has seen only one kind of array. */
function pollute(): void {
  const schema: Schema = {
    fields: [
      { name: 's', type: { kind: 'VARCHAR', length: 100, nullable: true } },
      { name: 'i', type: { kind: 'INT', nullable: true } },
      { name: 'd', type: { kind: 'DECIMAL', precision: 38, scale: 2, nullable: true } },
      { name: 'b', type: { kind: 'BOOLEAN', nullable: true } },
      { name: 'w', type: { kind: 'BIGINT', nullable: true } },
      { name: 'ts', type: { kind: 'TIMESTAMP', precision: 3, nullable: true }, time: 'event' },
    ],
  }
  const rows = Array.from({ length: 2000 }, (_, i) => [i % 7 === 0 ? null : `k${i % 50}`, i % 11, BigInt(i) * 10n ** 20n, i % 3 === 0, BigInt(i) * 2n ** 50n, i * 10])
  const config = {
    window: { type: 'hop', timeColumn: 'ts', sizeMs: 4000, slideMs: 1000 },
    groupBy: ['s', 'i', 'w'],
    aggregates: ['COUNT(*)', 'SUM(i)', 'SUM(d)', 'MAX(s)', 'MIN(w)', 'SUM(w)', 'COUNT(DISTINCT b)'].map((expression, i) => ({ name: `a${i}`, expression })),
  }
  const ignore = () => undefined
  const aggregate = operatorOf('window-aggregate', config, [{ port: 'in', schema }], ignore)
  const session = operatorOf('window-aggregate', { ...config, window: { type: 'session', timeColumn: 'ts', gapMs: 100 } }, [{ port: 'in', schema }], ignore)
  const inputs = [{ port: 'left', schema }, { port: 'right', schema }]
  const joins = ['i', 's', 'w'].map((column) => operatorOf('interval-join', { type: 'full', on: [{ left: column, right: column }], leftTime: 'ts', rightTime: 'ts', lowerMs: 0, upperMs: 10 }, inputs, ignore))
  for (let turn = 0; turn < 5; turn++) {
    const batch = batchOf(schema, rows.map((row) => [...row.slice(0, 5), (row[5] as number) + turn * 20_000]))
    for (const operator of [aggregate, session]) operator.processBatch(0, batch)
    for (const join of joins) {
      join.processBatch(0, batch)
      join.processBatch(1, batch)
    }
  }
  for (const operator of [aggregate, session, ...joins]) operator.onWatermark(Infinity)
}

export async function benchKernels(rowCount: number): Promise<Comparison[]> {
  pollute()
  return [
    await filterProject(rowCount),
    await tumblingWindow(rowCount, 1000, 10_000, 120_000),
    await tumblingWindow(rowCount, 100_000, 10_000, 120_000),
    await hoppingWindow(rowCount),
    await intervalJoin(rowCount / 2, 10_000),
  ]
}
