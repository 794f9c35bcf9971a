import { describe, expect, it } from 'vitest'
import { rowTexts } from '../columnar/compareRows.ts'
import { batchOf } from '../columnar/batchBuilder.ts'
import type { Int64Column } from '../columnar/column.ts'
import { bigintType, stringType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Element } from '../engine/channel.ts'
import { CarriedReader, CarriedWriter } from './carriedChannel.ts'
import { PoolReader, PoolWriter, ringMemory, RingReader, RingWriter, type SlotReader, type SlotWriter } from './slots.ts'

const schema: Schema = { fields: [{ name: 'v', type: bigintType }, { name: 's', type: stringType }] }
const slotCount = 4
const slotBytes = 1024

interface Ends {
  readonly writer: SlotWriter
  readonly reader: SlotReader
  /** How often the writer was told that there is room again. */
  readonly nudges: () => number
}

/** Both ends in one thread. The pool's buffers really are transferred, so a use after that would show. */
const carriers: readonly [string, () => Ends][] = [
  [
    'a ring in shared memory',
    () => {
      const memory = ringMemory(slotCount, slotBytes)
      let nudges = 0
      return { writer: new RingWriter(memory, slotCount, () => {}), reader: new RingReader(memory, slotCount, () => nudges++), nudges: () => nudges }
    },
  ],
  [
    'a pool of transferred buffers',
    () => {
      let nudges = 0
      const writer: PoolWriter = new PoolWriter(7, slotCount, slotBytes, (message) => {
        if (message.kind === 'slot') reader.arrive(structuredClone(message.buffer, { transfer: [message.buffer] }), message.byteLength)
      })
      const reader = new PoolReader(7, (message) => {
        nudges++
        if (message.kind === 'credit') writer.returned(structuredClone(message.buffer, { transfer: [message.buffer] }))
      })
      return { writer, reader, nudges: () => nudges }
    },
  ],
]

const numbered = (first: number, count: number): Element => ({
  kind: 'batch',
  batch: batchOf(schema, Array.from({ length: count }, (_, i) => [BigInt(first + i), `text ${(first + i) % 7}`])),
  watermark: first,
})

function drained(reader: CarriedReader): Element[] {
  const elements: Element[] = []
  for (let element = reader.poll(); element !== null; element = reader.poll()) elements.push(element)
  return elements
}

function text(elements: readonly Element[]): string[] {
  return elements.map((element) => (element.kind === 'batch' ? `${rowTexts([element.batch]).join(' ')} then ${element.watermark}` : JSON.stringify(element)))
}

describe.each(carriers)('a channel over %s', (_, ends) => {
  it('brings every kind of element, in order', () => {
    const { writer: slots, reader: readerSlots } = ends()
    const writer = new CarriedWriter(slots)
    const reader = new CarriedReader(readerSlots, schema)
    const elements: Element[] = [numbered(0, 3), { kind: 'watermark', watermark: 1.5e12 }, { kind: 'watermark', watermark: Infinity }, { kind: 'idle' }, { kind: 'active' }, numbered(3, 1), { kind: 'end' }]
    const received: Element[] = []
    for (const element of elements) {
      writer.send(element)
      received.push(...drained(reader))
    }
    expect(text(received)).toEqual(text(elements))
  })

  it('gives a batch that only passes in the memory of the one before it, and any other in memory of its own', () => {
    const { writer: slots, reader: readerSlots } = ends()
    const writer = new CarriedWriter(slots)
    const reader = new CarriedReader(readerSlots, schema)
    for (const first of [0, 10, 20, 30]) writer.send(numbered(first, 3))
    const [passed, again, kept, last] = [true, true, false, true].map((passing) => {
      const element = reader.poll(passing)
      if (element?.kind !== 'batch') throw new Error('a batch was sent')
      return { text: text([element]), memory: (element.batch.columns[0] as Int64Column).values!.buffer, now: () => text([element]) }
    })
    expect([passed!.text, again!.text, kept!.text, last!.text]).toEqual([0, 10, 20, 30].map((first) => text([numbered(first, 3)])))
    expect([again!.memory === passed!.memory, kept!.memory === passed!.memory, last!.memory === passed!.memory]).toEqual([true, false, true])
    expect(kept!.now()).toEqual(kept!.text)
  })

  it('is out of credit after as many elements as it has slots, keeps the rest, and loses nothing', () => {
    const { writer: slots, reader: readerSlots, nudges } = ends()
    const writer = new CarriedWriter(slots)
    const reader = new CarriedReader(readerSlots, schema)
    const elements: Element[] = []
    for (let i = 0; i < slotCount; i++) {
      expect([writer.hasCredit(), writer.fill()]).toEqual([true, i / slotCount])
      elements.push(numbered(i * 10, 10))
      writer.send(elements.at(-1)!)
    }
    expect([writer.hasCredit(), writer.fill()]).toEqual([false, 1])
    // What one input element makes an operator emit is taken whole.
    for (let i = 0; i < 300; i++) {
      elements.push(numbered(1000 + i, 1))
      writer.send(elements.at(-1)!)
    }
    const received: Element[] = []
    expect(nudges()).toBe(0)
    received.push(reader.poll()!)
    expect(nudges()).toBeGreaterThan(0)
    expect(writer.hasCredit()).toBe(false)
    while (received.length < elements.length) {
      received.push(...drained(reader))
      writer.hasCredit()
    }
    expect(text(received)).toEqual(text(elements))
    drained(reader)
    expect(writer.hasCredit()).toBe(true)
  })

  it('sends a batch that is larger than all slots together in pieces, between its neighbours', () => {
    const { writer: slots, reader: readerSlots } = ends()
    const writer = new CarriedWriter(slots)
    const reader = new CarriedReader(readerSlots, schema)
    const elements: Element[] = [numbered(0, 2), numbered(10, 3000), numbered(5000, 2), { kind: 'end' }]
    for (const element of elements) writer.send(element)
    const received: Element[] = []
    for (let rounds = 0; received.length < elements.length && rounds < 1000; rounds++) {
      received.push(...drained(reader))
      writer.hasCredit()
    }
    expect(text(received)).toEqual(text(elements))
  })

  it('goes round its slots many times', () => {
    const { writer: slots, reader: readerSlots } = ends()
    const writer = new CarriedWriter(slots)
    const reader = new CarriedReader(readerSlots, schema)
    for (let i = 0; i < 10_000; i++) {
      writer.send({ kind: 'watermark', watermark: i })
      expect(reader.poll()).toEqual({ kind: 'watermark', watermark: i })
    }
    expect(reader.poll()).toBeNull()
  })
})
