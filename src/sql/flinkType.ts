import type { DataType } from '../columnar/dataType.ts'
import { printSqlType } from '../expression/print.ts'
import { quoted } from './printStatement.ts'

/** A type as a column of CREATE TABLE and a CAST have it, with the fields of a ROW quoted. */
export function flinkType(type: DataType): string {
  return printSqlType(type, quoted)
}
