import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../columnar/batchBuilder.ts'
import { sliceBatch, valuesOf } from '../columnar/concat.ts'
import { bigintType, booleanType, decimalType, doubleType, intType, printType, stringType, type DataType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Value } from '../columnar/column.ts'
import { jsonTextOf } from '../columnar/valueJson.ts'
import { aggregateTable, checkAggregate, compileAggregateInputs, groupColumnsUsed, type CheckedAggregate } from './aggregates.ts'
import { compileScalar } from './compile.ts'
import type { EvaluationContext } from './expression.ts'

const schema: Schema = {
  fields: [
    { name: 'k', type: stringType },
    { name: 'i', type: intType },
    { name: 'b', type: bigintType },
    { name: 'd', type: doubleType },
    { name: 'm', type: decimalType(10, 2) },
    { name: 's', type: stringType },
    { name: 'f', type: booleanType },
    { name: 't', type: { kind: 'TINYINT', nullable: true } },
  ],
}
const context: EvaluationContext = { timeZone: 'UTC', processingTime: () => 0, watermarks: null, watermark: -Infinity }

function checked(text: string): CheckedAggregate {
  const { aggregate, problems } = checkAggregate(text, { inputs: [{ qualifier: null, schema }] })
  expect(problems).toEqual([])
  return aggregate!
}

/** Runs one aggregate over all rows as a single group, cut into batches of the given size. */
function run(text: string, rows: readonly (readonly Value[])[], batchRows = rows.length): string {
  const aggregate = checked(text)
  const table = aggregateTable(aggregate.calls)
  const inputs = compileAggregateInputs(aggregate.calls)
  table.ensure(1)
  const all = batchOf(schema, rows)
  for (let at = 0; at < rows.length; at += batchRows) {
    const batch = sliceBatch(all, at, Math.min(at + batchRows, rows.length))
    table.add(new Int32Array(batch.rowCount), inputs([batch.columns], batch.rowCount, context), batch.rowCount, null)
  }
  const results = table.read(new Int32Array(1), 1)
  const column = compileScalar(aggregate.result)([[], results], 1, context)
  return jsonTextOf(valuesOf(column, 1)[0]!, aggregate.type)
}

function row(values: { k?: string; i?: number | null; b?: bigint | null; d?: number | null; m?: bigint | null; s?: string | null; f?: boolean | null; t?: number | null }): Value[] {
  return [values.k ?? 'x', values.i ?? null, values.b ?? null, values.d ?? null, values.m ?? null, values.s ?? null, values.f ?? null, values.t ?? null]
}

describe('aggregate types', () => {
  it.each([
    ['COUNT(*)', 'BIGINT NOT NULL'],
    ['SUM(i)', 'INT'],
    ['SUM(b)', 'BIGINT'],
    ['SUM(m)', 'DECIMAL(38, 2)'],
    ['AVG(i)', 'INT'],
    ['AVG(m)', 'DECIMAL(38, 6)'],
    ['AVG(d)', 'DOUBLE'],
    ['MAX(s)', 'STRING'],
    ['VAR_POP(i)', 'INT'],
    ['VAR_POP(d)', 'DOUBLE'],
    ['STDDEV_SAMP(m)', 'DECIMAL(38, 6)'],
    ['LISTAGG(s, \'/\')', 'STRING'],
    ['COLLECT(i)', 'MULTISET<INT NOT NULL> NOT NULL'],
    ['SUM(b) / COUNT(*)', 'BIGINT'],
  ])('%s is %s', (text, type) => {
    expect(printType(checked(text).type)).toBe(type)
  })

  it('refuses what is no aggregate, with a way out', () => {
    const { aggregate, problems } = checkAggregate('b + 1', { inputs: [{ qualifier: null, schema }] })
    expect(aggregate).toBeNull()
    expect(problems[0]).toMatchObject({ code: 'MR-215', span: { start: 0, end: 5 } })
  })
  it.each(['SUM(s)', 'COUNT()', 'SUM(b, b)', 'SUM(SUM(b))', 'MAX(nothing)', 'SUM(b) FILTER (WHERE i)', 'LISTAGG(s, k)', 'SUM('])('reports %s', (text) => {
    const { aggregate, problems } = checkAggregate(text, { inputs: [{ qualifier: null, schema }] })
    expect(aggregate).toBeNull()
    expect(problems.length).toBeGreaterThan(0)
  })
  it('tells which group columns an expression over aggregates reads', () => {
    expect(groupColumnsUsed(checked('UPPERS(k)'.replace('UPPERS(k)', "CASE WHEN k = 'a' THEN SUM(b) ELSE 0 END")))).toEqual([0])
  })
})

describe('aggregate values', () => {
  const rows = [row({ i: 1, b: 1n, d: 1.5, m: 105n, s: 'b', f: true, t: 100 }), row({ i: 2, b: 2n, d: 2, m: 200n, s: 'a', f: false, t: 100 }), row({}), row({ i: 2, b: 4n, s: 'ä', f: true })]
  it.each([
    ['COUNT(*)', '4'],
    ['COUNT(i)', '3'],
    ['COUNT(DISTINCT i)', '2'],
    ['SUM(i)', '5'],
    ['SUM(DISTINCT i)', '3'],
    ['SUM(t)', '-56'],
    ['SUM(b) FILTER (WHERE f)', '5'],
    ['COUNT(*) FILTER (WHERE f)', '2'],
    ['AVG(i)', '1'],
    ['AVG(b)', '2'],
    ['AVG(m)', '1.525000'],
    ['SUM(m)', '3.05'],
    ['MIN(s)', '"a"'],
    ['MAX(s)', '"ä"'],
    ['MAX(d)', '2'],
    ['MIN(m)', '1.05'],
    ['MAX(f)', 'true'],
    ['FIRST_VALUE(s)', '"b"'],
    ['LAST_VALUE(s)', '"ä"'],
    ['LISTAGG(s)', '"b,a,ä"'],
    ["LISTAGG(DISTINCT CAST(i AS STRING), '|')", '"1|2"'],
    ['VAR_POP(d)', '0.0625'],
    ['STDDEV_SAMP(CAST(i AS DOUBLE))', '0.5773502691896255'],
    ['STDDEV_SAMP(i)', '0'],
    ['VAR_POP(m)', '0.225625'],
    ['STDDEV_POP(m)', '0.475000'],
    ['SUM(b) * 10 / COUNT(*)', '17'],
    ['MAX(b) - MIN(b)', '3'],
    ['COLLECT(i)', '[[1,1],[2,2]]'],
  ])('%s is %s', (text, result) => {
    for (const size of [1, 2, rows.length]) expect(run(text, rows, size)).toBe(result)
  })

  it.each(['SUM(b)', 'AVG(d)', 'MIN(s)', 'MAX(i)', 'FIRST_VALUE(b)', 'LISTAGG(s)', 'VAR_POP(d)'])('%s of nothing but NULL is NULL', (text) => {
    expect(run(text, [row({})])).toBe('null')
  })
  it('averages integers toward zero', () => {
    expect(run('AVG(b)', [row({ b: -1n }), row({ b: -2n })])).toBe('-1')
  })
  it('wraps a BIGINT sum at 64 bits and an INT sum at 32', () => {
    expect(run('SUM(b)', [row({ b: 2n ** 63n - 1n }), row({ b: 1n })])).toBe('-9223372036854775808')
    expect(run('SUM(i)', [row({ i: 2_147_483_647 }), row({ i: 1 })])).toBe('-2147483648')
  })
  it('stays exact when a sum of doubles leaves the safe range inside a batch', () => {
    expect(run('SUM(b)', [row({ b: 9_007_199_254_740_991n }), row({ b: 1n }), row({ b: 1n })])).toBe('9007199254740993')
  })
  it('makes a decimal sum of more than 38 digits NULL', () => {
    const wide: Schema = { fields: [{ name: 'm', type: decimalType(38, 0) }] }
    const { aggregate } = checkAggregate('SUM(m)', { inputs: [{ qualifier: null, schema: wide }] })
    const table = aggregateTable(aggregate!.calls)
    table.ensure(1)
    const batch = batchOf(wide, [[10n ** 38n - 1n], [1n]])
    table.add(new Int32Array(2), compileAggregateInputs(aggregate!.calls)([batch.columns], 2, context), 2, null)
    expect(valuesOf(table.read(new Int32Array(1), 1)[0]!, 1)).toEqual([null])
  })
})

describe('aggregate tables', () => {
  const value = (type: DataType): fc.Arbitrary<Value> => {
    switch (type.kind) {
      case 'INT':
        return fc.integer({ min: -5, max: 5 })
      case 'TINYINT':
        return fc.integer({ min: -128, max: 127 })
      case 'BIGINT':
        return fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
      case 'DOUBLE':
        return fc.integer({ min: -1000, max: 1000 })
      case 'DECIMAL':
        return fc.bigInt({ min: -(10n ** 10n) + 1n, max: 10n ** 10n - 1n })
      case 'BOOLEAN':
        return fc.boolean()
      default:
        return fc.constantFrom('', 'a', 'b', 'é')
    }
  }
  const anyRow = fc.tuple(...schema.fields.map((field) => fc.option(value(field.type)))) as fc.Arbitrary<Value[]>
  const texts = ['COUNT(*)', 'COUNT(DISTINCT b)', 'SUM(i)', 'SUM(t)', 'SUM(b)', 'SUM(m)', 'AVG(b)', 'AVG(m)', 'MIN(b)', 'MAX(s)', 'MIN(d)', 'SUM(DISTINCT b) FILTER (WHERE f)', 'VAR_POP(i)', 'FIRST_VALUE(s)', 'LAST_VALUE(b)', 'LISTAGG(s)']

  it.each(texts)('%s: adding in parts and merging equals adding all', (text) => {
    const aggregate = checked(text)
    const inputs = compileAggregateInputs(aggregate.calls)
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 12 }), fc.array(anyRow, { maxLength: 12 }), (left, right) => {
        const tables = [left, right, [...left, ...right]].map((rows) => {
          const table = aggregateTable(aggregate.calls)
          table.ensure(2)
          const batch = batchOf(schema, rows)
          table.add(new Int32Array(rows.length).fill(1), inputs([batch.columns], rows.length, context), rows.length, null)
          return table
        })
        tables[0]!.merge(1, tables[1]!, 1)
        const slot = Int32Array.of(1, 0)
        const show = (at: number): string[] => tables[at]!.read(slot, 2).flatMap((column) => valuesOf(column, 2).map((result) => jsonTextOf(result, aggregate.calls[0]!.type)))
        expect(show(0)).toEqual(show(2))
      }),
    )
  })

  it.each(['COUNT(*)', 'COUNT(i)', 'SUM(i)', 'SUM(b)', 'SUM(m)', 'AVG(b)'])('%s: what is added and taken back leaves nothing', (text) => {
    const aggregate = checked(text)
    const inputs = compileAggregateInputs(aggregate.calls)
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 12 }), (rows) => {
        const table = aggregateTable(aggregate.calls)
        table.ensure(1)
        const batch = batchOf(schema, rows)
        const evaluated = inputs([batch.columns], rows.length, context)
        table.add(new Int32Array(rows.length), evaluated, rows.length, null)
        table.add(new Int32Array(rows.length), evaluated, rows.length, new Uint8Array(rows.length).fill(3))
        const empty = text.startsWith('COUNT') ? 0n : null
        expect(valuesOf(table.read(new Int32Array(1), 1)[0]!, 1)).toEqual([empty])
      }),
    )
  })
})
