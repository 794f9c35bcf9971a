import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { rowAt, rowKindAt, type Batch } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

const schemas = [schemaOf('k INT, v INT'), schemaOf('k INT, w INT')] as const
type Row = readonly [number | null, number]

/** The table that the changes leave; throws when one takes back what is not there. */
function tableOf(batches: readonly Batch[]): string[] {
  const rows: string[] = []
  for (const batch of batches) {
    for (let row = 0; row < batch.rowCount; row++) {
      const text = JSON.stringify(rowAt(batch, row))
      const kind = rowKindAt(batch, row)
      if (kind === '+I' || kind === '+U') rows.push(text)
      else {
        const at = rows.indexOf(text)
        if (at < 0) throw new Error(`${kind} ${text} takes back what is not there`)
        rows.splice(at, 1)
      }
    }
  }
  return rows.toSorted()
}

function textsOf(harness: OperatorHarness): string[] {
  return (harness.emitted.get('out') ?? []).flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => `${rowKindAt(batch, row)} ${JSON.stringify(rowAt(batch, row))}`))
}

/** What SQL says of two tables as they are. */
function joined(type: string, left: readonly Row[], right: readonly Row[]): string[] {
  const matches = (l: Row, r: Row): boolean => l[0] !== null && l[0] === r[0] && l[1] <= r[1]
  const pairs = left.flatMap((l) => right.filter((r) => matches(l, r)).map((r) => [...l, ...r]))
  const leftAlone = left.filter((l) => !right.some((r) => matches(l, r)))
  const rightAlone = right.filter((r) => !left.some((l) => matches(l, r)))
  const rows: (readonly (number | null)[])[] =
    type === 'semi'
      ? left.filter((l) => !leftAlone.includes(l))
      : type === 'anti'
        ? leftAlone
        : [...pairs, ...(type === 'left' || type === 'full' ? leftAlone.map((l) => [...l, null, null]) : []), ...(type === 'right' || type === 'full' ? rightAlone.map((r) => [null, null, ...r]) : [])]
  return rows.map((row) => JSON.stringify(row)).toSorted()
}

describe('regular join', () => {
  runCases(definition, runtime, cases, problemCases)

  it('leaves the join of the tables that its inputs leave, at every moment and for every type', () => {
    const step = fc.record({ side: fc.constantFrom(0, 1), back: fc.boolean(), rows: fc.array(fc.tuple(fc.constantFrom(null, 1, 2), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 4 }), pick: fc.nat() })
    fc.assert(
      fc.property(fc.constantFrom('inner', 'left', 'right', 'full', 'semi', 'anti'), fc.array(step, { maxLength: 25 }), (type, steps) => {
        const config = { type, on: [{ left: 'k', right: 'k' }], condition: 'l.v <= r.w' }
        const harness = new OperatorHarness(
          specOf(definition, config, [
            { port: 'left', schema: schemas[0], updating: true },
            { port: 'right', schema: schemas[1], updating: true },
          ]),
          runtime,
        )
        const live: [Row[], Row[]] = [[], []]
        for (const { side, back, rows, pick } of steps) {
          const mine = live[side as 0 | 1]
          if (back && mine.length > 0) {
            const [gone] = mine.splice(pick % mine.length, 1)
            harness.feed(side, batchOf(schemas[side as 0 | 1], [gone!], ['-D']))
          } else {
            mine.push(...rows)
            harness.feed(side, batchOf(schemas[side as 0 | 1], rows))
          }
          expect(tableOf(harness.emitted.get('out') ?? [])).toEqual(joined(type, live[0], live[1]))
        }
      }),
    )
  })

  it('gives the same where rows are found by the key of the changes as where they are looked for, a restore in between included', () => {
    // A row for each k and u at a time; its v changes.
    const keyed = schemaOf('k INT, u INT, v INT')
    const step = fc.record({ side: fc.constantFrom(0, 1), k: fc.integer({ min: 1, max: 2 }), u: fc.integer({ min: 1, max: 4 }), v: fc.integer({ min: 0, max: 3 }), back: fc.boolean(), cut: fc.boolean() })
    fc.assert(
      fc.property(fc.constantFrom('inner', 'left', 'full', 'semi', 'anti'), fc.array(step, { maxLength: 40 }), (type, steps) => {
        const config = { type, on: [{ left: 'k', right: 'k' }], condition: 'l.v <= r.v' }
        const run = (known: boolean): string[] => {
          const inputs = (['left', 'right'] as const).map((port) => ({ port, schema: keyed, updating: true as const, ...(known ? { upsertKeys: [['k', 'u']] } : {}) }))
          let harness = new OperatorHarness(specOf(definition, config, inputs), runtime)
          const out: string[] = []
          const live = [new Map<string, readonly number[]>(), new Map<string, readonly number[]>()]
          for (const { side, k, u, v, back, cut } of steps) {
            const mine = live[side]!
            const before = mine.get(`${k} ${u}`)
            if (back && before !== undefined) {
              mine.delete(`${k} ${u}`)
              harness.feed(side, batchOf(keyed, [before], ['-D']))
            } else {
              mine.set(`${k} ${u}`, [k, u, v])
              if (before === undefined) harness.feed(side, batchOf(keyed, [[k, u, v]], ['+I']))
              else harness.feed(side, batchOf(keyed, [before, [k, u, v]], ['-U', '+U']))
            }
            if (!cut) continue
            out.push(...textsOf(harness))
            const next = new OperatorHarness(specOf(definition, config, inputs), runtime)
            next.restore([harness.snapshot()], 0, 1)
            harness = next
          }
          return [...out, ...textsOf(harness)]
        }
        expect(run(true)).toEqual(run(false))
      }),
    )
  })

  it('finds rows by the key of the changes in a chain of any length, and frees what it knew of them', () => {
    const config = { type: 'inner', on: [{ left: 'k', right: 'k' }] }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'left', schema: schemas[0], updating: true, upsertKeys: [['k', 'v']] }, { port: 'right', schema: schemas[1] }]), runtime)
    // All of one key: a walk through the chain for each would be 10^10 steps.
    for (let round = 0; round < 3; round++) {
      const rows = Array.from({ length: 100_000 }, (_, i) => [1, round * 100_000 + i])
      harness.feed(0, batchOf(schemas[0], rows))
      harness.feed(0, batchOf(schemas[0], rows.slice(0, 99_999), rows.slice(0, 99_999).map(() => '-D')))
    }
    expect(harness.operator.gauges!()).toEqual({ heldLeftRows: 3, heldRightRows: 0 })
    harness.feed(1, batchOf(schemas[1], [[1, 0]]))
    expect(tableOf(harness.emitted.get('out')!)).toEqual(['[1,199999,1,0]', '[1,299999,1,0]', '[1,99999,1,0]'])
  })

  it('frees rows that were taken back', () => {
    const config = { type: 'inner', on: [{ left: 'k', right: 'k' }] }
    const harness = new OperatorHarness(specOf(definition, config, [{ port: 'left', schema: schemas[0], updating: true }, { port: 'right', schema: schemas[1] }]), runtime)
    for (let at = 0; at < 40; at++) {
      const rows = Array.from({ length: 1000 }, (_, i) => [i, at])
      harness.feed(0, batchOf(schemas[0], rows))
      if (at < 39) harness.feed(0, batchOf(schemas[0], rows, rows.map(() => '-D')))
    }
    expect(harness.operator.gauges!()).toEqual({ heldLeftRows: 1000, heldRightRows: 0 })
    expect(harness.operator.stateBytes!()).toBeLessThan(600_000)
    harness.feed(1, batchOf(schemas[1], [[7, 0]]))
    expect(tableOf(harness.emitted.get('out')!)).toEqual(['[7,39,7,0]'])
  })
})
