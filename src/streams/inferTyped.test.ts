import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { inferTyped, roundDelay } from './inferTyped.ts'
import { openBytes } from './testing/openBytes.ts'
import { parquetBytes } from './testing/parquetWriter.ts'

describe('inferring a typed file', () => {
  it('takes columns from the file and the delay from the disorder of its first rows', async () => {
    const at = [10_000n, 12_000n, 9_500n, 13_000n, 8_000n].map((seconds) => seconds * 1000n)
    const file = openBytes(parquetBytes([[{ name: 'n', type: 1, values: [1, 2, 3, 4, 5] }, { name: 'at', type: 2, converted: 10, values: at }]]))
    expect(await inferTyped('data.parquet', 'parquet', file)).toEqual({
      columns: [{ name: 'n', type: 'INT NOT NULL' }, { name: 'at', type: 'TIMESTAMP(3) NOT NULL' }],
      watermark: { column: 'at', delayMs: 5000 },
      rowsRead: 5,
    })
  })

  it('proposes no watermark where nothing tells time', async () => {
    expect(await inferTyped('data.arrow', 'arrow', openBytes(tableToIPC(tableFromArrays({ x: Float64Array.of(1) }))))).toMatchObject({ columns: [{ name: 'x' }], watermark: null })
  })

  it('looks at the head of a large file', async () => {
    const bytes = readFileSync(join(import.meta.dirname, '../../node_modules/vega-datasets/data/flights-200k.arrow'))
    const { columns, rowsRead } = await inferTyped('flights.arrow', 'arrow', openBytes(bytes))
    expect(columns.length).toBeGreaterThan(2)
    expect(rowsRead).toBeLessThanOrEqual(5000)
  })

  it('says why a file cannot be read', async () => {
    await expect(inferTyped('x.parquet', 'parquet', openBytes('nothing of the kind'))).rejects.toThrow('x.parquet cannot be read as Parquet')
    await expect(inferTyped('x.arrow', 'arrow', openBytes('nothing of the kind'))).rejects.toThrow('x.arrow cannot be read as Arrow')
  })

  it('rounds delays up to what people write', () => {
    expect([0, 1, 4000, 60_001, 90_000_000].map(roundDelay)).toEqual([0, 1000, 5000, 300_000, 172_800_000])
  })
})
