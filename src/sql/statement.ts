/**
 * The part of Flink SQL that a job becomes, as data: statements and the queries in them. Everything that is a name stands here bare and is quoted by the printer alone;
 * everything that is an expression has come through `expressionToSql.ts`, which quotes the names in it.
 */
export type Statement =
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  | TableStatement
  | { readonly kind: 'view'; readonly name: string; readonly query: Query }
  | InsertStatement
  | { readonly kind: 'statement-set'; readonly inserts: readonly InsertStatement[] }

export interface TableStatement {
  readonly kind: 'table'
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly watermark?: { readonly column: string; readonly expression: Sql }
  readonly primaryKey?: readonly string[]
  readonly options: readonly (readonly [string, string])[]
}

/** A physical column has a type as text, a computed one its expression. */
export type TableColumn = { readonly name: string; readonly type: string } | { readonly name: string; readonly expression: Sql }

export interface InsertStatement {
  readonly kind: 'insert'
  readonly table: string
  readonly query: Query
}

/** Text of an expression in which every name is quoted. */
export interface Sql {
  readonly sql: string
}

export type Query = Select | { readonly kind: 'union-all'; readonly parts: readonly Select[] }

export interface Select {
  readonly kind: 'select'
  readonly columns: readonly SelectColumn[]
  readonly from: From
  readonly where?: Sql
  readonly groupBy?: readonly Sql[]
}

export interface SelectColumn {
  readonly expression: Sql
  /** Left out where the expression is the column itself. */
  readonly as?: string
}

export type From =
  | { readonly kind: 'table'; readonly name: string; readonly as?: string }
  | WindowFunction
  | MatchRecognize
  | { readonly kind: 'query'; readonly query: Query; readonly as: string }
  | { readonly kind: 'join'; readonly left: From; readonly type: SqlJoinType; readonly right: From; readonly on: Sql }
  /** Rows beside the elements of a collection that they hold. */
  | { readonly kind: 'unnest'; readonly left: From; readonly collection: Sql; readonly outer: boolean; readonly ordinality: boolean; readonly as: string; readonly columns: readonly string[] }
  /** A table as it was at a time of the row before it: FOR SYSTEM_TIME AS OF. Stands on the right of a join. */
  | { readonly kind: 'as-of'; readonly name: string; readonly time: Sql; readonly as: string }

export type SqlJoinType = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL'

/** A windowing table-valued function over a table, in the wrapped form that 1.20 and 2.x both take. */
export interface WindowFunction {
  readonly kind: 'window'
  readonly function: 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION'
  readonly table: string
  readonly partitionBy?: readonly string[]
  readonly timeColumn: string
  /** In milliseconds, in the function's own order. */
  readonly intervals: readonly number[]
  readonly as?: string
}

/** Row pattern matching over a table: MATCH_RECOGNIZE with one row for each match. */
export interface MatchRecognize {
  readonly kind: 'match'
  readonly table: string
  readonly partitionBy: readonly string[]
  /** Quoted already, as `orderSql` gives it. */
  readonly orderBy: string
  readonly measures: readonly { readonly expression: Sql; readonly as: string }[]
  /** What follows AFTER MATCH, and the pattern: their names are quoted. */
  readonly afterMatch: string
  readonly pattern: string
  readonly withinMs?: number
  readonly define: readonly { readonly name: string; readonly condition: Sql }[]
  readonly as: string
}
