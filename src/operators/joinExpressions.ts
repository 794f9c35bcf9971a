import { compilePredicate, compileScalar } from '../expression/compile.ts'
import type { EvaluationContext, TypedExpression } from '../expression/expression.ts'
import { checkPredicate, checkScalar } from '../expression/typeOf.ts'
import type { PairColumn, PairCondition } from '../engine/joinOutput.ts'
import { withNullable } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import { joinScope, namedExpressionsOf, type JoinType } from '../job/joinConfig.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'

/** The expressions of a join's config, compiled: what the rooms of joins hand to `engine/joinOutput.ts`. */
export interface JoinExpressions {
  readonly condition: PairCondition | null
  /** Null: all of the left, then all of the right. */
  readonly columns: readonly PairColumn[] | null
  /** By side, the columns that `columns` read; null: all of both. */
  readonly read: readonly [readonly number[], readonly number[]] | null
}

/** `evaluation` is the operator's own context; its watermark may change between calls. */
export function compileJoin(spec: OperatorSpec, type: JoinType, left: Schema, right: Schema, evaluation: EvaluationContext): JoinExpressions {
  const leftMissing = type === 'right' || type === 'full'
  const rightMissing = type === 'left' || type === 'full'
  const condition = spec.config.condition as string | undefined
  const named = type === 'semi' || type === 'anti' ? null : namedExpressionsOf(spec.config, 'columns')
  const outputScope = joinScope(leftMissing ? nullable(left) : left, rightMissing ? nullable(right) : right)
  const outputs = named?.map(({ expression }) => sound(spec, checkScalar(expression, outputScope))) ?? null
  return {
    read: outputs === null ? null : columnsRead(outputs),
    condition: condition === undefined ? null : pairCondition(sound(spec, checkPredicate(condition, joinScope(left, right))), evaluation),
    columns:
      outputs?.map((typed) => {
        const compiled = compileScalar(typed)
        return (inputs, rowCount) => compiled(inputs, rowCount, evaluation)
      }) ?? null,
  }
}

function sound(spec: OperatorSpec, checked: { readonly typed: TypedExpression | null; readonly problems: readonly { readonly message: string }[] }): TypedExpression {
  if (checked.typed === null) throw new Error(`${spec.kind} ${spec.id} was deployed with an expression that does not compile: ${checked.problems[0]?.message}`)
  return checked.typed
}

function pairCondition(typed: TypedExpression, evaluation: EvaluationContext): PairCondition {
  const compiled = compilePredicate(typed)
  return { columns: columnsRead([typed]), select: (inputs, rowCount, rows) => compiled(inputs, rowCount, evaluation, rows) }
}

/** By side. */
function columnsRead(expressions: readonly TypedExpression[]): readonly [readonly number[], readonly number[]] {
  const columns: [Set<number>, Set<number>] = [new Set(), new Set()]
  for (const typed of expressions) collectColumns(typed, columns)
  return [[...columns[0]], [...columns[1]]]
}

function collectColumns(typed: TypedExpression, columns: readonly [Set<number>, Set<number>]): void {
  switch (typed.kind) {
    case 'literal':
      return
    case 'column':
      columns[typed.input as 0 | 1].add(typed.column)
      return
    case 'call':
      for (const arg of typed.args) collectColumns(arg, columns)
      return
    case 'cast':
    case 'field':
      collectColumns(typed.operand, columns)
  }
}

function nullable(schema: Schema): Schema {
  return { fields: schema.fields.map((field) => ({ ...field, type: withNullable(field.type, true) })) }
}
