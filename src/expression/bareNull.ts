import type { Expression } from './expression.ts'

/**
 * Where a NULL without a type may stand: beside something that gives it one. Anywhere else Flink refuses it ("Illegal use of 'NULL'"), and a script that has it with it. Which calls those are was asked of Flink 1.20 and 2.2, every
 * function once for each argument (decision 0192). Some newer functions of Flink (SPLIT, ARRAY_SLICE) take one as well; here none does, so that the rule stays short.
 */
const takesAny: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'IN', 'BETWEEN', 'IS NULL', 'IS NOT NULL', 'JSON_STRING'])
const besideAnother: ReadonlySet<string> = new Set(['COALESCE', 'IFNULL', 'ARRAY'])
const asElement: ReadonlySet<string> = new Set(['ARRAY_APPEND', 'ARRAY_PREPEND', 'ARRAY_REMOVE', 'ARRAY_POSITION', 'ARRAY_CONTAINS'])

export function isBareNull(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.type.kind === 'NULL'
}

/** The first argument that is a NULL of which nothing says what it is; null when there is none. */
export function untypedNull(name: string, args: readonly Expression[], symbols: readonly string[]): number | null {
  const first = args.findIndex(isBareNull)
  if (first < 0 || takesAny.has(name)) return null
  if (besideAnother.has(name)) return args.every(isBareNull) ? first : null
  if (asElement.has(name)) return first === 1 ? null : first
  switch (name) {
    case 'CASE': {
      const branches = symbols[0] === 'SIMPLE' ? args.slice(1) : args
      const results = branches.filter((_, i) => i % 2 === 1 || i === branches.length - 1)
      return results.every(isBareNull) ? args.length - 1 : null
    }
    case 'NULLIF':
      return first === 0 ? first : null
    case 'MAP': {
      // Flink brings keys to one type, and of values takes none that has none.
      const value = args.findIndex((argument, i) => i % 2 === 1 && isBareNull(argument))
      return value >= 0 ? value : args.every((argument, i) => i % 2 === 1 || isBareNull(argument)) ? first : null
    }
    default:
      return first
  }
}
