import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../columnar/batch.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import { bigintType, timestampType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import { StateRefused, StateWriter } from '../columnar/stateCodec.ts'
import { ManualClock } from '../deterministic/clock.ts'
import { LocalChannel, type Element } from './channel.ts'
import { decodeTaskSnapshot, encodeTaskSnapshot, restoresOf, type Arrival, type CheckpointBarrier, type InFlight, type TaskShape, type TaskSnapshot } from './checkpoint.ts'
import { EdgeTap } from './edgeTap.ts'
import { ExchangeWriter } from './exchange.ts'
import { OperatorNode } from './operatorNode.ts'
import type { OperatorRuntime } from './operatorRuntime.ts'
import { SourceTask } from './sourceTask.ts'
import { OperatorTask, ProcessingTimers } from './task.ts'

const schema: Schema = { fields: [{ name: 'ts', type: timestampType, time: 'event' }, { name: 'v', type: bigintType }] }
const rows = (times: readonly number[]): Batch => batchOf(schema, times.map((time) => [time, BigInt(time)]))
const place = { chain: 0, subtask: 0, parallelism: 1, maxParallelism: 128 }
const barrier = (checkpoint: number, alignment: CheckpointBarrier['alignment'] = 'aligned'): CheckpointBarrier => ({ checkpoint, kind: 'checkpoint', alignment, timestamp: 0 })

function timesOf(element: Element | null): string {
  if (element === null) return 'nothing'
  if (element.kind !== 'batch') return element.kind === 'watermark' ? `W=${element.watermark}` : element.kind
  const { values } = element.batch.columns[0] as { readonly values: Float64Array }
  const behind = element.batch.watermarks === null ? '' : ` behind ${[...element.batch.watermarks.subarray(0, element.batch.rowCount)].join(',')}`
  return `${[...values.subarray(0, element.batch.rowCount)].join(',')}${behind}${element.watermark === -Infinity ? '' : ` W=${element.watermark}`}`
}

function drain(channel: LocalChannel): string[] {
  const texts: string[] = []
  for (let element = channel.poll(); element !== null; element = channel.poll()) texts.push(timesOf(element))
  return texts
}

/** A source of rows at 10, 20, … 100, three at a time, behind a gate. */
function source(until: number) {
  const output = new LocalChannel()
  const exchange = new ExchangeWriter({ kind: 'forward' }, schema, [output])
  const node = new OperatorNode('s', [], null, [[{ tap: new EdgeTap(0, schema, 0), node: null, input: 0, exchange }]])
  let at = 0
  const gate = { until, inTurn: false }
  const runtime = {
    open: async () => undefined,
    next: (): Batch | 'end' => {
      if (at >= 10) return 'end'
      const times = [at, at + 1, at + 2].filter((row) => row < 10).map((row) => (row + 1) * 10)
      at += times.length
      return rows(times)
    },
    position: () => ({ rows: at, at: {} }),
    seek: async (position: { readonly rows: number }) => {
      at = position.rows
    },
  }
  const task = new SourceTask([{ runtime, scratch: null, watermark: { column: 0, columnName: 'ts', delayMs: 5, idleTimeoutMs: 0 } }], schema, [node], [exchange], gate, new ProcessingTimers(() => undefined), new ManualClock(0), () => undefined)
  const acknowledged: TaskSnapshot[] = []
  task.listener = { place, operators: [{ operator: 's', kind: 'source' }], acknowledge: (snapshot) => acknowledged.push(snapshot), decline: () => undefined }
  const work = (): void => {
    while (task.advance() === 'busy');
  }
  return { task, output, gate, work, acknowledged }
}

/** An operator that sums what comes and gives the sum on, with as many channels as asked for. */
function summing(channels: number) {
  const inputs = Array.from({ length: channels }, () => new LocalChannel())
  const output = new LocalChannel()
  const exchange = new ExchangeWriter({ kind: 'forward' }, schema, [output])
  const told: string[] = []
  let sum = 0
  const runtime: OperatorRuntime & { word: string } = {
    word: 'sum',
    processBatch(_input, batch) {
      const { values } = batch.columns[0] as { readonly values: Float64Array }
      for (let row = 0; row < batch.rowCount; row++) sum += values[row]!
    },
    onWatermark: (watermark) => watermark,
    onInputEnd: (input) => void told.push(`input ${input} ended`),
    onProcessingTime: (time) => void told.push(`time ${time}`),
    stateSchema: () => ({ what: runtime.word }),
    snapshot: (writer) => writer.number('sum', sum),
    restore: (reader) => {
      sum += reader.number('sum')
    },
  }
  const node = new OperatorNode('o', [schema], runtime, [[{ tap: new EdgeTap(0, schema, 0), node: null, input: 0, exchange }]])
  const clock = new ManualClock(0)
  const timers = new ProcessingTimers((_node, time) => node.processingTime(time))
  const task = new OperatorTask([{ port: 'in', channels: inputs }], [node], [exchange], timers, clock)
  const acknowledged: TaskSnapshot[] = []
  const declined: string[] = []
  task.listener = { place, operators: [{ operator: 'o', kind: 'sum' }], acknowledge: (snapshot) => acknowledged.push(snapshot), decline: (checkpoint, reason) => declined.push(`${checkpoint}: ${reason}`) }
  const work = (): void => {
    while (task.advance(16) === 'busy');
  }
  return { task, inputs, output, work, acknowledged, declined, told, timers, clock, node, runtime, sum: () => sum }
}

const batch = (times: readonly number[], watermark = -Infinity): Element => ({ kind: 'batch', batch: rows(times), watermark })

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

describe('a source', () => {
  it('goes on behind the last row it let through, with its watermark', async () => {
    const before = source(45)
    before.work()
    before.task.triggerCheckpoint(barrier(1))
    expect(drain(before.output)).toEqual(['10,20,30,40 behind -Infinity,5,15,25 W=35', 'barrier'])
    const [snapshot] = before.acknowledged
    expect(snapshot).toMatchObject({ finished: false, splits: [{ position: { rows: 3 }, skip: 1, watermark: 35 }] })
    const after = source(75)
    await after.task.restore({ kind: 'same', snapshot: decodeTaskSnapshot(joined(encodeTaskSnapshot(snapshot!))) })
    after.work()
    expect(drain(after.output)).toEqual(['50,60,70 behind 35,45,55 W=65'])
    // Cut off again before anything of the next read was let through.
    after.task.triggerCheckpoint(barrier(2))
    const last = source(Infinity)
    await last.task.restore({ kind: 'same', snapshot: after.acknowledged[0]! })
    last.work()
    expect(drain(last.output)).toEqual(['80,90,100 behind 65,75,85 W=95', 'W=Infinity', 'end'])
  })

  it('says so when it has ended, and ends again', async () => {
    const before = source(Infinity)
    before.work()
    before.task.triggerCheckpoint(barrier(1))
    expect(before.acknowledged).toMatchObject([{ finished: true, splits: [{ position: null }] }])
    const after = source(Infinity)
    await after.task.restore({ kind: 'same', snapshot: before.acknowledged[0]! })
    after.work()
    expect(drain(after.output)).toEqual(['end'])
    expect(after.task.advance()).toBe('finished')
  })
})

describe('an operator task at a barrier', () => {
  it('holds back the channel that brought it until all have', () => {
    const { task, inputs, work, acknowledged, sum, output } = summing(2)
    task.triggerCheckpoint(barrier(1))
    inputs[0]!.send(batch([1]))
    inputs[0]!.send({ kind: 'barrier', barrier: barrier(1) })
    inputs[0]!.send(batch([100]))
    inputs[1]!.send(batch([2]))
    work()
    expect([sum(), acknowledged.length]).toEqual([3, 0])
    inputs[1]!.send(batch([4]))
    inputs[1]!.send({ kind: 'barrier', barrier: barrier(1) })
    work()
    expect(sum()).toBe(107)
    expect(acknowledged).toMatchObject([{ checkpoint: 1, finished: false, bufferedElements: 1 }])
    expect(drain(output)).toEqual(['barrier'])
  })

  it('holds nothing back at least once', () => {
    const { inputs, work, acknowledged, sum } = summing(2)
    inputs[0]!.send({ kind: 'barrier', barrier: barrier(1, 'atLeastOnce') })
    inputs[0]!.send(batch([100]))
    work()
    expect(sum()).toBe(100)
    inputs[1]!.send({ kind: 'barrier', barrier: barrier(1, 'atLeastOnce') })
    work()
    expect(acknowledged).toHaveLength(1)
  })

  it('does not wait for a channel that has ended, before or after the others brought it', () => {
    for (const endsFirst of [true, false]) {
      const { inputs, work, acknowledged } = summing(2)
      if (endsFirst) inputs[1]!.send({ kind: 'end' })
      inputs[0]!.send({ kind: 'barrier', barrier: barrier(1) })
      work()
      expect(acknowledged).toHaveLength(endsFirst ? 1 : 0)
      inputs[1]!.send({ kind: 'end' })
      if (!endsFirst) work()
      expect(acknowledged).toHaveLength(1)
    }
  })

  it('says that it has ended, when it is asked afterwards and when it ends before the barrier comes', () => {
    const { task, inputs, work, acknowledged } = summing(1)
    task.triggerCheckpoint(barrier(1))
    inputs[0]!.send({ kind: 'end' })
    work()
    expect(acknowledged).toMatchObject([{ checkpoint: 1, finished: true }])
    task.triggerCheckpoint(barrier(2))
    task.triggerCheckpoint(barrier(2))
    expect(acknowledged).toMatchObject([{ checkpoint: 1 }, { checkpoint: 2, finished: true }])
  })

  it('gives a checkpoint up for a newer one and when it is told to', () => {
    const { task, inputs, work, acknowledged, declined, sum } = summing(2)
    inputs[0]!.send({ kind: 'barrier', barrier: barrier(1) })
    inputs[0]!.send(batch([1]))
    work()
    expect(sum()).toBe(0)
    inputs[1]!.send({ kind: 'barrier', barrier: barrier(2) })
    work()
    expect([sum(), declined]).toEqual([1, ['1: checkpoint 2 came before it was whole']])
    task.abortCheckpoint(2)
    inputs[1]!.send(batch([2]))
    // Late barriers of what is over pass unnoticed.
    inputs[0]!.send({ kind: 'barrier', barrier: barrier(2) })
    inputs[1]!.send({ kind: 'barrier', barrier: barrier(1) })
    work()
    expect([sum(), acknowledged.length]).toEqual([3, 0])
  })

  it('copies its state at the first barrier when barriers overtake, and writes down what was in flight', async () => {
    const { task, inputs, work, acknowledged, output, sum } = summing(2)
    inputs[0]!.send(batch([1]))
    work()
    task.triggerCheckpoint(barrier(1, 'unaligned'))
    inputs[0]!.send(batch([2]))
    const senderKeeps = inputs[0]!.overtake(barrier(1, 'unaligned'))
    expect(senderKeeps.map(timesOf)).toEqual(['2'])
    inputs[1]!.send(batch([4], 7))
    work()
    // The barrier went on before anything else moved; the rows are taken meanwhile, and those of the other channel are noted.
    expect([drain(output), acknowledged.length, sum()]).toEqual([['barrier'], 0, 7])
    expect(inputs[1]!.overtake(barrier(1, 'unaligned'))).toEqual([])
    inputs[1]!.send(batch([8]))
    work()
    expect(acknowledged).toMatchObject([{ bufferedElements: 1, inFlight: [{ side: 'in', channel: 1, rows: 1 }] }])
    const after = summing(2)
    await after.task.restore({ kind: 'same', snapshot: decodeTaskSnapshot(joined(encodeTaskSnapshot(acknowledged[0]!))) })
    after.inputs[1]!.send(batch([8]))
    after.work()
    // 2 is the sender's to send again.
    expect(after.sum()).toBe(1 + 4 + 8)
  })

  it('is what it was, down to the watermark of each channel', async () => {
    const before = summing(2)
    before.inputs[0]!.send({ kind: 'watermark', watermark: 50 })
    before.inputs[1]!.send({ kind: 'watermark', watermark: 30 })
    before.inputs[1]!.send({ kind: 'end' })
    before.timers.schedule(0, 99)
    before.inputs[0]!.send({ kind: 'barrier', barrier: barrier(1) })
    before.work()
    expect(before.node.watermark).toBe(50)
    const after = summing(2)
    await after.task.restore({ kind: 'same', snapshot: before.acknowledged[0]! })
    expect([after.node.watermark, after.task.nextWake()]).toEqual([50, 99])
    after.inputs[0]!.send({ kind: 'watermark', watermark: 60 })
    after.clock.advanceTo(100)
    after.work()
    expect([after.node.watermark, after.told]).toEqual([60, ['time 99']])
    after.inputs[0]!.send({ kind: 'end' })
    after.work()
    expect(after.told).toEqual(['time 99', 'input 0 ended'])
    expect(after.task.advance(1)).toBe('finished')
  })

  it('refuses a state that is made of something else, with the difference', async () => {
    const before = summing(1)
    before.inputs[0]!.send({ kind: 'barrier', barrier: barrier(1) })
    before.work()
    const after = summing(1)
    after.runtime.word = 'product'
    await expect(after.task.restore({ kind: 'same', snapshot: before.acknowledged[0]! })).rejects.toThrow(new StateRefused('The state does not fit the job. o: what was sum and is now product.', ['o: what was sum and is now product']))
  })
})

describe('what tasks begin from', () => {
  const blobOf = (n: number): Uint8Array<ArrayBuffer> => {
    const writer = new StateWriter()
    writer.number('n', n)
    return writer.finish()
  }
  const snapshots = (parallelism: number, watermarks: readonly number[], finished: readonly number[] = []): TaskSnapshot[] =>
    Array.from({ length: parallelism }, (_, subtask): TaskSnapshot => ({
      checkpoint: 1,
      place: { chain: 3, subtask, parallelism, maxParallelism: 128 },
      finished: finished.includes(subtask),
      operators: [{ operator: 'agg', kind: 'group-aggregate', watermark: watermarks[subtask]!, forwarded: watermarks[subtask]!, timers: [subtask], blob: finished.includes(subtask) ? new Uint8Array(0) : blobOf(subtask) }],
      channels: [{ watermark: 1, combined: 1, idle: false, aligned: true, ended: false }],
      splits: [],
      inFlight: [],
      stateBytes: 0,
      startDelayMs: 0,
      alignmentMs: 0,
      syncMs: 0,
      bufferedElements: 0,
    }))
  const shapes = (parallelism: number, kind = 'group-aggregate', maxParallelism = 128): TaskShape[] =>
    Array.from({ length: parallelism }, (_, subtask) => ({ place: { chain: 3, subtask, parallelism, maxParallelism }, operators: [{ operator: 'agg', kind }], channels: 1 }))

  it('is their own snapshot under the same plan', () => {
    const { restores, refused, differences } = restoresOf(shapes(2), snapshots(2, [5, 9]))
    expect([restores.map(({ kind }) => kind), refused, differences]).toEqual([['same', 'same'], [], []])
  })

  it('is all blobs of each operator with key groups, and the least watermark, under another', () => {
    const { restores } = restoresOf(shapes(3), snapshots(2, [5, 9]))
    expect(restores).toHaveLength(3)
    for (const [subtask, restore] of restores.entries()) {
      if (restore.kind !== 'rescaled') throw new Error('same')
      const [operator] = restore.operators
      expect(operator).toMatchObject({ watermark: 5, forwarded: 5, timers: [0, 1] })
      expect(operator!.parts.map(({ share }) => [share.part, share.subtask, share.parallelism, share.watermark])).toEqual([[0, subtask, 3, 5], [1, subtask, 3, 5]])
    }
    const ranges = restores.map((restore) => (restore.kind === 'rescaled' ? restore.operators[0]!.parts[0]!.share.keyGroups : null))
    expect(ranges).toEqual([{ first: 0, last: 42 }, { first: 43, last: 85 }, { first: 86, last: 127 }])
  })

  it('gives rows in flight to whom they go now: by key to all, what all get from one, else each old subtask to one; what had arrived before what was still to be sent', () => {
    const part = (side: 'in' | 'out', subtask: number, rows: number): InFlight => ({ side, channel: 0, target: 0, rows, to: { operator: 'agg', input: 0, subtask, channel: 0, types: 'BIGINT' }, blob: new Uint8Array(0) })
    const from = snapshots(2, [5, 9]).map((snapshot, i) => ({ ...snapshot, inFlight: i === 0 ? [part('out', 1, 2), part('in', 0, 1)] : [part('in', 1, 3), part('out', 0, 4)] }))
    const got = (arrival: Arrival): unknown[] =>
      restoresOf(shapes(3).map((shape) => ({ ...shape, arrivals: [[arrival]] })), from).restores.map((restore) =>
        restore.kind === 'rescaled' ? restore.operators[0]!.inFlight.map(({ watermark, parts, inputs }) => [watermark, parts.map(({ rows }) => rows), inputs]) : [],
      )
    expect(got({ kind: 'hash', columns: [0], types: 'BIGINT' })).toEqual([0, 1, 2].map(() => [[5, [1, 4], [[0]]], [9, [3, 2], [[0]]]]))
    expect(got({ kind: 'broadcast', types: 'BIGINT' })).toEqual([0, 1, 2].map(() => [[5, [1, 4], ['all']], [9, [3, 2], ['none']]]))
    // All of them hear how far each old subtask had come.
    expect(got({ kind: 'any', types: 'BIGINT' })).toEqual([0, 1, 2].map((subtask) => [[5, [1, 4], [subtask === 0 ? 'all' : 'none']], [9, [3, 2], [subtask === 1 ? 'all' : 'none']]]))
  })

  it('does not wait for the watermark of a subtask that has ended', () => {
    const { restores } = restoresOf(shapes(1), snapshots(2, [Infinity, 9], [0]))
    expect(restores[0]).toMatchObject({ kind: 'rescaled', operators: [{ watermark: 9, parts: [{ share: { part: 1 } }] }] })
  })

  it('is refused where kinds or key groups are others or rows were in flight, and says what is new or left behind', () => {
    expect(restoresOf(shapes(1, 'top-n'), snapshots(2, [5, 9])).refused).toEqual(['The operator agg was a group-aggregate and is a top-n.'])
    expect(restoresOf(shapes(2, 'group-aggregate', 256), snapshots(2, [5, 9])).refused).toEqual(['The number of key groups (maximum parallelism) was 128 and is 256; keys cannot be found again. Set it to 128.'])
    const flying = (operator: string): TaskSnapshot[] =>
      snapshots(2, [5, 9]).map((snapshot) => ({ ...snapshot, inFlight: [{ side: 'in' as const, channel: 0, target: 0, rows: 1, to: { operator, input: 0, subtask: 0, channel: 0, types: 'BIGINT' }, blob: new Uint8Array(0) }] }))
    expect(restoresOf(shapes(3), flying('')).refused).toEqual(['The checkpoint is unaligned and holds 2 rows on their way, and an earlier version of Millrace did not write down whereto. Restore it with the plan it was made by.'])
    expect(restoresOf(shapes(3), flying('gone')).refused[0]).toContain('to the operator gone, which is gone. Take a savepoint before removing it')
    const changed = shapes(3).map((shape) => ({ ...shape, arrivals: [[{ kind: 'any' as const, types: 'VARCHAR' }]] }))
    expect(restoresOf(changed, flying('agg')).refused[0]).toContain('with the columns BIGINT, and it takes VARCHAR now')
    expect(restoresOf(shapes(3), flying('agg')).refused).toEqual([])
    expect(restoresOf(shapes(2), flying('')).refused).toEqual([])
    const renamed = shapes(1).map((shape) => ({ ...shape, operators: [{ operator: 'other', kind: 'group-aggregate' }] }))
    expect(restoresOf(renamed, snapshots(2, [5, 9])).differences).toEqual([
      'The operator agg (group-aggregate) is gone; its state is left behind.',
      'The operator other (group-aggregate) is new; it begins without state.',
    ])
  })

  it('comes back from bytes as it was', () => {
    const watermark = fc.oneof(fc.integer(), fc.constantFrom(-Infinity, Infinity))
    const bytes = fc.uint8Array({ maxLength: 9 }).map((blob) => new Uint8Array(blob))
    const snapshot: fc.Arbitrary<TaskSnapshot> = fc.record({
      checkpoint: fc.nat(),
      place: fc.record({ chain: fc.nat(), subtask: fc.nat(), parallelism: fc.nat(), maxParallelism: fc.nat() }, { noNullPrototype: true }),
      finished: fc.boolean(),
      operators: fc.array(fc.record({ operator: fc.string(), kind: fc.string(), watermark, forwarded: watermark, timers: fc.array(fc.integer()), blob: bytes }, { noNullPrototype: true }), { maxLength: 3 }),
      channels: fc.array(fc.record({ watermark, combined: watermark, idle: fc.boolean(), aligned: fc.boolean(), ended: fc.boolean() }, { noNullPrototype: true }), { maxLength: 3 }),
      splits: fc.array(
        fc.record({ split: fc.nat(), splits: fc.nat(), position: fc.option(fc.record({ rows: fc.nat(), at: fc.dictionary(fc.string({ minLength: 1 }).filter((name) => !/^\d/.test(name) && name !== '__proto__'), fc.integer(), { noNullPrototype: true }) }, { noNullPrototype: true })), skip: fc.nat(), watermark, idle: fc.boolean(), eventTimeRead: watermark }, { noNullPrototype: true, requiredKeys: ['split', 'splits', 'position', 'skip', 'watermark', 'idle'] }),
        { maxLength: 3 },
      ),
      inFlight: fc.array(fc.record({ side: fc.constantFrom('in' as const, 'out' as const), channel: fc.nat(), target: fc.nat(), rows: fc.nat(), to: fc.record({ operator: fc.string(), input: fc.nat(), subtask: fc.nat(), channel: fc.nat(), types: fc.string() }, { noNullPrototype: true }), blob: bytes }, { noNullPrototype: true }), { maxLength: 2 }),
      stateBytes: fc.nat(),
      startDelayMs: fc.nat(),
      alignmentMs: fc.nat(),
      syncMs: fc.nat(),
      bufferedElements: fc.nat(),
    }, { noNullPrototype: true })
    fc.assert(
      fc.property(snapshot, (given) => {
        expect(decodeTaskSnapshot(joined(encodeTaskSnapshot(given)))).toEqual(given)
      }),
    )
  })
})
