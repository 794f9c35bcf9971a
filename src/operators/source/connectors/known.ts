import { printType, sameType, type DataType } from '../../../columnar/dataType.ts'
import { sourceProblems } from '../../../job/problemCatalogue.ts'
import type { Report } from '../../../job/problem.ts'
import type { JsonObject } from '../../../columnar/json.ts'
import type { SourceColumns } from '../columns.ts'

/** Reports read columns that data with known columns does not have, or has with another type. NOT NULL may be added where the data has no NULLs. */
export function checkKnownColumns(
  config: JsonObject,
  columns: SourceColumns,
  what: string,
  known: readonly { readonly name: string; readonly type: DataType; readonly hasNulls?: true }[],
  exact: boolean,
  report: Report,
): void {
  const entries = (config.columns ?? []) as readonly JsonObject[]
  for (const field of columns.physical.fields) {
    const at = entries.findIndex((entry) => entry.name === field.name)
    const found = known.find((column) => column.name === field.name)
    if (found === undefined) report(`columns[${at}].name`, sourceProblems.noSuchData(field.name, what, known.map((column) => column.name)))
    else if (exact && (!sameType(found.type, field.type) || (found.hasNulls === true && !field.type.nullable))) report(`columns[${at}].type`, sourceProblems.otherType(field.name, printType(field.type), what, printType(found.type)))
  }
}
