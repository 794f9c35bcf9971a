import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { rowTexts } from '../../columnar/compareRows.ts'
import type { Value } from '../../columnar/column.ts'
import { Prng } from '../../deterministic/prng.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

const left = schemaOf('k BIGINT, ts TIMESTAMP(3) EVENT, n INT')
const right = schemaOf('k BIGINT, ts TIMESTAMP(3) EVENT, m INT')
const inputs = [{ port: 'left', schema: left }, { port: 'right', schema: right }]

interface Event {
  readonly side: 0 | 1
  readonly key: bigint | null
  readonly time: number
  /** Watermark before it. */
  readonly watermark: number
}

const events: fc.Arbitrary<Event[]> = fc
  .array(fc.record({ side: fc.constantFrom<0 | 1>(0, 1), key: fc.option(fc.bigInt({ min: 0n, max: 2n }), { freq: 8 }), ahead: fc.integer({ min: 1, max: 12 }), step: fc.integer({ min: 0, max: 6 }) }), { maxLength: 40 })
  .map((list) => {
    let watermark = 20
    // Rows ahead of the watermark, so that the result does not depend on when state is tidied.
    return list.map(({ side, key, ahead, step }) => ({ side, key, time: (watermark += step) + ahead, watermark }))
  })

/** Every pair that satisfies the definition of the join, then the rows without one. */
function reference(list: readonly Event[], type: string, lower: number, upper: number): string[] {
  const rows: Value[][] = []
  const [lefts, rights] = [0, 1].map((side) => list.flatMap((event, i) => (event.side === side ? [{ ...event, i }] : []))) as [(Event & { i: number })[], (Event & { i: number })[]]
  const matched = new Set<number>()
  for (const l of lefts) {
    for (const r of rights) {
      if (l.key === null || l.key !== r.key || r.time < l.time + lower || r.time > l.time + upper) continue
      rows.push([l.key, l.time, l.i, r.key, r.time, r.i])
      matched.add(l.i).add(r.i)
    }
  }
  if (type === 'left' || type === 'full') for (const l of lefts) if (!matched.has(l.i)) rows.push([l.key, l.time, l.i, null, null, null])
  if (type === 'right' || type === 'full') for (const r of rights) if (!matched.has(r.i)) rows.push([null, null, null, r.key, r.time, r.i])
  return rowTexts([batchOf(schemaOf('k BIGINT, ts TIMESTAMP(3), n INT, k0 BIGINT, ts0 TIMESTAMP(3), m INT'), rows)]).toSorted()
}

function run(list: readonly Event[], type: string, lower: number, upper: number, cuts: Iterator<number>): { texts: string[]; harness: OperatorHarness } {
  const config = { type, on: [{ left: 'k', right: 'k' }], leftTime: 'ts', rightTime: 'ts', lowerMs: lower, upperMs: upper }
  const harness = new OperatorHarness(specOf(definition, config, inputs), runtime)
  for (let i = 0; i < list.length; ) {
    const side = list[i]!.side
    let end = i + 1
    while (end < list.length && list[end]!.side === side && cuts.next().value % 3 !== 0) end++
    const part = list.slice(i, end)
    const batch = batchOf(side === 0 ? left : right, part.map((event, j) => [event.key, event.time, i + j]))
    harness.feed(side, { ...batch, watermarks: Float64Array.from(part, (event) => event.watermark) })
    i = end
  }
  harness.end()
  return { texts: rowTexts(harness.emitted.get('out') ?? []), harness }
}

describe('interval join', () => {
  runCases(definition, runtime, cases, problemCases)

  it('finds the pairs of its definition, however rows are cut into batches', () => {
    fc.assert(
      fc.property(events, fc.constantFrom('inner', 'left', 'right', 'full'), fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.infiniteStream(fc.nat()), (list, type, lower, width, cuts) => {
        expect(run(list, type, lower, lower + width, cuts).texts.toSorted()).toEqual(reference(list, type, lower, lower + width))
      }),
    )
  })

  it('gives the same rows in the same order for every cut, late rows included', () => {
    const late = fc.array(fc.record({ side: fc.constantFrom<0 | 1>(0, 1), key: fc.option(fc.bigInt({ min: 0n, max: 1n }), { freq: 8 }), ahead: fc.integer({ min: -15, max: 8 }), step: fc.integer({ min: 0, max: 5 }) }), { maxLength: 40 })
    fc.assert(
      fc.property(late, fc.constantFrom('inner', 'left', 'right', 'full'), fc.integer({ min: -6, max: 2 }), fc.integer({ min: 0, max: 9 }), fc.infiniteStream(fc.nat()), (list, type, lower, width, cuts) => {
        let watermark = 20
        const rows = list.map(({ side, key, ahead, step }) => ({ side, key, time: (watermark += step) + ahead, watermark }))
        const single = (function* () {
          for (;;) yield 0
        })()
        const one = run(rows, type, lower, lower + width, single)
        expect(run(rows, type, lower, lower + width, cuts).texts).toEqual(one.texts)
      }),
    )
  })

  it('finds them over a long stream, through all tidying up of rows and keys', () => {
    const random = new Prng(20_260_131)
    const list: Event[] = []
    let time = 1000
    for (let i = 0; i < 60_000; i++) {
      time += random.below(3)
      // Keys come, are met a few times, and never come again.
      list.push({ side: random.below(2) as 0 | 1, key: BigInt(Math.floor(i / 6) + random.below(4)), time: time + random.below(20), watermark: time - 1 })
    }
    const byKey = new Map<bigint, Event[]>()
    list.forEach((event) => byKey.set(event.key!, [...(byKey.get(event.key!) ?? []), event]))
    let expected = 0
    for (const events of byKey.values()) {
      const [lefts, rights] = [0, 1].map((side) => events.filter((event) => event.side === side)) as [Event[], Event[]]
      const matches = (l: Event, r: Event): boolean => r.time >= l.time - 3 && r.time <= l.time + 9
      for (const l of lefts) expected += Math.max(1, rights.filter((r) => matches(l, r)).length)
      expected += rights.filter((r) => !lefts.some((l) => matches(l, r))).length
    }
    let cut = 0
    const cuts = { next: () => ({ done: false, value: ++cut % 1000 === 0 ? 0 : 1 }) } as Iterator<number>
    const { texts, harness } = run(list, 'full', -3, 9, cuts)
    expect(texts.length).toBe(expected)
    expect(new Set(texts).size).toBe(expected)
    expect(harness.operator.gauges!()).toEqual({ heldLeftRows: 0, heldRightRows: 0 })
    expect(harness.operator.stateBytes!()).toBeLessThan(6_000_000)
  })

  it('holds the watermark back by the longer reach, and forgets what has expired', () => {
    const config = { type: 'inner', on: [{ left: 'k', right: 'k' }], leftTime: 'ts', rightTime: 'ts', lowerMs: -2, upperMs: 5 }
    const harness = new OperatorHarness(specOf(definition, config, inputs), runtime)
    let pairs = 0
    for (let at = 0; at < 100; at++) {
      const rows = Array.from({ length: 1000 }, (_, i) => [BigInt(at * 1000 + i), 1000 + at * 10, i])
      harness.feed(0, batchOf(left, rows))
      harness.feed(1, batchOf(right, rows))
      harness.watermark(1000 + at * 10)
      for (const batch of harness.emitted.get('out') ?? []) pairs += batch.rowCount
      harness.emitted.clear()
    }
    expect(pairs).toBe(100_000)
    expect(harness.forwarded.at(-1)).toBe(1990 - 5)
    expect(harness.operator.gauges!()).toEqual({ heldLeftRows: 1000, heldRightRows: 1000 })
    expect(harness.operator.stateBytes!()).toBeLessThan(4_000_000)
  })

  it('follows renamed columns on the side they are on', () => {
    const config = { type: 'inner', on: [{ left: 'k', right: 'k' }], leftTime: 'ts', rightTime: 'ts', lowerMs: 0, upperMs: 1, condition: 'l.k > r.k', columns: [{ name: 'k', expression: 'r.k + l.ts' }] }
    expect(definition.renameColumn!(config, 'right', 'k', 'key2')).toEqual({
      ...config,
      on: [{ left: 'k', right: 'key2' }],
      condition: 'l.k > r.key2',
      columns: [{ name: 'k', expression: 'r.key2 + l.ts' }],
    })
    expect(definition.renameColumn!(config, 'left', 'ts', 'at')).toMatchObject({ leftTime: 'at', rightTime: 'ts', columns: [{ expression: 'r.k + l.`at`' }] })
  })
})
