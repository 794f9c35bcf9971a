import { isCharacter, isInteger, isTimestamp, printType, sameType, withNullable, type DataType } from '../columnar/dataType.ts'
import type { JsonObject } from '../columnar/json.ts'
import { fieldIndex, type Field, type Schema } from '../columnar/schema.ts'
import { checkPredicate, checkScalar } from '../expression/typeOf.ts'
import type { Scope, TypedExpression } from '../expression/expression.ts'
import { columnsRead } from './columnUses.ts'
import type { ConfigField } from './configField.ts'
import type { ColumnsByPort, Distribution, InputSchemas } from './operatorDefinition.ts'
import type { Report } from './problem.ts'
import { columnProblems, joinProblems } from './problemCatalogue.ts'
import { renameInExpression, renameInNamed } from './renameColumn.ts'

/**
 * What joins have in common in a config: equal columns (`on`), a further condition, and the output columns.
 *
 * Without `columns` a join gives all of the left, then all of the right; a right name that is taken gets the smallest free number appended, as
 * in Flink. The side that may be missing becomes nullable.
 */
export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'

export const joinTypeLabels: Readonly<Record<JoinType, string>> = {
  inner: 'Inner: only pairs',
  left: 'Left: pairs, and left rows without a match',
  right: 'Right: pairs, and right rows without a match',
  full: 'Full: pairs, and all rows without a match',
  semi: 'Semi: left rows that have a match',
  anti: 'Anti: left rows that have none',
}

export function joinTypeField(types: readonly JoinType[]): ConfigField {
  return {
    key: 'type',
    label: 'Join type',
    control: 'choice',
    choices: types.map((type) => ({ value: type, label: joinTypeLabels[type] })),
    help: 'Which rows come out when a row has a match, and when it has none.',
  }
}

export const onField: ConfigField = {
  key: 'on',
  label: 'Equal columns',
  control: 'columnPairs',
  help: 'Rows pair when these columns are equal. NULL equals nothing. An empty list compares every row with every other, in one subtask.',
}

export const conditionField: ConfigField = {
  key: 'condition',
  label: 'Further condition',
  control: 'expression',
  result: 'boolean',
  optional: true,
  help: 'A condition over both rows, `l.column` and `r.column`, that a pair must also meet.',
}

export function joinColumnsField(showWhen?: (config: JsonObject) => boolean): ConfigField {
  return {
    key: 'columns',
    label: 'Output columns',
    control: 'namedExpressions',
    minCount: 1,
    optional: true,
    advanced: true,
    help: 'Expressions over both rows. Default: all columns of the left, then all of the right.',
    ...(showWhen === undefined ? {} : { showWhen }),
  }
}

export interface ColumnPair {
  readonly left: string
  readonly right: string
}

export function pairsOf(config: JsonObject): readonly ColumnPair[] {
  return Array.isArray(config.on) ? (config.on as unknown as ColumnPair[]) : []
}

export interface NamedExpression {
  readonly name: string
  readonly expression: string
}

export function namedExpressionsOf(config: JsonObject, key: string): readonly NamedExpression[] | null {
  return Array.isArray(config[key]) ? (config[key] as unknown as NamedExpression[]) : null
}

/** The config with each named expression under `key` as `map` gives it; itself where the columns in scope are not known. */
export function mapNamed(config: JsonObject, key: string, scope: Scope | null, map: (text: string, scope: Scope) => string): JsonObject {
  const named = namedExpressionsOf(config, key)
  return named === null || scope === null ? config : { ...config, [key]: named.map((column) => ({ ...column, expression: map(column.expression, scope) })) }
}

export function joinScope(left: Schema, right: Schema): Scope {
  return { inputs: [{ qualifier: 'l', schema: left }, { qualifier: 'r', schema: right }] }
}

/** Checks `on`: the columns exist and can be compared without a cast. */
export function checkPairs(config: JsonObject, left: Schema | null, right: Schema | null, report: Report): void {
  pairsOf(config).forEach((pair, i) => {
    const types = [
      [left, pair.left, 'left'] as const,
      [right, pair.right, 'right'] as const,
    ].map(([schema, name, key]) => {
      if (schema === null) return null
      const index = fieldIndex(schema, name)
      if (index < 0) report(`on[${i}].${key}`, columnProblems.unknownColumn(name, schema.fields.map((field) => field.name)))
      return schema.fields[index]?.type ?? null
    })
    const [leftType, rightType] = types
    if (leftType !== null && rightType !== null && leftType !== undefined && rightType !== undefined && !comparable(leftType, rightType)) {
      report(`on[${i}]`, joinProblems.notComparable(pair.left, printType(leftType), pair.right, printType(rightType)))
    }
  })
}

/** Types whose equal values are equal as keys. */
function comparable(a: DataType, b: DataType): boolean {
  if (isInteger(a) && isInteger(b)) return true
  if (isCharacter(a) && isCharacter(b)) return true
  if (isTimestamp(a) && a.kind === b.kind) return true
  return sameType(a, b)
}

export function checkCondition(config: JsonObject, scope: Scope, report: Report): TypedExpression | null {
  if (typeof config.condition !== 'string') return null
  const { typed, problems } = checkPredicate(config.condition, scope)
  for (const problem of problems) report('condition', problem)
  return typed
}

/**
 * The join's own output fields. With `columns`, their types; without, both sides under the clash rule. `reserved` are names that
 * the operator adds after them. Semi and anti joins give the left side.
 */
export function joinFields(config: JsonObject, type: JoinType, left: Schema, right: Schema, reserved: readonly string[], keepTime: boolean, report: Report): Field[] | null {
  const leftMissing = type === 'right' || type === 'full'
  const rightMissing = type === 'left' || type === 'full'
  const named = namedExpressionsOf(config, 'columns')
  if (type === 'semi' || type === 'anti') return left.fields.map((field) => (keepTime ? field : withoutTime(field)))
  if (named === null) {
    const taken = new Set(left.fields.map((field) => field.name))
    const fields = left.fields.map((field) => sideField(field, field.name, leftMissing, keepTime))
    for (const field of right.fields) {
      const name = freeName(field.name, taken)
      taken.add(name)
      fields.push(sideField(field, name, rightMissing, keepTime))
    }
    return fields
  }
  const scope = joinScope(nullableSchema(left, leftMissing), nullableSchema(right, rightMissing))
  const fields: Field[] = []
  const names = new Set(reserved)
  let sound = true
  named.forEach(({ name, expression }, i) => {
    if (name === '') report(`columns[${i}].name`, columnProblems.emptyColumnName())
    else if (names.has(name)) report(`columns[${i}].name`, columnProblems.duplicateColumn(name))
    names.add(name)
    const { typed, problems } = checkScalar(expression, scope)
    for (const problem of problems) report(`columns[${i}].expression`, problem)
    if (typed === null) {
      sound = false
      return
    }
    const source = typed.kind === 'column' ? (typed.input === 0 ? left : right).fields[typed.column] : undefined
    const time = keepTime ? source?.time : undefined
    fields.push(time === undefined ? { name, type: typed.type } : { name, type: typed.type, time })
  })
  return sound ? fields : null
}

/** The name itself, or with the smallest number that makes it free: `id0`. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  let number = 0
  while (taken.has(`${name}${number}`)) number++
  return `${name}${number}`
}

function sideField(field: Field, name: string, missing: boolean, keepTime: boolean): Field {
  const type = missing ? withNullable(field.type, true) : field.type
  return keepTime && field.time !== undefined ? { name, type, time: field.time } : { name, type }
}

function withoutTime(field: Field): Field {
  return { name: field.name, type: field.type }
}

function nullableSchema(schema: Schema, nullable: boolean): Schema {
  return nullable ? { fields: schema.fields.map((field) => ({ ...field, type: withNullable(field.type, true) })) } : schema
}

/** Pairs of columns with the same name and type, for a fresh join: ids before anything else. */
export function guessedPairs(left: Schema | null, right: Schema | null): JsonObject[] {
  const shared = (left?.fields ?? []).filter((field) => {
    const other = right === null ? undefined : right.fields.find((candidate) => candidate.name === field.name)
    return other !== undefined && field.time === undefined && comparable(field.type, other.type) && !isTimestamp(field.type)
  })
  const best = shared.find((field) => /(^|_)(id|key)$|Id$/.test(field.name)) ?? shared[0]
  return best === undefined ? [] : [{ left: best.name, right: best.name }]
}

export function renameInPairs(config: JsonObject, input: string, from: string, to: string): JsonObject {
  const key = input === 'left' ? 'left' : 'right'
  return { ...config, on: pairsOf(config).map((pair) => (pair[key] === from ? { ...pair, [key]: to } : { ...pair })) }
}

/** "left, on a = b": the short line of a join. */
export function joinText(config: JsonObject): string {
  const on = pairsOf(config)
    .map((pair) => (pair.left === pair.right ? pair.left : `${pair.left} = ${pair.right}`))
    .join(', ')
  const type = typeof config.type === 'string' && config.type !== 'inner' ? config.type : ''
  return [type, on === '' ? '' : `on ${on}`].filter((part) => part !== '').join(', ')
}

/** Rows with equal keys meet; without keys all do. */
export function joinDistribution(config: JsonObject): readonly Distribution[] {
  const pairs = pairsOf(config)
  if (pairs.length === 0) return [{ kind: 'single' }, { kind: 'single' }]
  return [
    { kind: 'hash', columns: pairs.map((pair) => pair.left) },
    { kind: 'hash', columns: pairs.map((pair) => pair.right) },
  ]
}

/**
 * What a join reads of each side: its keys, its condition, its output columns, and the further columns under `keys`. Without output columns of its own all of both
 * sides, because names come from both together and leaving one out could rename another; a semi or anti join only asks whether there is a right row.
 */
export function joinColumnsNeeded(config: JsonObject, inputs: InputSchemas, further: { readonly left?: readonly string[]; readonly right?: readonly string[] } = {}): ColumnsByPort {
  const askedOnly = config.type === 'semi' || config.type === 'anti'
  const named = askedOnly ? null : namedExpressionsOf(config, 'columns')
  const side = (port: 'left' | 'right', qualifier: string): Set<string> => {
    if (named === null && !(port === 'right' && askedOnly)) return new Set((inputs[port]?.[0]?.fields ?? []).map((field) => field.name))
    const needed = new Set<string>([...pairsOf(config).map((pair) => pair[port]), ...(further[port] ?? [])])
    for (const text of [config.condition, ...(named ?? []).map((column) => column.expression)]) {
      if (typeof text === 'string') for (const name of columnsRead(text, qualifier)) needed.add(name)
    }
    return needed
  }
  return { left: side('left', 'l'), right: side('right', 'r') }
}

/** A join's config in which its own uses of an input's column follow a rename. */
export function renameInJoin(config: JsonObject, input: string, from: string, to: string): JsonObject {
  const qualifier = input === 'left' ? 'l' : 'r'
  const renamed = renameInNamed(renameInPairs(config, input, from, to), 'columns', qualifier, from, to)
  return typeof renamed.condition === 'string' ? { ...renamed, condition: renameInExpression(renamed.condition, qualifier, from, to) } : renamed
}
