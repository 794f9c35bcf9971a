import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson } from '../../columnar/jsonText.ts'
import { inferCsv, inferJsonLines, linesOfJsonList } from './inferColumns.ts'

const typesOf = (file: ReturnType<typeof inferCsv>): string => file.columns.map((column) => `${column.name} ${column.type}`).join(', ')

describe('columns inferred from text', () => {
  it('take the narrowest type that every value has', () => {
    const csv = 'id,zone,at,fare,ok,zip,day\n1,Bern,2026-01-31 12:00:00,3.5,true,01234,2026-01-31\n2,,2026-01-31T12:00:07Z,4,false,99999,\n'
    expect(typesOf(inferCsv(csv, true))).toBe('id BIGINT, zone STRING, at TIMESTAMP(3), fare DOUBLE, ok BOOLEAN, zip STRING, day DATE')
  })

  it('take times with an offset as instants', () => {
    expect(typesOf(inferCsv('at\n2026-01-31T12:00:00+02:00\n2026-01-31T12:00:07Z\n', true))).toBe('at TIMESTAMP_LTZ(3)')
  })

  it('see another delimiter and a missing header', () => {
    const file = inferCsv('1;2026-01-31 12:00:00;"a;b"\n2;2026-01-31 12:00:01;c\n', true)
    expect(typesOf(file)).toBe('column_1 BIGINT, column_2 TIMESTAMP(3), column_3 STRING')
    expect(file.options).toEqual({ header: false, delimiter: ';' })
  })

  it('give two columns of one name two names', () => {
    expect(inferCsv('1,2\n3,4\n', true).columns.map((column) => column.name)).toEqual(['column_1', 'column_2'])
    expect(typesOf(inferCsv('a,b\nx,y\n', true))).toBe('a STRING, b STRING')
  })

  it('take a header with a name twice, or left away, as the reader of the file does', () => {
    const file = inferCsv('a,a,,b\n1,2,3,x\n4,5,6,y\n', true)
    expect(typesOf(file)).toBe('a BIGINT, a_2 BIGINT, column_3 BIGINT, b STRING')
    expect(file.options).toEqual({})
    // A row without a value is no header: what has a name is text below as well.
    expect(inferCsv(',x\n3,y\n', true).options).toEqual({ header: false })
    expect(inferCsv('x,x\ny,z\n', true).options).toEqual({ header: false })
  })

  it('leave out the last record of a file that is cut', () => {
    expect(typesOf(inferCsv('n\n1\n2\n3', false))).toBe('n BIGINT')
    expect(inferJsonLines('{"n":1}\n{"n":2}\n{"n', false).rowsRead).toBe(2)
  })

  it('wait as long as the worst disorder seen, rounded up', () => {
    const rows = ['12:00:00', '12:00:10', '12:00:03', '12:00:11'].map((time) => `2026-01-31 ${time}`)
    expect(inferCsv(`at\n${rows.join('\n')}\n`, true).watermark).toEqual({ column: 'at', delayMs: 10_000 })
    expect(inferCsv('n\n1\n', true).watermark).toBe(null)
  })

  it('read JSON by its values, nested ones too, and big numbers as whole', () => {
    const lines = '{"id":9007199254740993,"price":1.5,"who":{"name":"A","tags":["x"]},"at":"2026-01-31T12:00:00.123Z","code":"12"}\n{"id":2,"price":2,"extra":null}\n'
    expect(typesOf(inferJsonLines(lines, true))).toBe('id BIGINT, price DOUBLE, who ROW<`name` STRING, `tags` ARRAY<STRING>>, at TIMESTAMP(3), code STRING, extra STRING')
  })

  it('make lines of a list of rows without losing a digit', () => {
    expect(linesOfJsonList('[{"a":9007199254740993},{"a":[1,null,"ü"]}]')).toBe('{"a":9007199254740993}\n{"a":[1,null,"ü"]}\n')
    expect(linesOfJsonList('{"a":1}')).toBe(null)
  })

  it('never throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.boolean(), (text, whole) => {
        for (const file of [inferCsv(text, whole), inferJsonLines(text, whole)]) {
          expect(new Set(file.columns.map((column) => column.name)).size).toBe(file.columns.length)
        }
        linesOfJsonList(text)
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.json()), (values) => {
        const lines = linesOfJsonList(`[${values.join(',')}]`)
        expect(lines).not.toBe(null)
        for (const line of lines!.split('\n')) if (line !== '') expect(readJson(line, { duplicateKeys: 'last' }).kind).toBe('value')
      }),
    )
  })
})
