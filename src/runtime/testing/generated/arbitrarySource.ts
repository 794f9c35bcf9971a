import { ExactNumber, type Json, type JsonObject } from '../../../columnar/json.ts'
import type { Operator } from '../../../job/job.ts'
import type { Chance } from './chance.ts'

/**
 * Sources with their rows: a key, an event time and a few columns of any type, in disorder that stays within the watermark's delay or, where it may, does not.
 *
 * Values stand at the ends of their types and where text is not ASCII, and many are equal, so that groups, pairs and ties happen. Doubles are quarters and sums of them exact, because
 * the order in which rows of several sources are added is open. Event times are far from 1970: Flink emits no watermark before it.
 */
export interface GeneratedSource {
  readonly operator: Operator
  readonly late: boolean
}

const values: Readonly<Record<string, readonly Json[]>> = {
  BOOLEAN: [true, false],
  TINYINT: [0, 1, -1, 7, 127, -128],
  SMALLINT: [0, 1, -1, 300, 32767, -32768],
  INT: [0, 1, -1, 2, 3, 42, 2147483647, -2147483648],
  BIGINT: [0, 1, -1, 2, 5, 42, new ExactNumber('9007199254740993'), new ExactNumber('9223372036854775807'), new ExactNumber('-9223372036854775808')],
  FLOAT: [0, 0.25, -0.5, 1.5, 1024],
  DOUBLE: [0, 0.25, -0.5, 1.5, 3, 1048576.75],
  'DECIMAL(10, 2)': [0, new ExactNumber('1.10'), new ExactNumber('-2.05'), new ExactNumber('99999999.99'), new ExactNumber('0.01')],
  'DECIMAL(38, 4)': [0, new ExactNumber('1.0001'), new ExactNumber('-9999999999999999999999999999999999.9999')],
  STRING: ['', 'a', 'A', 'b', ' ab ', 'Zürich', '日本', '🙂', "it's", 'null'],
  'VARCHAR(5)': ['', 'a', 'abc', 'äöü'],
  DATE: ['2026-01-31', '2024-02-29', '1999-12-31', '2026-02-01'],
  'TIMESTAMP(3)': ['2026-01-31 12:00:00.000', '2024-02-29 23:59:59.999', '2026-01-31 12:00:00.001'],
  'TIMESTAMP(0)': ['2026-01-31 12:00:00', '2024-02-29 23:59:59'],
  'TIMESTAMP_LTZ(3)': ['2026-01-31 12:00:00.000Z', '2026-07-31 23:30:00.500Z'],
  TIME: ['00:00:00', '12:34:56', '23:59:59'],
}

const keyTypes = ['STRING', 'INT', 'BIGINT', 'STRING', 'BOOLEAN', 'DATE', 'DECIMAL(10, 2)'] as const
const keyValues: Readonly<Record<(typeof keyTypes)[number], readonly Json[]>> = {
  STRING: ['A', 'B', 'ä'],
  INT: [1, 2, -3],
  BIGINT: [1, 2, new ExactNumber('9007199254740993')],
  BOOLEAN: [true, false],
  DATE: ['2026-01-31', '2026-02-01'],
  'DECIMAL(10, 2)': [new ExactNumber('1.10'), new ExactNumber('-2.05')],
}

const start = Date.UTC(2026, 0, 31, 12)

export function arbitrarySource(chance: Chance, id: string, settled: { readonly keyType: string | null; readonly mayBeLate: boolean }): GeneratedSource {
  const keyType = (settled.keyType ?? chance.oneOf(keyTypes)) as (typeof keyTypes)[number]
  const timeType = chance.happens(85) ? 'TIMESTAMP(3)' : 'TIMESTAMP_LTZ(3)'
  const others = Array.from({ length: chance.integer(1, 3) }, (_, i) => ({ name: `v${i}`, type: i === 0 ? chance.oneOf(['BIGINT', 'INT', 'DOUBLE', 'DECIMAL(10, 2)']) : chance.oneOf(Object.keys(values)) }))
  const columns = [{ name: 'k', type: keyType }, { name: 'ts', type: timeType }, ...others]
  const rowCount = chance.oneOf([0, 1, 2, 4, 8, 12, 20])
  const delayMs = chance.oneOf([0, 0, 1, 1000, 5000])
  const late = settled.mayBeLate && chance.happens(60)
  let now = start + chance.oneOf([0, 1, 999, 4000])
  let highest = now
  const rows: Json[][] = []
  for (let row = 0; row < rowCount; row++) {
    now = Math.max(now, highest) + chance.oneOf([late || delayMs > 0 ? 0 : 1, late || delayMs > 0 ? 0 : 1, 1, 500, 999, 1000, 1001, 2000, 5000, 12000])
    const behind = late ? chance.oneOf([0, 0, 0, 1, 1000, 3000, delayMs, delayMs + 1, 15000]) : delayMs > 0 && chance.integer(0, 2) === 0 ? chance.integer(0, delayMs - 1) : 0
    const at = now - behind
    highest = Math.max(highest, at)
    rows.push([
      chance.happens(8) ? null : chance.oneOf(keyValues[keyType]),
      new Date(at).toISOString().replace('T', ' ').slice(0, 23) + (timeType === 'TIMESTAMP_LTZ(3)' ? 'Z' : ''),
      ...others.map(({ type }) => (chance.happens(12) ? null : chance.oneOf(values[type]!))),
    ])
  }
  const config: JsonObject = { connector: { type: 'inline', rows }, columns, watermark: { column: 'ts', delayMs } }
  return { operator: { id, kind: 'source', config }, late: isLate(rows, delayMs) }
}

/** Whether a row comes at or behind the watermark of the rows before it: a watermark promises that no row at its own time follows. */
export function isLate(rows: readonly (readonly Json[])[], delayMs: number): boolean {
  let watermark = -Infinity
  return rows.some((row) => {
    const at = Date.parse(`${String(row[1]).replace(' ', 'T').replace('Z', '')}Z`)
    const behind = at <= watermark
    watermark = Math.max(watermark, at - delayMs)
    return behind
  })
}
