import { definitionOf } from '../operators/catalog.ts'
import { fetchedFor, runtimeOf } from '../operators/runtimes.ts'
import type { Operators } from './engineThread.ts'

/** The rooms of this installation. */
export const installedOperators: Operators = {
  runtimeOf,
  fetchedFor,
  splitsOf: (spec) => Math.max(1, definitionOf(spec.kind)?.splits?.(spec.config) ?? 1),
}
