import type { Job } from './job.ts'
import type { DefinitionOf } from './operatorDefinition.ts'

/** How a sentence names an operator: `Window aggregate "hourly totals"`, or by its id where it has no name of its own. Null for unknown ids. */
export function subjectOf(job: Job, definitionOf: DefinitionOf, id: string | undefined): string | null {
  const operator = id === undefined ? undefined : job.operators.find((candidate) => candidate.id === id)
  if (operator === undefined) return null
  const title = definitionOf(operator.kind)?.title ?? operator.kind
  return `${title} "${operator.name ?? operator.id}"`
}
