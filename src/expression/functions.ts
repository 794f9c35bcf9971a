import type { FunctionDefinition } from './functionDefinition.ts'
import { aggregateFunctions } from './functions/aggregate.ts'
import { arithmeticFunctions } from './functions/arithmetic.ts'
import { collectionFunctions } from './functions/collection.ts'
import { comparisonFunctions } from './functions/comparison.ts'
import { conditionalFunctions } from './functions/conditional.ts'
import { constructFunctions } from './functions/construct.ts'
import { jsonFunctions } from './functions/json.ts'
import { logicFunctions } from './functions/logic.ts'
import { numericFunctions } from './functions/numeric.ts'
import { streamTimeFunctions } from './functions/streamTime.ts'
import { overFunctions } from './functions/over.ts'
import { stringFunctions } from './functions/string.ts'
import { timeFunctions } from './functions/time.ts'

/**
 * The function table: every operator, special form, scalar function and aggregate, by its upper-case name and by each of its aliases.
 */
export const functionTable: ReadonlyMap<string, FunctionDefinition> = tableOf([
  ...arithmeticFunctions,
  ...comparisonFunctions,
  ...logicFunctions,
  ...conditionalFunctions,
  ...numericFunctions,
  ...stringFunctions,
  ...timeFunctions,
  ...streamTimeFunctions,
  ...jsonFunctions,
  ...constructFunctions,
  ...collectionFunctions,
  ...aggregateFunctions,
  ...overFunctions,
])

function tableOf(definitions: readonly FunctionDefinition[]): Map<string, FunctionDefinition> {
  const table = new Map<string, FunctionDefinition>()
  for (const definition of definitions) {
    for (const name of [definition.name, ...(definition.aliases ?? [])]) {
      if (table.has(name)) throw new Error(`the function table has two entries called ${name}: rename one of them`)
      table.set(name, definition)
    }
  }
  return table
}
