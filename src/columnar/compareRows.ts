import { rowAt, rowKindAt, type Batch, type RowKindText } from './batch.ts'
import type { Value } from './column.ts'
import type { Schema } from './schema.ts'
import { jsonTextOf } from './valueJson.ts'

/**
 * Results compared the way Flink's own tests do: an insert-only result as a multiset of rows, an updating one as the table that is left when
 * all changes are applied. Rows are compared by their JSON text, which is exact for every type.
 */

/** One row as a JSON object's text, every column in schema order. */
export function rowText(values: readonly Value[], schema: Schema): string {
  return `{${schema.fields.map((field, i) => `${JSON.stringify(field.name)}:${jsonTextOf(values[i] ?? null, field.type)}`).join(',')}}`
}

export interface Change {
  readonly kind: RowKindText
  readonly values: readonly Value[]
}

export function* changesOf(batches: Iterable<Batch>): Generator<Change> {
  for (const batch of batches) for (let row = 0; row < batch.rowCount; row++) yield { kind: rowKindAt(batch, row), values: rowAt(batch, row) }
}

/**
 * The rows left when all changes are applied, in order of first appearance. With `key` (column indices) a later row of the same key replaces
 * the earlier one, as an upsert sink does (one that comes without a row before, or after it was taken away, as a new one); without, the changes form a multiset.
 */
export function finalRows(changes: Iterable<Change>, schema: Schema, key: readonly number[] | null): (readonly Value[])[] {
  if (key !== null) {
    const byKey = new Map<string, readonly Value[]>()
    for (const { kind, values } of changes) {
      const text = key.map((column) => jsonTextOf(values[column] ?? null, schema.fields[column]!.type)).join(',')
      if (kind === '+I' || kind === '+U') byKey.set(text, values)
      else if (kind === '-D') byKey.delete(text)
    }
    return [...byKey.values()]
  }
  const counts = new Map<string, { values: readonly Value[]; count: number }>()
  for (const { kind, values } of changes) {
    const text = rowText(values, schema)
    const entry = counts.get(text) ?? { values, count: 0 }
    entry.count += kind === '+I' || kind === '+U' ? 1 : -1
    counts.set(text, entry)
  }
  return [...counts.values()].flatMap(({ values, count }) => Array.from({ length: Math.max(0, count) }, () => values))
}

export interface RowDiff {
  /** Rows expected and not found, as JSON text. */
  readonly missing: readonly string[]
  /** Rows found and not expected. */
  readonly extra: readonly string[]
}

/** Difference of two multisets of rows given as texts; both lists empty means equal. */
export function diffRows(expected: readonly string[], actual: readonly string[]): RowDiff {
  const counts = new Map<string, number>()
  for (const text of expected) counts.set(text, (counts.get(text) ?? 0) + 1)
  const extra: string[] = []
  for (const text of actual) {
    const left = counts.get(text) ?? 0
    if (left === 0) extra.push(text)
    else counts.set(text, left - 1)
  }
  return { missing: [...counts].flatMap(([text, count]) => Array.from({ length: count }, () => text)), extra }
}

/** The rows of batches as texts, in order. */
export function rowTexts(batches: Iterable<Batch>): string[] {
  const texts: string[] = []
  for (const batch of batches) for (let row = 0; row < batch.rowCount; row++) texts.push(rowText(rowAt(batch, row), batch.schema))
  return texts
}
