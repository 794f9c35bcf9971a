import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { inferFile } from './fileSource.ts'

const flights = new URL('../../../node_modules/vega-datasets/data/flights-200k.arrow', import.meta.url)

describe('columns of a dropped file', () => {
  it('are what an Arrow file says of itself', async () => {
    const file = await inferFile('flights.arrow', 'arrow', new Blob([await readFile(flights)]))
    expect(file.columns.map((column) => column.name)).toEqual(['delay', 'distance', 'time'])
  })

  it('come with a reason when the file is not what its name says', async () => {
    await expect(inferFile('x.parquet', 'parquet', new Blob(['not at all, not even nearly']))).rejects.toThrow(/x\.parquet cannot be read as Parquet/)
    await expect(inferFile('x.arrow', 'arrow', new Blob(['id,n\n1,2\n']))).rejects.toThrow(/x\.arrow cannot be read as Arrow/)
  })

  it('are read from the head of a text and never throw', async () => {
    const file = await inferFile('x.csv', 'csv', new Blob(['a,b\n1,x\n']))
    expect(file.columns).toEqual([{ name: 'a', type: 'BIGINT' }, { name: 'b', type: 'STRING' }])
    expect((await inferFile('x.csv', 'csv', new Blob(['']))).columns).toEqual([])
  })
})
