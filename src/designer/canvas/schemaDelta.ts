import type { Schema } from '../../columnar/schema.ts'

/** Columns by name that one schema has and the other has not. */
export function schemaDelta(before: Schema, after: Schema): { readonly added: number; readonly removed: number; readonly addedNames: ReadonlySet<string> } {
  const old = new Set(before.fields.map((field) => field.name))
  const now = new Set(after.fields.map((field) => field.name))
  const addedNames = new Set([...now].filter((name) => !old.has(name)))
  return { added: addedNames.size, removed: [...old].filter((name) => !now.has(name)).length, addedNames }
}
