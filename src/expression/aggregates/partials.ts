import { withNullable, type DataType } from '../../columnar/dataType.ts'
import type { TypedExpression } from '../expression.ts'
import type { AggregateCall } from '../aggregates.ts'

/**
 * Which aggregates can be taken in parts, so that the parts put together give the very result of all rows at once, bit for bit and however the rows were parted.
 *
 * A call becomes one or two *partial calls* over the rows; what they give is a column that can be sent, and that the call's own accumulator takes with `addPartials`.
 * COUNT gives its count, SUM, MIN and MAX their own result (NULL of no rows), AVG the sum in 64 bits (DECIMAL: at 38 digits) and the count.
 *
 * Not taken in parts: DISTINCT, COLLECT, FIRST_VALUE, LAST_VALUE and LISTAGG, which need the values or their order; sums over FLOAT and DOUBLE, whose last bits depend on the
 * order of addition; MIN and MAX over them, because a NaN counts only where it comes first; DECIMALs so long that a part of a sum could leave 38 digits which the whole would
 * not. Integer sums wrap at their width, and wrapping does not mind the order. Variances are sums (see `aggregates.ts`), so they go where their argument's sum goes.
 *
 * Source of the idea: Flink's local and global window aggregates (TwoStageOptimizedWindowAggregateRule, LocalSlicingWindowAggOperator).
 */
export function partialCallsOf(call: AggregateCall): readonly AggregateCall[] | null {
  if (call.distinct) return null
  const argument = call.args[0]
  switch (call.name) {
    case 'COUNT':
      return [call]
    case 'SUM':
      return argument !== undefined && isSummedExactly(argument.type) ? [call] : null
    case 'AVG': {
      if (argument === undefined || !isSummedExactly(argument.type)) return null
      const { type } = argument
      const sum: AggregateCall = type.kind === 'DECIMAL'
        ? { ...call, name: 'SUM', type: { kind: 'DECIMAL', precision: 38, scale: type.scale, nullable: true } }
        : { ...call, name: 'SUM', args: [asBigint(argument)], type: { kind: 'BIGINT', nullable: true } }
      return [sum, { ...call, name: 'COUNT', type: { kind: 'BIGINT', nullable: false } }]
    }
    case 'MIN':
    case 'MAX':
      return argument !== undefined && isOrderedTotally(argument.type) ? [call] : null
    default:
      return null
  }
}

/** Rows that may go into one partial value: a sum of so many DECIMALs of `decimalPrecisionMax` digits still has 38. */
export const partialRowsMax = 1_000_000
const decimalPrecisionMax = 32

/** COUNT(*) over all rows: what a partial row stands for. */
export function isRowCount(call: AggregateCall): boolean {
  return call.name === 'COUNT' && call.args.length === 0 && call.filter === null
}

export const rowCountCall: AggregateCall = { name: 'COUNT', args: [], distinct: false, filter: null, type: { kind: 'BIGINT', nullable: false } }

function isSummedExactly(type: DataType): boolean {
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return true
    case 'DECIMAL':
      return type.precision <= decimalPrecisionMax
    default:
      return false
  }
}

function isOrderedTotally(type: DataType): boolean {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
    case 'CHAR':
    case 'VARCHAR':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return true
    default:
      return false
  }
}

function asBigint(argument: TypedExpression): TypedExpression {
  if (argument.type.kind === 'BIGINT') return argument
  return { kind: 'cast', operand: argument, type: withNullable({ kind: 'BIGINT', nullable: true }, argument.type.nullable), mode: 'cast', span: argument.span }
}

export interface PartialCalls {
  /** What the local phase computes; the first counts the rows. */
  readonly calls: readonly AggregateCall[]
  /** For each partial call of the operator's calls, in order, its place in `calls`. */
  readonly places: readonly number[]
}

/** Null when one of the calls cannot be taken in parts. */
export function partialsOf(calls: readonly AggregateCall[]): PartialCalls | null {
  const all = [rowCountCall]
  const places: number[] = []
  for (const call of calls) {
    const parts = partialCallsOf(call)
    if (parts === null) return null
    for (const part of parts) {
      if (isRowCount(part)) places.push(0)
      else places.push(all.push(part) - 1)
    }
  }
  return { calls: all, places }
}
