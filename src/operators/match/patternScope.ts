import { fieldOf, type Schema } from '../../columnar/schema.ts'
import type { PatternScope } from '../../expression/patternExpression.ts'

/** What the expressions of a match may name. `orderColumn` is the first that rows are ordered by. */
export function patternScope(schema: Schema, variables: readonly string[], orderColumn: string | undefined): PatternScope {
  const field = orderColumn === undefined ? undefined : fieldOf(schema, orderColumn)
  return { schema, variables, timeColumn: field?.time === 'event' ? field.name : null }
}
