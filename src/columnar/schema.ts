import type { DataType } from './dataType.ts'

/**
 * The columns of a stream, in order, and which of them tells time.
 *
 * A column's `time` marks a Flink *time attribute*: `event` columns advance with watermarks, `processing` columns are
 * PROCTIME(). Losing the mark (a computed projection, a regular join) is what makes a later window illegal, so it is part
 * of the schema and not of the type.
 */
export interface Schema {
  readonly fields: readonly Field[]
}

export interface Field {
  readonly name: string
  readonly type: DataType
  /** Set when the column is a time attribute. */
  readonly time?: 'event' | 'processing'
}

export const emptySchema: Schema = { fields: [] }

/** Index of the column, or -1. Names are compared exactly: Flink SQL is case-sensitive in column names. */
export function fieldIndex(schema: Schema, name: string): number {
  return schema.fields.findIndex((field) => field.name === name)
}

export function fieldOf(schema: Schema, name: string): Field | undefined {
  return schema.fields.find((field) => field.name === name)
}
