import { describe, expect, it } from 'vitest'
import type { OperatorMetrics } from '../../runtime/jobRun.ts'
import { nodeFigures, type Figure } from './nodeNumbers.ts'

const metrics = (change: Partial<OperatorMetrics>): OperatorMetrics => ({
  rowsIn: 100,
  rowsOut: 31,
  lateRows: 0,
  poisonRows: 0,
  rowsInPerSecond: 12,
  rowsOutPerSecond: 4,
  watermark: null,
  firstWatermark: null,
  lastWatermark: null,
  busyMsPerSecond: 710,
  idleMsPerSecond: 200,
  backPressuredMsPerSecond: 90,
  stateBytes: 38_400,
  gauges: {},
  subtasks: [],
  ...change,
})
const words = (figures: readonly Figure[]) => figures.map(({ value, unit }) => `${value} ${unit}`.trim())

describe('the two numbers of a node', () => {
  it('are rate and share of what a filter keeps', () => {
    expect(words(nodeFigures(metrics({}), 'shape', 'rate'))).toEqual(['4 /s', '31 % kept'])
  })
  it('are what is held and the rate where something is held', () => {
    expect(words(nodeFigures(metrics({ gauges: { openWindows: 3 } }), 'time', 'rate'))).toEqual(['3 open', '4 /s'])
    expect(words(nodeFigures(metrics({ gauges: { heldLeftRows: 60, heldRightRows: 36 } }), 'join', 'rate'))).toEqual(['96 held', '4 /s'])
  })
  it('give late and unreadable rows the second place', () => {
    expect(nodeFigures(metrics({ lateRows: 31 }), 'time', 'rate')[1]).toEqual({ value: '31', unit: 'late', tone: 'late' })
    expect(nodeFigures(metrics({ poisonRows: 2 }), 'source', 'rate')[1]).toMatchObject({ value: '2', tone: 'error' })
  })
  it('follow the lens', () => {
    expect(words(nodeFigures(metrics({}), 'shape', 'load'))).toEqual(['71 % busy', '9 % blocked'])
    expect(words(nodeFigures(metrics({ gauges: { openWindows: 3 } }), 'time', 'state'))).toEqual(['3 open', '38 kB'])
    expect(words(nodeFigures(metrics({}), 'sink', 'rate'))).toEqual(['100 rows', '12 /s'])
  })
  it('are zero before anything has run', () => {
    expect(words(nodeFigures(null, 'time', 'rate'))).toEqual(['0 open', '0 /s'])
    expect(words(nodeFigures(null, 'sink', 'rate'))).toEqual(['0 rows', ''])
  })
})
