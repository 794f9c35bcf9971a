import type { OperatorFace } from '../store/definitions.ts'

/** Definitions that match a search, best first: the title's beginning, then a word of it, then other words for the same thing. */
export function matchingDefinitions<Face extends OperatorFace>(definitions: readonly Face[], query: string): readonly Face[] {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return definitions
  const ranked = definitions.flatMap((definition) => {
    const rank = rankOf(definition, wanted)
    return rank === null ? [] : [{ definition, rank }]
  })
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ definition }) => definition)
}

function rankOf(definition: OperatorFace, wanted: string): number | null {
  const title = definition.title.toLowerCase()
  if (title.startsWith(wanted)) return 0
  if (title.split(/\s+/).some((word) => word.startsWith(wanted))) return 1
  if (definition.kind.includes(wanted)) return 2
  if (definition.searchTerms.some((term) => term.toLowerCase().startsWith(wanted))) return 3
  if (definition.searchTerms.some((term) => term.toLowerCase().includes(wanted)) || definition.summary.toLowerCase().includes(wanted) || definition.family.startsWith(wanted)) return 4
  return null
}
