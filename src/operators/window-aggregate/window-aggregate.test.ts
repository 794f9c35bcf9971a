import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { rowTexts } from '../../columnar/compareRows.ts'
import type { Value } from '../../columnar/column.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { Prng } from '../../deterministic/prng.ts'
import { sessionTime, wallClock, type SessionTime } from '../../engine/sessionTime.ts'
import { WindowGrid, type GridWindow } from '../../engine/windows.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

const rowSchema = schemaOf('key STRING, ts TIMESTAMP(3) EVENT, v BIGINT, n INT')
const schema = rowSchema
const aggregates = [
  { name: 'rows', expression: 'COUNT(*)' },
  { name: 'total', expression: 'SUM(v)' },
  { name: 'kinds', expression: 'COUNT(DISTINCT v)' },
  { name: 'high', expression: 'MAX(n) FILTER (WHERE v > 0)' },
]

interface Row {
  readonly key: string | null
  readonly time: number
  readonly v: bigint | null
  readonly watermark: number
}

const rows: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      key: fc.option(fc.constantFrom('a', 'b', ''), { freq: 6 }),
      ahead: fc.integer({ min: -20, max: 12 }),
      step: fc.integer({ min: 0, max: 5 }),
      v: fc.option(fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.constant(2n ** 63n - 1n)), { freq: 5 }),
    }),
    { maxLength: 40 },
  )
  .map((list) => {
    let watermark = -40
    return list.map(({ key, ahead, step, v }) => ({ key, time: (watermark += step) + ahead, v, watermark }))
  })

const windows: fc.Arbitrary<GridWindow> = fc
  .record({ type: fc.constantFrom('tumble', 'hop', 'cumulate'), part: fc.integer({ min: 1, max: 6 }), factor: fc.integer({ min: 1, max: 4 }), offset: fc.integer({ min: -5, max: 5 }) })
  .map(({ type, part, factor, offset }): GridWindow => {
    const sizeMs = part * factor
    const offsetMs = offset % sizeMs
    if (type === 'hop') return { type, sizeMs, slideMs: part, offsetMs }
    return type === 'cumulate' ? { type, sizeMs, stepMs: part, offsetMs } : { type: 'tumble', sizeMs, offsetMs }
  })

/** Aggregates of some rows, straight from their definition. */
function aggregated(list: readonly { readonly v: bigint | null; readonly n: number }[]): Value[] {
  const values = list.flatMap(({ v }) => (v === null ? [] : [v]))
  const positive = list.filter(({ v }) => v !== null && v > 0n).map(({ n }) => n)
  return [
    BigInt(list.length),
    values.length === 0 ? null : BigInt.asIntN(64, values.reduce((sum, v) => sum + v, 0n)),
    BigInt(new Set(values).size),
    positive.length === 0 ? null : Math.max(...positive),
  ]
}

type Result = { readonly rows: string[]; readonly late: number[] }
const resultSchema = schemaOf('key STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3), rows BIGINT, total BIGINT, kinds BIGINT, high INT')

/** Row by row: a row belongs to those of its windows that have not fired when it comes; a cumulating window gives a result at each step after a key's first row. */
function gridReference(list: readonly Row[], window: GridWindow, time: SessionTime = wallClock): Result {
  const grid = new WindowGrid(window)
  const groups = new Map<string, { key: string | null; start: number; end: number; rows: { v: bigint | null; n: number }[] }>()
  const late: number[] = []
  list.forEach((row, n) => {
    const open = grid.windowsOf(time.localOf(row.time)).filter(({ end }) => row.watermark < time.timerOf(end - 1))
    if (open.length === 0) late.push(n)
    for (const { start, end } of open) {
      const name = JSON.stringify([row.key, start, end])
      if (!groups.has(name)) groups.set(name, { key: row.key, start, end, rows: [] })
      groups.get(name)!.rows.push({ v: row.v, n })
    }
  })
  const results = [...groups.values()].map((group) => [group.key, group.start, group.end, time.instantOf(group.end - 1), ...aggregated(group.rows)])
  return { rows: rowTexts([batchOf(resultSchema, results)]).toSorted(), late }
}

/** Row by row, with sessions as plain lists. */
function sessionReference(list: readonly Row[], gap: number): Result {
  const results: Value[][] = []
  const late: number[] = []
  let sessions: { key: string | null; start: number; end: number; rows: { v: bigint | null; n: number }[] }[] = []
  const fire = (watermark: number): void => {
    for (const session of sessions) if (watermark >= session.end - 1) results.push([session.key, session.start, session.end, session.end - 1, ...aggregated(session.rows)])
    sessions = sessions.filter((session) => watermark < session.end - 1)
  }
  list.forEach((row, n) => {
    fire(row.watermark)
    const touched = sessions.filter((session) => session.key === row.key && session.start <= row.time + gap && session.end >= row.time)
    const merged = {
      key: row.key,
      start: Math.min(row.time, ...touched.map((session) => session.start)),
      end: Math.max(row.time + gap, ...touched.map((session) => session.end)),
      rows: [...touched.flatMap((session) => session.rows), { v: row.v, n }],
    }
    if (merged.end - 1 <= row.watermark) late.push(n)
    else sessions = [...sessions.filter((session) => !touched.includes(session)), merged]
  })
  fire(Infinity)
  return { rows: rowTexts([batchOf(resultSchema, results)]).toSorted(), late }
}

function run(list: readonly Row[], config: JsonObject, cuts: Iterator<number>, schema = rowSchema, timeZone = 'UTC', reuses = false): { readonly result: Result; readonly ordered: string[] } {
  const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime, { timeZone, reuses })
  for (let start = 0; start < list.length; ) {
    let end = start + 1
    while (end < list.length && cuts.next().value % 4 !== 0) end++
    const part = list.slice(start, end)
    const batch = batchOf(schema, part.map((row, i) => [row.key, row.time, row.v, start + i]))
    harness.feed(0, { ...batch, watermarks: Float64Array.from(part, (row) => row.watermark) })
    start = end
  }
  harness.end()
  const late = (harness.emitted.get('late') ?? []).flatMap((batch) => Array.from({ length: batch.rowCount }, (_, i) => (batch.columns[3] as { values: Int32Array }).values[i]!))
  expect(harness.counters.lateRows).toBe(late.length)
  const ordered = rowTexts(harness.emitted.get('out') ?? [])
  return { result: { rows: ordered.toSorted(), late }, ordered }
}

describe('window aggregate', () => {
  runCases(definition, runtime, cases, problemCases)

  it('gives what the definition of its windows gives, however rows are cut into batches', () => {
    fc.assert(
      fc.property(rows, windows, fc.infiniteStream(fc.nat()), fc.boolean(), (list, window, cuts, reuses) => {
        const config = { window: { ...window, timeColumn: 'ts' } as unknown as JsonObject, groupBy: ['key'], aggregates }
        expect(run(list, config, cuts, rowSchema, 'UTC', reuses).result).toEqual(gridReference(list, window))
      }),
      { numRuns: 400 },
    )
  })

  it('does so for long batches, mostly in order, with many keys', () => {
    const long = fc.record({ seed: fc.integer(), keys: fc.constantFrom(1, 7, 400), lag: fc.integer({ min: 0, max: 40 }), lateEvery: fc.constantFrom(0, 50, 300), cutEvery: fc.constantFrom(1, 100, 1000, 5000) })
    fc.assert(
      fc.property(long, fc.constantFrom<GridWindow['type']>('tumble', 'hop', 'cumulate'), fc.constantFrom(20, 300), ({ seed, keys, lag, lateEvery, cutEvery }, type, part) => {
        const random = new Prng(seed)
        let time = 0
        let watermark = -Infinity
        const list = Array.from({ length: 2000 }, (_, i): Row => {
          time += random.below(3)
          const late = lateEvery > 0 && i % lateEvery === lateEvery - 1
          const row = { key: random.below(50) === 0 ? null : `k${random.below(keys)}`, time: late ? time - random.below(600) : time, v: BigInt(random.below(9)), watermark }
          watermark = Math.max(watermark, row.time - lag)
          return row
        })
        const window: GridWindow = type === 'tumble' ? { type, sizeMs: part, offsetMs: 0 } : type === 'hop' ? { type, sizeMs: part * 3, slideMs: part, offsetMs: 0 } : { type, sizeMs: part * 3, stepMs: part, offsetMs: 0 }
        const config = { window: { ...window, timeColumn: 'ts' } as unknown as JsonObject, groupBy: ['key'], aggregates }
        let cut = 0
        const cuts = { next: () => ({ done: false, value: ++cut % cutEvery === 0 ? 0 : 1 }) } as Iterator<number>
        expect(run(list, config, cuts).result).toEqual(gridReference(list, window))
      }),
      { numRuns: 40 },
    )
  })

  it('does so on the wall clock of a zone, across changes of its clock', () => {
    const minute = 60_000
    const instants = schemaOf('key STRING, ts TIMESTAMP_LTZ(3) EVENT, v BIGINT, n INT')
    const zoned = fc.record({ zone: fc.constantFrom('America/Los_Angeles', 'Australia/Lord_Howe', 'Asia/Kolkata'), around: fc.constantFrom(Date.UTC(2021, 10, 7, 9), Date.UTC(2021, 2, 14, 10), Date.UTC(2021, 3, 3, 15), Date.UTC(2021, 9, 2, 15, 30)) })
    fc.assert(
      fc.property(rows, zoned, windows, fc.constantFrom(5, 20), fc.infiniteStream(fc.nat()), (list, { zone, around }, window, scale, cuts) => {
        const scaled = { ...window } as Record<string, unknown>
        for (const key of ['sizeMs', 'slideMs', 'stepMs', 'offsetMs']) if (typeof scaled[key] === 'number') scaled[key] = (scaled[key] as number) * scale * minute
        const moved = list.map((row) => ({ ...row, time: around + row.time * 10 * minute, watermark: around + row.watermark * 10 * minute }))
        const config = { window: { ...scaled, timeColumn: 'ts' } as unknown as JsonObject, groupBy: ['key'], aggregates }
        const texts = (texts: readonly string[]): string[] => texts.map((text) => text.replaceAll('Z"', '"'))
        const { result } = run(moved, config, cuts, instants, zone)
        expect({ rows: texts(result.rows), late: result.late }).toEqual(gridReference(moved, scaled as unknown as GridWindow, sessionTime(zone)))
      }),
      { numRuns: 300 },
    )
  })

  it('gives what the definition of sessions gives, however rows are cut into batches', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 15 }), fc.infiniteStream(fc.nat()), (list, gapMs, cuts) => {
        const config = { window: { type: 'session', timeColumn: 'ts', gapMs }, groupBy: ['key'], aggregates }
        expect(run(list, config, cuts).result).toEqual(sessionReference(list, gapMs))
      }),
      { numRuns: 400 },
    )
  })

  it('gives the same rows in the same order for every cut, with lateness allowed', () => {
    const single = (function* () {
      for (;;) yield 0
    })()
    const anyWindow = fc.oneof(windows.map((window) => ({ ...window }) as unknown as JsonObject), fc.integer({ min: 1, max: 15 }).map((gapMs): JsonObject => ({ type: 'session', gapMs })))
    fc.assert(
      fc.property(rows, anyWindow, fc.integer({ min: 0, max: 12 }), fc.infiniteStream(fc.nat()), (list, window, allowedLatenessMs, cuts) => {
        const config = { window: { ...window, timeColumn: 'ts' }, groupBy: ['key'], aggregates, allowedLatenessMs }
        const [cut, one] = [run(list, config, cuts), run(list, config, single)]
        expect(cut.result).toEqual(one.result)
        if (allowedLatenessMs > 0) expect(cut.ordered).toEqual(one.ordered)
      }),
      { numRuns: 300 },
    )
  })

  it('frees what closed windows held', () => {
    const config = { window: { type: 'hop', timeColumn: 'ts', sizeMs: 20, slideMs: 10 }, groupBy: ['key'], aggregates }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
    let most = 0
    for (let at = 0; at < 200; at++) {
      // Keys that never come again.
      harness.feed(0, batchOf(schema, Array.from({ length: 1000 }, (_, i) => [`key ${at * 1000 + i}`, at * 10 + (i % 10), 1n, i])))
      harness.watermark(at * 10)
      most = Math.max(most, harness.operator.stateBytes!())
      harness.emitted.clear()
    }
    // 200,000 keys were seen; those that were interned and are gone are let go from 65,536 on.
    expect(most).toBeLessThan(6_000_000)
    expect(harness.operator.gauges!().openWindows).toBeLessThanOrEqual(4)
    harness.end()
    expect(harness.operator.gauges!().openWindows).toBe(0)
  })

  it('frees what ended sessions held', () => {
    const config = { window: { type: 'session', timeColumn: 'ts', gapMs: 5 }, groupBy: ['key'], aggregates }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
    let results = 0
    for (let at = 0; at < 100; at++) {
      harness.feed(0, batchOf(schema, Array.from({ length: 1000 }, (_, i) => [`key ${at * 1000 + i}`, at * 10, 1n, i])))
      harness.watermark(at * 10)
      results += (harness.emitted.get('out') ?? []).reduce((sum, batch) => sum + batch.rowCount, 0)
      harness.emitted.clear()
    }
    expect(results).toBe(99_000)
    expect(harness.operator.gauges!().openSessions).toBe(1000)
    expect(harness.operator.stateBytes!()).toBeLessThan(4_000_000)
  })

  it('guesses a first config: a minute of the first event-time column, counting', () => {
    expect(definition.initialConfig({ inputs: { in: [schema] } })).toEqual({
      window: { type: 'tumble', timeColumn: 'ts', sizeMs: 60_000 },
      groupBy: [],
      aggregates: [{ name: 'count', expression: 'COUNT(*)' }],
    })
    expect(definition.subtitle({ window: { type: 'hop', timeColumn: 'ts', sizeMs: 60_000, slideMs: 20_000 }, groupBy: ['key'] })).toBe('hop 1 min / 20 s by key')
  })

  it('follows a renamed column everywhere', () => {
    const config = { window: { type: 'session', timeColumn: 'ts', gapMs: 5, partitionBy: ['k'] }, groupBy: ['k'], groupingSets: [['k'], []], aggregates: [{ name: 'k', expression: 'COUNT(DISTINCT k) FILTER (WHERE k > 1)' }] }
    expect(definition.renameColumn!(config, 'in', 'k', 'user id')).toEqual({
      window: { type: 'session', timeColumn: 'ts', gapMs: 5, partitionBy: ['user id'] },
      groupBy: ['user id'],
      groupingSets: [['user id'], []],
      aggregates: [{ name: 'k', expression: 'COUNT(DISTINCT `user id`) FILTER (WHERE `user id` > 1)' }],
    })
    expect(definition.distribution({ config, inputs: {} })).toEqual([{ kind: 'single' }])
  })
})
