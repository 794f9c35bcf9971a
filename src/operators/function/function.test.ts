import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rowAt } from '../../columnar/batch.ts'
import { batchOf } from '../../columnar/batchBuilder.ts'
import type { Value } from '../../columnar/column.ts'
import { RowError } from '../../columnar/rowError.ts'
import { OperatorHarness, schemaOf, specOf } from '../testing/operatorHarness.ts'
import { runCases } from '../testing/runCases.ts'
import { cases, problemCases } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'
import { sandboxReady } from './sandbox.ts'

const schema = schemaOf('k STRING, v BIGINT')

function harnessOf(code: string, outputColumns = 'out STRING', more: object = {}): OperatorHarness {
  const columns = outputColumns.split(/, (?![^<(]*[>)])/).map((text) => ({ name: text.split(' ')[0]!, type: text.split(' ').slice(1).join(' ') }))
  return new OperatorHarness(specOf(definition, { code, outputColumns: columns, ...more }, [{ port: 'in', schema }]), runtime)
}

function outputOf(code: string, rows: readonly (readonly Value[])[], outputColumns?: string): Value[][] {
  const harness = harnessOf(code, outputColumns)
  harness.feed(0, batchOf(schema, rows))
  harness.end()
  return (harness.emitted.get('out') ?? []).flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)))
}

/** The row that failed, and what was said of it. */
function failureOf(code: string, rows: readonly (readonly Value[])[] = [['a', 1n], ['b', 2n], ['c', 3n]], outputColumns?: string): { row: number | null; message: string } {
  try {
    outputOf(code, rows, outputColumns)
  } catch (error) {
    return { row: error instanceof RowError ? error.row : null, message: (error as Error).message }
  }
  throw new Error('the function did not fail')
}

describe('function', () => {
  // What is killed takes its instance with it; a job that starts anew waits for the next one in the same way.
  beforeAll(() => sandboxReady() ?? undefined)
  beforeEach(() => sandboxReady() ?? undefined)

  runCases(definition, runtime, cases, problemCases)

  describe('is stopped at its limits', () => {
    it('when it loops, at the row where it does', () => {
      const { row, message } = failureOf('function onRow(row, emit) {\n  emit({ out: "x" })\n  while (row.v === 2) {}\n}')
      expect(row).toBe(1)
      expect(message).toMatch(/^the function ran for more than 50 ms on one row, and was stopped\.\n {4}at onRow \(function\.js:/)
    })

    it('when it loops before the first row', () => {
      expect(failureOf('function onRow() {}\nfor (;;) {}').message).toMatch(/was still starting after 250 ms, and was stopped/)
    })

    it('when a regular expression does not come to an end', () => {
      expect(failureOf('function onRow(row) { /^(a+)+$/.test("a".repeat(40) + "b") }')).toMatchObject({ row: 0, message: expect.stringContaining('ran for more than 50 ms') as unknown })
    })

    it('when it eats memory', () => {
      const { row, message } = failureOf('const all = []\nfunction onRow(row) { if (row.v === 3) all.push("x".repeat(70000000)) }')
      expect(row).toBe(2)
      expect(message).toMatch(/^the function used more than 64 MB of memory, and was stopped\.\n {4}at onRow \(function\.js:2/)
    })

    it('when it eats memory little by little', () => {
      expect(failureOf('const all = []\nfunction onRow(row) { for (;;) all.push([row.k, new Array(100).fill(1)]) }').message).toMatch(/used more than 64 MB of memory|ran for more than 50 ms/)
    })

    it('when it keeps memory from row to row, though no allocation is large', async () => {
      const keeps = (bytes: number) => `const kept = []\nfunction onRow(row, emit) { kept.push(new Uint8Array(${bytes})); emit({ out: String(kept.length) }) }`
      expect(failureOf(keeps(40_000_000))).toMatchObject({ row: 2, message: expect.stringMatching(/^the function used more than 64 MB of memory, and was stopped\.\n {4}at onRow \(function\.js:2/) as unknown })
      await sandboxReady()
      // Less than what ends the instance: found when the call is over.
      expect(failureOf(keeps(25_000_000))).toMatchObject({ row: 2, message: 'the function used more than 64 MB of memory, and was stopped.' })
      await sandboxReady()
      expect(outputOf(keeps(10_000_000), [['a', 1n], ['b', 2n], ['c', 3n]])).toEqual([['1'], ['2'], ['3']])
    })

    it('and not for what another function of the thread keeps', async () => {
      await sandboxReady(2)
      const keeps = 'const kept = []\nfunction onRow(row, emit) { kept.push(new Uint8Array(30000000)); emit({ out: "kept" }) }'
      const both = [harnessOf(keeps), harnessOf(keeps)]
      for (const harness of both) harness.feed(0, batchOf(schema, [['a', 1n]]))
      for (const harness of both) harness.end()
      expect(both.map(({ emitted }) => emitted.get('out')!.length)).toEqual([1, 1])
    })

    it('when it calls itself without end', () => {
      const { row, message } = failureOf('function onRow(row) { return 1 + onRow(row) }')
      expect(row).toBe(0)
      expect(message).toMatch(/called itself too deeply, and was stopped/)
      expect(message.split('\n').length).toBeLessThan(12)
    })

    it('when it catches what it can and goes on all the same', () => {
      expect(failureOf('function onRow(row) { for (;;) { try { for (;;) {} } catch {} } }').message).toMatch(/ran for more than 50 ms/)
    })

    it('when it emits without end', () => {
      expect(failureOf('function onRow(row, emit) { for (;;) emit({ out: "x" }) }').message).toMatch(/more than 100000 rows were emitted at once|ran for more than 50 ms/)
    })

    it('and the next one begins in a machine of its own', async () => {
      failureOf('globalThis.left = 1; function onRow() { for (;;) {} }')
      await sandboxReady()
      expect(outputOf('function onRow(row, emit) { emit({ out: typeof left }) }', [['a', 1n]])).toEqual([['undefined']])
    })
  })

  describe('says what went wrong', () => {
    it('with the row and the stack when it throws', () => {
      const { row, message } = failureOf('function onRow(row, emit) {\n  log("at", row)\n  if (row.v > 1) helper(null)\n}\nfunction helper(x) {\n  return x.y\n}')
      expect(row).toBe(1)
      expect(message).toContain("the function threw TypeError: cannot read property 'y' of null.\n    at helper (function.js:6")
      expect(message).toContain('at onRow (function.js:3')
      expect(message).toContain('It last logged:\n    at {"k":"a","v":1}\n    at {"k":"b","v":2}')
    })

    it('when it cannot be read', () => {
      expect(failureOf('function onRow(row { }').message).toMatch(/^the function threw SyntaxError: .*\n {4}at function\.js:1/)
    })

    it('when there is no function to call', () => {
      expect(failureOf('// onRow').message).toContain('the code has no function onRow(row, emit)')
    })

    it('when it throws something that is no error', () => {
      expect(failureOf('function onRow() { throw "no" }').message).toBe('the function threw no.')
    })

    it('when it is async', () => {
      expect(failureOf('async function onRow(row, emit) { emit({ out: "x" }) }').message).toContain('an async function is never waited for')
    })

    it('when it emits a column there is not, at the line where it does', () => {
      expect(failureOf('function onRow(row, emit) {\n  emit({ uot: 1 })\n}')).toEqual({ row: 0, message: expect.stringMatching(/there is no output column uot; the output columns are out\.\n(?:.*\n)?.*at onRow \(function\.js:2/) as unknown })
      expect(failureOf('function onRow(row, emit) { emit(7) }').message).toContain('emit takes an object with the output columns; found number')
    })

    it.each([
      ['INT', '1.5', 'the number 1.5 is no INT: round it first'],
      ['INT', '"7"', 'the text "7" is no INT: write Number(…) around it'],
      ['TINYINT', '128', '128 is outside the range of TINYINT'],
      ['BIGINT', '2 ** 60', '1152921504606847000 is beyond 2^53, where a number is not exact: give a BigInt'],
      ['BIGINT', '2n ** 64n', '18446744073709551616 is outside the range of BIGINT'],
      ['STRING', '7', 'the number 7 is no STRING: write String(…) around it'],
      ['VARCHAR(2)', '"abc"', 'a text of 3 characters is longer than VARCHAR(2)'],
      ['DOUBLE', '"1"', 'the text "1" is no DOUBLE'],
      ['BOOLEAN', '1', 'the number 1 is no BOOLEAN'],
      ['DECIMAL(4, 2)', '"123.4"', '123.4 does not fit DECIMAL(4, 2)'],
      ['TIMESTAMP(3)', 'new Date("x")', 'NaN is no time'],
      ['DATE', '20000', 'the number 20000 is no DATE'],
      ['ARRAY<INT>', '[1, "2"]', 'the text "2" is no INT'],
      ['ROW<a INT>', '({ b: 1 })', 'has no field b'],
      ['INT NOT NULL', 'undefined', 'INT NOT NULL must not be null'],
      ['STRING', '() => 1', 'a function is no STRING'],
      ['STRING', 'Promise.resolve("x")', 'a promise is no STRING'],
    ])('when a column of %s gets %s', (type, value, reason) => {
      const { row, message } = failureOf(`function onRow(row, emit) { emit({ out: row.v === 2 ? ${value} : null${type.endsWith('NOT NULL') ? ' ?? 1' : ''} }) }`, undefined, `out ${type}`)
      expect(message).toContain(reason)
      expect(row).toBe(1)
    })

    it('when its state cannot be written down', () => {
      const harness = harnessOf('function onRow(row, emit, state) { state.f = () => 1 }', 'out STRING', { keyBy: ['k'] })
      harness.feed(0, batchOf(schema, [['a', 1n]]))
      expect(() => harness.snapshot()).toThrow(/cannot be written down, such as a function/)
    })

    it('when timers go on after the end', () => {
      const harness = harnessOf('function onRow(row, emit, state) { setTimer(0) }\nfunction onTimer(time) { setTimer(time + 1) }', 'out STRING', { keyBy: ['k'], timers: 'event-time' })
      harness.feed(0, batchOf(schema, [['a', 1n]]))
      expect(() => harness.end()).toThrow(/timers went on setting timers/)
    })
  })

  it.each([
    ['TIMESTAMP(3)', 'new Date(5)', 5],
    ['TIMESTAMP(0)', '1999', 1000],
    ['TIMESTAMP(3)', '"2026-01-31 12:00:00"', Date.UTC(2026, 0, 31, 12)],
    ['DATE', 'new Date(86400000)', 1],
    ['DATE', '"1970-01-03"', 2],
    ['TIME', '1000', 1000],
    ['BIGINT', '2n ** 62n', 2n ** 62n],
    ['DECIMAL(10, 2)', '1.005', 101n],
    ['DECIMAL(10, 2)', '7n', 700n],
    ['DOUBLE', '-0', -0],
    ['DOUBLE', '-Infinity', -Infinity],
    ['ARRAY<STRING>', 'new Set(["a", "b"])', ['a', 'b']],
    ['MAP<STRING, INT>', '({ a: 1 })', [['a', 1]]],
    ['MAP<INT, INT>', 'new Map([[1, 2]])', [[1, 2]]],
    ['ROW<a INT, b STRING>', '({ b: "x" })', [null, 'x']],
    ['STRING', '"\\ud800"', '\ufffd'],
  ])('a column of %s takes %s', (type, value, expected) => {
    expect(outputOf(`function onRow(row, emit) { emit({ out: ${value} }) }`, [['a', 1n]], `out ${type}`)).toEqual([[expected]])
  })

  it('sees nothing of the machine', () => {
    const names = ['fetch', 'XMLHttpRequest', 'require', 'process', 'importScripts', 'postMessage', 'indexedDB', 'caches', 'navigator', 'WebAssembly', 'setTimeout', 'Worker', 'self', 'window', 'userCode']
    expect(outputOf(`function onRow(row, emit) { emit({ out: ${JSON.stringify(names)}.filter((name) => name in globalThis).join() + (typeof std) + (typeof os) }) }`, [['a', 1n]])).toEqual([['undefinedundefined']])
    expect(failureOf('import fs from "fs"; function onRow() {}').message).toContain('SyntaxError')
    expect(failureOf('function onRow() { throw new Date(0).constructor.now() }').message).toBe('the function threw 0.')
  })

  it('is not believed what it says of its own answer', async () => {
    for (const answer of ['1', '{}', '{ rows: [9], columns: [["x"]], timers: [] }', '{ rows: [0], columns: [[]], timers: [] }', '{ rows: [], columns: [[]], timers: [5, 5] }', '{ rows: [0], columns: [[{ b: "1e9" }]], timers: [] }']) {
      await sandboxReady()
      const { message } = failureOf(`function onRow(row, emit) { emit({ out: "x" }); Object.prototype.toJSON = function () { return this === Object.prototype || 'rows' in this ? ${answer} : this } }`)
      expect(message, answer).toMatch(answer.includes('1e9') ? /is no STRING/ : /answer of another form/)
    }
  })

  it('goes through many rows with the same chance however they are cut', () => {
    const rows = Array.from({ length: 2000 }, (_, i): Value[] => [`k${i % 3}`, BigInt(i)])
    const code = 'function onRow(row, emit) { emit({ out: String(Math.floor(Math.random() * 1e9)) }) }'
    const whole = outputOf(code, rows)
    const harness = harnessOf(code)
    for (let at = 0; at < rows.length; at += 37) harness.feed(0, batchOf(schema, rows.slice(at, at + 37)))
    harness.end()
    expect(harness.emitted.get('out')!.flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)))).toEqual(whole)
    expect(new Set(whole.map(([value]) => value)).size).toBeGreaterThan(1990)
  })
})
