import type { DataType } from '../columnar/dataType.ts'
import { quoted } from './printStatement.ts'
import { printSqlType } from '../expression/print.ts'

/** A type as a column of CREATE TABLE has it, with the fields of a ROW quoted. */
export function flinkType(type: DataType): string {
  const suffix = type.nullable ? '' : ' NOT NULL'
  switch (type.kind) {
    case 'ROW':
      return `ROW<${type.fields.map((field) => `${quoted(field.name)} ${flinkType(field.type)}`).join(', ')}>${suffix}`
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${flinkType(type.element)}>${suffix}`
    case 'MAP':
      return `MAP<${flinkType(type.key)}, ${flinkType(type.value)}>${suffix}`
    default:
      return printSqlType(type)
  }
}
