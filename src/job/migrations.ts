import type { JsonObject } from '../columnar/json.ts'

/**
 * Older documents, brought to the current version before they are read.
 *
 * `migrations.get(n)` turns a document of version n into one of version n + 1. It works on JSON, not on `Job`, because the types of old versions are
 * gone; it keeps what it does not know, so that the strict reader can report it. A new optional field needs no migration; a change of meaning
 * needs one, a new version, and a fixture of the old version in `testing/fixtures`, which must open for ever.
 */
export const currentVersion = 1

export const migrations: ReadonlyMap<number, (document: JsonObject) => JsonObject> = new Map()

export function migrate(document: JsonObject, version: number): JsonObject {
  let result = document
  for (let from = version; from < currentVersion; from++) result = { ...migrations.get(from)!(result), version: from + 1 }
  return result
}
