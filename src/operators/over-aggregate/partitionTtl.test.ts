import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowAt } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

/**
 * One partition as Flink's functions keep it: a timer that is set and rings, rows by time, and what came out. It watches the clock, where the engine looks when it meets the partition.
 */
class NaivePartition {
  #frame: bigint[] = []
  #waiting: { readonly ts: number; readonly id: number; readonly v: bigint }[] = []
  #last = 0
  #timer: number | null = null
  #written: number | null = null

  readonly #ttl: number
  readonly #preceding: number | null
  readonly #processing: boolean

  constructor(ttl: number, preceding: number | null, processing: boolean) {
    this.#ttl = ttl
    this.#preceding = preceding
    this.#processing = processing
  }

  clockTo(now: number): void {
    while (this.#timer !== null && this.#timer < now) {
      const rang = this.#timer + 1
      this.#timer = null
      if (this.#waiting.length > 0) this.#setTimer(rang)
      else this.#drop()
    }
    if (this.#written !== null && this.#written + this.#ttl <= now) this.#drop()
  }

  row(now: number, watermark: number, ts: number, id: number, v: bigint): string | 'late' | null {
    this.#setTimer(now)
    if (this.#processing) return this.#comesOut(now, id, v)
    if (ts <= (this.#preceding === null ? watermark : this.#last)) return 'late'
    this.#waiting.push({ ts, id, v })
    return null
  }

  watermark(now: number, watermark: number): string[] {
    const due = this.#waiting.filter(({ ts }) => ts <= watermark).toSorted((a, b) => a.ts - b.ts)
    this.#waiting = this.#waiting.filter(({ ts }) => ts > watermark)
    return due.map(({ ts, id, v }) => {
      this.#last = ts
      this.#setTimer(now)
      return this.#comesOut(now, id, v)
    })
  }

  #comesOut(now: number, id: number, v: bigint): string {
    this.#frame.push(v)
    if (this.#preceding !== null && this.#frame.length > this.#preceding + 1) this.#frame.shift()
    if (this.#processing && this.#preceding === null) this.#written = now
    return `${id} ${this.#frame.length} ${this.#frame.reduce((a, b) => a + b, 0n)}`
  }

  #setTimer(now: number): void {
    if (this.#processing && this.#preceding === null) return
    if (this.#timer === null || now + this.#ttl > this.#timer) this.#timer = now + Math.floor(this.#ttl * 1.5)
  }

  #drop(): void {
    this.#frame = []
    this.#last = 0
    this.#timer = null
    this.#written = null
  }
}

interface Step {
  readonly wait: number
  readonly rows: readonly { readonly k: number; readonly v: bigint; readonly ts: number }[]
  readonly advance: number
  readonly restore: boolean
}

const steps = fc.array(
  fc.record({
    wait: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 80, max: 170 }), fc.constant(2000)),
    rows: fc.array(fc.record({ k: fc.integer({ min: 0, max: 2 }), v: fc.bigInt({ min: -50n, max: 50n }), ts: fc.integer({ min: -10, max: 40 }) }), { maxLength: 4 }),
    advance: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 })),
    restore: fc.boolean(),
  }),
  { maxLength: 25 },
)

function check(all: readonly Step[], ttl: number, preceding: number | null, processing: boolean): void {
  const schema = schemaOf(`k INT, v BIGINT, id INT, ts ${processing ? 'TIMESTAMP_LTZ(3) PROCESSING' : 'TIMESTAMP(3) EVENT'}`)
  const config = { partitionBy: ['k'], orderBy: [{ column: 'ts' }], frame: { type: 'rows', preceding: preceding ?? 'unbounded' }, aggregates: ['COUNT(*)', 'SUM(v)'].map((expression, i) => ({ name: `a${i}`, expression })) }
  const spec = { ...specOf(definition, config, [{ port: 'in', schema }]), stateTtlMs: ttl }
  const past: OperatorHarness[] = []
  let harness = new OperatorHarness(spec, runtime)
  harness.watermark(1000)
  const partitions = [0, 1, 2].map(() => new NaivePartition(ttl, preceding, processing))
  const expected: string[] = []
  let late = 0
  let now = 1000
  let watermark = 1000
  let id = 0
  for (const step of all) {
    now += step.wait
    harness.processingTime(now)
    for (const partition of partitions) partition.clockTo(now)
    harness.feed(0, batchOf(schema, step.rows.map(({ k, v, ts }, i) => [k, v, id + i, watermark + ts])))
    for (const { k, v, ts } of step.rows) {
      const out = partitions[k]!.row(now, watermark, watermark + ts, id++, v)
      if (out === 'late') late++
      else if (out !== null) expected.push(out)
    }
    if (step.restore) {
      past.push(harness)
      const snapshot = harness.snapshot()
      harness = new OperatorHarness(spec, runtime)
      harness.restore([snapshot], 0, 1)
    }
    watermark += step.advance
    harness.watermark(watermark)
    if (step.advance > 0) for (const partition of partitions) expected.push(...partition.watermark(now, watermark))
  }
  harness.end()
  for (const partition of partitions) expected.push(...partition.watermark(now, Infinity))
  const found = [...past, harness].flatMap(({ emitted }) => (emitted.get('out') ?? []).flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row).filter((_value, column) => column === 2 || column > 3).map(String).join(' '))))
  expect(found.toSorted()).toEqual(expected.toSorted())
  expect([...past, harness].reduce((sum, { counters }) => sum + counters.lateRows, 0)).toBe(late)
}

describe('partitions with a time to live', () => {
  for (const [title, preceding, processing] of [
    ['all rows before, event time', null, false],
    ['a number of rows, event time', 2, false],
    ['all rows before, processing time', null, true],
    ['a number of rows, processing time', 2, true],
  ] as const) {
    it(`${title}: give what partitions give that watch the clock`, () => {
      fc.assert(
        fc.property(steps, fc.constantFrom(2, 50, 100), (all, ttl) => check(all, ttl, preceding, processing)),
        { numRuns: 400 },
      )
    })
  }
  it('are cleared away when they are most of them, and those that are left go on', () => {
    const schema = schemaOf('k INT, v BIGINT, ts TIMESTAMP(3) EVENT')
    const config = { partitionBy: ['k'], orderBy: [{ column: 'ts' }], frame: { type: 'rows', preceding: 2 }, aggregates: [{ name: 's', expression: 'SUM(v)' }, { name: 'most', expression: 'MAX(v)' }] }
    const harness = new OperatorHarness({ ...specOf(definition, config, [{ port: 'in', schema }]), stateTtlMs: 100 }, runtime)
    const feed = (keys: readonly number[], ts: number): void => {
      harness.feed(0, batchOf(schema, keys.map((k) => [k, BigInt(ts), ts])))
      harness.watermark(ts)
    }
    const alive = [1, 70_001, 140_003]
    for (let round = 0; round < 20; round++) {
      harness.processingTime(1000 + round * 60)
      feed([...alive, ...Array.from({ length: 1000 }, (_, i) => 1_000_000 + round * 1000 + i)], 10 + round)
    }
    expect(harness.operator.gauges!().keys).toBeLessThan(9000)
    expect(harness.operator.gauges!().heldRows).toBeLessThan(9000)
    const rows = harness.emitted.get('out')!.flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)))
    for (const k of alive) expect(rows.filter((row) => row[0] === k).map((row) => `${row[3]} ${row[4]}`)).toEqual(Array.from({ length: 20 }, (_, i) => `${[0, 1, 2].filter((back) => i >= back).reduce((sum, back) => sum + 10 + i - back, 0)} ${10 + i}`))
  })
})
