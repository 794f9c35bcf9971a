import type { Schema } from '../columnar/schema.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'
import type { Select, Query, SelectColumn, Statement } from '../sql/statement.ts'
import { columnSql } from '../sql/printStatement.ts'
import type { FlinkVersion } from '../sql/flinkVersion.ts'

export { flinkVersions, type FlinkVersion } from '../sql/flinkVersion.ts'

/**
 * What a room's `flinkSql.ts` exports as `emitter`: the operator as statements, and an honest word on whether they mean the same.
 */
export interface SqlEmitter {
  emit(context: EmitContext): Emitted
}

export interface EmitContext {
  readonly spec: OperatorSpec
  readonly version: FlinkVersion
  readonly timeZone: string
  /** By position in `spec.inputs`: the view or table that feeds it. */
  readonly inputs: readonly string[]
  /** The view of an output port. */
  readonly view: (port: string) => string
  /** Whether somebody reads the port. */
  readonly isUsed: (port: string) => boolean
}

export interface Emitted {
  /** In order; empty when it cannot be exported. */
  readonly statements: readonly Statement[]
  readonly verdict: Verdict
  /** What the operator needs to be set for the whole script, beside what every script sets. */
  readonly settings?: readonly (readonly [string, string])[]
}

export type Verdict =
  | { readonly kind: 'same' }
  /** The same rows but for what is said. */
  | { readonly kind: 'noted'; readonly notes: readonly string[] }
  | { readonly kind: 'not-exportable'; readonly why: string; readonly alternative: string }

export const same: Verdict = { kind: 'same' }

export function noted(notes: readonly string[]): Verdict {
  return notes.length === 0 ? same : { kind: 'noted', notes }
}

/** Two sentences: what Flink lacks, and the nearest thing that it has. */
export function notExportable(why: string, alternative: string): Emitted {
  return { statements: [], verdict: { kind: 'not-exportable', why, alternative } }
}

/** One view for the main output. */
export function oneView(context: EmitContext, query: Query, verdict: Verdict = same): Emitted {
  return { statements: [{ kind: 'view', name: context.view('out'), query }], verdict }
}

export function allColumns(schema: Schema, qualifier?: string): SelectColumn[] {
  return schema.fields.map((field) => ({ expression: columnSql(field.name, qualifier) }))
}

export function selectFrom(table: string, columns: readonly SelectColumn[], rest: Partial<Omit<Select, 'kind' | 'columns' | 'from'>> = {}): Select {
  return { kind: 'select', columns, from: { kind: 'table', name: table }, ...rest }
}
