import type { DataType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Value } from '../columnar/column.ts'

/**
 * The expression language: Flink SQL's scalar dialect, as a tree with the places its parts came from.
 *
 * Parsing (`parse.ts`) gives an `Expression`; checking against the columns in scope (`typeOf.ts`) gives a `TypedExpression`, in which every
 * name is resolved, every implicit cast is explicit and every node has its Flink type; `compile.ts` turns that into closures over
 * columns; `print.ts` writes either tree as Flink SQL. Trees are immutable plain data. Nothing here throws on user text.
 */
export interface Span {
  /** UTF-16 offsets into the expression's text; end is exclusive. */
  readonly start: number
  readonly end: number
}

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value; readonly type: DataType; readonly span: Span }
  /** `name`, or `l.name`; a ROW's field is reached by further `path` entries. */
  | { readonly kind: 'column'; readonly name: string; readonly qualifier: string | null; readonly span: Span }
  /** Functions, operators and special forms alike: `name` is a key of the function table, such as `+`, `CASE`, `SUBSTRING`, `IS NULL`. */
  | {
      readonly kind: 'call'
      readonly name: string
      readonly args: readonly Expression[]
      /** Symbols a special form carries beside its arguments: `['HOUR']` of EXTRACT(HOUR FROM x), `['BOTH']` of TRIM. */
      readonly symbols: readonly string[]
      readonly distinct: boolean
      readonly filter: Expression | null
      readonly span: Span
    }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: DataType; readonly mode: 'cast' | 'try'; readonly span: Span }
  | { readonly kind: 'field'; readonly operand: Expression; readonly name: string; readonly span: Span }
  | { readonly kind: 'element'; readonly operand: Expression; readonly index: Expression; readonly span: Span }

export type TypedExpression =
  | { readonly kind: 'literal'; readonly value: Value; readonly type: DataType; readonly span: Span }
  /** `input` 0 is the only input or the left side; `column` indexes its schema. */
  | { readonly kind: 'column'; readonly input: number; readonly column: number; readonly type: DataType; readonly span: Span }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly args: readonly TypedExpression[]
      readonly symbols: readonly string[]
      readonly type: DataType
      readonly span: Span
    }
  | { readonly kind: 'cast'; readonly operand: TypedExpression; readonly type: DataType; readonly mode: 'cast' | 'try'; readonly span: Span }
  | { readonly kind: 'field'; readonly operand: TypedExpression; readonly index: number; readonly type: DataType; readonly span: Span }

/** One input whose columns an expression may name. A single input has qualifier null; a join's are `l` and `r`. */
export interface ScopeInput {
  readonly qualifier: string | null
  readonly schema: Schema
}

export interface Scope {
  readonly inputs: readonly ScopeInput[]
}

/** A finding in an expression's text. `job/problem.ts` gives it its place in the job. */
export interface ExpressionProblem {
  /** `MR-2xx`. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly span: Span
  /** What is wrong and what to do about it, as sentences, without the place. */
  readonly message: string
}

/** What an expression knows when it runs: nothing of the machine. */
export interface EvaluationContext {
  /** Session time zone, an IANA name. */
  readonly timeZone: string
  /** Processing time in ms since 1970-01-01. */
  readonly processingTime: () => number
  /** Watermark before each row, or null when it is `watermark` for all of them. -Infinity is "none yet". */
  watermarks: Float64Array | null
  watermark: number
}
