import type { DefinitionOf, OperatorDefinition } from '../../job/operatorDefinition.ts'

/** The catalog as the designer uses it. Set once by `main.tsx`, and by tests with operators of their own. */
let byKind = new Map<string, OperatorDefinition>()

export function setDefinitions(definitions: readonly OperatorDefinition[]): void {
  byKind = new Map(definitions.map((definition) => [definition.kind, definition]))
}

export const definitionOf: DefinitionOf = (kind) => byKind.get(kind)

/** In catalog order. */
export function allDefinitions(): readonly OperatorDefinition[] {
  return [...byKind.values()]
}
