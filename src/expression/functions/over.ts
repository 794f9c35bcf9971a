import { bigintType, intType, sameType } from '../../columnar/dataType.ts'
import { commonType } from '../commonType.ts'
import type { CallTypes, FunctionDefinition, OverFunction, Resolution } from '../functionDefinition.ts'
import { takes } from '../parameters.ts'

/**
 * What a row is told about its place among the rows before it: only an over-aggregate has such a place. How they are computed is that operator's business.
 */
function over(entry: Omit<OverFunction, 'kind' | 'category'>): OverFunction {
  return { kind: 'over', category: 'aggregate', ...entry }
}

function lag(call: CallTypes): Resolution {
  const [value, offset, otherwise] = call.args
  if (value === undefined || call.args.length > 3) return { problem: `LAG takes 1 to 3 arguments, found ${call.args.length}. Write LAG(value, rows, otherwise).` }
  const isCount = typeof offset?.constant === 'number' && Number.isInteger(offset.constant) && offset.constant >= 0
  if (offset !== undefined && !isCount) return { problem: 'LAG goes back a whole number of rows, which must stand there as a number. Write LAG(value, 1).', argument: 1 }
  if (otherwise === undefined) return { args: offset === undefined ? [value.type] : [value.type, intType], result: value.type, nullable: true }
  const type = sameType(value.type, otherwise.type) ? value.type : commonType([value.type, otherwise.type])
  if (type === null) return { problem: 'The value of LAG and what stands in its place must be of one type. Convert one of them with CAST.', argument: 2 }
  return { args: [type, intType, type], result: type, nullable: value.type.nullable || otherwise.type.nullable }
}

export const overFunctions: readonly FunctionDefinition[] = [
  over({ name: 'ROW_NUMBER', signatures: ['ROW_NUMBER()'], summary: 'Number of the row within its partition, from 1 on.', examples: [], resolve: takes([], bigintType, false) }),
  over({ name: 'RANK', signatures: ['RANK()'], summary: 'Number of rows of the partition up to this time: on a stream Flink gives rows of one time the place of the last of them.', examples: [], resolve: takes([], bigintType, false) }),
  over({ name: 'DENSE_RANK', signatures: ['DENSE_RANK()'], summary: 'The same as RANK(): on a stream Flink counts rows here, not different times.', examples: [], resolve: takes([], bigintType, false) }),
  over({
    name: 'LAG',
    signatures: ['LAG(value [, rows [, otherwise]])'],
    summary: 'The value so many rows before, 1 unless given; NULL or what is given in its place where there is no such row. Rows of one time all look back from the last of them.',
    examples: [],
    resolve: lag,
  }),
]
