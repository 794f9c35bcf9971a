import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowAt, rowKindAt, rowKindTexts, type Batch } from '../columnar/batch.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import { BatchDecoder, BatchEncoder } from '../columnar/batchCodec.ts'
import type { Value } from '../columnar/column.ts'
import { bigintType, booleanType, decimalType, intType, stringType, timestampType, type DataType } from '../columnar/dataType.ts'
import { keyGroupOf, KeyHasher, subtaskOfKeyGroup } from '../columnar/hashColumns.ts'
import type { Schema } from '../columnar/schema.ts'
import { channelCredit, LocalChannel, type Element } from './channel.ts'
import { ExchangeWriter, type ExchangeKind } from './exchange.ts'

const types: readonly [string, DataType, fc.Arbitrary<Value>][] = [
  ['key', stringType, fc.constantFrom('', 'a', 'b', 'longer than seven', 'ß')],
  ['wide', bigintType, fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.constant(2n ** 60n))],
  ['ts', timestampType, fc.integer()],
  ['flag', booleanType, fc.boolean()],
  ['n', intType, fc.integer()],
  ['amount', decimalType(38, 2), fc.oneof(fc.bigInt({ min: 0n, max: 9n }), fc.constant(10n ** 30n))],
  ['bytes', { kind: 'BYTES', nullable: true }, fc.uint8Array({ maxLength: 3 })],
]
const schema: Schema = { fields: types.map(([name, type]) => ({ name, type })) }
const row = fc.record({ values: fc.tuple(...types.map(([, , value]) => fc.option(value, { freq: 5 }))), kind: fc.constantFrom(...rowKindTexts), rise: fc.nat(3) })
const sent = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('batch' as const), rows: fc.array(row, { minLength: 1, maxLength: 9 }), kinds: fc.boolean(), watermarks: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('watermark' as const), rise: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'flush' as const }) },
  ),
  { maxLength: 60 },
)

/** Copies what it is sent, as a channel to another worker does. */
class CopyingChannel extends LocalChannel {
  override readonly passesReferences = false
  override copiesNow(): boolean {
    return true
  }
  override send(element: Element): void {
    if (element.kind !== 'batch') super.send(element)
    else {
      const encoder = new BatchEncoder()
      const bytes = encoder.prepare(element.batch)
      const buffer = new ArrayBuffer(bytes)
      encoder.write(buffer, 0)
      super.send({ ...element, batch: new BatchDecoder(schema).decode(buffer, 0, bytes) })
    }
  }
}

/** Rows of a channel with the watermark that a receiver knows before each. */
function heard(channel: LocalChannel): { readonly rows: string[]; readonly watermark: number } {
  const rows: string[] = []
  let watermark = -Infinity
  for (let element = channel.poll(); element !== null; element = channel.poll()) {
    if (element.kind === 'batch') {
      rows.push(...rowsOf(element.batch, watermark))
      watermark = Math.max(watermark, element.batch.watermarks?.at(element.batch.rowCount - 1) ?? watermark, element.watermark)
    } else if (element.kind === 'watermark') {
      expect(element.watermark).toBeGreaterThan(watermark)
      watermark = element.watermark
    } else expect(element).toEqual({ kind: 'end' })
  }
  return { rows, watermark }
}

function rowsOf(batch: Batch, watermark: number): string[] {
  return Array.from({ length: batch.rowCount }, (_, i) => `${rowKindAt(batch, i)} ${rowAt(batch, i).map(String).join(',')} after ${batch.watermarks?.[i] ?? watermark}`)
}

describe.each<[string, ExchangeKind]>([
  ['hash', { kind: 'hash', columns: [0, 1], maxParallelism: 128 }],
  ['hash of a string', { kind: 'hash', columns: [0], maxParallelism: 128 }],
  ['hash of a BIGINT', { kind: 'hash', columns: [1], maxParallelism: 100 }],
  ['rebalance', { kind: 'rebalance', first: 1 }],
  ['broadcast', { kind: 'broadcast' }],
])('an exchange by %s', (_, exchange) => {
  it('brings every row, in its order and with its watermark, to the subtask it belongs to', () => {
    fc.assert(
      fc.property(sent, fc.integer({ min: 1, max: 4 }), (messages, targets) => {
        const channels = Array.from({ length: targets }, (_, i) => (i % 2 === 0 ? new LocalChannel() : new CopyingChannel()))
        const writer = new ExchangeWriter(exchange, schema, channels)
        const keys = exchange.kind === 'hash' ? exchange.columns : []
        const groups = exchange.kind === 'hash' ? exchange.maxParallelism : 1
        const hasher = new KeyHasher(keys.map((column) => types[column]![1]))
        const expected: string[][] = channels.map(() => [])
        let watermark = -Infinity
        let turn = 1 % targets
        for (const message of messages) {
          if (message.kind === 'flush') writer.flush()
          else if (message.kind === 'watermark') {
            watermark = Math.max(0, watermark) + message.rise
            writer.watermark(watermark)
          } else {
            const before = watermark
            let batch = batchOf(schema, message.rows.map(({ values }) => values), message.kinds ? message.rows.map(({ kind: rowKind }) => rowKind) : undefined)
            if (message.watermarks) batch = { ...batch, watermarks: Float64Array.from(message.rows, ({ rise }) => (watermark = Math.max(0, watermark) + rise)) }
            writer.write(batch, before)
            if (message.watermarks) writer.watermark(watermark)
            const hashes = new Int32Array(batch.rowCount)
            if (keys.length > 0) hasher.hash(keys.map((column) => batch.columns[column]!), batch.rowCount, hashes)
            rowsOf(batch, before).forEach((text, i) => {
              if (exchange.kind === 'hash') expected[subtaskOfKeyGroup(keyGroupOf(hashes[i]!, groups), targets, groups)]!.push(text)
              else if (exchange.kind === 'broadcast') for (const rows of expected) rows.push(text)
              else expected[turn]!.push(text)
            })
            turn = (turn + 1) % targets
          }
        }
        writer.end()
        expect(channels.map(heard)).toEqual(expected.map((rows) => ({ rows, watermark })))
      }),
    )
  })
})

/** To another worker: what a batch costs does not hang on its rows alone. */
class SlotChannel extends LocalChannel {
  override readonly passesReferences = false
}

describe('an exchange', () => {
  const one: Schema = { fields: [{ name: 'n', type: intType }] }
  const rows = (count: number): Batch => batchOf(one, Array.from({ length: count }, (_, i) => [i]))
  const polled = (channel: LocalChannel): Element[] => {
    const elements: Element[] = []
    for (let element = channel.poll(); element !== null; element = channel.poll()) elements.push(element)
    return elements
  }

  it('passes batches that are not small one by one, each before the watermark behind it', () => {
    const channel = new LocalChannel()
    const writer = new ExchangeWriter({ kind: 'single' }, one, [channel])
    writer.write(rows(3), 1)
    writer.write(rows(100), 1)
    writer.watermark(7)
    writer.write(rows(200), 7)
    writer.write(rows(2), 7)
    writer.flush()
    expect(polled(channel)).toMatchObject([
      { batch: { rowCount: 3 }, watermark: -Infinity },
      { batch: { rowCount: 100 }, watermark: 7 },
      { batch: { rowCount: 200 }, watermark: -Infinity },
      { batch: { rowCount: 2 }, watermark: -Infinity },
    ])
  })

  it('puts small batches together to about 4096 rows where they are copied', () => {
    const channel = new SlotChannel()
    const writer = new ExchangeWriter({ kind: 'single' }, one, [channel])
    for (let i = 0; i < 21; i++) writer.write(rows(1000), -Infinity)
    expect(polled(channel).map((element) => element.kind === 'batch' && element.batch.rowCount)).toEqual([5000, 5000, 5000, 5000])
    expect(writer.flush()).toBe(true)
    expect(writer.flush()).toBe(false)
    expect(polled(channel)).toMatchObject([{ kind: 'batch', batch: { rowCount: 1000 } }])
  })

  it('tells a watermark before rows that do not tell theirs, instead of one for each of them', () => {
    const channel = new SlotChannel()
    const writer = new ExchangeWriter({ kind: 'single' }, one, [channel])
    writer.watermark(7)
    writer.write(rows(20), 7)
    writer.write(rows(30), 7)
    writer.watermark(9)
    writer.write(rows(10), 9)
    writer.flush()
    const elements = polled(channel)
    expect(elements).toMatchObject([{ kind: 'watermark', watermark: 7 }, { kind: 'batch', batch: { rowCount: 60 }, watermark: 9 }])
    // Those that came before it rose again still know what held for them.
    expect([...(elements[1] as Element & { readonly kind: 'batch' }).batch.watermarks!]).toEqual(Array.from({ length: 60 }, (_, row) => (row < 50 ? 7 : 9)))
  })

  it('passes a whole batch by reference', () => {
    const channel = new LocalChannel()
    const writer = new ExchangeWriter({ kind: 'forward' }, one, [channel])
    const batch = rows(3)
    writer.write(batch, -Infinity)
    writer.watermark(5)
    writer.flush()
    const [element] = polled(channel)
    expect(element).toEqual({ kind: 'batch', batch, watermark: 5 })
    expect(element!.kind === 'batch' && element!.batch).toBe(batch)
  })

  it('does not keep a thin stream waiting beside a thick one', () => {
    const channel = new LocalChannel()
    const writer = new ExchangeWriter({ kind: 'single' }, one, [channel])
    writer.write(rows(1), -Infinity)
    for (let watermark = 1; watermark < 40; watermark++) writer.watermark(watermark)
    expect(channel.poll()).toMatchObject({ kind: 'batch', batch: { rowCount: 1 } })
  })

  it('is out of credit when a receiver does not take its elements, and says how full it is', () => {
    const channel = new LocalChannel()
    const writer = new ExchangeWriter({ kind: 'single' }, one, [channel])
    for (let i = 0; i < channelCredit; i++) {
      expect([writer.hasCredit(), writer.fill()]).toEqual([true, i / channelCredit])
      writer.write(rows(1), -Infinity)
      writer.flush()
    }
    expect([writer.hasCredit(), writer.fill()]).toEqual([false, 1])
    channel.poll()
    expect(writer.hasCredit()).toBe(true)
  })

  it('says what it holds back before idleness and the end', () => {
    const channel = new LocalChannel()
    const writer = new ExchangeWriter({ kind: 'single' }, one, [channel])
    writer.write(rows(1), -Infinity)
    writer.idle()
    writer.active()
    writer.watermark(3)
    writer.end()
    expect(polled(channel).map(({ kind }) => kind)).toEqual(['batch', 'idle', 'active', 'watermark', 'end'])
  })
})
