import type { JsonObject } from '../columnar/json.ts'
import { parseExpression } from '../expression/parse.ts'
import { freeName, namedExpressionsOf, pairsOf } from './joinConfig.ts'
import type { InputSchemas } from './operatorDefinition.ts'

/**
 * Upsert keys: sets of columns such that a stream holds one row at a time for each combination of their values, and all changes of that row come one after another. A sink or a reader that knows one may
 * replace instead of taking back. The empty set says that there is one row in all.
 *
 * Keys hold below an exchange only where it is by some of their columns, or changes of one row could overtake each other; so an operator that exchanges keeps those keys that contain
 * what it exchanges by.
 *
 * Source: Flink's FlinkRelMdUpsertKeys and FlinkRelMdUniqueKeys.
 */
export type UpsertKeys = readonly (readonly string[])[]

/** Keys of which every column goes on, under the names it then has. */
export function renamedKeys(keys: UpsertKeys, nameOf: (column: string) => string | undefined): UpsertKeys {
  return keys.flatMap((key) => {
    const names = key.map(nameOf)
    return names.every((name) => name !== undefined) ? [names as readonly string[]] : []
  })
}

/** Keys that still hold when rows are exchanged by these columns. */
export function keysWithin(keys: UpsertKeys, columns: readonly string[]): UpsertKeys {
  return keys.filter((key) => columns.every((column) => key.includes(column)))
}

/** Each key once, and none that another is part of. */
export function leastKeys(keys: UpsertKeys): UpsertKeys {
  const unique = keys.map((key) => [...new Set(key)]).filter((key, i, all) => all.findIndex((other) => sameColumns(other, key)) === i)
  return unique.filter((key) => !unique.some((other) => other !== key && other.length < key.length && other.every((column) => key.includes(column))))
}

export function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((column) => b.includes(column))
}

/** A projection's keys: those whose columns pass under their bare names. */
export function projectedKeys(config: JsonObject, keys: UpsertKeys): UpsertKeys {
  const names = new Map<string, string>()
  for (const { name, expression } of namedExpressionsOf(config, 'columns') ?? []) {
    const parsed = parseExpression(expression).expression
    if (parsed?.kind === 'column' && parsed.qualifier === null && !names.has(parsed.name)) names.set(parsed.name, name)
  }
  return renamedKeys(keys, (column) => names.get(column))
}

/**
 * A join's keys. A side that is found at most once for a row of the other side (its key is among the equal columns) leaves that other side's keys; else a key of each side together is one. A side that may
 * be missing is no key. Of a full join a key that may be NULL in all its columns is none (Flink takes it for one, FlinkRelMdUniqueKeys.getJoinUniqueKeys): two groups without a name, one of each side, are two rows.
 */
export function joinedKeys(config: JsonObject, inputs: InputSchemas, keys: Readonly<Record<string, UpsertKeys>>): UpsertKeys {
  const type = config.type ?? 'inner'
  const pairs = pairsOf(config)
  const [leftOn, rightOn] = [pairs.map((pair) => pair.left), pairs.map((pair) => pair.right)]
  const left = keysWithin(keys.left ?? [], leftOn)
  if (type === 'semi' || type === 'anti') return left
  const right = keysWithin(keys.right ?? [], rightOn)
  const contained = (all: UpsertKeys, on: readonly string[]): boolean => all.some((key) => key.every((column) => on.includes(column)))
  const { leftName, rightName } = outputNames(config, inputs)
  const [leftOut, rightOut] = [renamedKeys(left, leftName), renamedKeys(right, rightName)]
  const found: (readonly string[])[] = []
  if (type !== 'right' && type !== 'full' && contained(keys.right ?? [], rightOn)) found.push(...leftOut)
  if (type !== 'left' && type !== 'full' && contained(keys.left ?? [], leftOn)) found.push(...rightOut)
  for (const a of left) {
    for (const b of right) {
      // Rows of both sides that found none are padded, and where both keys may be all NULL the two rows have one.
      if (type === 'full' && !isNeverNull(a, inputs.left) && !isNeverNull(b, inputs.right)) continue
      for (const ofLeft of renamedKeys([a], leftName)) for (const ofRight of renamedKeys([b], rightName)) found.push([...ofLeft, ...ofRight])
    }
  }
  return leastKeys(found)
}

/** Whether some column of the key cannot be NULL. */
function isNeverNull(key: readonly string[], input: InputSchemas[string] | undefined): boolean {
  const fields = input?.[0]?.fields ?? []
  return key.some((column) => fields.find(({ name }) => name === column)?.type.nullable === false)
}

function outputNames(config: JsonObject, inputs: InputSchemas): Record<'leftName' | 'rightName', (column: string) => string | undefined> {
  const sides = [inputs.left?.[0]?.fields ?? [], inputs.right?.[0]?.fields ?? []].map((fields) => fields.map((field) => field.name)) as [string[], string[]]
  const names = [new Map<string, string>(), new Map<string, string>()] as const
  const named = namedExpressionsOf(config, 'columns')
  if (named === null) {
    const taken = new Set<string>()
    sides.forEach((columns, side) => {
      for (const column of columns) {
        const name = freeName(column, taken)
        taken.add(name)
        names[side]!.set(column, name)
      }
    })
  } else {
    for (const { name, expression } of named) {
      const parsed = parseExpression(expression).expression
      if (parsed?.kind !== 'column') continue
      // Another qualifier is a field of a row.
      if (parsed.qualifier !== null && parsed.qualifier !== 'l' && parsed.qualifier !== 'r') continue
      const side = names[parsed.qualifier === 'l' || (parsed.qualifier === null && sides[0].includes(parsed.name)) ? 0 : 1]
      if (!side.has(parsed.name)) side.set(parsed.name, name)
    }
  }
  return { leftName: (column) => names[0].get(column), rightName: (column) => names[1].get(column) }
}
