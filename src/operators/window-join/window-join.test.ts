import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { rowTexts } from '../../columnar/compareRows.ts'
import type { Value } from '../../columnar/column.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { WindowGrid, type GridWindow } from '../../engine/windows.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

const left = schemaOf('k BIGINT, ts TIMESTAMP(3) EVENT, n INT')
const right = schemaOf('k BIGINT, ts TIMESTAMP(3) EVENT, m INT')

interface Event {
  readonly side: 0 | 1
  readonly key: bigint | null
  readonly time: number
  readonly watermark: number
}

const events: fc.Arbitrary<Event[]> = fc
  .array(fc.record({ side: fc.constantFrom<0 | 1>(0, 1), key: fc.option(fc.bigInt({ min: 0n, max: 1n }), { freq: 8 }), ahead: fc.integer({ min: -15, max: 12 }), step: fc.integer({ min: 0, max: 6 }) }), { maxLength: 30 })
  .map((list) => {
    let watermark = -30
    return list.map(({ side, key, ahead, step }) => ({ side, key, time: (watermark += step) + ahead, watermark }))
  })

const windows: fc.Arbitrary<GridWindow> = fc.oneof(
  fc.record({ type: fc.constant('tumble' as const), sizeMs: fc.integer({ min: 1, max: 12 }), offsetMs: fc.constantFrom(0) }),
  fc.record({ type: fc.constant('hop' as const), slideMs: fc.integer({ min: 1, max: 5 }), factor: fc.integer({ min: 1, max: 4 }), offsetMs: fc.constantFrom(0) }).map(({ factor, ...hop }) => ({ ...hop, sizeMs: hop.slideMs * factor })),
  fc.record({ type: fc.constant('cumulate' as const), stepMs: fc.integer({ min: 1, max: 5 }), factor: fc.integer({ min: 1, max: 4 }), offsetMs: fc.constantFrom(0) }).map(({ factor, ...cumulate }) => ({ ...cumulate, sizeMs: cumulate.stepMs * factor })),
)

/** Row by row: each window that is open when a row comes holds it; windows are joined by two nested loops. */
function reference(list: readonly Event[], window: GridWindow, type: string): string[] {
  const grid = new WindowGrid(window)
  const byWindow = new Map<string, { start: number; end: number; sides: [Value[][], Value[][]] }>()
  list.forEach((event, i) => {
    for (const { start, end } of grid.windowsOf(event.time)) {
      if (event.watermark >= end - 1) continue
      const name = `${start} ${end}`
      if (!byWindow.has(name)) byWindow.set(name, { start, end, sides: [[], []] })
      byWindow.get(name)!.sides[event.side].push([event.key, event.time, i])
    }
  })
  const rows: Value[][] = []
  const none = [null, null, null]
  for (const { start, end, sides } of byWindow.values()) {
    const bounds = [start, end, end - 1]
    const matched = new Set<Value[]>()
    for (const l of sides[0]) {
      for (const r of sides[1]) {
        if (l[0] === null || l[0] !== r[0]) continue
        matched.add(l).add(r)
        if (type !== 'semi' && type !== 'anti') rows.push([...l, ...r, ...bounds])
      }
    }
    for (const l of sides[0]) {
      if (type === 'semi' || type === 'anti') {
        if (matched.has(l) === (type === 'semi')) rows.push([...l, ...bounds])
      } else if ((type === 'left' || type === 'full') && !matched.has(l)) rows.push([...l, ...none, ...bounds])
    }
    for (const r of sides[1]) if ((type === 'right' || type === 'full') && !matched.has(r)) rows.push([...none, ...r, ...bounds])
  }
  const bounds = 'window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3)'
  const schema = schemaOf(type === 'semi' || type === 'anti' ? `k BIGINT, ts TIMESTAMP(3), n INT, ${bounds}` : `k BIGINT, ts TIMESTAMP(3), n INT, k0 BIGINT, ts0 TIMESTAMP(3), m INT, ${bounds}`)
  return rowTexts([batchOf(schema, rows)]).toSorted()
}

describe('window join', () => {
  runCases(definition, runtime, cases, problemCases)

  it('finds the rows of its definition, late rows included, however rows are cut into batches', () => {
    fc.assert(
      fc.property(events, windows, fc.constantFrom('inner', 'left', 'right', 'full', 'semi', 'anti'), fc.infiniteStream(fc.nat()), (list, window, type, cuts) => {
        const config = { type, on: [{ left: 'k', right: 'k' }], window: { ...window, timeColumn: 'ts' } as unknown as JsonObject }
        const harness = new OperatorHarness(specOf(definition, config, [{ port: 'left', schema: left }, { port: 'right', schema: right }]), runtime)
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
        expect(rowTexts(harness.emitted.get('out') ?? []).toSorted()).toEqual(reference(list, window, type))
      }),
      { numRuns: 300 },
    )
  })

  it('needs no more of the right side than it asks about', () => {
    const on = [{ left: 'k', right: 'k' }]
    const window = { type: 'tumble', timeColumn: 'ts', sizeMs: 10 }
    const needed = (config: JsonObject) => {
      const { left: l, right: r } = definition.columnsNeeded!({ config, inputs: { left: [left], right: [right] }, used: { out: new Set(['n']) } })
      return [[...l!].toSorted(), [...r!].toSorted()]
    }
    expect(needed({ type: 'semi', on, window })).toEqual([['k', 'n', 'ts'], ['k', 'ts']])
    expect(needed({ type: 'semi', on, window, condition: 'r.m > l.n' })).toEqual([['k', 'n', 'ts'], ['k', 'm', 'ts']])
    expect(needed({ type: 'inner', on, window })).toEqual([['k', 'n', 'ts'], ['k', 'm', 'ts']])
    expect(needed({ type: 'inner', on, window, columns: [{ name: 'x', expression: 'm' }] })).toEqual([['k', 'm', 'ts'], ['k', 'm', 'ts']])
  })

  it('turns very many pairs of one window into batches of bounded size', () => {
    const config = { type: 'inner', on: [], window: { type: 'tumble', timeColumn: 'ts', sizeMs: 10 } }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'left', schema: left }, { port: 'right', schema: right }]), runtime)
    const rows = Array.from({ length: 300 }, (_, i) => [BigInt(i), 1, i])
    harness.feed(0, batchOf(left, rows))
    harness.feed(1, batchOf(right, rows))
    harness.end()
    const sizes = harness.emitted.get('out')!.map((batch) => batch.rowCount)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(90_000)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8192)
  })
})
