import type { Kind } from './catalog.ts'
import { emitter as deduplicate } from './deduplicate/flinkSql.ts'
import { emitter as filter } from './filter/flinkSql.ts'
import { emitter as userFunction } from './function/flinkSql.ts'
import { emitter as groupAggregate } from './group-aggregate/flinkSql.ts'
import { emitter as intervalJoin } from './interval-join/flinkSql.ts'
import { emitter as lookupJoin } from './lookup-join/flinkSql.ts'
import { emitter as match } from './match/flinkSql.ts'
import { emitter as overAggregate } from './over-aggregate/flinkSql.ts'
import { emitter as project } from './project/flinkSql.ts'
import { emitter as regularJoin } from './regular-join/flinkSql.ts'
import { emitter as sink } from './sink/flinkSql.ts'
import { emitter as source } from './source/flinkSql.ts'
import type { SqlEmitter } from './sqlEmitter.ts'
import { emitter as temporalJoin } from './temporal-join/flinkSql.ts'
import { emitter as topN } from './top-n/flinkSql.ts'
import { emitter as unnest } from './unnest/flinkSql.ts'
import { emitter as union } from './union/flinkSql.ts'
import { emitter as windowAggregate } from './window-aggregate/flinkSql.ts'
import { emitter as windowAssign } from './window-assign/flinkSql.ts'
import { emitter as windowDeduplicate } from './window-deduplicate/flinkSql.ts'
import { emitter as windowJoin } from './window-join/flinkSql.ts'
import { emitter as windowTopN } from './window-top-n/flinkSql.ts'

export { flinkVersions, type FlinkVersion, type Verdict } from './sqlEmitter.ts'

/** What writes each operator as Flink SQL, loaded by exporters alone. */
export const emitters: Readonly<Record<Kind, SqlEmitter>> = {
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
