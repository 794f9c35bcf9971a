import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { rowKindTexts } from '../../columnar/batch.ts'
import { sliceBatch, valuesOf } from '../../columnar/concat.ts'
import type { Value } from '../../columnar/column.ts'
import { decimalText } from '../../columnar/valueText.ts'
import { jsonTextOf } from '../../columnar/valueJson.ts'
import { aggregateTable, checkAggregate, compileAggregateInputs, type CheckedAggregate } from '../aggregates.ts'
import { compileScalar } from '../compile.ts'
import { testContext, typeOfText } from '../testing/evaluate.ts'

/**
 * Aggregates against a plain reading of their definitions: the rows of a group that are still there, in order of arrival, looked at all at once.
 */
const columns = { i: 'INT', t: 'TINYINT', b: 'BIGINT', d: 'DOUBLE', m: 'DECIMAL(12, 2)', s: 'STRING', f: 'BOOLEAN', ts: 'TIMESTAMP(3)', a: 'ARRAY<INT>' } as const
type Name = keyof typeof columns
const names = Object.keys(columns) as Name[]
const schema = { fields: names.map((name) => ({ name, type: typeOfText(columns[name]) })) }

const arbitrary: Record<Name, fc.Arbitrary<Value>> = {
  i: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer()),
  t: fc.integer({ min: -128, max: 127 }),
  b: fc.oneof(fc.bigInt({ min: -4n, max: 4n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n))),
  d: fc.integer({ min: -40, max: 40 }).map((quarters) => quarters / 4),
  m: fc.bigInt({ min: -(10n ** 12n) + 1n, max: 10n ** 12n - 1n }),
  s: fc.constantFrom('', 'a', 'B', 'b', 'é', '\uffee', '😀'),
  f: fc.boolean(),
  ts: fc.integer({ min: -5, max: 5 }),
  a: fc.array(fc.option(fc.integer({ min: 0, max: 2 })), { maxLength: 2 }),
}
const anyRow = fc.tuple(...names.map((name) => fc.option(arbitrary[name], { freq: 4 }))) as fc.Arbitrary<Value[]>

const utf8 = new TextEncoder()
function less(a: Value, b: Value): boolean {
  if (typeof a === 'string') return Buffer.compare(utf8.encode(a), utf8.encode(b as string)) < 0
  return (a as number) < (b as number)
}

type Definition = (values: readonly Value[], column: Name) => Value

function wrapped(sum: bigint, column: Name): Value {
  switch (column) {
    case 'i':
      return Number(BigInt.asIntN(32, sum))
    case 't':
      return Number(BigInt.asIntN(8, sum))
    case 'b':
      return BigInt.asIntN(64, sum)
    default:
      return sum
  }
}
const sumOf = (values: readonly Value[]): bigint => values.reduce((sum: bigint, value) => sum + BigInt(value as bigint | number), 0n)

const sum: Definition = (values, column) => (values.length === 0 ? null : column === 'd' ? values.reduce((total: number, value) => total + (value as number), 0) : wrapped(sumOf(values), column))
const average: Definition = (values, column) => {
  if (values.length === 0) return null
  if (column === 'd') return (sum(values, column) as number) / values.length
  const n = BigInt(values.length)
  if (column === 'm') {
    const scaled = sumOf(values) * 10_000n
    const half = (scaled < 0n ? -1n : 1n) * n
    return (scaled * 2n + half) / (n * 2n)
  }
  // A BIGINT average sums in 64 bits.
  const mean = (column === 'b' ? BigInt.asIntN(64, sumOf(values)) : sumOf(values)) / n
  return column === 'b' ? mean : Number(mean)
}
const least: Definition = (values) => values.reduce((best: Value, value) => (best === null || less(value, best) ? value : best), null)
const greatest: Definition = (values) => values.reduce((best: Value, value) => (best === null || less(best, value) ? value : best), null)

const definitions: readonly (readonly [text: string, column: Name | null, definition: Definition])[] = [
  ['COUNT(*)', null, (values) => BigInt(values.length)],
  ['COUNT(s)', 's', (values) => BigInt(values.length)],
  ['COUNT(a)', 'a', (values) => BigInt(values.length)],
  ...(['i', 't', 'b', 'd', 'm'] as const).flatMap((column) => [[`SUM(${column})`, column, sum] as const, [`AVG(${column})`, column, average] as const]),
  ...(['i', 'b', 'd', 'm', 's', 'f', 'ts'] as const).flatMap((column) => [[`MIN(${column})`, column, least] as const, [`MAX(${column})`, column, greatest] as const]),
  ...(['i', 'b', 's', 'a'] as const).flatMap((column) => [[`FIRST_VALUE(${column})`, column, (values: readonly Value[]) => values[0] ?? null] as const, [`LAST_VALUE(${column})`, column, (values: readonly Value[]) => values.at(-1) ?? null] as const]),
  ["LISTAGG(s, '+')", 's', (values) => (values.length === 0 ? null : values.join('+'))],
]

/** Changes as rows with their kind; takes back only what is there. */
const changes = fc.array(fc.tuple(anyRow, fc.nat({ max: 99 })), { maxLength: 24 }).map((drawn) => {
  const live: Value[][] = []
  return drawn.map(([row, dice]): { readonly row: Value[]; readonly kind: number } => {
    if (dice < 35 && live.length > 0) return { row: live.splice(dice % live.length, 1)[0]!, kind: dice % 2 === 0 ? 1 : 3 }
    live.push(row)
    return { row, kind: dice % 2 === 0 ? 0 : 2 }
  })
})

/** The rows left by the changes: of equal ones the earliest goes first. */
function remaining(list: readonly { readonly row: Value[]; readonly kind: number }[], column: Name | null): Value[] {
  const at = column === null ? -1 : names.indexOf(column)
  const left: { key: string; value: Value }[] = []
  for (const { row, kind } of list) {
    const value = at < 0 ? 1 : row[at]!
    if (value === null) continue
    const key = at < 0 ? '' : jsonTextOf(value, schema.fields[at]!.type)
    if (kind === 0 || kind === 2) left.push({ key, value })
    else left.splice(left.findIndex((one) => one.key === key), 1)
  }
  return left.map(({ value }) => value)
}

function check(text: string): CheckedAggregate {
  const { aggregate, problems } = checkAggregate(text, { inputs: [{ qualifier: null, schema }] })
  if (aggregate === null) throw new Error(problems[0]!.message)
  return aggregate
}

function distinctOf(values: readonly Value[]): Value[] {
  return values.filter((value, i) => values.findIndex((other) => other === value) === i)
}

function shown(value: Value, aggregate: CheckedAggregate): string {
  return value === null ? 'null' : aggregate.type.kind === 'DECIMAL' ? decimalText(value as bigint, aggregate.type.scale) : jsonTextOf(value, aggregate.type)
}

describe.each([true, false])('aggregates, retractable: %s', (retractable) => {
  it.each(definitions)('%s is what its definition says, in any batches, slots and merges', (text, column, definition) => {
    const aggregate = check(text)
    const inputs = compileAggregateInputs(aggregate.calls)
    const result = compileScalar(aggregate.result)
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 }), fc.nat({ max: 24 }), (drawn, batchRows, groups, drawnCut) => {
        // Which of equal values a retraction means is known only where all of them are.
        const cut = retractable && /^(?:FIRST|LAST|LISTAGG)/.test(text) ? Infinity : drawnCut
        const list = retractable ? drawn : drawn.map(({ row }) => ({ row, kind: 0 }))
        const all = batchOf(schema, list.map(({ row }) => row), list.map(({ kind }) => rowKindTexts[kind]!))
        // The rows before the cut go into one table, the others into another, which is merged in; so order stays that of arrival.
        const tables = [0, 1].map(() => aggregateTable(aggregate.calls, { retractable }))
        for (const table of tables) table.ensure(groups)
        const groupOf = (row: number): number => {
          // A row and its retraction belong to one group.
          const key = JSON.stringify(list[row]!.row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
          return [...key].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 9973, 7) % groups
        }
        for (let start = 0; start < list.length; ) {
          const end = Math.min(list.length, start + batchRows, start < cut ? cut : Infinity)
          const batch = sliceBatch(all, start, end)
          tables[start < cut ? 0 : 1]!.add(Int32Array.from({ length: end - start }, (_, i) => groupOf(start + i)), inputs([batch.columns], batch.rowCount, testContext), batch.rowCount, batch.kinds)
          start = end
        }
        const slots = Int32Array.from({ length: groups }, (_, i) => i)
        tables[0]!.mergeAll(slots, tables[1]!, groups)
        const found = valuesOf(result([[], tables[0]!.read(slots, groups)], groups, testContext), groups)
        for (let group = 0; group < groups; group++) {
          const values = remaining(list.filter((_, row) => groupOf(row) === group), column)
          expect(shown(found[group]!, aggregate)).toBe(shown(definition(values, column ?? 'i'), aggregate))
        }
      }),
      { numRuns: 40 },
    )
  })

  it.each(definitions.filter(([text, column]) => column !== null && column !== 'a' && !/FIRST|LAST|LISTAGG|d\)/.test(text)))('DISTINCT and FILTER of %s pass over what they should', (text, column, definition) => {
    const aggregate = check(`${text.replace('(', '(DISTINCT ')} FILTER (WHERE f)`)
    const inputs = compileAggregateInputs(aggregate.calls)
    const result = compileScalar(aggregate.result)
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 9 }), (drawn, batchRows) => {
        const list = (retractable ? drawn : drawn.map(({ row }) => ({ row, kind: 0 })))
        const all = batchOf(schema, list.map(({ row }) => row), list.map(({ kind }) => rowKindTexts[kind]!))
        const table = aggregateTable(aggregate.calls, { retractable })
        table.ensure(1)
        for (let start = 0; start < list.length; start += batchRows) {
          const batch = sliceBatch(all, start, Math.min(list.length, start + batchRows))
          table.addTo(0, inputs([batch.columns], batch.rowCount, testContext), batch.rowCount, batch.kinds)
        }
        const slot = new Int32Array(1)
        const found = valuesOf(result([[], table.read(slot, 1)], 1, testContext), 1)[0]!
        const values = distinctOf(remaining(list.filter(({ row }) => row[names.indexOf('f')] === true), column))
        expect(shown(found, aggregate)).toBe(shown(definition(values, column!), aggregate))
        table.reset()
        expect(shown(valuesOf(result([[], table.read(slot, 1)], 1, testContext), 1)[0]!, aggregate)).toBe(shown(definition([], column!), aggregate))
      }),
      { numRuns: 25 },
    )
  })
})

describe('rows that all go into one slot', () => {
  it.each(definitions.map(([text]) => text))('%s is what it is slot by slot', (text) => {
    const aggregate = check(text)
    const inputs = compileAggregateInputs(aggregate.calls)
    const whole = fc.tuple(...names.map((name) => (name === 'd' ? fc.oneof(arbitrary.d, fc.constant(Number.NaN)) : arbitrary[name]))) as fc.Arbitrary<Value[]>
    fc.assert(
      fc.property(fc.array(fc.array(whole, { maxLength: 9 }), { maxLength: 4 }), fc.integer({ min: 0, max: 2 }), (batches, slot) => {
        const [atOnce, bySlot] = [0, 1].map(() => aggregateTable(aggregate.calls))
        for (const table of [atOnce!, bySlot!]) table.ensure(3)
        for (const rows of batches) {
          const { columns } = batchOf(schema, rows)
          atOnce!.addTo(slot, inputs([columns], rows.length, testContext), rows.length, null)
          bySlot!.add(new Int32Array(rows.length).fill(slot), inputs([columns], rows.length, testContext), rows.length, null)
        }
        const results = [atOnce!, bySlot!].map((table) => table.read(Int32Array.of(0, 1, 2), 3).map((column) => valuesOf(column, 3)))
        expect(results[0]).toEqual(results[1])
      }),
      { numRuns: 25 },
    )
  })
})

describe('results after each row', () => {
  it.each(definitions.map(([text]) => text).flatMap((text) => [text, `${text} FILTER (WHERE f)`]))('%s gives at once what it gives row by row', (text) => {
    const aggregate = check(text)
    const inputs = compileAggregateInputs(aggregate.calls)
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 24 }), fc.array(anyRow, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 3 }), (before, rows, groups) => {
        const [atOnce, byRow] = [0, 1].map(() => aggregateTable(aggregate.calls))
        for (const table of [atOnce!, byRow!]) table.ensure(groups)
        const slots = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => (i * 7) % groups)
        for (const part of [before, rows]) {
          const batch = batchOf(schema, part)
          const found = atOnce!.addRunning(slots(part.length), inputs([batch.columns], part.length, testContext), part.length)[0]!
          const expected = part.map((row, i) => {
            const slot = slots(part.length).subarray(i, i + 1)
            byRow!.add(slot, inputs([batchOf(schema, [row]).columns], 1, testContext), 1, null)
            return valuesOf(byRow!.read(slot, 1)[0]!, 1)[0]!
          })
          expect(valuesOf(found, part.length)).toEqual(expected)
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('retraction', () => {
  it('keeps a value that is taken back before it comes from ever counting', () => {
    const aggregate = check('MAX(i)')
    const inputs = compileAggregateInputs(aggregate.calls)
    const table = aggregateTable(aggregate.calls, { retractable: true })
    table.ensure(1)
    const nulls = names.slice(1).map(() => null)
    const batch = batchOf(schema, [[9, ...nulls], [3, ...nulls], [9, ...nulls]], ['-D', '+I', '+I'])
    table.addTo(0, inputs([batch.columns], 3, testContext), 3, batch.kinds)
    expect(valuesOf(table.read(new Int32Array(1), 1)[0]!, 1)).toEqual([3])
  })

  it('averages more INTs than a double holds the sum of, exactly', () => {
    const aggregate = check('AVG(i)')
    const table = aggregateTable(aggregate.calls)
    table.ensure(1)
    const values = new Int32Array(4096).fill(2_147_483_647)
    const input = [{ values: { storage: 'int32' as const, values, nulls: null }, mask: null }]
    for (let i = 0; i < 1500; i++) table.addTo(0, input, 4096, null)
    expect(valuesOf(table.read(new Int32Array(1), 1)[0]!, 1)).toEqual([2_147_483_647])
  })
})
