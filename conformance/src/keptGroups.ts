import { gatherRows, rowKind, type Batch } from '../../src/columnar/batch.ts'
import { fieldIndex } from '../../src/columnar/schema.ts'
import type { OperatorRuntime } from '../../src/engine/operatorRuntime.ts'
import type { Operator } from '../../src/job/job.ts'
import type { OperatorSpec } from '../../src/job/operatorSpec.ts'
import { groupOfKept } from '../../src/export/plannerLimits.ts'
import { groupAt, instead, type Course } from './instead.ts'

/**
 * A Top-N that goes by the columns of a group, as Flink runs it where it holds groups for everlasting: each row is the newest of its group, whatever its kind, and none is ever taken out.
 * (Flink: `UpdatableTopNFunction`, which does not look at the kind of a row; the planner is to use it only where nothing is deleted.)
 */
export function keptGroups(runtime: OperatorRuntime, operator: Operator, spec: OperatorSpec, { plan }: Course): OperatorRuntime {
  const group = groupOfKept(plan, operator.id)
  if (group === null) return runtime
  const { schema } = spec.inputs[0]!
  const newest = new Map<string, Batch>()
  return instead(runtime, {
    processBatch: (input, batch) => {
      for (let row = 0; row < batch.rowCount; row++) {
        if (batch.kinds?.[row] === rowKind.updateBefore) continue
        const key = groupAt(group.map((column) => batch.columns[fieldIndex(schema, column)]!), row)
        const old = newest.get(key)
        const one = gatherRows(batch, Int32Array.of(row), 1)
        newest.set(key, one)
        if (old !== undefined) runtime.processBatch(input, { ...old, kinds: Uint8Array.of(rowKind.updateBefore) })
        runtime.processBatch(input, { ...one, kinds: Uint8Array.of(old === undefined ? rowKind.insert : rowKind.updateAfter) })
      }
    },
  })
}
