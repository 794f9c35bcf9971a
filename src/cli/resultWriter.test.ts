import { describe, expect, it } from 'vitest'
import { parseBatch } from '../columnar/batchText.ts'
import { bigintType, decimalType, stringType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import { resultWriter, type ResultForm } from './resultWriter.ts'

const schema: Schema = {
  fields: [
    { name: 'k', type: stringType },
    { name: 'n', type: bigintType },
    { name: 'd', type: decimalType(10, 2) },
  ],
}
const form: ResultForm = { schema, key: null, updating: false, changelog: false }

function written(given: Partial<ResultForm>, ...tables: string[]): string[] {
  let text = ''
  const writer = resultWriter({ ...form, ...given }, { write: (piece) => void (text += piece) })
  for (const table of tables) writer.receive(parseBatch(schema, table))
  writer.finish()
  const lines = text.split('\n').slice(0, -1)
  expect(writer.rowCount).toBe(lines.length)
  return lines
}

describe('results as lines of JSON', () => {
  it('writes inserts as they come, every column, numbers in full', () => {
    expect(written({}, 'k | n | d\nA | 9223372036854775807 | 1.5\nA | null | null')).toEqual([
      '{"k":"A","n":9223372036854775807,"d":1.50}',
      '{"k":"A","n":null,"d":null}',
    ])
  })

  it('writes the table that an updating result leaves', () => {
    const changes = 'op | k | n | d\n+I | A | 1 | 0\n+I | B | 1 | 0\n-U | A | 1 | 0\n+U | A | 2 | 0\n-D | B | 1 | 0\n+I | A | 2 | 0'
    expect(written({ updating: true }, changes)).toEqual(['{"k":"A","n":2,"d":0.00}', '{"k":"A","n":2,"d":0.00}'])
    expect(written({ updating: true, key: [0] }, changes)).toEqual(['{"k":"A","n":2,"d":0.00}'])
  })

  it('writes every change on request', () => {
    expect(written({ changelog: true, updating: true }, 'op | k | n | d\n+I | A | 1 | 0\n-U | A | 1 | 0\n+U | A | 2 | 0\n-D | A | 2 | 0')).toEqual([
      '{"kind":"+I","row":{"k":"A","n":1,"d":0.00}}',
      '{"kind":"-U","row":{"k":"A","n":1,"d":0.00}}',
      '{"kind":"+U","row":{"k":"A","n":2,"d":0.00}}',
      '{"kind":"-D","row":{"k":"A","n":2,"d":0.00}}',
    ])
    expect(written({ changelog: true }, 'k | n | d\nA | 1 | 0')).toEqual(['{"kind":"+I","row":{"k":"A","n":1,"d":0.00}}'])
  })

  it('puts the old row before the new one where a keyed stream leaves it out', () => {
    expect(written({ changelog: true, updating: true, key: [0] }, 'op | k | n | d\n+U | A | 1 | 0\n+U | A | 2 | 0', 'op | k | n | d\n-D | A | 2 | 0\n+I | A | 3 | 0')).toEqual([
      '{"kind":"+I","row":{"k":"A","n":1,"d":0.00}}',
      '{"kind":"-U","row":{"k":"A","n":1,"d":0.00}}',
      '{"kind":"+U","row":{"k":"A","n":2,"d":0.00}}',
      '{"kind":"-D","row":{"k":"A","n":2,"d":0.00}}',
      '{"kind":"+I","row":{"k":"A","n":3,"d":0.00}}',
    ])
  })
})
