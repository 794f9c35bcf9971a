import type { DefinitionOf, OperatorDefinition } from '../job/operatorDefinition.ts'
import { definition as filter } from './filter/definition.ts'
import { definition as intervalJoin } from './interval-join/definition.ts'
import { definition as project } from './project/definition.ts'
import { definition as sink } from './sink/definition.ts'
import { definition as source } from './source/definition.ts'
import { definition as union } from './union/definition.ts'
import { definition as windowAggregate } from './window-aggregate/definition.ts'
import { definition as windowJoin } from './window-join/definition.ts'

/**
 * Every operator there is, in the order of the palette: by family, as a stream flows. A new room is one line here; the other registries
 * are records over these kinds, so a facet that is missing there does not compile.
 */
export const catalog = {
  source,
  filter,
  project,
  union,
  'window-aggregate': windowAggregate,
  'window-join': windowJoin,
  'interval-join': intervalJoin,
  sink,
} satisfies Readonly<Record<string, OperatorDefinition>>

export type Kind = keyof typeof catalog

export const kinds = Object.keys(catalog) as readonly Kind[]

export const definitions: readonly OperatorDefinition[] = Object.values(catalog)

export const definitionOf: DefinitionOf = (kind) => (Object.hasOwn(catalog, kind) ? catalog[kind as Kind] : undefined)
