import type { JsonObject } from '../columnar/json.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Expression, Scope } from '../expression/expression.ts'
import { parseExpression } from '../expression/parse.ts'
import { columnUses } from './columnUses.ts'
import { bareColumn, conditionText, conjunctsOf, isPureCondition, isPureScalar, replaceColumns } from './conditions.ts'
import { freeName, joinScope, mapNamed, namedExpressionsOf, type JoinType } from './joinConfig.ts'
import type { ColumnsByPort, InputCondition, InputSchemas, OperatorBefore } from './operatorDefinition.ts'

/**
 * Which conditions about pairs may be asked of single rows, by SQL's rules for joins, for rooms whose joins keep rows without regard to lateness.
 *
 * A conjunct of the join's own condition that speaks of one side may be asked of that side's rows before they come in, unless a row of that side comes out even without a match. A condition behind
 * the join that speaks of one side may, unless that side's columns may be NULL for want of a match.
 *
 * Source: Calcite's FilterJoinRule.
 */
const ownConditionOn: Readonly<Record<JoinType, readonly number[]>> = { inner: [0, 1], semi: [0, 1], left: [1], anti: [1], right: [0], full: [] }
const laterConditionOn: Readonly<Record<JoinType, readonly number[]>> = { inner: [0, 1], semi: [0], left: [0], anti: [0], right: [1], full: [] }

export function joinInputConditions(config: JsonObject, inputs: InputSchemas, asked: (condition: string) => Omit<OperatorBefore, 'input'>): { readonly config: JsonObject; readonly before: readonly OperatorBefore[] } | null {
  const sides = sidesOf(inputs)
  if (sides === null || typeof config.condition !== 'string' || !isPureCondition(config.condition, joinScope(sides[0], sides[1]))) return null
  const moved: [Expression[], Expression[]] = [[], []]
  const left: Expression[] = []
  for (const conjunct of conjunctsOf(config.condition) ?? []) {
    const found = onOneSide(conjunct, sides)
    if (found !== null && ownConditionOn[typeOf(config)].includes(found.input)) moved[found.input]!.push(found.condition)
    else left.push(conjunct)
  }
  const before = moved.flatMap((conjuncts, input): OperatorBefore[] => (conjuncts.length === 0 ? [] : [{ input, ...asked(conditionText(conjuncts)) }]))
  if (before.length === 0) return null
  const { condition: _, ...rest } = config
  return { config: left.length === 0 ? rest : { ...config, condition: conditionText(left) }, before }
}

export function joinConditionBefore(config: JsonObject, inputs: InputSchemas, condition: Expression): readonly InputCondition[] | null {
  const sides = sidesOf(inputs)
  if (sides === null) return null
  const scope = joinScope(sides[0], sides[1])
  if (typeof config.condition === 'string' && !isPureCondition(config.condition, scope)) return null
  const outputs = outputsOf(config, sides)
  if (outputs === null) return null
  const replaced = replaceColumns(condition, (name, qualifier) => (qualifier === null ? (outputs.get(name) ?? null) : null))
  const found = replaced === null ? null : onOneSide(replaced, sides)
  return found !== null && laterConditionOn[typeOf(config)].includes(found.input) ? [found] : null
}

export function mapJoinExpressions(config: JsonObject, inputs: InputSchemas, map: (text: string, scope: Scope) => string): JsonObject {
  const sides = sidesOf(inputs)
  if (sides === null) return config
  const scope = joinScope(sides[0], sides[1])
  const mapped = mapNamed(config, 'columns', scope, map)
  return typeof mapped.condition === 'string' ? { ...mapped, condition: map(mapped.condition, scope) } : mapped
}

export function narrowedJoin(config: JsonObject, inputs: InputSchemas, used: ColumnsByPort): JsonObject {
  const sides = sidesOf(inputs)
  const columns = namedExpressionsOf(config, 'columns')
  if (sides === null || columns === null || used.out === undefined) return config
  const scope = joinScope(sides[0], sides[1])
  const kept = columns.filter(({ name, expression }) => used.out!.has(name) || !isPureScalar(expression, scope))
  return kept.length === columns.length ? config : { ...config, columns: (kept.length === 0 ? columns.slice(0, 1) : kept) as unknown as JsonObject[] }
}

/** What each output column is, as an expression over both sides; null when one of them can fail, and so must be computed for every pair. */
function outputsOf(config: JsonObject, sides: readonly [Schema, Schema]): ReadonlyMap<string, Expression> | null {
  const type = typeOf(config)
  const askedOnly = type === 'semi' || type === 'anti'
  const named = askedOnly ? null : namedExpressionsOf(config, 'columns')
  const outputs = new Map<string, Expression>()
  if (named !== null) {
    for (const { name, expression } of named) {
      const parsed = parseExpression(expression).expression
      if (parsed === null || !isPureScalar(expression, joinScope(sides[0], sides[1]))) return null
      outputs.set(name, parsed)
    }
    return outputs
  }
  const taken = new Set<string>()
  for (const [input, qualifier] of (askedOnly ? ['l'] : ['l', 'r']).entries()) {
    for (const { name } of sides[input]!.fields) {
      const free = freeName(name, taken)
      taken.add(free)
      outputs.set(free, { ...bareColumn(name), qualifier } as Expression)
    }
  }
  return outputs
}

/** The condition on bare names of one side, when it speaks of no other. */
function onOneSide(condition: Expression, sides: readonly [Schema, Schema]): InputCondition | null {
  let input: number | null = null
  for (const { name, qualifier } of columnUses(condition)) {
    const side = sideOf(name, qualifier, sides)
    if (side === null || (input !== null && input !== side)) return null
    input = side
  }
  if (input === null) return null
  const bare = replaceColumns(condition, (name) => bareColumn(name))
  return bare === null ? null : { input, condition: bare }
}

function sideOf(name: string, qualifier: string | null, [left, right]: readonly [Schema, Schema]): number | null {
  if (qualifier === 'l') return 0
  if (qualifier === 'r') return 1
  if (qualifier !== null) return null
  const [onLeft, onRight] = [left, right].map((schema) => schema.fields.some((field) => field.name === name)) as [boolean, boolean]
  return onLeft === onRight ? null : onLeft ? 0 : 1
}

function typeOf(config: JsonObject): JoinType {
  return (config.type ?? 'inner') as JoinType
}

function sidesOf(inputs: InputSchemas): readonly [Schema, Schema] | null {
  const [left, right] = [inputs.left?.[0] ?? null, inputs.right?.[0] ?? null]
  return left === null || right === null ? null : [left, right]
}
