import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowAt, rowKindAt } from './batch.ts'
import { columnOf } from './batchBuilder.ts'
import { valuesOf } from './concat.ts'
import type { DataType } from './dataType.ts'
import { schemaDifferences, StateReader, StateRefused, StateWriter, wholeState } from './stateCodec.ts'

const type = (kind: string, rest: object = {}): DataType => ({ kind, nullable: true, ...rest }) as DataType

describe('a state', () => {
  it('comes back as it was written, section by section', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double(), { maxLength: 40 }),
        fc.array(fc.integer(), { maxLength: 40 }),
        fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 30 }),
        fc.array(fc.bigInt(), { maxLength: 20 }),
        fc.string({ unit: 'binary' }),
        fc.nat(7),
        (doubles, integers, texts, bigints, text, offset) => {
          const writer = new StateWriter()
          writer.float64('doubles', Float64Array.from(doubles))
          writer.at('inner').int32('integers', Int32Array.from(integers))
          writer.uint8('bytes', Uint8Array.from(integers, (value) => value & 255))
          writer.strings('texts', texts)
          writer.bigints('bigints', bigints)
          writer.text('text', text)
          writer.number('number', doubles[0] ?? -0)
          const blob = writer.finish()
          // Wherever it lies.
          const moved = new Uint8Array(blob.length + offset)
          moved.set(blob, offset)
          const reader = StateReader.open(moved.subarray(offset), wholeState)
          expect([...reader.float64('doubles')]).toEqual(doubles)
          expect([...reader.at('inner').int32('integers')]).toEqual(integers)
          expect([...reader.uint8('bytes')]).toEqual(integers.map((value) => value & 255))
          expect(reader.strings('texts')).toEqual(texts)
          expect(reader.bigints('bigints')).toEqual(bigints)
          expect(reader.text('text')).toBe(text)
          expect(reader.number('number')).toBe(doubles[0] ?? -0)
        },
      ),
    )
  })

  it('holds columns of every storage, NULLs and wide integers too', () => {
    const columns: [DataType, (string | number | bigint | boolean | null | Uint8Array | readonly (string | null)[])[]][] = [
      [type('BOOLEAN'), [true, null, false]],
      [type('INT'), [1, -2, null]],
      [type('DOUBLE'), [0.5, Number.NaN, -0]],
      [type('BIGINT'), [1n, null, -3n]],
      [type('BIGINT'), [9_223_372_036_854_775_807n, null, 0n]],
      [type('DECIMAL', { precision: 38, scale: 2 }), [10n ** 37n, null, -5n]],
      [type('VARCHAR', { length: null }), ['ü', null, '']],
      [type('BYTES'), [Uint8Array.of(1, 2), null, new Uint8Array(0)]],
      [type('ARRAY', { element: type('VARCHAR', { length: null }) }), [['a', null], null, []]],
    ]
    const writer = new StateWriter()
    writer.columns('rows', columns.map(([of, values]) => columnOf(of, values)), 3)
    const reader = StateReader.open(writer.finish())
    expect(reader.rowCount('rows')).toBe(3)
    expect(reader.columns('rows').map((column) => valuesOf(column, 3))).toEqual(columns.map(([, values]) => values))
  })

  it('is the same in parts, and in memory in which something stood', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(40), fc.constantFrom(65_536, 70_000, 65_537)), { maxLength: 5 }), fc.string({ unit: 'grapheme' }), (lengths, text) => {
        const written = (): StateWriter => {
          const writer = new StateWriter()
          lengths.forEach((length, i) => writer.at(i).blob('blob', new Uint8Array(length).fill(i + 1)))
          writer.text('text', text)
          writer.strings('texts', [text, 'a', ''])
          writer.uint8('odd', Uint8Array.of(1, 2, 3))
          return writer
        }
        const whole = written().finish()
        const parts = written().parts()
        expect(parts.length).toBeLessThanOrEqual(1 + 2 * lengths.filter((length) => length % 8 === 0 && length > 40).length)
        expect(Buffer.compare(Buffer.concat(parts), whole)).toBe(0)
        const used = written().finish((bytes) => new Uint8Array(bytes + 100).fill(0xff).buffer)
        expect(Buffer.compare(used, whole)).toBe(0)
      }),
      { numRuns: 30 },
    )
  })

  it('keeps of a large dictionary only what is used', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => `text ${i}`)
    const writer = new StateWriter()
    writer.columns('rows', [{ storage: 'string', codes: Int32Array.of(9_999, 0, 9_999), dictionary: { values, distinct: true }, nulls: null }], 3)
    const blob = writer.finish()
    expect(blob.length).toBeLessThan(1000)
    expect(valuesOf(StateReader.open(blob).columns('rows')[0]!, 3)).toEqual(['text 9999', 'text 0', 'text 9999'])
  })

  it('writes a dictionary that grows as it is each time, also when a text is no longer ASCII', () => {
    const values = Array.from({ length: 5000 }, (_, i) => `text ${i}`)
    const dictionary = { values, distinct: true }
    const written = (): string[] => {
      const writer = new StateWriter()
      writer.dictionary('d', dictionary)
      return StateReader.open(writer.finish()).strings('d')
    }
    for (const more of [[], ['a', ''], Array.from({ length: 3000 }, (_, i) => `${i} more`), ['ü'], ['😀', 'b']]) {
      values.push(...more)
      expect(written()).toEqual(values)
    }
  })

  it('holds batches with kinds and watermarks', () => {
    const schema = { fields: [{ name: 'n', type: type('INT') }] }
    const writer = new StateWriter()
    writer.batch('b', { schema, columns: [columnOf(type('INT'), [1, 2])], rowCount: 2, kinds: Uint8Array.of(0, 3), watermarks: Float64Array.of(-Infinity, 5) })
    const batch = StateReader.open(writer.finish()).batch('b', schema)
    expect([0, 1].map((row) => [rowKindAt(batch, row), ...rowAt(batch, row), batch.watermarks![row]])).toEqual([['+I', 1, -Infinity], ['-D', 2, 5]])
  })

  it('copies when it is finished, not when it is written', () => {
    const values = Float64Array.of(1, 2)
    const writer = new StateWriter()
    writer.float64('values', values)
    values[0] = 9
    const blob = writer.finish()
    values[1] = 9
    expect([...StateReader.open(blob).float64('values')]).toEqual([9, 2])
  })

  it('is not written when two parts have one name', () => {
    const writer = new StateWriter()
    writer.at('a').number('b', 1)
    writer.number('a.b', 2)
    expect(() => writer.finish()).toThrow('two parts of a state are called "a.b"')
  })

  it('is refused in words when it is damaged, cut off, of another version or lacks a part', () => {
    const writer = new StateWriter()
    writer.float64('values', Float64Array.of(1, 2, 3))
    const blob = writer.finish()
    expect(() => StateReader.open(blob.subarray(0, blob.length - 8))).toThrow(StateRefused)
    expect(() => StateReader.open(new Uint8Array(100))).toThrow(/not an operator's state/)
    const newer = blob.slice()
    new Int32Array(newer.buffer)[1] = 99
    expect(() => StateReader.open(newer)).toThrow(/version 99/)
    expect(() => StateReader.open(blob).float64('sums')).toThrow('The state has no part "sums". It holds values.')
    expect(() => StateReader.open(blob).int32('values')).toThrow('is float64, not int32')
  })

  /** One section of each kind, and columns of every storage. */
  function everyKind(): Uint8Array<ArrayBuffer> {
    const writer = new StateWriter()
    writer.schema({ key: 'user BIGINT' })
    writer.number('number', 1)
    writer.text('text', 'words')
    writer.uint8('uint8', Uint8Array.of(1, 2, 3))
    writer.int32('int32', Int32Array.of(1, 2, 3))
    writer.float64('float64', Float64Array.of(1, 2, 3))
    writer.int64('int64', BigInt64Array.of(1n, 2n))
    writer.strings('ascii', ['a', '', 'bc'])
    writer.strings('narrow', ['ü'])
    writer.strings('wide', ['€', 'uro'])
    writer.bigints('bigints', [-5n, 10n ** 30n])
    writer.values('values', [null, true, 1.5, 7n, 'text', Uint8Array.of(9), ['a', [null, 2]]])
    writer.batch('rows', { schema: rowsSchema, columns: rowsSchema.fields.map(({ type: of }, i) => columnOf(of, rowsValues[i]!)), rowCount: 2, kinds: Uint8Array.of(0, 3), watermarks: Float64Array.of(1, 2) })
    return writer.finish()
  }
  const rowsSchema = {
    fields: [type('BOOLEAN'), type('INT'), type('DOUBLE'), type('BIGINT'), type('BIGINT'), type('DECIMAL', { precision: 38, scale: 0 }), type('VARCHAR', { length: null }), type('BYTES')].map((of, i) => ({ name: `c${i}`, type: of })),
  }
  const rowsValues = [[true, null], [1, 2], [0.5, 1], [1n, null], [9_223_372_036_854_775_807n, 0n], [10n ** 30n, 1n], ['a', 'b'], [Uint8Array.of(1), null]]

  /** Reads all of it: comes back or is refused, and nothing else is thrown. */
  function readOrRefused(blob: Uint8Array): void {
    const parts: ((reader: StateReader) => unknown)[] = [
      (reader) => reader.schema(),
      (reader) => reader.number('number'),
      (reader) => reader.text('text'),
      (reader) => reader.uint8('uint8'),
      (reader) => reader.int32('int32'),
      (reader) => reader.float64('float64'),
      (reader) => reader.int64('int64'),
      (reader) => reader.strings('ascii'),
      (reader) => reader.strings('narrow'),
      (reader) => reader.strings('wide'),
      (reader) => reader.bigints('bigints'),
      (reader) => reader.values('values'),
      (reader) => valuesOf(reader.batch('rows', rowsSchema).columns[7]!, reader.batch('rows', rowsSchema).rowCount),
    ]
    const refused = (read: () => unknown): void => {
      try {
        read()
      } catch (error) {
        if (!(error instanceof StateRefused)) throw error
      }
    }
    refused(() => {
      const reader = StateReader.open(blob)
      for (const part of parts) refused(() => part(reader))
    })
  }

  it('is refused in words wherever a byte of it is damaged', () => {
    const blob = everyKind()
    readOrRefused(blob)
    for (let at = 0; at < blob.length; at++) {
      for (const by of [1, 128]) {
        const changed = blob.slice()
        changed[at] = changed[at]! ^ by
        readOrRefused(changed)
      }
    }
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(blob.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }), fc.nat(blob.length), (changes, end) => {
        const changed = blob.slice()
        for (const [at, to] of changes) changed[at] = to
        readOrRefused(changed)
        readOrRefused(changed.subarray(0, end))
      }),
    )
  })

  it('is refused when a count is less than nothing', () => {
    const writer = new StateWriter()
    writer.float64('values', Float64Array.of(1, 2, 3))
    const blob = writer.finish()
    // The highest byte of the first section's count.
    blob[27] = blob[27]! ^ 128
    expect(() => StateReader.open(blob)).toThrow(StateRefused)
  })

  it('names what has changed in what it is made of', () => {
    expect(schemaDifferences({ key: 'user BIGINT', window: 'tumble 10 s' }, { key: 'user STRING', aggregates: 'COUNT(*)' })).toEqual([
      'key was user BIGINT and is now user STRING',
      'window is gone; it was tumble 10 s',
      'aggregates is new: COUNT(*)',
    ])
  })

  it('deals lists out so that each element has one owner', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.nat(20), (parts, parallelism, count) => {
        const blob = new StateWriter().finish()
        for (let part = 0; part < parts; part++) {
          for (let i = 0; i < count; i++) {
            const owners = Array.from({ length: parallelism }, (_, subtask) => StateReader.open(blob, { ...wholeState, keyGroups: { first: 0, last: 0 }, part, parts, subtask, parallelism }).ownsElement(i))
            expect(owners.filter((owns) => owns)).toHaveLength(1)
          }
        }
      }),
    )
  })
})
