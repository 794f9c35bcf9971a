import type { Column, Value } from '../columnar/column.ts'
import type { DataType } from '../columnar/dataType.ts'
import type { EvaluationContext, Span, TypedExpression } from './expression.ts'

/**
 * One entry of the function table: what a function is called, what it takes and gives, how it computes, and how it is explained.
 *
 * The same entry serves parser, checker, compiler, completion, help and tests, so nothing about a function is said twice. Operators and
 * special forms (`+`, `CASE`, `IS NULL`, `EXTRACT`) are entries like any other; the parser knows their spelling, the entry their meaning.
 *
 * Life of a call: the checker hands `resolve` the types of the arguments; `resolve` answers with the types they must have (the checker inserts
 * implicit casts where they differ) and the type of the result. The compiler then asks `kernel` once per call site for a closure over whole columns.
 * Everything that depends only on types, symbols or constant arguments is decided there, outside the loop.
 */
export type FunctionDefinition = ScalarFunction | LazyFunction | AggregateFunction | OverFunction

export type FunctionCategory =
  | 'arithmetic'
  | 'comparison'
  | 'logic'
  | 'conditional'
  | 'numeric'
  | 'string'
  | 'time'
  | 'json'
  | 'collection'
  | 'aggregate'

interface FunctionEntry {
  /** Key in the table; upper case. */
  readonly name: string
  /** Other names for the same function, upper case: `POW` for `POWER`. */
  readonly aliases?: readonly string[]
  readonly category: FunctionCategory
  /** How it is written, one line per form, for help: `SUBSTRING(text FROM start [FOR length])`. */
  readonly signatures: readonly string[]
  /** One sentence. */
  readonly summary: string
  /** Run by the tests: `expression` without columns, and its result as `CAST(... AS STRING)` prints it (NULL as `NULL`). */
  readonly examples: readonly FunctionExample[]
  /** Offered by completion as `NAME(`; false for operators and other forms that are written differently. */
  readonly callable?: false
  readonly resolve: (call: CallTypes) => Resolution
}

export interface FunctionExample {
  readonly expression: string
  readonly result: string
}

/** Strict: all arguments are evaluated for all rows, then the kernel runs over their columns. */
export interface ScalarFunction extends FunctionEntry {
  readonly kind: 'scalar'
  /**
   * `propagate`: the result is NULL wherever any argument is NULL (the kernel must do it, see `unionNulls`); the checker derives nullability from it
   * and the compiler answers a literal NULL argument without a kernel. `own`: the kernel decides.
   */
  readonly nulls: 'propagate' | 'own'
  /** Whether some row can throw a RowError. Decides where CASE, AND and friends must evaluate on selected rows only. Default: never. */
  readonly fails?: boolean | ((call: CallSite) => boolean)
  /** Reads the EvaluationContext (time zone, processing time, watermark), so that a call on constants must not be folded. */
  readonly contextual?: true
  readonly kernel: (call: CallSite) => Kernel
}

/** Chooses itself which arguments to evaluate for which rows: CASE, COALESCE, IF, AND, OR, IN. */
export interface LazyFunction extends FunctionEntry {
  readonly kind: 'lazy'
  readonly nulls: 'own'
  readonly lazyKernel: (call: CallSite, args: readonly LazyArgument[]) => LazyKernel
}

/** An aggregate call: typed here, accumulated by `aggregates.ts`. */
export interface AggregateFunction extends FunctionEntry {
  readonly kind: 'aggregate'
}

/** A row's place among others: typed here, computed by an over-aggregate (`over.ts`). */
export interface OverFunction extends FunctionEntry {
  readonly kind: 'over'
}

/** What `resolve` sees. */
export interface CallTypes {
  readonly name: string
  readonly args: readonly ArgumentType[]
  /** Symbols of a special form: `['HOUR']` of EXTRACT, `['BOTH']` of TRIM. */
  readonly symbols: readonly string[]
}

export interface ArgumentType {
  readonly type: DataType
  /** The value when the argument is a literal (null for a literal NULL), else undefined. */
  readonly constant: Value | undefined
  /** Set when the argument is a bare column that carries time. */
  readonly time?: 'event' | 'processing'
  readonly span: Span
}

export type Resolution =
  | {
      /** The type each argument is cast to before the kernel sees it; nullability is ignored. Same length as the call's arguments. */
      readonly args: readonly DataType[]
      /** The result's type. Its own nullability is ignored. */
      readonly result: DataType
      /** Whether the result may be NULL. Absent: when any argument may. */
      readonly nullable?: boolean
      /** The implicit casts give NULL instead of failing: a text compared with a point in time. */
      readonly lenient?: true
    }
  | {
      /** What is wrong with the arguments and what to do about it, as sentences. */
      readonly problem: string
      /** The argument at fault, when it is one. */
      readonly argument?: number
      /** Default `MR-213`. */
      readonly code?: string
    }

/** What a kernel is made from: one call in a checked expression. */
export interface CallSite {
  readonly name: string
  /** The arguments after implicit casts; `args[i].type` fixes the storage of `columns[i]` (`storageOf`). */
  readonly args: readonly TypedExpression[]
  readonly symbols: readonly string[]
  readonly type: DataType
  /** Output arrays owned by this call site and reused from batch to batch. */
  readonly buffers: Buffers
}

/**
 * Computes a whole column. Columns may be longer than `rowCount`; slots under a NULL must not be read as values (reading 0 into branch-free
 * arithmetic is fine; a string code under a NULL may have no entry). A row that must fail the job throws a RowError with its row.
 */
export type Kernel = (columns: readonly Column[], rowCount: number, context: EvaluationContext) => Column

/** The rows being evaluated: input columns, how many rows, and the surroundings. */
export interface Frame {
  readonly inputs: readonly (readonly Column[])[]
  readonly rowCount: number
  readonly context: EvaluationContext
}

export interface LazyArgument {
  readonly expression: TypedExpression
  readonly evaluate: (frame: Frame) => Column
  /** Evaluates on the given rows only; row i of the result belongs to rows[i]. */
  readonly evaluateRows: (frame: Frame, rows: Int32Array, count: number) => Column
  /** False when it can be evaluated on rows that do not need it without harm. */
  readonly fails: boolean
  /** True for columns and literals: evaluating them costs nothing. */
  readonly free: boolean
}

export type LazyKernel = (frame: Frame) => Column

/**
 * Where a kernel's values go. An array handed out here is overwritten by the next batch, so it may appear in the returned column
 * but must not be kept. Null masks, bigint arrays, dictionaries and objects are not pooled: make fresh ones, or share an argument's.
 */
export interface Buffers {
  readonly uint8: (rowCount: number) => Uint8Array
  readonly int32: (rowCount: number) => Int32Array
  readonly float64: (rowCount: number) => Float64Array
  readonly bigint64: (rowCount: number) => BigInt64Array
}
