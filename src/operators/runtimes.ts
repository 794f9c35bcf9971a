import { linearEngineFor } from '../expression/linearEngine.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'
import type { Kind } from './catalog.ts'
import { runtime as deduplicate } from './deduplicate/runtime.ts'
import { runtime as filter } from './filter/runtime.ts'
import { runtime as userFunction } from './function/runtime.ts'
import { runtime as groupAggregate } from './group-aggregate/runtime.ts'
import { runtime as intervalJoin } from './interval-join/runtime.ts'
import { runtime as lookupJoin } from './lookup-join/runtime.ts'
import { runtime as match } from './match/runtime.ts'
import { runtime as overAggregate } from './over-aggregate/runtime.ts'
import { runtime as project } from './project/runtime.ts'
import { runtime as regularJoin } from './regular-join/runtime.ts'
import type { RuntimeFactory } from './runtimeFactory.ts'
import { runtime as sink } from './sink/runtime.ts'
import { runtime as source } from './source/runtime.ts'
import { runtime as temporalJoin } from './temporal-join/runtime.ts'
import { runtime as topN } from './top-n/runtime.ts'
import { runtime as unnest } from './unnest/runtime.ts'
import { runtime as union } from './union/runtime.ts'
import { runtime as windowAggregate } from './window-aggregate/runtime.ts'
import { runtime as windowAssign } from './window-assign/runtime.ts'
import { runtime as windowDeduplicate } from './window-deduplicate/runtime.ts'
import { runtime as windowJoin } from './window-join/runtime.ts'
import { runtime as windowTopN } from './window-top-n/runtime.ts'

/** What runs each operator, loaded by engine workers alone. */
export const runtimes: Readonly<Record<Kind, RuntimeFactory>> = {
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
}

export function runtimeOf(kind: string): RuntimeFactory | undefined {
  return Object.hasOwn(runtimes, kind) ? runtimes[kind as Kind] : undefined
}

/** What run times of these operators need and only some jobs do; to be awaited before the first is made. Null: everything is there. */
export function fetchedFor(specs: readonly OperatorSpec[]): Promise<void> | null {
  const counts = new Map<string, number>()
  for (const { kind } of specs) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const fetched = [linearEngineFor(specs.map((spec) => spec.config)), ...Array.from(counts, ([kind, count]) => runtimeOf(kind)?.fetched?.(count) ?? null)].filter((one) => one !== null)
  return fetched.length === 0 ? null : Promise.all(fetched).then(() => undefined)
}
