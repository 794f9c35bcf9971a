import type { JsonObject } from '../../columnar/json.ts'
import { intType, printType, sameType, withNullable, type DataType } from '../../columnar/dataType.ts'
import type { Field, Schema } from '../../columnar/schema.ts'
import { castProblem } from '../../expression/castValue.ts'
import { parseType } from '../../expression/parse.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import { columnsRead } from '../../job/columnUses.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import type { Report } from '../../job/problem.ts'
import { columnProblems, shapeProblems, sourceProblems } from '../../job/problemCatalogue.ts'
import { quoteIdentifier, renameInExpression } from '../../job/renameColumn.ts'

export const definition: OperatorDefinition = {
  kind: 'unnest',
  title: 'Unnest',
  family: 'shape',
  icon: 'list-tree',
  summary: 'Makes a row of each element of an array, a map or a multiset.',
  searchTerms: ['explode', 'flatten', 'array', 'map', 'multiset', 'cross join unnest', 'lateral', 'ordinality', 'elements', 'split'],
  inputs: [{ name: 'in', title: 'Input' }],
  outputs: [{ name: 'out', title: 'Rows by element' }],
  fields: [
    { key: 'expression', label: 'Collection', control: 'expression', result: 'any', help: 'An ARRAY, MAP or MULTISET: a column, or computed, such as SPLIT(tags, \',\').' },
    {
      key: 'columns',
      label: 'Columns',
      control: 'schema',
      inferred: true,
      help: 'Names for what an element holds: one for a plain element, key and value of a map, one for each field of a row. With a type, the value is cast to it.',
    },
    { key: 'ordinalityColumn', label: 'Position column', control: 'text', maxLength: 200, optional: true, placeholder: 'position', help: 'Adds the place of the element, from 1 on.' },
    { key: 'outer', label: 'Keep rows without elements', control: 'boolean', optional: true, default: false, help: 'A row whose collection is empty or NULL gives one row with NULLs instead of none.' },
  ],
  initialConfig: ({ inputs }) => {
    const schema = inputs.in?.[0] ?? null
    const collection = schema?.fields.find(({ type }) => partsOf(type) !== null)
    const taken = new Set((schema?.fields ?? []).map(({ name }) => name))
    if (collection === undefined) {
      const text = schema?.fields.find(({ type }) => type.kind === 'VARCHAR') ?? schema?.fields[0]
      const expression = text === undefined ? '' : text.type.kind === 'VARCHAR' ? `SPLIT(${quoteIdentifier(text.name)}, ',')` : `ARRAY[${quoteIdentifier(text.name)}]`
      return { expression, columns: [{ name: free('element', taken) }] }
    }
    return { expression: quoteIdentifier(collection.name), columns: partsOf(collection.type)!.map(({ name }) => ({ name: free(name, taken) })) }
  },
  subtitle: (config) => (typeof config.expression === 'string' ? config.expression : ''),
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    const added = addedFields(config, schema, report)
    return added === null ? {} : { out: { fields: [...schema.fields, ...added] } }
  },
  distribution: () => [{ kind: 'any' }],
  columnsNeeded: ({ config, used }) => {
    const needed = new Set<string>(used.out ?? [])
    for (const { name } of namedColumns(config)) needed.delete(name)
    if (typeof config.ordinalityColumn === 'string') needed.delete(config.ordinalityColumn)
    if (typeof config.expression === 'string') for (const name of columnsRead(config.expression, null)) needed.add(name)
    return { in: needed }
  },
  renameColumn: (config, _input, from, to) => (typeof config.expression === 'string' ? { ...config, expression: renameInExpression(config.expression, null, from, to) } : config),
}

export interface Part {
  readonly name: string
  readonly type: DataType
}

/** What an element of a collection holds, and names that suit; null for a type that is no collection. A row's fields stand apart, as in Flink. */
export function partsOf(type: DataType): readonly Part[] | null {
  if (type.kind === 'MAP') return [{ name: 'key', type: type.key }, { name: 'value', type: type.value }]
  if (type.kind !== 'ARRAY' && type.kind !== 'MULTISET') return null
  const { element } = type
  if (element.kind !== 'ROW') return [{ name: 'element', type: element }]
  return element.fields.map((field) => ({ name: field.name, type: withNullable(field.type, element.nullable || field.type.nullable) }))
}

export interface NamedColumn {
  readonly name: string
  /** As written; absent: what the element has. */
  readonly type?: string
}

export function namedColumns(config: JsonObject): readonly NamedColumn[] {
  return Array.isArray(config.columns) ? (config.columns as unknown as readonly NamedColumn[]) : []
}

/** What is wrong, and the columns that are added; null when they cannot be known. */
function addedFields(config: JsonObject, schema: Schema, report: Report): Field[] | null {
  const { expression, ordinalityColumn } = config
  const columns = namedColumns(config)
  const outer = config.outer === true
  const taken = new Set(schema.fields.map((field) => field.name))
  const name = (column: string, path: string): void => {
    if (column === '') report(path, columnProblems.emptyColumnName())
    else if (column.length > 200) report(path, columnProblems.longColumnName(column.length))
    else if (taken.has(column)) report(path, columnProblems.duplicateColumn(column))
    taken.add(column)
  }
  columns.forEach((column, i) => name(column.name, `columns[${i}].name`))
  if (typeof ordinalityColumn === 'string') name(ordinalityColumn, 'ordinalityColumn')
  if (typeof expression !== 'string') return null
  const { typed, problems } = checkScalar(expression, { inputs: [{ qualifier: null, schema }] })
  for (const problem of problems) report('expression', problem)
  if (typed === null) return null
  const parts = partsOf(typed.type)
  if (parts === null) {
    report('expression', shapeProblems.noCollection(printType(withNullable(typed.type, true))))
    return null
  }
  if (parts.length !== columns.length) {
    report('columns', shapeProblems.elementColumns(columns.length, parts.map((part) => part.name)))
    return null
  }
  let sound = true
  const fields = columns.map((column, i): Field => {
    const found = parts[i]!.type
    if (column.type === undefined) return { name: column.name, type: withNullable(found, outer || found.nullable) }
    const parsed = parseType(column.type)
    const problem = parsed.type === null ? (parsed.problems[0]?.message ?? 'it is no type.') : sameType(parsed.type, found) ? null : castProblem(found, parsed.type)
    if (problem !== null) {
      report(`columns[${i}].type`, parsed.type === null ? sourceProblems.badType(column.name, problem) : shapeProblems.elementCast(column.name, problem))
      sound = false
    }
    return { name: column.name, type: parsed.type === null ? found : withNullable(parsed.type, outer || found.nullable) }
  })
  if (!sound) return null
  return typeof ordinalityColumn === 'string' ? [...fields, { name: ordinalityColumn, type: withNullable(intType, outer) }] : fields
}

function free(name: string, taken: Set<string>): string {
  let candidate = name
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}${number}`
  taken.add(candidate)
  return candidate
}
