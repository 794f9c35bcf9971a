import { gatherRows, rowKind, type Batch } from '../../src/columnar/batch.ts'
import { fieldIndex } from '../../src/columnar/schema.ts'
import { Prng } from '../../src/deterministic/prng.ts'
import type { OperatorContext, OperatorRuntime } from '../../src/engine/operatorRuntime.ts'
import { groupOfMovedRanks } from '../../src/export/plannerLimits.ts'
import type { Operator } from '../../src/job/job.ts'
import { pairsOf } from '../../src/job/joinConfig.ts'
import type { OperatorSpec } from '../../src/job/operatorSpec.ts'
import { groupAt, instead, isRetraction, keyAt, type Course } from './instead.ts'

/**
 * A semi or anti join behind a Top-N with ranks, as Flink runs it: the left rows of a key are held by the group that was ranked, which the planner takes for unique. While ranks move a group stands in the changes with its
 * new rank before its old one is taken back, and taking back the old one forgets the new one. What comes out then depends on how far either input is when the other's row comes, which no run of Flink repeats:
 * each `attempt` is one such course, drawn from its number. (Flink: `StreamingSemiAntiJoinOperator`, `OuterJoinRecordStateViews.InputSideHasUniqueKey`, `RetractableTopNFunction.emitRecordsWithRowNumber`.)
 */
export function movedRanks(runtime: OperatorRuntime, operator: Operator, spec: OperatorSpec, { plan, attempt }: Course): OperatorRuntime {
  const group = groupOfMovedRanks(plan, operator.id, 0)
  const { type, condition } = operator.config
  if (group === null || (type !== 'semi' && type !== 'anti') || condition !== undefined) return runtime
  const anti = type === 'anti'
  const pairs = pairsOf(operator.config)
  const columns = [pairs.map(({ left }) => fieldIndex(spec.inputs[0]!.schema, left)), pairs.map(({ right }) => fieldIndex(spec.inputs[1]!.schema, right))] as const
  const unique = group.map((name) => fieldIndex(spec.inputs[0]!.schema, name))
  const waiting: [Batch[], Batch[]] = [[], []]
  let context!: OperatorContext
  const lefts = new Map<string, Map<string, { readonly row: Batch; matches: number }>>()
  const rights = new Map<string, number>()
  const emit = (row: Batch, kind: number): void => context.emit(0, { ...row, schema: spec.outputs[0]!.schema, kinds: Uint8Array.of(kind), watermarks: null })
  const takeLeft = (row: Batch): void => {
    const key = keyAt(columns[0].map((column) => row.columns[column]!), 0)
    const matches = key === null ? 0 : (rights.get(key) ?? 0)
    const alone = matches === 0
    if (alone === anti) emit(row, row.kinds?.[0] ?? rowKind.insert)
    if (key === null) return
    const held = lefts.get(key) ?? new Map<string, { readonly row: Batch; matches: number }>()
    lefts.set(key, held)
    const by = groupAt(unique.map((column) => row.columns[column]!), 0)
    if (isRetraction(row, 0)) held.delete(by)
    else held.set(by, { row, matches })
  }
  const takeRight = (row: Batch): void => {
    const key = keyAt(columns[1].map((column) => row.columns[column]!), 0)
    if (key === null) return
    const back = isRetraction(row, 0)
    rights.set(key, (rights.get(key) ?? 0) + (back ? -1 : 1))
    for (const held of lefts.get(key)?.values() ?? []) {
      if (held.matches === (back ? 1 : 0)) emit(held.row, back === anti ? rowKind.insert : rowKind.delete)
      held.matches += back ? -1 : 1
    }
  }
  return instead(runtime, {
    open: (given) => {
      context = given
      runtime.open?.(given)
    },
    processBatch: (input, batch) => {
      for (let row = 0; row < batch.rowCount; row++) waiting[input]!.push(gatherRows(batch, Int32Array.of(row), 1))
    },
    onWatermark: (watermark) => {
      if (watermark === Infinity) play(waiting, attempt, takeLeft, takeRight)
      return watermark
    },
  })
}

/** Both inputs in order, and in turns of chance lengths; the first attempts take one input after the other. */
function play([left, right]: readonly [readonly Batch[], readonly Batch[]], attempt: number, takeLeft: (row: Batch) => void, takeRight: (row: Batch) => void): void {
  const chance = new Prng(attempt)
  let [l, r] = [0, 0]
  for (let turn = attempt % 2; l < left.length || r < right.length; turn++) {
    const most = Math.ceil(Math.max(left.length, right.length) / 2 ** (attempt % 7))
    let rows = attempt < 2 ? Infinity : 1 + chance.below(most)
    for (; rows > 0 && turn % 2 === 0 && l < left.length; rows--) takeLeft(left[l++]!)
    for (; rows > 0 && turn % 2 === 1 && r < right.length; rows--) takeRight(right[r++]!)
  }
}
