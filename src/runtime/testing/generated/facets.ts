import type { Kind } from '../../../operators/catalog.ts'
import type { GenerateFacet } from './facet.ts'
import { deduplicate } from './kinds/deduplicate.ts'
import { filter } from './kinds/filter.ts'
import { groupAggregate } from './kinds/groupAggregate.ts'
import { intervalJoin } from './kinds/intervalJoin.ts'
import { lookupJoin } from './kinds/lookupJoin.ts'
import { match } from './kinds/match.ts'
import { overAggregate } from './kinds/overAggregate.ts'
import { project } from './kinds/project.ts'
import { regularJoin } from './kinds/regularJoin.ts'
import { sink } from './kinds/sink.ts'
import { source } from './kinds/source.ts'
import { temporalJoin } from './kinds/temporalJoin.ts'
import { topN } from './kinds/topN.ts'
import { unnest } from './kinds/unnest.ts'
import { union } from './kinds/union.ts'
import { windowAggregate } from './kinds/windowAggregate.ts'
import { windowAssign } from './kinds/windowAssign.ts'
import { windowDeduplicate } from './kinds/windowDeduplicate.ts'
import { windowJoin } from './kinds/windowJoin.ts'
import { windowTopN } from './kinds/windowTopN.ts'

/** How each kind joins generated programs: a kind of the catalog without a facet does not compile. */
export const facets: Readonly<Record<Kind, GenerateFacet>> = {
  source,
  filter,
  project,
  // Flink has no JavaScript to compare with.
  function: { inputs: [{ port: 'in' }], config: () => null },
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
