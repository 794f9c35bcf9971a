import { describe, expect, it } from 'vitest'
import type { Batch } from '../columnar/batch.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import { bigintType, timestampType } from '../columnar/dataType.ts'
import { RowError } from '../columnar/rowError.ts'
import type { Schema } from '../columnar/schema.ts'
import { ManualClock } from '../deterministic/clock.ts'
import { channelCredit, LocalChannel, type Element } from './channel.ts'
import { EdgeTap } from './edgeTap.ts'
import { ExchangeWriter } from './exchange.ts'
import { OperatorNode } from './operatorNode.ts'
import type { OperatorRuntime } from './operatorRuntime.ts'
import { OperatorTask, ProcessingTimers, TaskTime } from './task.ts'

const schema: Schema = { fields: [{ name: 'ts', type: timestampType, time: 'event' }, { name: 'v', type: bigintType }] }
const rows = (times: readonly number[], watermarks?: readonly number[]): Batch => ({
  ...batchOf(schema, times.map((time) => [time, BigInt(time)])),
  watermarks: watermarks === undefined ? null : Float64Array.from(watermarks),
})
const batch = (times: readonly number[], watermarks?: readonly number[], watermark = -Infinity): Element => ({ kind: 'batch', batch: rows(times, watermarks), watermark })

/** A chain of two: an operator that writes down its calls and passes rows on, and another behind it. */
function chain(ports: readonly string[], channelsOf: readonly number[] = ports.map(() => 1)) {
  const calls: string[] = []
  const clock = new ManualClock(0)
  const output = new LocalChannel()
  const exchange = new ExchangeWriter({ kind: 'forward' }, schema, [output])
  let timers: ProcessingTimers | null = null
  const recorder = (name: string, emit: (batch: Batch) => void): OperatorRuntime => ({
    processBatch(input, received) {
      const before = received.watermarks === null ? '' : ` behind ${[...received.watermarks.subarray(0, received.rowCount)].join(',')}`
      calls.push(`${name}: input ${input} ${[...(received.columns[0] as { values: Float64Array }).values.subarray(0, received.rowCount)].join(',')}${before}`)
      if ((received.columns[0] as { values: Float64Array }).values[0] === 666) throw new RowError(0, 'no such number')
      emit(received)
    },
    onWatermark(watermark) {
      calls.push(`${name}: W=${watermark}`)
      return name === 'head' && watermark !== Infinity ? watermark - 1 : watermark
    },
    onInputEnd: (input) => void calls.push(`${name}: input ${input} ended`),
    onProcessingTime: (time) => void calls.push(`${name}: time ${time}`),
    finish: () => void calls.push(`${name}: finish`),
  })
  const tail: OperatorNode = new OperatorNode('tail', [schema], recorder('tail', (received) => tail.emit(0, received)), [[{ tap: new EdgeTap(1, schema, 3), node: null, input: 0, exchange }]])
  const head: OperatorNode = new OperatorNode('head', ports.map(() => schema), recorder('head', (received) => head.emit(0, received)), [[{ tap: new EdgeTap(0, schema, 3), node: tail, input: 0, exchange: null }]])
  const nodes = [head, tail]
  timers = new ProcessingTimers((node, time) => nodes[node]!.processingTime(time))
  const inputs = ports.map((port, i) => ({ port, channels: Array.from({ length: channelsOf[i]! }, () => new LocalChannel()) }))
  const task = new OperatorTask(inputs, nodes, [exchange], timers, clock)
  /** Works off all there is; the calls it made. */
  const work = (): string[] => {
    while (task.advance(16) === 'busy');
    return calls.splice(0)
  }
  return { task, work, inputs: inputs.map(({ channels }) => channels), output, timers, clock, head }
}

describe('a task', () => {
  it('brings rows and watermarks through its chain in order, and ends it once', () => {
    const { work, inputs, output, task } = chain(['in'])
    inputs[0]![0]!.send(batch([10, 20], undefined, 15))
    inputs[0]![0]!.send({ kind: 'watermark', watermark: 15 })
    inputs[0]![0]!.send({ kind: 'watermark', watermark: 18 })
    inputs[0]![0]!.send({ kind: 'end' })
    expect(work()).toEqual([
      'head: input 0 10,20',
      'tail: input 0 10,20',
      'head: W=15',
      'tail: W=14',
      'head: W=18',
      'tail: W=17',
      'head: input 0 ended',
      'head: W=Infinity',
      'tail: W=Infinity',
      'head: finish',
      'tail: input 0 ended',
      'tail: finish',
    ])
    expect(task.advance(1)).toBe('finished')
    const elements: (Element | null)[] = [output.poll(), output.poll(), output.poll()]
    expect(elements).toMatchObject([{ kind: 'batch', watermark: Infinity }, { kind: 'end' }, null])
  })

  it('gives rows the watermark of the operator: the least of its inputs, row by row', () => {
    const { work, inputs } = chain(['left', 'right'])
    const [left, right] = [inputs[0]![0]!, inputs[1]![0]!]
    right.send({ kind: 'watermark', watermark: 12 })
    expect(work()).toEqual([])
    left.send(batch([10, 20, 30], [-Infinity, 10, 20], 30))
    expect(work()).toEqual(['head: input 0 10,20,30 behind -Infinity,10,12', 'tail: input 0 10,20,30 behind -Infinity,10,12', 'head: W=12', 'tail: W=11'])
    // Nothing new in the batch: the operator's own watermark holds for all rows.
    left.send(batch([5], [30], 30))
    expect(work()).toEqual(['head: input 0 5', 'tail: input 0 5'])
    right.send({ kind: 'end' })
    expect(work()).toEqual(['head: input 1 ended', 'head: W=30', 'tail: W=29'])
  })

  it('takes the channels of one port for one stream, and those of two ports for two', () => {
    // A channel that comes back behind the others holds back a join, but not a union.
    const comeBack = (ports: readonly string[]): string[] => {
      const { work, inputs } = chain(ports)
      const [a, b] = [inputs[0]![0]!, inputs[1]![0]!]
      a.send({ kind: 'watermark', watermark: 5 })
      b.send({ kind: 'idle' })
      a.send({ kind: 'watermark', watermark: 7 })
      work()
      b.send({ kind: 'active' })
      work()
      b.send({ kind: 'watermark', watermark: 6 })
      work()
      a.send({ kind: 'watermark', watermark: 9 })
      return work().filter((call) => call.startsWith('head'))
    }
    expect(comeBack(['in', 'in'])).toEqual(['head: W=9'])
    expect(comeBack(['left', 'right'])).toEqual([])
  })

  it('lets its operators give out what they hold back before it falls idle', () => {
    const { inputs, output, task, head } = chain(['in'])
    let held: Batch | null = null
    Object.assign(head.runtime!, {
      processBatch: (_input: number, received: Batch) => (held = received),
      flush: () => {
        if (held !== null) head.emit(0, held)
        held = null
      },
    })
    inputs[0]![0]!.send(batch([10]))
    while (task.advance(16) === 'busy');
    expect(output.poll()).toBeNull()
    inputs[0]![0]!.send({ kind: 'idle' })
    while (task.advance(16) === 'busy');
    expect([output.poll(), output.poll()].map((element) => element?.kind)).toEqual(['batch', 'idle'])
  })

  it('passes idleness on when all its inputs are idle', () => {
    const { work, inputs, output } = chain(['left', 'right'])
    inputs[0]![0]!.send({ kind: 'idle' })
    work()
    expect(output.poll()).toBeNull()
    inputs[1]![0]!.send({ kind: 'idle' })
    work()
    expect(output.poll()).toEqual({ kind: 'idle' })
    inputs[1]![0]!.send({ kind: 'active' })
    work()
    expect(output.poll()).toEqual({ kind: 'active' })
  })

  it('takes its channels in turn', () => {
    const { work, inputs } = chain(['in'], [2])
    for (const [channel, time] of [[0, 1], [0, 2], [1, 3], [1, 4]] as const) inputs[0]![channel]!.send(batch([time]))
    expect(work().filter((call) => call.startsWith('head'))).toEqual(['head: input 0 1', 'head: input 0 3', 'head: input 0 2', 'head: input 0 4'])
  })

  it('takes nothing while its output has no credit', () => {
    const { task, work, inputs, output } = chain(['in'])
    for (let i = 0; i < channelCredit; i++) {
      inputs[0]![0]!.send(batch([i]))
      work()
    }
    inputs[0]![0]!.send(batch([100]))
    expect(task.advance(16)).toBe('backPressured')
    expect(work()).toEqual([])
    output.poll()
    expect(work()).toEqual(['head: input 0 100', 'tail: input 0 100'])
  })

  it('rings processing-time timers when their time has come, once each', () => {
    const { work, timers, clock, task } = chain(['in'])
    timers.schedule(1, 50)
    timers.schedule(0, 30)
    timers.schedule(0, 30)
    expect([task.nextWake(), work()]).toEqual([30, []])
    clock.advanceTo(60)
    expect(work()).toEqual(['head: time 30', 'tail: time 50'])
    expect(task.nextWake()).toBe(Infinity)
  })

  it('fails with the values of the row that an operator refused', () => {
    const { work, inputs } = chain(['in'])
    inputs[0]![0]!.send(batch([666]))
    expect(work).toThrow(expect.objectContaining({ name: 'TaskFailure', code: 'row', operatorId: 'head', message: 'no such number', row: { schema, values: [666, 666n] } }))
  })

  it('knows how its time was spent', () => {
    const time = new TaskTime()
    time.enter('busy', 100)
    time.enter('idle', 130)
    time.enter('backPressured', 140)
    time.enter('busy', 200)
    expect([time.busyMs, time.idleMs, time.backPressuredMs]).toEqual([30, 10, 60])
  })
})

describe('an edge', () => {
  it('shows its newest rows with the late ones marked, and counts all', () => {
    const tap = new EdgeTap(0, schema, 3)
    tap.pass(rows([10, 20]), -Infinity)
    tap.pass(rows([15, 30, 18, 31], [18, 18, 25, 25]), 18)
    tap.pass(rows([26]), 26)
    expect([tap.rows, tap.lateRows]).toEqual([7, 3])
    expect(tap.newest().map(({ values, late }) => [values[0], late])).toEqual([[18, true], [31, false], [26, true]])
    tap.keep = 1
    expect(tap.newest().map(({ values }) => values[0])).toEqual([26])
  })
})
