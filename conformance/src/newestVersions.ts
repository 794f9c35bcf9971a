import { gatherRows } from '../../src/columnar/batch.ts'
import { valueAt } from '../../src/columnar/column.ts'
import { fieldIndex } from '../../src/columnar/schema.ts'
import type { OperatorRuntime } from '../../src/engine/operatorRuntime.ts'
import type { Operator } from '../../src/job/job.ts'
import { pairsOf } from '../../src/job/joinConfig.ts'
import type { OperatorSpec } from '../../src/job/operatorSpec.ts'
import { versionTime } from '../../src/operators/temporal-join/definition.ts'
import { groupAt, instead } from './instead.ts'

/**
 * The view of versions as Flink runs it: a deduplication that keeps the last row in time. A version that comes behind a newer one of its key does not get through it, so it never was one for the join. (Flink:
 * `RowTimeDeduplicateFunction`, and `DeduplicateFunctionHelper.shouldKeepCurrentRow`: an equal time replaces.)
 */
export function newestVersions(runtime: OperatorRuntime, operator: Operator, spec: OperatorSpec): OperatorRuntime {
  const { schema } = spec.inputs[1]!
  const keys = pairsOf(operator.config).map(({ right }) => fieldIndex(schema, right))
  const time = versionTime(schema)!
  const newest = new Map<string, number>()
  const processBatch: OperatorRuntime['processBatch'] = (input, batch) => {
    if (input !== 1) return runtime.processBatch(input, batch)
    const kept: number[] = []
    for (let row = 0; row < batch.rowCount; row++) {
      const key = groupAt(keys.map((column) => batch.columns[column]!), row)
      const at = Number(valueAt(batch.columns[time]!, row))
      if (at < (newest.get(key) ?? -Infinity)) continue
      newest.set(key, at)
      kept.push(row)
    }
    if (kept.length > 0) runtime.processBatch(1, kept.length === batch.rowCount ? batch : gatherRows(batch, Int32Array.from(kept), kept.length))
  }
  return instead(runtime, { processBatch })
}
