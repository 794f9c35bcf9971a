import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../columnar/batchBuilder.ts'
import { valuesOf } from '../columnar/concat.ts'
import { bigintType, stringType } from '../columnar/dataType.ts'
import { keyGroupRange } from '../columnar/hashColumns.ts'
import type { Schema } from '../columnar/schema.ts'
import { StateReader, StateWriter, wholeState } from '../columnar/stateCodec.ts'
import { RowsByKey } from './rowsByKey.ts'

const schema: Schema = { fields: [{ name: 'user', type: stringType }, { name: 'n', type: bigintType }] }
const users = fc.constantFrom('ann', 'ben', 'cay', 'dan')
/** Rows of a key, or one of the key's rows that goes. */
const steps = fc.array(fc.oneof(fc.record({ users: fc.array(users, { minLength: 1, maxLength: 5 }) }), fc.record({ gone: users, at: fc.nat(9) })), { maxLength: 30 })
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never

/** The rows by key, and the same lists by a Map. */
function played(all: Steps): { readonly rows: RowsByKey; readonly expected: Map<string, bigint[]> } {
  const rows = new RowsByKey(schema, [0])
  const expected = new Map<string, bigint[]>()
  const slots = new Map<string, number>()
  let n = 0n
  for (const step of all) {
    if ('users' in step) {
      const batch = batchOf(schema, step.users.map((user) => [user, n++]))
      const { first, slots: found } = rows.take(batch)
      step.users.forEach((user, i) => {
        slots.set(user, found[i]!)
        rows.lists[found[i]!]!.push(first + i)
        rows.held++
        expected.set(user, [...(expected.get(user) ?? []), n - BigInt(step.users.length - i)])
      })
    } else {
      const list = expected.get(step.gone) ?? []
      if (list.length === 0) continue
      const at = step.at % list.length
      list.splice(at, 1)
      rows.lists[slots.get(step.gone)!]!.splice(at, 1)
      rows.held--
    }
  }
  return { rows, expected }
}

/** By user, the numbers of its list. */
function listsOf(rows: RowsByKey): Map<string, bigint[]> {
  const [ofUser, ofNumber] = rows.store.columns().map((column) => valuesOf(column, rows.store.rowCount))
  return new Map(rows.lists.flatMap((list) => (list.length === 0 ? [] : [[ofUser![list[0]!] as string, list.map((position) => ofNumber![position] as bigint)]])))
}

function sorted(lists: Map<string, bigint[]>): [string, bigint[]][] {
  return [...lists].filter(([, list]) => list.length > 0).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

describe('rows by key', () => {
  it('are restored as they were, by one subtask and by the two that share them', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { rows, expected } = played(all)
        const writer = new StateWriter()
        rows.snapshot(writer)
        const blob = writer.finish()
        const whole = new RowsByKey(schema, [0])
        const { positions } = whole.restore(StateReader.open(blob))
        expect(sorted(listsOf(whole))).toEqual(sorted(expected))
        expect([...positions].filter((position) => position >= 0).length).toBe(whole.held)
        const halves = [0, 1].map((subtask) => {
          const half = new RowsByKey(schema, [0])
          half.restore(StateReader.open(blob, { ...wholeState, keyGroups: keyGroupRange(subtask, 2, 128), subtask, parallelism: 2 }))
          return half
        })
        expect(sorted(new Map(halves.flatMap((half) => [...listsOf(half)])))).toEqual(sorted(expected))
        expect(halves[0]!.held + halves[1]!.held).toBe(rows.held)
      }),
    )
  })

  it('stay where they are told to be when rows that nobody holds are cleared away', () => {
    const rows = new RowsByKey(schema, [0])
    const count = 10_000
    const { first, slots } = rows.take(batchOf(schema, Array.from({ length: count }, (_, i) => [i % 2 === 0 ? 'ann' : 'ben', BigInt(i)])))
    for (let i = 0; i < count; i += 5) {
      rows.lists[slots[i]!]!.unshift(first + i)
      rows.held++
    }
    const before = sorted(listsOf(rows))
    expect([...rows.sweep()!]).toEqual(Array.from({ length: count / 5 }, (_, i) => i * 5))
    expect(rows.store.rowCount).toBe(count / 5)
    expect(sorted(listsOf(rows))).toEqual(before)
    expect(rows.sweep()).toBeNull()
  })
})
