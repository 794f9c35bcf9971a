import type { JsonObject } from '../columnar/json.ts'
import { fieldIndex, fieldOf, type Schema } from '../columnar/schema.ts'
import type { ConfigField } from './configField.ts'
import type { Report } from './problem.ts'
import { columnProblems, orderProblems } from './problemCatalogue.ts'

/**
 * What operators that rank rows have in common in a config: `orderBy`, a list of `{ column, direction }` (job format, section 4), and the columns that tell the
 * partitions apart.
 */
export interface OrderEntry {
  readonly column: string
  readonly descending: boolean
}

export function orderByField(help: string): ConfigField {
  return { key: 'orderBy', label: 'Order by', control: 'orderBy', input: 'in', minCount: 1, help }
}

export function partitionField(key: 'partitionBy' | 'keys', label: string, help: string, minCount?: number): ConfigField {
  return { key, label, control: 'columns', input: 'in', help, ...(minCount === undefined ? {} : { minCount }) }
}

/** The entries of `orderBy`; ascending is the default. */
export function orderOf(config: JsonObject): readonly OrderEntry[] {
  if (!Array.isArray(config.orderBy)) return []
  return (config.orderBy as unknown as { readonly column: string; readonly direction?: string }[]).map(({ column, direction }) => ({ column, descending: direction === 'DESC' }))
}

export function columnsOf(config: JsonObject, key: string): readonly string[] {
  return Array.isArray(config[key]) ? (config[key] as readonly string[]) : []
}

/** Reports columns that are not there or stand twice, in `orderBy` and in the list under `key`. */
export function checkOrder(config: JsonObject, schema: Schema, report: Report): void {
  const seen = new Set<string>()
  orderOf(config).forEach(({ column }, i) => {
    const field = fieldOf(schema, column)
    if (field === undefined) report(`orderBy[${i}].column`, columnProblems.unknownColumn(column, namesOf(schema)))
    else if (seen.has(column)) report(`orderBy[${i}].column`, orderProblems.orderedTwice(column))
    else if (['ARRAY', 'MAP', 'MULTISET', 'ROW'].includes(field.type.kind)) report(`orderBy[${i}].column`, orderProblems.notOrderable(column, field.type.kind))
    seen.add(column)
  })
}

export function checkColumns(config: JsonObject, key: string, schema: Schema, report: Report): void {
  const seen = new Set<string>()
  columnsOf(config, key).forEach((column, i) => {
    if (fieldIndex(schema, column) < 0) report(`${key}[${i}]`, columnProblems.unknownColumn(column, namesOf(schema)))
    else if (seen.has(column)) report(`${key}[${i}]`, orderProblems.partitionedTwice(column))
    seen.add(column)
  })
}

/** "price desc, time" */
export function orderText(config: JsonObject): string {
  return orderOf(config)
    .map(({ column, descending }) => (descending ? `${column} desc` : column))
    .join(', ')
}

export function renameInOrder(config: JsonObject, from: string, to: string): JsonObject {
  if (!Array.isArray(config.orderBy)) return config
  return { ...config, orderBy: (config.orderBy as unknown as JsonObject[]).map((entry) => (entry.column === from ? { ...entry, column: to } : entry)) }
}

function namesOf(schema: Schema): string[] {
  return schema.fields.map((field) => field.name)
}
