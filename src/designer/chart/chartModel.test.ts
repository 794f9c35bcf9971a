import { describe, expect, it } from 'vitest'
import type { Value } from '../../columnar/column.ts'
import { schemaOf } from '../../operators/testing/operatorHarness.ts'
import { chartConfigOf, type ChartConfig } from './chartConfig.ts'
import { chartOf, numberAxis, readingAt, seriesMax, timeAxis, type ChartRow } from './chartModel.ts'

const schema = schemaOf('t TIMESTAMP(3), k STRING, n BIGINT, p DECIMAL(10, 2)')
const config: ChartConfig = { form: 'line', x: 't', y: ['n'], series: null }
const chart = (given: ChartConfig, rows: readonly (readonly [ChartRow['kind'], ...Value[]])[]) =>
  chartOf(given, schema, rows.length, (i) => ({ kind: rows[i]![0], values: rows[i]!.slice(1) as Value[] }))

describe('a chart of rows', () => {
  it('draws one series for each value of a column, by time', () => {
    const made = chart({ ...config, series: 'k' }, [['+I', 2000, 'a', 5n, 100n], ['+I', 1000, 'a', 3n, 100n], ['+I', 1000, 'b', 7n, 100n]])!
    expect(made.series).toEqual([{ name: 'a', points: [{ x: 1000, y: 3 }, { x: 2000, y: 5 }] }, { name: 'b', points: [{ x: 1000, y: 7 }] }])
    expect(made.xKind).toBe('time')
  })
  it('shows what holds now of an updating result', () => {
    const made = chart(config, [['+I', 1000, 'a', 3n, 0n], ['-U', 1000, 'a', 3n, 0n], ['+U', 1000, 'a', 4n, 0n], ['+I', 2000, 'a', 9n, 0n], ['-D', 2000, 'a', 9n, 0n]])!
    expect(made.series[0]!.points).toEqual([{ x: 1000, y: 4 }])
  })
  it('reads decimals at their scale and passes over NULL', () => {
    const made = chart({ ...config, y: ['p'] }, [['+I', 1000, 'a', 1n, 250n], ['+I', 2000, 'a', 1n, null]])!
    expect(made.series[0]!.points).toEqual([{ x: 1000, y: 2.5 }])
  })
  it('gives texts places in order of appearance', () => {
    const made = chart({ ...config, form: 'bar', x: 'k' }, [['+I', 0, 'b', 1n, 0n], ['+I', 0, 'a', 2n, 0n], ['+I', 0, 'b', 3n, 0n]])!
    expect(made.categories).toEqual(['b', 'a'])
    expect(made.series[0]!.points).toEqual([{ x: 0, y: 3 }, { x: 1, y: 2 }])
  })
  it('hides series beyond the eighth and says how many', () => {
    const made = chart({ ...config, series: 'k' }, Array.from({ length: 11 }, (_, i) => ['+I', 1000, `k${i}`, 1n, 0n] as const))!
    expect([made.series.length, made.seriesHidden]).toEqual([seriesMax, 3])
  })
  it('is nothing without its columns or without points', () => {
    expect(chart({ ...config, x: 'nope' }, [['+I', 1000, 'a', 1n, 0n]])).toBeNull()
    expect(chart(config, [])).toBeNull()
  })
  it('tells what stands nearest to a place', () => {
    const made = chart({ ...config, series: 'k' }, [['+I', 1000, 'a', 3n, 0n], ['+I', 2000, 'a', 5n, 0n], ['+I', 2000, 'b', 6n, 0n]])!
    expect(readingAt(made, 1700)).toEqual({ at: 2000, title: '1970-01-01 00:00:02', values: [{ series: 0, text: '5', y: 5 }, { series: 1, text: '6', y: 6 }] })
  })
  it('reads its settings from a sink', () => {
    expect(chartConfigOf({ connector: { type: 'chart', x: 't', y: ['n'], form: 'bar' } })).toEqual({ form: 'bar', x: 't', y: ['n'], series: null })
    expect(chartConfigOf({ connector: { type: 'collect' } })).toBeNull()
  })
})

describe('axes', () => {
  it('stand at round numbers around the values, with zero in sight', () => {
    expect(numberAxis(3, 97, 5, true).ticks.map(({ text }) => text)).toEqual(['0', '20', '40', '60', '80', '100'])
    expect(numberAxis(0.12, 0.58, 5, true).ticks.map(({ text }) => text)).toEqual(['0.0', '0.2', '0.4', '0.6'])
    expect(numberAxis(990, 1000, 5, true).low).toBe(990)
    expect(numberAxis(0, 250_000, 5, true).ticks.at(-1)!.text).toBe('250 k')
    expect(numberAxis(7, 7, 5, true)).toMatchObject({ low: 0 })
  })
  it('stand at whole seconds, minutes and days', () => {
    expect(timeAxis(0, 60_000).ticks.map(({ text }) => text)).toEqual(['00:00:00', '00:00:10', '00:00:20', '00:00:30', '00:00:40', '00:00:50', '00:01:00'])
    expect(timeAxis(0, 5 * 86_400_000).ticks[1]!.text).toBe('1970-01-02')
  })
})
