import type { Job } from './job.ts'
import { joinPath, pathSegments } from '../columnar/jsonPath.ts'
import { spanOfValue } from '../columnar/jsonText.ts'
import type { Place, Problem } from './problem.ts'

/**
 * From a Problem's place to the text of the document, for the JSON tab's squiggles.
 *
 * A Problem of an operator has a path inside that operator's config; in the document the operator stands at an index.
 */
export function documentPath(job: Job, place: Place): string {
  if (place.operator === undefined) return place.path ?? ''
  const index = job.operators.findIndex((operator) => operator.id === place.operator)
  if (index === -1) return ''
  const operator = `operators[${index}]`
  if (place.path === undefined || place.path === '') return operator
  const first = pathSegments(place.path)[0]
  // An operator's own keys come with their bare name, unless its config has that key too.
  const own = place.path === 'kind' && !Object.hasOwn(job.operators[index]!.config, 'kind')
  if (own) return joinPath(operator, 'kind')
  return typeof first === 'number' || place.path.startsWith('[') ? `${operator}.config${place.path}` : `${operator}.config.${place.path}`
}

/** UTF-16 offsets into `text`, which must be a text of `job`; the nearest value around it where the place itself is absent. */
export function spanOfProblem(text: string, job: Job, problem: Problem): { readonly start: number; readonly end: number } | null {
  const span = spanOfValue(text, pathSegments(documentPath(job, problem.place)))
  const inner = problem.place.span
  if (span === null || inner === undefined || text[span.start] !== '"') return span
  // Offsets inside an expression hold in the JSON text only where it has no escapes.
  const literal = text.slice(span.start + 1, span.end - 1)
  return literal.includes('\\') ? span : { start: span.start + 1 + inner.start, end: span.start + 1 + inner.end }
}
