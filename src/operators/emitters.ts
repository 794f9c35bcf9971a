import type { Kind } from './catalog.ts'
import { emitter as filter } from './filter/flinkSql.ts'
import { emitter as intervalJoin } from './interval-join/flinkSql.ts'
import { emitter as project } from './project/flinkSql.ts'
import { emitter as sink } from './sink/flinkSql.ts'
import { emitter as source } from './source/flinkSql.ts'
import type { SqlEmitter } from './sqlEmitter.ts'
import { emitter as union } from './union/flinkSql.ts'
import { emitter as windowAggregate } from './window-aggregate/flinkSql.ts'
import { emitter as windowJoin } from './window-join/flinkSql.ts'

export { flinkVersions, type FlinkVersion, type Verdict } from './sqlEmitter.ts'

/** What writes each operator as Flink SQL, loaded by exporters alone. */
export const emitters: Readonly<Record<Kind, SqlEmitter>> = {
  source,
  filter,
  project,
  union,
  'window-aggregate': windowAggregate,
  'window-join': windowJoin,
  'interval-join': intervalJoin,
  sink,
}
