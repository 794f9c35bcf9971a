import { printType, type DataType } from '../../../columnar/dataType.ts'
import type { Schema } from '../../../columnar/schema.ts'
import { checkAggregate } from '../../../expression/aggregates.ts'
import type { TypedExpression } from '../../../expression/expression.ts'
import { functionTable } from '../../../expression/functions.ts'
import { checkScalar } from '../../../expression/typeOf.ts'
import type { Chance } from './chance.ts'

/**
 * Typed expressions over the columns of an input, drawn from the function table: whoever adds a function there has it generated here. What it takes is tried out: calls with
 * any arguments are drawn until the language's own check takes one.
 *
 * Left out is what cannot be compared, each with its reason.
 */
export const excludedFunctions: Readonly<Record<string, string>> = {
  ...reason('has another value at every run', ['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP', 'NOW', 'PROCTIME', 'UNIX_TIMESTAMP', 'UUID', 'RAND', 'RAND_INTEGER', 'CURRENT_ROW_TIMESTAMP']),
  ...reason('depends on which rows came before, not on the row', ['CURRENT_WATERMARK']),
  ...reason('the last digit of a transcendental function is not settled between two implementations', [
    'SIN', 'COS', 'TAN', 'COT', 'ASIN', 'ACOS', 'ATAN', 'ATAN2', 'SINH', 'COSH', 'TANH', 'EXP', 'LN', 'LOG', 'LOG2', 'LOG10', 'POWER', 'SQRT', 'DEGREES', 'RADIANS',
  ]),
  ...reason('ends on Flink in a NullPointerException where an argument may be NULL and another has a type of its own; the grids keep which', ['GREATEST', 'LEAST']),
  ...reason('fails the job on texts that do not fit, and with it everything else in the program', ['REPEAT', 'REGEXP', 'REGEXP_EXTRACT', 'REGEXP_REPLACE', 'JSON_QUERY', 'JSON_VALUE', 'CHR']),
}

function reason(text: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, text]))
}

/** Forms that are not written `NAME(…)`; `$` is an argument. */
const forms = [
  '$ + $', '$ - $', '$ * $', '-$', '$ / 2', '$ % 3', '$ = $', '$ <> $', '$ < $', '$ <= $', '$ > $', '$ >= $', '$ AND $', '$ OR $', 'NOT $', '$ IS NULL', '$ IS NOT NULL', '$ IS TRUE', '$ IS NOT FALSE',
  '$ IS DISTINCT FROM $', '$ BETWEEN $ AND $', '$ IN ($, $)', '$ || $', "$ LIKE '%a%'", 'CASE WHEN $ THEN $ ELSE $ END', 'CASE WHEN $ THEN $ END', 'COALESCE($, $)', 'NULLIF($, $)', 'IF($, $, $)',
  'CAST($ AS STRING)', 'CAST($ AS BIGINT)', 'TRY_CAST($ AS INT)', 'CAST($ AS DOUBLE)', 'CAST($ AS DECIMAL(12, 3))', 'EXTRACT(YEAR FROM $)', 'EXTRACT(HOUR FROM $)', 'FLOOR($ TO HOUR)', "$ + INTERVAL '1' DAY",
] as const

// Flink refuses a bare NULL wherever nothing beside it has a type.
const literals = ['0', '1', '-1', '2', '42', '0.5', '1.25', "'a'", "''", "'Zürich'", 'TRUE', 'FALSE', 'CAST(NULL AS INT)', 'CAST(NULL AS STRING)', "DATE '2026-01-31'", "TIMESTAMP '2026-01-31 12:00:00'"] as const

/** Calls `NAME(…)` by name, with the numbers of arguments that their signatures show. */
const calls: readonly { readonly name: string; readonly counts: readonly number[] }[] = [...functionTable].flatMap(([name, definition]) => {
  if (definition.kind === 'aggregate' || definition.kind === 'over' || definition.callable === false || definition.name !== name || excludedFunctions[name] !== undefined) return []
  if (definition.kind === 'scalar' && definition.contextual === true) return []
  const counts = new Set<number>()
  for (const signature of definition.signatures) {
    const inner = /^\w+\((.*)\)/.exec(signature)?.[1]
    if (inner === undefined) continue
    const required = inner.replace(/\[[^\]]*\]/g, '').trim()
    counts.add(required === '' ? 0 : required.split(',').filter((part) => part.trim() !== '').length)
    counts.add(inner.trim() === '' ? 0 : inner.split(',').length)
  }
  return counts.size === 0 ? [] : [{ name, counts: [...counts].filter((count) => count <= 4) }]
})

export interface ExpressionWish {
  /** A condition: BOOLEAN. */
  readonly boolean?: true
  /** Names that must not be called: what is known to differ. */
  readonly without?: ReadonlySet<string>
}

const typesWanted = new Set(['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'DOUBLE', 'FLOAT', 'DECIMAL', 'VARCHAR', 'CHAR', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'])

export function quoted(name: string): string {
  return /^[a-z][a-z0-9]*$/.test(name) && functionTable.get(name.toUpperCase()) === undefined ? name : `\`${name}\``
}

export function arbitraryExpression(chance: Chance, schema: Schema, depth: number, wish: ExpressionWish = {}): { readonly text: string; readonly type: DataType } | null {
  const scope = { inputs: [{ qualifier: null, schema }] }
  for (let attempt = 0; attempt < 40; attempt++) {
    const text = draw(chance, schema, depth, wish)
    const { typed } = checkScalar(text, scope)
    if (typed === null || !typesWanted.has(typed.type.kind) || (wish.boolean === true && typed.type.kind !== 'BOOLEAN') || mayFail(typed)) continue
    return { text, type: typed.type }
  }
  return null
}

function draw(chance: Chance, schema: Schema, depth: number, wish: ExpressionWish): string {
  const column = (): string => quoted(chance.oneOf(schema.fields).name)
  const argument = (): string => {
    if (depth > 1 && chance.happens(35)) {
      const inner = arbitraryExpression(chance, schema, depth - 1, wish.without === undefined ? {} : { without: wish.without })
      if (inner !== null) return `(${inner.text})`
    }
    return chance.happens(70) ? column() : chance.oneOf(literals)
  }
  if (depth === 0) return column()
  if (chance.happens(wish.boolean === true ? 80 : 45)) return chance.oneOf(forms).replaceAll('$', argument)
  const { name, counts } = chance.oneOf(calls.filter((call) => wish.without?.has(call.name) !== true))
  return `${name}(${Array.from({ length: counts.length === 0 ? 1 : chance.oneOf(counts) }, argument).join(', ')})`
}

/** Whether a row could fail the job: an expression that may is no use among others. */
function mayFail(typed: TypedExpression): boolean {
  switch (typed.kind) {
    case 'cast':
      return typed.mode === 'cast' && !harmlessCast(typed.operand.type, typed.type) ? true : mayFail(typed.operand)
    case 'field':
      return mayFail(typed.operand)
    case 'call': {
      const definition = functionTable.get(typed.name)
      const fails = definition?.kind === 'scalar' ? (definition.fails ?? false) : false
      // What fails by its further arguments does not where they are written out: a wrong one is refused before any row.
      const isWritten = typeof fails === 'function' && typed.args.length > 1 && typed.args.slice(1).every(({ kind }) => kind === 'literal')
      const isSpared = fails === false || isWritten || typed.name === '/' || typed.name === '%'
      return !isSpared || typed.args.some(mayFail)
    }
    default:
      return false
  }
}

function harmlessCast(from: DataType, to: DataType): boolean {
  const fromText = from.kind === 'VARCHAR' || from.kind === 'CHAR'
  const toText = to.kind === 'VARCHAR' || to.kind === 'CHAR'
  return toText || !fromText
}

const aggregateForms = ['COUNT(*)', 'COUNT($)', 'SUM($)', 'AVG($)', 'MIN($)', 'MAX($)', 'COUNT(DISTINCT $)', 'SUM(DISTINCT $)', 'SUM($) FILTER (WHERE $)', 'COUNT(*) FILTER (WHERE $ IS NOT NULL)', 'MAX($) - MIN($)'] as const
const orderedForms = ['FIRST_VALUE($)', 'LAST_VALUE($)', 'LISTAGG($)'] as const

/** Aggregates by name. Those that look at the order of rows only where the order is settled. */
export function arbitraryAggregates(chance: Chance, schema: Schema, ordered: boolean, least: number, taken: ReadonlySet<string>): { readonly name: string; readonly expression: string }[] {
  const scope = { inputs: [{ qualifier: null, schema }] }
  const wanted = chance.integer(least, 3)
  const found: { name: string; expression: string }[] = []
  for (let attempt = 0; attempt < 40 && found.length < wanted; attempt++) {
    const form = ordered && chance.happens(15) ? chance.oneOf(orderedForms) : chance.oneOf(aggregateForms)
    const expression = form.replaceAll('$', () => quoted(chance.oneOf(schema.fields).name))
    const { aggregate, problems } = checkAggregate(expression, scope)
    if (aggregate === null || problems.length > 0) continue
    const name = `a${found.length}`
    if (!taken.has(name)) found.push({ name, expression })
    else if (!taken.has(`b${name}`)) found.push({ name: `b${name}`, expression })
  }
  return found
}

/** Types that order and compare the same everywhere. */
export function isComparable(type: DataType): boolean {
  return ['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'DECIMAL', 'VARCHAR', 'CHAR', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'DOUBLE', 'FLOAT'].includes(type.kind)
}

export function typeText(type: DataType): string {
  return printType(type).replace(' NOT NULL', '')
}
