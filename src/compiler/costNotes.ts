import type { Settings } from '../job/job.ts'
import type { DefinitionOf } from '../job/operatorDefinition.ts'
import type { CompiledJob } from './compile.ts'
import { stateText } from './stateText.ts'

/**
 * What a plan costs that its reader may not expect, as sentences for `explain`: rows that all meet in one subtask, joins that compare every row with every other, state that nothing frees, results that are
 * kept once more at a sink. Said of the shape of the plan alone; how many rows there are, only a run can tell.
 */
export function costNotes(compiled: CompiledJob, settings: Settings, definitionOf: DefinitionOf): readonly string[] {
  const plan = compiled.logical!
  const notes: string[] = []
  for (const { spec, parallelism, distribution } of plan.operators) {
    const definition = definitionOf(spec.kind)!
    const inOne = distribution.some(({ kind }) => kind === 'single')
    if (inOne && definition.inputs.length > 1) notes.push(`${spec.id}: every row of one side is compared with every row of the other, in one subtask; a pair of equal columns would spread them`)
    else if (inOne && parallelism === 1 && plan.settings.parallelism > 1) notes.push(`${spec.id}: all rows meet in one subtask, whatever the parallelism of the job`)
    const state = stateText(definition, spec)
    if (state !== null && state.includes('for ever')) notes.push(`${spec.id}: its state grows with its keys and nothing frees it`)
    if (compiled.changelog!.materialised.has(spec.id)) notes.push(`${spec.id}: changes are about other rows than its key, so that it keeps all rows of each key`)
    if (distribution.some(({ kind }) => kind === 'broadcast')) notes.push(`${spec.id}: every subtask gets all rows of an input`)
  }
  if ((settings.stateTtlMs ?? 0) > 0) notes.push('state is forgotten by settings.stateTtlMs: a result whose rows come further apart is not what all of them would give')
  return notes
}
