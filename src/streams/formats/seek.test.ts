import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bigintType, stringType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { ReaderPosition, RowReader } from '../rowReader.ts'
import { openBytes, rowsOf } from '../testing/openBytes.ts'
import { CsvReader } from './csv.ts'
import { JsonLinesReader } from './jsonLines.ts'

const schema: Schema = { fields: [{ name: 'n', type: bigintType }, { name: 's', type: stringType }] }

/** Reads on, noting before each batch where it stands and how many rows came before. */
async function readOn(reader: RowReader, rowsMax: number): Promise<{ readonly rows: unknown[]; readonly places: { readonly position: ReaderPosition; readonly rows: number }[] }> {
  const rows: unknown[] = []
  const places: { position: ReaderPosition; rows: number }[] = []
  for (;;) {
    places.push({ position: reader.position!(), rows: rows.length })
    const batch = reader.next(rowsMax)
    if (batch === 'end') return { rows, places }
    if (batch === 'wait') await reader.ready()
    else rows.push(...rowsOf([batch]))
  }
}

async function holds(make: () => RowReader, rowsMax: number): Promise<void> {
  const reader = make()
  await reader.open()
  const { rows, places } = await readOn(reader, rowsMax)
  for (const place of places) {
    const again = make()
    await again.open()
    await again.seek!(place.position)
    expect(again.position!().row).toBe(place.position.row)
    expect((await readOn(again, rowsMax)).rows).toEqual(rows.slice(place.rows))
  }
}

/** Texts that are hard on places in files: characters of one to four bytes, and bytes that are no characters. */
const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\uFFFD', ' ') , maxLength: 6 })
const bytesOf = (content: string, damage: readonly number[]): Uint8Array => {
  const bytes = new TextEncoder().encode(content)
  for (const at of damage) if (bytes.length > 20) bytes[20 + (at % (bytes.length - 20))] = 0xe2
  return bytes
}

describe('a place in a text file', () => {
  it('is found again in CSV, whatever the pieces, quotes, characters and damage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(99), text, fc.boolean()), { maxLength: 12 }), fc.boolean(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.array(fc.nat(), { maxLength: 2 }), async (rows, header, piece, rowsMax, mark, damage) => {
        const body = `${mark ? '\uFEFF' : ''}${header ? 'n,s\r\n' : ''}${rows.map(([n, s, quoted]) => (quoted ? `${n},"${s}\n""x"""` : `${n},${s}`)).join('\r\n')}`
        const bytes = bytesOf(body, damage)
        if (bytes.length === 0) return
        const make = (): RowReader => new CsvReader({ name: 'a.csv', file: openBytes(bytes), badRow: () => undefined }, schema, ['n', 's'], { header, delimiter: ',' }, undefined, piece)
        await holds(make, rowsMax)
      }),
      { numRuns: 100 },
    )
  })

  it('is found again in JSON lines and in a list of objects', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(99), text), { maxLength: 12 }), fc.boolean(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), async (rows, list, piece, rowsMax, mark) => {
        const objects = rows.map(([n, s]) => JSON.stringify({ n, s }))
        const body = `${mark ? '\uFEFF' : ''}${list ? `[${objects.join(',\n')}]` : objects.join('\n\n')}`
        const make = (): RowReader => new JsonLinesReader({ name: 'a.json', file: openBytes(body), badRow: () => undefined }, schema, ['n', 's'], false, piece)
        await holds(make, rowsMax)
      }),
      { numRuns: 100 },
    )
  })

  it('is found without reading what lies before it', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `${n},text ${n}`).join('\n')
    const bytes = new TextEncoder().encode(rows)
    let read = 0
    const make = (): RowReader => {
      const file = openBytes(bytes)
      const counted = { size: file.size, read: async (start: number, end: number) => ((read += end - start), file.read(start, end)) }
      return new CsvReader({ name: 'a.csv', file: counted, badRow: () => undefined }, schema, ['n', 's'], { header: false, delimiter: ',' }, undefined, 1000)
    }
    const reader = make()
    await reader.open()
    const { places } = await readOn(reader, 10)
    const late = places.at(-100)!
    read = 0
    const again = make()
    await again.open()
    await again.seek!(late.position)
    expect(read).toBeLessThan(4000)
    expect(rowsOf([again.next(1) as never])).toEqual([[BigInt(late.rows), `text ${late.rows}`]])
  })
})
