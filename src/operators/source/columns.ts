import type { JsonObject } from '../../columnar/json.ts'
import type { DataType } from '../../columnar/dataType.ts'
import type { Field, Schema } from '../../columnar/schema.ts'
import { parseExpression, parseType } from '../../expression/parse.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import type { TypedExpression } from '../../expression/expression.ts'
import { columnProblems, sourceProblems } from '../../job/problemCatalogue.ts'
import type { Report } from '../../job/problem.ts'

/**
 * A source's columns out of its config: what is read and what is computed from it. Definition and run time both start here.
 *
 * As in Flink, a computed column sees the read columns only, not other computed ones, and takes no place in the data: lists of values hold the
 * read columns, in order. The watermark column becomes event time; PROCTIME() becomes processing time.
 */
export interface SourceColumns {
  /** Columns that stand in the data. */
  readonly physical: Schema
  readonly columns: readonly SourceColumn[]
  /** All columns in the order of the config; null when one of them is not understood. */
  readonly schema: Schema | null
}

export interface SourceColumn {
  readonly name: string
  readonly type: DataType
  /** How it is computed; null for a column of the data. */
  readonly computed: TypedExpression | null
}

const columnNameLengthMax = 200

export function sourceColumns(config: JsonObject, report: Report = () => {}): SourceColumns {
  const entries = Array.isArray(config.columns) ? (config.columns as readonly JsonObject[]) : []
  const names = new Set<string>()
  let sound = entries.length > 0
  const physical: Field[] = []
  const types = entries.map((entry, i): DataType | null => {
    const name = entry.name as string
    if (name === '') report(`columns[${i}].name`, columnProblems.emptyColumnName())
    else if (name.length > columnNameLengthMax) report(`columns[${i}].name`, columnProblems.longColumnName(name.length))
    if (names.has(name)) {
      report(`columns[${i}].name`, columnProblems.duplicateColumn(name))
      sound = false
    }
    names.add(name)
    if (typeof entry.type !== 'string') return null
    const { type, problems } = parseType(entry.type)
    if (type === null) {
      const first = problems[0]
      report(`columns[${i}].type`, { ...sourceProblems.badType(name, first?.message ?? 'it is no type.'), ...(first === undefined ? {} : { span: first.span }) })
      sound = false
      return null
    }
    physical.push({ name, type })
    return type
  })
  const physicalSchema: Schema = { fields: physical }
  if (entries.length > 0 && physical.length === 0 && sound) report('columns', sourceProblems.noPhysicalColumn())
  const columns: SourceColumn[] = []
  entries.forEach((entry, i) => {
    const name = entry.name as string
    const type = types[i]
    if (type !== null && type !== undefined) columns.push({ name, type, computed: null })
    else if (typeof entry.expression === 'string') {
      const { typed, problems } = checkScalar(entry.expression, { inputs: [{ qualifier: null, schema: physicalSchema }] })
      for (const problem of problems) report(`columns[${i}].expression`, problem)
      if (typed === null) sound = false
      else columns.push({ name, type: typed.type, computed: typed })
    }
  })
  if (!sound) return { physical: physicalSchema, columns, schema: null }
  const timeColumn = watermarkColumn(config)
  const processing = new Set(entries.filter((entry) => typeof entry.expression === 'string' && isProctime(entry.expression)).map((entry) => entry.name as string))
  const schema: Schema = {
    fields: columns.map(({ name, type }): Field => {
      if (processing.has(name)) return { name, type, time: 'processing' }
      if (name === timeColumn && (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ')) return { name, type, time: 'event' }
      return { name, type }
    }),
  }
  return { physical: physicalSchema, columns, schema }
}

export function watermarkColumn(config: JsonObject): string | null {
  const watermark = config.watermark as JsonObject | undefined
  return typeof watermark?.column === 'string' ? watermark.column : null
}

function isProctime(text: string): boolean {
  const { expression } = parseExpression(text)
  return expression?.kind === 'call' && expression.name === 'PROCTIME'
}
