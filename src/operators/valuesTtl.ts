import type { AggregateCall } from '../expression/aggregates.ts'

/** Aggregates that keep their values one by one where rows are taken back. */
const keptUnderChanges = new Set(['MIN', 'MAX', 'FIRST_VALUE', 'LAST_VALUE', 'LISTAGG'])

/**
 * What the certificate says of a time to live and values that a group keeps one by one. Flink keeps them as map entries with times of their own, which the group's result does not know of; here they live as long as
 * their group (docs/decisions/0267).
 */
export function notesOnValuesTtl(calls: readonly AggregateCall[], changes: boolean, stateTtlMs: number | undefined): string[] {
  if (stateTtlMs === undefined || stateTtlMs <= 0) return []
  const kept = calls.filter(({ name, distinct }) => distinct || name === 'COLLECT' || (changes && keptUnderChanges.has(name)))
  const names = [...new Set(kept.map(({ name, distinct }) => `${name}${distinct ? '(DISTINCT …)' : ''}`))]
  if (names.length === 0) return []
  return [`With a time to live, Flink forgets single values behind ${names.join(', ')} while their group lives on, so that results drift; here values live as long as their group.`]
}
