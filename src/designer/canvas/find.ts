import type { Json } from '../../columnar/json.ts'
import type { Job, Operator } from '../../job/job.ts'
import type { DefinitionOf } from '../../job/operatorDefinition.ts'

/** Where a search finds something: operators by name, kind, id and everything written in their settings; notes by their text. In the order of the flow. */
export interface Found {
  readonly kind: 'operator' | 'note'
  readonly id: string
  /** The words that matched, when they are not the name. */
  readonly words: string | null
}

export function findInJob(job: Job, query: string, order: readonly string[], definitionOf: DefinitionOf): Found[] {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return []
  const rank = new Map(order.map((id, index) => [id, index]))
  const operators = job.operators.toSorted((a, b) => (rank.get(a.id) ?? Infinity) - (rank.get(b.id) ?? Infinity) || 0)
  const found: Found[] = []
  for (const operator of operators) {
    const words = wordsOf(operator, wanted, definitionOf)
    if (words !== undefined) found.push({ kind: 'operator', id: operator.id, words })
  }
  for (const note of job.layout?.notes ?? []) if (note.text.toLowerCase().includes(wanted)) found.push({ kind: 'note', id: note.id, words: null })
  return found
}

function wordsOf(operator: Operator, wanted: string, definitionOf: DefinitionOf): string | null | undefined {
  const title = definitionOf(operator.kind)?.title ?? operator.kind
  if ((operator.name ?? title).toLowerCase().includes(wanted)) return null
  if (title.toLowerCase().includes(wanted)) return title
  if (operator.kind.includes(wanted)) return operator.kind
  if (operator.id.includes(wanted)) return operator.id
  return textIn(operator.config, wanted)
}

/** The first text in a config that holds the words: a column, an expression, a file. Rows written into the job count too. */
function textIn(json: Json, wanted: string): string | undefined {
  if (typeof json === 'string') return json.toLowerCase().includes(wanted) ? json : undefined
  if (typeof json === 'number') return String(json) === wanted ? wanted : undefined
  if (typeof json !== 'object' || json === null) return undefined
  for (const value of Array.isArray(json) ? (json as readonly Json[]) : Object.values(json as Readonly<Record<string, Json>>)) {
    const found = textIn(value, wanted)
    if (found !== undefined) return found
  }
  return undefined
}
