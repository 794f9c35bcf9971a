import { rowAt, rowKindAt } from '../../src/columnar/batch.ts'
import { parseBatch } from '../../src/columnar/batchText.ts'
import type { Value } from '../../src/columnar/column.ts'
import { printType, type DataType } from '../../src/columnar/dataType.ts'
import type { Json, JsonObject } from '../../src/columnar/json.ts'
import { readJson } from '../../src/columnar/jsonText.ts'
import type { Field } from '../../src/columnar/schema.ts'
import { jsonTextOf } from '../../src/columnar/valueJson.ts'
import type { Edge, Operator } from '../../src/job/job.ts'
import type { OperatorDefinition } from '../../src/job/operatorDefinition.ts'
import { definitionOf } from '../../src/operators/catalog.ts'
import type { OperatorCase } from '../../src/operators/operatorCase.ts'
import { checkJob, hasErrors } from '../../src/job/validate.ts'
import { timestampText } from '../../src/columnar/valueText.ts'
import { schemaOf, type HarnessInput } from '../../src/operators/testing/operatorHarness.ts'
import { jobOf, type Note, type Program, type ProgramSet } from './program.ts'

/**
 * The cases of a room as programs, so that what a room's tests hold is held by Flink too.
 *
 * A case tells rows and watermarks apart; a program has only rows. So each source gets a column that says which watermark it reaches (`WATERMARK FOR ts AS
 * wm`, NULL for none), and each watermark of the case becomes a row that carries it and that a filter takes out behind the source. Between them stands
 * exactly what the case says, to the millisecond.
 *
 * Some cases have no such form, and say so: processing time; windows that come in as columns, which Flink knows only from a window function upstream; and
 * rows behind the watermark of an operator with two inputs, since Flink leaves open which input is read first.
 */
const watermarkColumn = 'wm__'
const carrierColumn = 'carrier__'

/**
 * What every operator must get through, whatever its cases say: no rows at all; and rows of NULLs, rows that are equal, values at the ends of their types, so that sums run over, times before 1970, and a row behind the
 * watermark. Under the first config of a room and those of its cases that are of another sort.
 */
export function cornerPrograms(rooms: ReadonlyMap<string, readonly OperatorCase[]>): ProgramSet {
  const programs: Program[] = []
  for (const [kind, cases] of rooms) {
    const sorts = new Set<string>()
    for (const one of cases) {
      const sort = sortOf(one)
      if (one.stateTtlMs !== undefined || sorts.has(sort) || sorts.size === sortsPerRoom) continue
      const inputs = inputsOf(definitionOf(kind)!, one.inputs)
      const name = `corner-${kind}-${sorts.size + 1}`
      const made = [{ ...one, steps: [] }, { ...one, steps: cornerSteps(inputs) }].map((corner, i) => programOf(kind, { ...corner, expect: {} }, i === 0 ? `${name}-empty` : name))
      if (made.some((program) => typeof program === 'string') || hasErrors(checkJob((made[0] as Program).job, definitionOf).problems)) continue
      sorts.add(sort)
      const says = ['of no rows', 'of NULLs, equal rows, ends of types and times before 1970']
      programs.push(...made.map((program, i) => ({ ...(program as Program), says: `${kind}, ${says[i]!}, as in: ${one.name}` })))
    }
  }
  return { name: 'corners', programs, incomparable: [] }
}

const sortsPerRoom = 2

/** What makes a config another sort of the operator: its type, its window, whether it keeps one row. */
function sortOf({ config, inputs }: OperatorCase): string {
  const { type, keep, window, frame, n } = config as Readonly<Record<string, Json>>
  return JSON.stringify([type ?? null, keep ?? null, (window as JsonObject | undefined)?.type ?? null, (frame as JsonObject | undefined)?.type ?? null, n === 1, Object.keys(inputs).length])
}

/** Times in milliseconds, and which end of its type each value stands at; null for NULL. */
const cornerRows: readonly (readonly [number, 'most' | 'least' | null])[] = [[-10_001, null], [-1, 'most'], [-1, 'most'], [0, 'least'], [1, null]]
const laterRows: typeof cornerRows = [[4999, 'least'], [5000, null], [5000, 'most'], [61_000, 'least']]

function cornerSteps(inputs: readonly HarnessInput[]): OperatorCase['steps'] {
  const edge = (at: number): string => String(inputs.slice(0, at).filter(({ port }) => port === inputs[at]!.port).length)
  const rows = (some: typeof cornerRows): OperatorCase['steps'] => inputs.map(({ port, schema }, at) => ({ rows: [schema.fields.map(({ name }) => name).join(' | '), ...some.map((row) => schema.fields.map((field) => cornerText(field, row)).join(' | '))].join('\n'), to: `${port}#${edge(at)}` }))
  // Behind the watermark only where one input says what that is.
  const late: typeof cornerRows = inputs.length === 1 ? [[2, 'most']] : []
  return [...rows(cornerRows), { watermark: 3000 }, ...rows([...late, ...laterRows])]
}

function cornerText(field: Field, [at, end]: (typeof cornerRows)[number]): string {
  const { type } = field
  if (field.time === 'event') return `${timestampText(at, 3)}${type.kind === 'TIMESTAMP_LTZ' ? 'Z' : ''}`
  if (end === null && type.nullable) return 'null'
  const most = end === 'most'
  switch (type.kind) {
    case 'BOOLEAN':
      return String(most)
    case 'TINYINT':
      return most ? '127' : '-128'
    case 'SMALLINT':
      return most ? '32767' : '-32768'
    case 'INT':
      return most ? '2147483647' : '-2147483648'
    case 'BIGINT':
      return most ? '9223372036854775807' : '-9223372036854775808'
    case 'FLOAT':
    case 'DOUBLE':
      return most ? '1e30' : '-1e30'
    case 'DECIMAL':
      return `${most ? '' : '-'}${'9'.repeat(type.precision - type.scale)}${type.scale > 0 ? `.${'9'.repeat(type.scale)}` : ''}`
    case 'CHAR':
    case 'VARCHAR':
      return most ? 'ß🙂' : 'A'
    case 'DATE':
      return most ? '9999-12-31' : '0001-01-01'
    case 'TIMESTAMP':
      return timestampText(most ? 4_102_444_799_999 : -1, type.precision)
    case 'TIMESTAMP_LTZ':
      return `${timestampText(most ? 4_102_444_799_999 : -1, type.precision)}Z`
    default:
      return 'null'
  }
}

export function roomPrograms(kind: string, cases: readonly OperatorCase[], noted: Readonly<Record<string, readonly Note[]>> = {}): ProgramSet {
  const programs: Program[] = []
  const incomparable: { name: string; reason: string }[] = []
  const names = new Set<string>()
  for (const one of cases) {
    const name = uniqueName(kind, one.name, names)
    const made = programOf(kind, one, name)
    if (typeof made === 'string') incomparable.push({ name, reason: made })
    else programs.push(noted[one.name] === undefined ? made : { ...made, noted: noted[one.name]! })
  }
  const unused = Object.keys(noted).filter((name) => !cases.some((one) => one.name === name))
  if (unused.length > 0) throw new Error(`notes on cases that ${kind} does not have: ${unused.join('; ')}`)
  return { name: kind, programs, incomparable }
}

function programOf(kind: string, one: OperatorCase, name: string): Program | string {
  const definition = definitionOf(kind)!
  const inputs = inputsOf(definition, one.inputs)
  const refusal = refusalOf(one, inputs)
  if (refusal !== null) return refusal
  const operators: Operator[] = []
  const edges: Edge[] = []
  for (const [i, input] of inputs.entries()) {
    const id = inputs.length === 1 ? 'rows' : `${input.port}_${i}`
    const source = sourceOf(one, inputs, i, id)
    if (typeof source === 'string') return source
    operators.push(...source.operators)
    edges.push(...source.edges, { from: source.last, to: 'op', ...(input.port === 'in' ? {} : { toPort: input.port }) })
  }
  operators.push({ id: 'op', kind, config: one.config })
  const ports = definition.outputs.map((port) => port.name).filter((port) => port === 'out' || one.expect[port] !== undefined)
  for (const port of ports) {
    operators.push({ id: port, kind: 'sink', config: { connector: { type: 'collect' } } })
    edges.push({ from: 'op', ...(port === 'out' ? {} : { fromPort: port }), to: port })
  }
  return { name, says: one.name, job: jobOf(name, operators, edges, { ...(one.timeZone === undefined ? {} : { timeZone: one.timeZone }), ...(one.stateTtlMs === undefined ? {} : { stateTtlMs: one.stateTtlMs }) }) }
}

function refusalOf(one: OperatorCase, inputs: readonly HarnessInput[]): string | null {
  if (one.steps.some((step) => 'processingTime' in step) || inputs.some(({ schema }) => schema.fields.some((field) => field.time === 'processing'))) return 'It turns on processing time, which nobody can repeat.'
  if (inputs.some(({ schema }) => schema.fields.filter((field) => field.time === 'event').length > 1)) return 'Its input has two time attributes, which no table of Flink declares.'
  if (inputs.some(({ schema }) => schema.fields.some((field) => field.name === 'window_time' && field.time !== undefined) || (schema.fields.some((field) => field.name === 'window_start') && schema.fields.some((field) => field.name === 'window_end')))) return 'Its windows come in as columns; Flink knows them only from a window function upstream.'
  return null
}

function inputsOf(definition: OperatorDefinition, texts: OperatorCase['inputs']): HarnessInput[] {
  return definition.inputs.flatMap((port) => [texts[port.name] ?? []].flat().map((words) => ({ port: port.name, schema: schemaOf(words) })))
}

interface SourceChain {
  readonly operators: readonly Operator[]
  readonly edges: readonly Edge[]
  readonly last: string
}

function sourceOf(one: OperatorCase, inputs: readonly HarnessInput[], index: number, id: string): SourceChain | string {
  const { port, schema } = inputs[index]!
  const edge = inputs.slice(0, index).filter((input) => input.port === port).length
  const time = schema.fields.find((field) => field.time === 'event')
  const rows: { readonly kind: string; readonly row: readonly Json[] }[] = []
  let watermark = -Infinity
  for (const step of one.steps) {
    if ('watermark' in step) {
      watermark = Math.max(watermark, step.watermark)
      if (time !== undefined) rows.push({ kind: '+I', row: [...schema.fields.map((field) => (field === time ? jsonOf(step.watermark, field.type) : placeholder(field))), jsonOf(step.watermark, time.type), true] })
    } else if ('rows' in step) {
      const [toPort, toEdge = '0'] = (step.to ?? 'in').split('#')
      if (toPort !== port || Number(toEdge) !== edge) continue
      const batch = parseBatch(schema, step.rows)
      for (let row = 0; row < batch.rowCount; row++) {
        const values = rowAt(batch, row)
        const at = time === undefined ? null : values[schema.fields.indexOf(time)]!
        if (time !== undefined && at === null) return 'A row has no event time, for which Flink ends the job.'
        if (inputs.length > 1 && typeof at === 'number' && at <= watermark) return 'Which input is read first decides about a row behind the watermark, and Flink leaves that open.'
        rows.push({ kind: rowKindAt(batch, row), row: [...values.map((value, i) => jsonOf(value, schema.fields[i]!.type)), ...(time === undefined ? [] : [null, false])] })
      }
    }
  }
  const changelog = rows.some(({ kind }) => kind !== '+I')
  if (changelog && rows.some(({ kind }, i) => kind === '+U' && rows[i - 1]?.kind !== '-U')) return 'An update comes without the row before it, which no change format of Flink reads.'
  const columns: JsonObject[] = schema.fields.map((field) => ({ name: field.name, type: printType(field.type) }))
  const config: JsonObject = {
    connector: { type: 'inline', rows: changelog ? rows.map(({ kind, row }) => ({ kind, row })) : rows.map(({ row }) => row), ...(changelog ? { changelog: true } : {}) },
    columns: time === undefined ? columns : [...columns, { name: watermarkColumn, type: printType({ ...time.type, nullable: true } as DataType) }, { name: carrierColumn, type: 'BOOLEAN' }],
    ...(time === undefined ? {} : { watermark: { column: time.name, expression: watermarkColumn } }),
  }
  if (time === undefined) return { operators: [{ id, kind: 'source', config }], edges: [], last: id }
  return {
    operators: [
      { id, kind: 'source', config },
      { id: `${id}_real`, kind: 'filter', config: { where: `${carrierColumn} IS NOT TRUE` } },
      { id: `${id}_in`, kind: 'project', config: { columns: schema.fields.map((field) => ({ name: field.name, expression: quoted(field.name) })) } },
    ],
    edges: [
      { from: id, to: `${id}_real` },
      { from: `${id}_real`, to: `${id}_in` },
    ],
    last: `${id}_in`,
  }
}

function jsonOf(value: Value, type: DataType): Json {
  const read = readJson(jsonTextOf(value, type))
  if (read.kind === 'error') throw new Error(read.error.detail)
  return read.value
}

/** What a row that only carries a watermark holds where NULL may not stand. */
function placeholder(field: Field): Json {
  if (field.type.nullable) return null
  switch (field.type.kind) {
    case 'BOOLEAN':
      return false
    case 'CHAR':
    case 'VARCHAR':
    case 'BYTES':
      return ''
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return jsonOf(0, field.type)
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
      return []
    default:
      return 0
  }
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

function uniqueName(kind: string, sentence: string, names: Set<string>): string {
  const slug = sentence
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  const words = `${kind}--${slug}`.slice(0, 70).replace(/-[^-]*$/, '')
  let name = words
  for (let n = 2; names.has(name); n++) name = `${words}-${n}`
  names.add(name)
  return name
}
