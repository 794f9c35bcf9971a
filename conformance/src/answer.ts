import { changesOf, diffRows, type RowDiff } from '../../src/columnar/compareRows.ts'
import type { Batch, RowKindText } from '../../src/columnar/batch.ts'
import type { Value } from '../../src/columnar/column.ts'
import { printType, type DataType } from '../../src/columnar/dataType.ts'
import { ExactNumber, type Json, type JsonObject } from '../../src/columnar/json.ts'
import type { Schema } from '../../src/columnar/schema.ts'
import { jsonTextOf } from '../../src/columnar/valueJson.ts'
import { wallClockOf } from '../../src/columnar/timeZone.ts'
import { decimalText, parseDecimal, rescaleDecimal, timestampText } from '../../src/columnar/valueText.ts'
import type { FlinkAnswer, FlinkColumn } from './gateway.ts'

/**
 * What an engine made of a program at one sink, in a form in which two engines can be compared and an answer can be kept in a file: texts.
 *
 * A row is the JSON text of its values by type, so that BIGINT and DECIMAL are compared to the last digit and DOUBLE by its bits (the shortest text of a
 * double is one double's only). Rows are sorted: the order across keys is nobody's promise. An insert-only result is the multiset of its rows, an updating
 * one the table that is left when all changes are applied; a retraction of a row that is not there is kept as such.
 */
export type Answer = Table | Failed

export interface Table {
  readonly kind: 'table'
  readonly columns: readonly AnswerColumn[]
  /** Whether anything but inserts came. */
  readonly updating: boolean
  readonly rows: readonly string[]
  /** Retractions of rows that were not there: none, unless the input has such. */
  readonly stray: readonly string[]
}

export interface AnswerColumn {
  readonly name: string
  /** As SQL writes it, with NOT NULL where it holds. */
  readonly type: string
}

export interface Failed {
  readonly kind: 'failed'
  readonly reason: string
}

export interface Difference {
  readonly columns: readonly string[]
  /** `missing`: Flink has it, Millrace not. */
  readonly rows: RowDiff
  readonly other: readonly string[]
}

/** Null when both say the same. Nullability of columns is compared by `nullabilityDifferences`. */
export function difference(flink: Answer, millrace: Answer): Difference | null {
  const none: RowDiff = { missing: [], extra: [] }
  if (flink.kind === 'failed' || millrace.kind === 'failed') {
    if (flink.kind === millrace.kind) return null
    const say = (name: string, answer: Answer): string => (answer.kind === 'failed' ? `${name} fails: ${answer.reason}` : `${name} gives ${answer.rows.length} rows`)
    return { columns: [], rows: none, other: [say('Flink', flink), say('Millrace', millrace)] }
  }
  const columns = flink.columns.flatMap((column, i) => {
    const other = millrace.columns[i]
    if (other === undefined) return [`Millrace has no column ${column.name}`]
    const [a, b] = [nullable(column.type), nullable(other.type)]
    return a === b && column.name === other.name ? [] : [`Flink has ${column.name} ${a}, Millrace ${other.name} ${b}`]
  })
  for (const extra of millrace.columns.slice(flink.columns.length)) columns.push(`Flink has no column ${extra.name}`)
  const other: string[] = []
  if (flink.updating !== millrace.updating) other.push(`${flink.updating ? 'Flink' : 'Millrace'} updates rows, ${flink.updating ? 'Millrace' : 'Flink'} only inserts`)
  const strays = diffRows(flink.stray, millrace.stray)
  for (const stray of strays.missing) other.push(`only Flink retracts a row that is not there: ${stray}`)
  for (const stray of strays.extra) other.push(`only Millrace retracts a row that is not there: ${stray}`)
  const rows = diffRows(flink.rows, millrace.rows)
  return columns.length === 0 && other.length === 0 && rows.missing.length === 0 && rows.extra.length === 0 ? null : { columns, rows, other }
}

export function nullabilityDifferences(flink: Answer, millrace: Answer): string[] {
  if (flink.kind === 'failed' || millrace.kind === 'failed') return []
  return flink.columns.flatMap((column, i) => {
    const other = millrace.columns[i]
    return other === undefined || column.type === other.type || nullable(column.type) !== nullable(other.type) ? [] : [`${column.name}: Flink has ${column.type}, Millrace ${other.type}`]
  })
}

const rowsShownMax = 12

export function differenceText(difference: Difference): string {
  const shown = (sign: string, rows: readonly string[]): string[] => [
    ...rows.slice(0, rowsShownMax).map((row) => `    ${sign} ${row}`),
    ...(rows.length > rowsShownMax ? [`    ${sign} … ${rows.length - rowsShownMax} more`] : []),
  ]
  return [
    ...difference.columns.map((line) => `    ${line}`),
    ...difference.other.map((line) => `    ${line}`),
    ...shown('only Flink:   ', difference.rows.missing),
    ...shown('only Millrace:', difference.rows.extra),
  ].join('\n')
}

/** A type without what is not compared: nullability, and quotes around names. */
export function nullable(type: string): string {
  return type.replaceAll(' NOT NULL', '').replaceAll('`', '')
}

/** `key`: the columns by which the sink replaces rows; empty where it keeps every change. */
export function answerOfBatches(batches: readonly Batch[], schema: Schema, timeZone: string, key: readonly string[] = []): Table {
  const columns = schema.fields.map((field) => ({ name: field.name, type: printType(field.type) }))
  const changes = [...changesOf(batches)].map(({ kind, values }) => ({ kind, values: schema.fields.map((field, i) => valueText(values[i] ?? null, field.type, timeZone)) }))
  return key.length === 0 ? tableOf(columns, textsOf(columns, changes)) : keyedTable(columns, changes, key)
}

export function answerOfFlink(answer: FlinkAnswer, key: readonly string[] = []): Answer {
  if (answer.kind === 'refused') return { kind: 'failed', reason: answer.reason }
  const columns = answer.columns.map((column: FlinkColumn) => ({ name: column.name, type: flinkTypeText(column.logicalType) }))
  const changes = answer.changes.map(({ kind, fields }) => ({ kind, values: answer.columns.map((column, i) => flinkValueText(fields[i] ?? null, column.logicalType)) }))
  return key.length === 0 ? tableOf(columns, textsOf(columns, changes)) : keyedTable(columns, changes, key)
}

interface Change {
  readonly kind: RowKindText
  /** As texts, in order of the columns. */
  readonly values: readonly string[]
}

function textsOf(columns: readonly AnswerColumn[], changes: readonly Change[]): { readonly kind: RowKindText; readonly text: string }[] {
  const names = columns.map(({ name }) => name)
  return changes.map(({ kind, values }) => ({ kind, text: objectText(names, values) }))
}

/**
 * What is left by key. How it came about is open: an update that has the row before it deletes that, and writes the next, as upsert-kafka and JDBC do on Flink (docs/flink-facts.md).
 */
function keyedTable(columns: readonly AnswerColumn[], changes: readonly Change[], key: readonly string[]): Table {
  const at = key.map((name) => columns.findIndex((column) => column.name === name))
  const rows = new Map<string, readonly string[]>()
  for (const { kind, values } of changes) {
    const own = at.map((column) => values[column]!).join()
    if (kind === '-D' || kind === '-U') rows.delete(own)
    else rows.set(own, values)
  }
  const names = columns.map(({ name }) => name)
  return { kind: 'table', columns, updating: true, rows: [...rows.values()].map((values) => objectText(names, values)).toSorted(), stray: [] }
}

function tableOf(columns: readonly AnswerColumn[], changes: readonly { readonly kind: RowKindText; readonly text: string }[]): Table {
  const counts = new Map<string, number>()
  const stray: string[] = []
  for (const { kind, text } of changes) {
    const count = counts.get(text) ?? 0
    if (kind === '+I' || kind === '+U') counts.set(text, count + 1)
    else if (count === 0) stray.push(`${kind} ${text}`)
    else counts.set(text, count - 1)
  }
  const rows = [...counts].flatMap(([text, count]) => Array.from({ length: count }, () => text))
  return { kind: 'table', columns, updating: changes.some(({ kind }) => kind !== '+I'), rows: rows.toSorted(), stray: stray.toSorted() }
}

/** Of a program with several sources only the end is settled: which is read first is open on a cluster, and with it how the result came about. */
export function settled(answer: Answer): Answer {
  return answer.kind === 'failed' ? answer : { ...answer, updating: false, stray: [] }
}

function objectText(names: readonly string[], values: readonly string[]): string {
  return `{${names.map((name, i) => `${JSON.stringify(name)}:${values[i]!}`).join(',')}}`
}

/**
 * A Millrace value as text. Entries of a MAP or MULTISET have no order, so they are sorted. A TIMESTAMP_LTZ is written as the gateway writes it: by the clock of the
 * session's time zone, and with a Z all the same; inside a ROW, ARRAY or MAP by UTC.
 */
export function valueText(value: Value, type: DataType, timeZone: string): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'ARRAY':
      return `[${(value as Value[]).map((element) => valueText(element, type.element, 'UTC')).join(',')}]`
    case 'MAP':
      return `[${(value as Value[][]).map(([k, v]) => `[${valueText(k!, type.key, 'UTC')},${valueText(v!, type.value, 'UTC')}]`).toSorted().join(',')}]`
    case 'MULTISET':
      return `[${(value as Value[][]).map(([element, n]) => `[${valueText(element!, type.element, 'UTC')},${String(n)}]`).toSorted().join(',')}]`
    case 'ROW':
      return objectText(type.fields.map((field) => field.name), type.fields.map((field, i) => valueText((value as Value[])[i]!, field.type, 'UTC')))
    case 'TIMESTAMP_LTZ':
      return `"${timestampText(wallClockOf(value as number, timeZone), type.precision)}Z"`
    default:
      return jsonTextOf(value, type)
  }
}

/** A value of the gateway's JSON, in the same text as `valueText` gives. Timestamps keep the digits that their type has. */
function flinkValueText(json: Json, type: JsonObject): string {
  if (json === null) return 'null'
  switch (type.type) {
    case 'FLOAT':
    case 'DOUBLE': {
      // Java writes a float's own digits, which are not always the shortest: the value decides.
      const double = Number(json instanceof ExactNumber ? json.text : json)
      const number = type.type === 'FLOAT' ? Math.fround(double) : double
      return jsonTextOf(number, { kind: type.type, nullable: true })
    }
    case 'DECIMAL': {
      const parsed = parseDecimal(numberText(json))
      return parsed === null ? `"${numberText(json)} is no decimal"` : decimalText(rescaleDecimal(parsed.unscaled, parsed.scale, Number(type.scale)), Number(type.scale))
    }
    case 'TIMESTAMP_WITHOUT_TIME_ZONE':
    case 'TIMESTAMP_WITH_LOCAL_TIME_ZONE': {
      const match = /^([-+]?\d+-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(Z?)$/.exec(String(json))
      if (match === null) return JSON.stringify(`${String(json)} is no timestamp`)
      const precision = Number(type.precision)
      const fraction = (match[3] ?? '').padEnd(precision, '0')
      const time = match[2]!.length === 5 ? `${match[2]!}:00` : match[2]!
      return `"${match[1]!} ${time}${fraction === '' ? '' : `.${fraction}`}${match[4]!}"`
    }
    case 'TIME_WITHOUT_TIME_ZONE': {
      const [time, fraction = ''] = String(json).split('.')
      return `"${time!.length === 5 ? `${time!}:00` : time!}${/[1-9]/.test(fraction) ? `.${fraction.padEnd(3, '0')}` : ''}"`
    }
    case 'ARRAY':
      return `[${(json as readonly Json[]).map((element) => flinkValueText(element, type.elementType as JsonObject)).join(',')}]`
    case 'MAP':
    case 'MULTISET': {
      // JSON has texts as keys only, so a key that is none is read back from its text.
      const keyType = (type.keyType ?? type.elementType) as JsonObject
      const valueType = (type.valueType ?? { type: 'INTEGER' }) as JsonObject
      return `[${Object.entries(json as JsonObject).map(([k, v]) => `[${flinkValueText(keyOf(k, keyType), keyType)},${flinkValueText(v, valueType)}]`).toSorted().join(',')}]`
    }
    case 'ROW': {
      const fields = type.fields as readonly { readonly name: string; readonly fieldType: JsonObject }[]
      return objectText(fields.map((field) => field.name), fields.map((field) => flinkValueText((json as JsonObject)[field.name] ?? null, field.fieldType)))
    }
    case 'DATE':
      // Java puts a plus before years of more than four digits.
      return JSON.stringify(String(json).replace(/^\+/, ''))
    case 'BOOLEAN':
      return String(json)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return numberText(json)
    default:
      return JSON.stringify(json)
  }
}

function keyOf(text: string, type: JsonObject): Json {
  const isNumber = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'].includes(String(type.type))
  return isNumber && /^-?\d/.test(text) ? new ExactNumber(text) : text
}

function numberText(json: Json): string {
  return json instanceof ExactNumber ? json.text : String(json as number | string)
}

/** A gateway's `logicalType` as `printType` writes types. Binary types are BYTES here, as they are in Millrace. */
export function flinkTypeText(type: JsonObject): string {
  return `${bareTypeText(type)}${type.nullable === false ? ' NOT NULL' : ''}`
}

function bareTypeText(type: JsonObject): string {
  const inner = (json: Json | undefined): string => flinkTypeText(json as JsonObject)
  switch (type.type) {
    case 'INTEGER':
      return 'INT'
    case 'DECIMAL':
      return `DECIMAL(${String(type.precision)}, ${String(type.scale)})`
    case 'CHAR':
      return `CHAR(${String(type.length)})`
    case 'VARCHAR':
      return Number(type.length) === 2_147_483_647 ? 'STRING' : `VARCHAR(${String(type.length)})`
    case 'BINARY':
    case 'VARBINARY':
      return 'BYTES'
    case 'TIME_WITHOUT_TIME_ZONE':
      return Number(type.precision) === 0 ? 'TIME' : `TIME(${String(type.precision)})`
    case 'TIMESTAMP_WITHOUT_TIME_ZONE':
      return `TIMESTAMP(${String(type.precision)})`
    case 'TIMESTAMP_WITH_LOCAL_TIME_ZONE':
      return `TIMESTAMP_LTZ(${String(type.precision)})`
    case 'INTERVAL_DAY_TIME':
      return 'INTERVAL DAY TO SECOND'
    case 'INTERVAL_YEAR_MONTH':
      return 'INTERVAL YEAR TO MONTH'
    case 'ARRAY':
    case 'MULTISET':
      return `${String(type.type)}<${inner(type.elementType)}>`
    case 'MAP':
      return `MAP<${inner(type.keyType)}, ${inner(type.valueType)}>`
    case 'ROW':
      return `ROW<${(type.fields as readonly { readonly name: string; readonly fieldType: JsonObject }[]).map((field) => `${field.name} ${inner(field.fieldType)}`).join(', ')}>`
    default:
      return String(type.type)
  }
}
