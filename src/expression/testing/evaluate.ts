import { columnOf } from '../../columnar/batchBuilder.ts'
import { valueAt, type Value } from '../../columnar/column.ts'
import { printType, type DataType } from '../../columnar/dataType.ts'
import { castValue } from '../castValue.ts'
import { compilePredicate, compileScalar } from '../compile.ts'
import type { EvaluationContext, Scope, TypedExpression } from '../expression.ts'
import { parseType } from '../parse.ts'
import { checkPredicate, checkScalar } from '../typeOf.ts'

/** Expressions run from text over columns given as values: for the tests of this folder. */
export type Columns = Readonly<Record<string, readonly [type: string, values: readonly Value[]]>>

export const testContext: EvaluationContext = { timeZone: 'UTC', processingTime: () => 1_700_000_000_000, watermarks: null, watermark: Number.NEGATIVE_INFINITY }

export function typeOfText(text: string): DataType {
  const { type, problems } = parseType(text)
  if (type === null) throw new Error(problems.map((problem) => problem.message).join('; '))
  return type
}

export function scopeOf(columns: Columns): Scope {
  return { inputs: [{ qualifier: null, schema: { fields: Object.entries(columns).map(([name, [type]]) => ({ name, type: typeOfText(type) })) } }] }
}

export function typed(text: string, columns: Columns = {}): TypedExpression {
  const result = checkScalar(text, scopeOf(columns))
  if (result.typed === null) throw new Error(`${text}: ${result.problems.map((problem) => `${problem.code} ${problem.message}`).join('; ')}`)
  return result.typed
}

/** The result's values, one for each row (one row when there are no columns). */
export function evaluate(text: string, columns: Columns = {}, context: EvaluationContext = testContext): Value[] {
  const expression = typed(text, columns)
  const rowCount = Object.values(columns)[0]?.[1].length ?? 1
  const inputs = [Object.values(columns).map(([type, values]) => columnOf(typeOfText(type), values))]
  const column = compileScalar(expression)(inputs, rowCount, context)
  return Array.from({ length: rowCount }, (_, i) => valueAt(column, i))
}

/** The only row's result as `CAST(... AS STRING)` prints it, and its type. */
export function evaluateText(text: string, context: EvaluationContext = testContext): { text: string; type: string } {
  const expression = typed(text)
  const value = valueAt(compileScalar(expression)([[]], 1, context), 0)
  const shown = value === null ? 'NULL' : castValue(value, expression.type, { kind: 'VARCHAR', length: 2_147_483_647, nullable: true }, context.timeZone)
  return { text: String(shown), type: printType(expression.type) }
}

/** The rows for which a condition is TRUE. */
export function selected(text: string, columns: Columns, context: EvaluationContext = testContext): number[] {
  const result = checkPredicate(text, scopeOf(columns))
  if (result.typed === null) throw new Error(`${text}: ${result.problems.map((problem) => problem.message).join('; ')}`)
  const rowCount = Object.values(columns)[0]![1].length
  const inputs = [Object.values(columns).map(([type, values]) => columnOf(typeOfText(type), values))]
  const rows = new Int32Array(rowCount)
  const count = compilePredicate(result.typed)(inputs, rowCount, context, rows)
  return Array.from(rows.subarray(0, count))
}

/** Codes and messages of a text's problems. */
export function problemsOf(text: string, columns: Columns = {}): string[] {
  return checkScalar(text, scopeOf(columns)).problems.map((problem) => `${problem.code} ${problem.message}`)
}
