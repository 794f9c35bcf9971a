import type { DefinitionOf, OperatorDefinition } from '../job/operatorDefinition.ts'
import { definition as deduplicate } from './deduplicate/definition.ts'
import { definition as filter } from './filter/definition.ts'
import { definition as userFunction } from './function/definition.ts'
import { definition as groupAggregate } from './group-aggregate/definition.ts'
import { definition as intervalJoin } from './interval-join/definition.ts'
import { definition as lookupJoin } from './lookup-join/definition.ts'
import { definition as match } from './match/definition.ts'
import { definition as overAggregate } from './over-aggregate/definition.ts'
import { definition as project } from './project/definition.ts'
import { definition as regularJoin } from './regular-join/definition.ts'
import { definition as sink } from './sink/definition.ts'
import { definition as source } from './source/definition.ts'
import { definition as temporalJoin } from './temporal-join/definition.ts'
import { definition as topN } from './top-n/definition.ts'
import { definition as unnest } from './unnest/definition.ts'
import { definition as union } from './union/definition.ts'
import { definition as windowAggregate } from './window-aggregate/definition.ts'
import { definition as windowAssign } from './window-assign/definition.ts'
import { definition as windowDeduplicate } from './window-deduplicate/definition.ts'
import { definition as windowJoin } from './window-join/definition.ts'
import { definition as windowTopN } from './window-top-n/definition.ts'

/**
 * Every operator there is, in the order of the palette: by family, as a stream flows. A new room is one line here; the other registries
 * are records over these kinds, so a facet that is missing there does not compile.
 */
export const catalog = {
  source,
  filter,
  project,
  function: userFunction,
  union,
  unnest,
  'window-assign': windowAssign,
  'window-aggregate': windowAggregate,
  'window-top-n': windowTopN,
  'window-deduplicate': windowDeduplicate,
  'window-join': windowJoin,
  'interval-join': intervalJoin,
  'temporal-join': temporalJoin,
  'lookup-join': lookupJoin,
  'regular-join': regularJoin,
  'group-aggregate': groupAggregate,
  'over-aggregate': overAggregate,
  'top-n': topN,
  deduplicate,
  match,
  sink,
} satisfies Readonly<Record<string, OperatorDefinition>>

export type Kind = keyof typeof catalog

export const kinds = Object.keys(catalog) as readonly Kind[]

export const definitions: readonly OperatorDefinition[] = Object.values(catalog)

export const definitionOf: DefinitionOf = (kind) => (Object.hasOwn(catalog, kind) ? catalog[kind as Kind] : undefined)
