import { freshArrays } from '../../columnar/arrays.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { watermarkBefore, type Batch } from '../../columnar/batch.ts'
import type { Value } from '../../columnar/column.ts'
import { rowTexts } from '../../columnar/compareRows.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { Prng } from '../../deterministic/prng.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { windowOf } from '../../job/windowConfig.ts'
import { checkBatch, OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { definition } from './definition.ts'
import { LocalAggregate, type LocalLimits } from './localAggregate.ts'
import { runtime } from './runtime.ts'
import { gridWindowOf } from './twoPhase.ts'

const schema = schemaOf('key STRING, sub INT, ts TIMESTAMP(3) EVENT, i INT, t TINYINT, b BIGINT, m DECIMAL(12, 2), s STRING')
const expressions = [
  'COUNT(*)', 'COUNT(b)', 'COUNT(*) FILTER (WHERE i > 0)', 'SUM(i)', 'SUM(t)', 'SUM(b)', 'SUM(m)', 'SUM(b) FILTER (WHERE sub = 1)', 'AVG(i)', 'AVG(t)', 'AVG(b)', 'AVG(m)',
  'AVG(i) FILTER (WHERE b IS NOT NULL)', 'MIN(i)', 'MAX(b)', 'MIN(m)', 'MAX(s)', 'MIN(s)', 'MAX(ts)', 'STDDEV_POP(t)', 'VAR_SAMP(t)', 'SUM(i) + COUNT(*)', 'MAX(i) - MIN(i)',
]

interface Row {
  readonly values: readonly Value[]
  readonly watermark: number
}

const rows: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      key: fc.option(fc.constantFrom('a', 'b', ''), { freq: 6 }),
      sub: fc.option(fc.integer({ min: 0, max: 2 })),
      ahead: fc.integer({ min: -20, max: 12 }),
      step: fc.integer({ min: 0, max: 5 }),
      i: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(2 ** 31 - 1))),
      t: fc.option(fc.integer({ min: -128, max: 127 })),
      b: fc.option(fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.constantFrom(2n ** 63n - 1n, 2n ** 53n - 1n, -(2n ** 63n)))),
      m: fc.option(fc.oneof(fc.bigInt({ min: -500n, max: 500n }), fc.constant(999_999_999_999n))),
      s: fc.option(fc.constantFrom('x', 'Y', '', 'é')),
    }),
    { maxLength: 40 },
  )
  .map((list) => {
    let watermark = -40
    return list.map(({ key, sub, ahead, step, i, t, b, m, s }) => ({ values: [key, sub, (watermark += step) + ahead, i, t, b, m, s], watermark }))
  })

const windows: fc.Arbitrary<JsonObject> = fc
  .record({ type: fc.constantFrom('tumble', 'hop', 'cumulate'), part: fc.integer({ min: 1, max: 6 }), factor: fc.integer({ min: 1, max: 4 }), offset: fc.integer({ min: -5, max: 5 }) })
  .map(({ type, part, factor, offset }) => ({
    type,
    timeColumn: 'ts',
    sizeMs: type === 'tumble' ? part : part * factor,
    offsetMs: offset % part,
    ...(type === 'hop' ? { slideMs: part } : type === 'cumulate' ? { stepMs: part } : {}),
  }))

const limits: fc.Arbitrary<LocalLimits> = fc.record({
  groupsMax: fc.constantFrom(0, 3, 1000),
  lookRowsMin: fc.constantFrom(1, 6, 1000),
  paysAt: fc.constantFrom(1.5, 2, 100),
  passTurns: fc.constantFrom(0, 1, 3),
})

interface Outcome {
  readonly rows: readonly string[]
  readonly lateRows: number
}

function batchesOf(list: readonly Row[], cuts: Iterator<number>): Batch[] {
  const batches: Batch[] = []
  for (let start = 0; start < list.length; ) {
    let end = start + 1
    while (end < list.length && cuts.next().value % 4 !== 0) end++
    const part = list.slice(start, end)
    batches.push({ ...batchOf(schema, part.map(({ values }) => values)), watermarks: Float64Array.from(part, ({ watermark }) => watermark) })
    start = end
  }
  return batches
}

function atOnce(batches: readonly Batch[], config: JsonObject): Outcome {
  const harness = new OperatorHarness(specOf(definition, config, [{ port: 'in', schema }]), runtime)
  for (const batch of batches) harness.feed(0, batch)
  harness.end()
  return { rows: rowTexts(harness.emitted.get('out') ?? []), lateRows: harness.counters.lateRows }
}

/** Both phases with nothing between them but what a channel does: watermarks stay between the rows. `flushes` says where the local one is told that nothing comes for now. */
function inPhases(batches: readonly Batch[], config: JsonObject, limits: LocalLimits | undefined, flushes: Iterator<number>): Outcome & { readonly partialRows: number } {
  const spec = specOf(definition, config, [{ port: 'in', schema }])
  const phases = definition.twoPhase!({ config: spec.config, inputs: { in: [schema] }, listened: new Set(['out']), timeZone: 'UTC', miniBatch: false })!
  const localSpec: OperatorSpec = { ...spec, outputs: [{ port: 'out', schema: phases.partial }], phase: { kind: 'local', of: 'op' } }
  const global = new OperatorHarness({ ...spec, inputs: [{ port: 'in', schema: phases.partial }], phase: { kind: 'global', rows: schema } }, runtime)
  const local = new LocalAggregate(localSpec, gridWindowOf(windowOf(config))!, limits)
  let partialRows = 0
  local.open({
    operatorId: 'op', subtask: 0, parallelism: 1, maxParallelism: 128, timeZone: 'UTC',
    emit: (_port, batch) => {
      checkBatch(batch)
      partialRows += batch.rowCount
      global.feed(0, batch)
    },
    processingTime: () => 0,
    scheduleProcessingTimer: () => undefined,
    counters: { lateRows: 0, poisonRows: 0 },
    arrays: freshArrays,
  })
  for (const batch of batches) {
    local.processBatch(0, batch)
    global.watermark(local.onWatermark(watermarkBefore(batch, batch.rowCount - 1)!))
    if (flushes.next().value % 5 === 0) local.flush()
  }
  global.watermark(local.onWatermark(Infinity))
  global.end()
  expect(local.gauges().openWindows).toBe(0)
  return { rows: rowTexts(global.emitted.get('out') ?? []), lateRows: global.counters.lateRows, partialRows }
}

describe('window aggregate in two phases', () => {
  it('gives the rows of one phase in their order, and counts the same rows as late', () => {
    fc.assert(
      fc.property(rows, windows, fc.subarray(['key', 'sub']), fc.subarray(expressions), limits, fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.nat()), (list, window, groupBy, chosen, some, cuts, flushes) => {
        const config = { window, groupBy, aggregates: chosen.map((expression, i) => ({ name: `a${i}`, expression })) }
        const batches = batchesOf(list, cuts)
        const { rows, lateRows } = inPhases(batches, config, some, flushes)
        expect({ rows, lateRows }).toEqual(atOnce(batches, config))
      }),
      { numRuns: 250 },
    )
  })

  it('does so for batches in order whose watermarks trail their times', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ step: fc.integer({ min: 0, max: 9 }), key: fc.constantFrom('a', 'b'), b: fc.bigInt({ min: -3n, max: 3n }) }), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 30 }), windows, fc.boolean(), limits, fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.nat()), (steps, delayMs, window, byKey, some, cuts, flushes) => {
        let time = 0
        let watermark = -Infinity
        const list = steps.map(({ step, key, b }): Row => {
          const row = { values: [key, 1, (time += step), 1, 1, b, 5n, 's'], watermark }
          watermark = Math.max(watermark, time - delayMs)
          return row
        })
        const config = { window, groupBy: byKey ? ['key'] : [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'total', expression: 'SUM(b)' }] }
        const batches = batchesOf(list, cuts)
        const trailing = batches.map((batch) => ({ ...batch, watermarks: null, inOrder: true, trailing: { before: batch.watermarks![0]!, delayMs } }))
        const { rows, lateRows } = inPhases(trailing, config, some, flushes)
        expect({ rows, lateRows }).toEqual(atOnce(batches, config))
      }),
      { numRuns: 150 },
    )
  })

  it('does so for long batches, and sends fewer rows where groups come again', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(1, 30, 3000), fc.constantFrom(0, 40), fc.constantFrom('tumble', 'hop', 'cumulate'), (seed, keys, lag, type) => {
        const random = new Prng(seed)
        let time = 0
        let watermark = -Infinity
        const list = Array.from({ length: 6000 }, (): Row => {
          time += random.below(2)
          const at = time - random.below(lag + 1)
          const row = { values: [`k${random.below(keys)}`, 1, at, 1, 1, BigInt(random.below(9)), 5n, 's'], watermark }
          watermark = Math.max(watermark, at - lag)
          return row
        })
        let cut = 0
        const cuts = { next: () => ({ done: false, value: ++cut % 1000 === 0 ? 0 : 1 }) } as Iterator<number>
        const never = { next: () => ({ done: false, value: 1 }) } as Iterator<number>
        const window = { type, timeColumn: 'ts', sizeMs: 500, ...(type === 'hop' ? { slideMs: 250 } : type === 'cumulate' ? { stepMs: 250 } : {}) }
        const config = { window, groupBy: ['key'], aggregates: [{ name: 'n', expression: 'COUNT(*)' }, { name: 'total', expression: 'SUM(b)' }] }
        const batches = batchesOf(list, cuts)
        const { rows, lateRows, partialRows } = inPhases(batches, config, undefined, never)
        expect({ rows, lateRows }).toEqual(atOnce(batches, config))
        if (keys <= 30) expect(partialRows).toBeLessThan(list.length / 10)
      }),
      { numRuns: 12 },
    )
  })

  it('lets rows through as they are where groups do not come again', () => {
    const list = Array.from({ length: 4000 }, (_, n): Row => ({ values: [`k${n}`, 1, n, 1, 1, 1n, 5n, 's'], watermark: n - 10 }))
    const config = { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 1000 }, groupBy: ['key'], aggregates: [{ name: 'n', expression: 'AVG(i)' }] }
    let cut = 0
    const cuts = { next: () => ({ done: false, value: ++cut % 500 === 0 ? 0 : 1 }) } as Iterator<number>
    const never = { next: () => ({ done: false, value: 1 }) } as Iterator<number>
    const batches = batchesOf(list, cuts)
    const result = inPhases(batches, config, { groupsMax: 1 << 17, lookRowsMin: 500, paysAt: 2, passTurns: 15 }, never)
    expect(result.partialRows).toBe(4000)
    expect({ rows: result.rows, lateRows: result.lateRows }).toEqual(atOnce(batches, config))
  })

  it('is not offered where results could differ', () => {
    const withDoubles = schemaOf('key STRING, ts TIMESTAMP(3) EVENT, p TIMESTAMP_LTZ(3) PROCESSING, z TIMESTAMP_LTZ(3) EVENT, b BIGINT, d DOUBLE, f FLOAT, m DECIMAL(33, 2)')
    const window = { type: 'tumble', timeColumn: 'ts', sizeMs: 10 }
    const offered = (config: JsonObject, expression = 'COUNT(*)', listened = ['out'], timeZone = 'UTC'): boolean =>
      definition.twoPhase!({ config: { window, groupBy: ['key'], aggregates: [{ name: 'a', expression }], ...config }, inputs: { in: [withDoubles] }, listened: new Set(listened), timeZone, miniBatch: false }) !== null
    expect(offered({})).toBe(true)
    expect(offered({ groupBy: [] })).toBe(true)
    const refused = ['COUNT(DISTINCT b)', 'SUM(DISTINCT b)', 'FIRST_VALUE(b)', 'LAST_VALUE(b)', 'LISTAGG(key)', 'COLLECT(b)', 'SUM(d)', 'AVG(f)', 'MIN(d)', 'MAX(f)', 'STDDEV_POP(d)', 'SUM(m)', 'AVG(m)', 'COUNT(*) + SUM(d)']
    expect(refused.filter((expression) => offered({}, expression))).toEqual([])
    expect(offered({}, 'MAX(m)')).toBe(true)
    expect(offered({}, 'COUNT(*)', ['out', 'late'])).toBe(false)
    expect(offered({ allowedLatenessMs: 5 })).toBe(false)
    expect(offered({ allowedLatenessMs: 0 })).toBe(true)
    expect(offered({ groupingSets: [['key'], []] })).toBe(false)
    expect(offered({ window: { type: 'session', timeColumn: 'ts', gapMs: 5 } })).toBe(false)
    expect(offered({ window: { ...window, timeColumn: 'p' } })).toBe(false)
    expect(offered({ window: { ...window, timeColumn: 'z' } })).toBe(true)
    expect(offered({ window: { ...window, timeColumn: 'z' } }, 'COUNT(*)', ['out'], 'Europe/Berlin')).toBe(false)
    expect(offered({}, 'COUNT(*)', ['out'], 'Europe/Berlin')).toBe(true)
  })
})
