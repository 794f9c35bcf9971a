import type { Json, JsonObject } from '../../columnar/json.ts'
import { ExactNumber } from '../../columnar/json.ts'
import { readJson } from '../../columnar/jsonText.ts'
import { parseDate, parseTime, parseTimestamp } from '../../columnar/valueText.ts'
import { CsvParser, headerNames } from '../../streams/formats/csvText.ts'

/**
 * Columns and types from the first rows of a file of text.
 *
 * A guess for the user to look at, made so that it fails to the safe side: a column gets a type only when every value seen has it, what is mixed is STRING, a
 * number that starts with 0 is a code and no number, and a whole number is BIGINT whatever its size. Event time is the first timestamp column; its delay is
 * the worst disorder seen, rounded up. Parquet and Arrow say their types themselves and do not come here.
 */
export interface InferredFile {
  readonly columns: readonly InferredColumn[]
  readonly watermark: { readonly column: string; readonly delayMs: number } | null
  /** What the source needs to read the file this way, beside path and format. */
  readonly options: JsonObject
  readonly rowsRead: number
}

export interface InferredColumn {
  readonly name: string
  readonly type: string
}

/** Enough rows to meet the odd ones, little enough to be instant. */
export const sampleRowsMax = 5000

export function inferCsv(text: string, whole: boolean): InferredFile {
  const delimiter = likelyDelimiter(text)
  const records = csvRecords(text, delimiter, whole)
  const [first, ...rest] = records
  if (first === undefined) return { columns: [], watermark: null, options: {}, rowsRead: 0 }
  const header = looksLikeHeader(first, rest)
  const rows = header ? rest : records
  const names = headerNames(header ? first : first.map(() => null))
  const values = names.map((_, index) => rows.map((row) => row[index] ?? null))
  const columns = names.map((name, index) => ({ name, type: typeOfTexts(values[index]!) }))
  return {
    columns,
    watermark: watermarkOf(columns, values),
    options: { ...(header ? {} : { header: false }), ...(delimiter === ',' ? {} : { delimiter }) },
    rowsRead: rows.length,
  }
}

export function inferJsonLines(text: string, whole: boolean): InferredFile {
  const lines = text.split('\n')
  // The last line of a piece of a file is likely cut.
  if (!whole) lines.pop()
  const names: string[] = []
  const values = new Map<string, Json[]>()
  let rows = 0
  for (const line of lines) {
    if (line.trim() === '') continue
    const read = readJson(line, { duplicateKeys: 'last' })
    if (read.kind === 'error' || !isObject(read.value)) continue
    for (const [key, value] of Object.entries(read.value)) {
      let column = values.get(key)
      if (column === undefined) {
        column = []
        values.set(key, column)
        names.push(key)
      }
      column.push(value)
    }
    rows += 1
    if (rows >= sampleRowsMax) break
  }
  const columns = names.map((name) => ({ name, type: typeOfJsons(values.get(name)!) }))
  const texts = names.map((name) => values.get(name)!.map((value) => (typeof value === 'string' ? value : null)))
  return { columns, watermark: watermarkOf(columns, texts), options: {}, rowsRead: rows }
}

/** A JSON document that is a list of rows, as JSON lines; null when it is something else. */
export function linesOfJsonList(text: string): string | null {
  if (!/^\s*\[/.test(text)) return null
  const read = readJson(text, { duplicateKeys: 'last' })
  if (read.kind === 'error' || !Array.isArray(read.value)) return null
  return `${(read.value as readonly Json[]).map(lineOf).join('\n')}\n`
}

function lineOf(value: Json): string {
  if (value instanceof ExactNumber) return value.text
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(lineOf).join(',')}]`
  if (isObject(value)) return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${lineOf(inner)}`).join(',')}}`
  return JSON.stringify(value)
}

// CSV

function csvRecords(text: string, delimiter: string, whole: boolean): (string | null)[][] {
  const parser = new CsvParser(delimiter)
  parser.feed(text, whole)
  const records: (string | null)[][] = []
  while (records.length <= sampleRowsMax) {
    const record = parser.next()
    if (record === null) break
    if (record.kind === 'record' && !(record.fields.length === 1 && record.fields[0] === null)) records.push([...record.fields])
  }
  return records
}

/** The one that cuts the first lines into the most fields, the same number in each. */
function likelyDelimiter(text: string): string {
  const head = text.slice(0, 20_000)
  let best = { delimiter: ',', score: 0 }
  for (const delimiter of [',', ';', '\t', '|']) {
    const widths = csvRecords(head, delimiter, false).slice(0, 20).map((record) => record.length)
    const width = widths[0] ?? 0
    const score = width < 2 ? 0 : width * (widths.filter((other) => other === width).length / widths.length) ** 2
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

/** Names are texts, and some column that has one holds something else than text below, or all are there, all different and look like names. A spreadsheet leaves names away and says one twice. */
function looksLikeHeader(first: readonly (string | null)[], rest: readonly (readonly (string | null)[])[]): boolean {
  const said = first.filter((name) => name !== null && name.trim() !== '')
  if (said.length * 2 < first.length || said.some((name) => name!.length > 200 || typeOfTexts([name]) !== 'STRING')) return false
  const odd = new Set(said).size !== first.length
  if (odd && rest.length === 0) return false
  if (rest.length === 0) return true
  const typed = first.some((name, index) => name !== null && name.trim() !== '' && typeOfTexts(rest.map((row) => row[index] ?? null)) !== 'STRING')
  return typed || (!odd && first.every((name) => /^[\p{L}_$][\p{L}\p{N}_ .$/()%-]*$/u.test(name!.trim())))
}

const int64Max = 9_223_372_036_854_775_807n

const textTests: readonly (readonly [string, (value: string) => boolean])[] = [
  ['BOOLEAN', (value) => /^(true|false)$/i.test(value)],
  ['BIGINT', (value) => /^-?(0|[1-9]\d{0,18})$/.test(value) && BigInt(value) <= int64Max && BigInt(value) >= -int64Max - 1n],
  ['DOUBLE', (value) => /^-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?$/.test(value) && /\d/.test(value)],
  ['DATE', (value) => parseDate(value) !== null],
  ['TIMESTAMP(3)', (value) => isTimestamp(value) && (parseTimestamp(value)!.offsetMs ?? 0) === 0],
  // With offsets of their own the values are instants.
  ['TIMESTAMP_LTZ(3)', isTimestamp],
  ['TIME', (value) => parseTime(value) !== null],
]

function isTimestamp(value: string): boolean {
  return parseTimestamp(value) !== null && parseDate(value) === null
}

/** The first type that all values have; nothing but NULL is STRING. */
function typeOfTexts(values: readonly (string | null)[]): string {
  const present = values.filter((value): value is string => value !== null && value.trim() !== '').map((value) => value.trim())
  if (present.length === 0) return 'STRING'
  for (const [type, fits] of textTests) if (present.every(fits)) return type
  return 'STRING'
}

// JSON

function typeOfJsons(values: readonly Json[]): string {
  const present = values.filter((value) => value !== null)
  if (present.length === 0) return 'STRING'
  if (present.every((value) => typeof value === 'boolean')) return 'BOOLEAN'
  if (present.every((value) => typeof value === 'number' || value instanceof ExactNumber)) return typeOfNumbers(present as (number | ExactNumber)[])
  if (present.every((value) => typeof value === 'string')) {
    const type = typeOfTexts(present as string[])
    // A number in quotes is a text: its writer could have left them away.
    return ['DATE', 'TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)', 'TIME'].includes(type) ? type : 'STRING'
  }
  if (present.every((value) => Array.isArray(value))) return `ARRAY<${typeOfJsons((present as readonly (readonly Json[])[]).flat())}>`
  if (present.every(isObject)) {
    const fields = new Map<string, Json[]>()
    for (const object of present as readonly JsonObject[]) {
      for (const [key, value] of Object.entries(object)) {
        const list = fields.get(key)
        if (list === undefined) fields.set(key, [value])
        else list.push(value)
      }
    }
    if (fields.size === 0) return 'STRING'
    return `ROW<${[...fields].map(([name, inner]) => `\`${name.replaceAll('`', '``')}\` ${typeOfJsons(inner)}`).join(', ')}>`
  }
  return 'STRING'
}

function typeOfNumbers(numbers: readonly (number | ExactNumber)[]): string {
  const texts = numbers.map((number) => (number instanceof ExactNumber ? number.text : String(number)))
  return texts.every(textTests[1]![1]) ? 'BIGINT' : 'DOUBLE'
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}

// Event time

const niceDelaysMs = [0, 1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 21_600_000, 86_400_000]

function watermarkOf(columns: readonly InferredColumn[], values: readonly (readonly (string | null)[])[]): InferredFile['watermark'] {
  const index = columns.findIndex((column) => column.type.startsWith('TIMESTAMP'))
  if (index < 0) return null
  let newest = -Infinity
  let worst = 0
  for (const value of values[index]!) {
    const time = value === null ? null : parseTimestamp(value.trim())
    if (time === null) continue
    const { ms } = time
    if (ms > newest) newest = ms
    else worst = Math.max(worst, newest - ms)
  }
  return { column: columns[index]!.name, delayMs: niceDelaysMs.find((delay) => delay >= worst) ?? Math.ceil(worst / 86_400_000) * 86_400_000 }
}
