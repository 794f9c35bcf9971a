import { durationText } from '../columnar/durationText.ts'
import type { OperatorDefinition } from '../job/operatorDefinition.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'

/** What an operator keeps, and for how long after it was last written; null for nothing. */
export function stateText(definition: OperatorDefinition, spec: OperatorSpec): string | null {
  const state = definition.state?.(spec.config) ?? null
  if (state === null || spec.stateTtlMs === undefined || definition.stateExpires?.(spec.config) !== true) return state
  return `${state.replace(', for ever', '')}; forgotten when it was not written for ${durationText(spec.stateTtlMs)}`
}
