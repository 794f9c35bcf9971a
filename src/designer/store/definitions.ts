import type { DefinitionOf, OperatorDefinition } from '../../job/operatorDefinition.ts'

/**
 * The catalog as the designer uses it. Set once by `main.tsx`, and by tests with operators of their own.
 *
 * The catalog brings the expression language with it, which is half of the page's code, so it is fetched beside the first paint; the regions that show
 * operators wait for `definitionsReady`.
 */
let byKind = new Map<string, OperatorDefinition>()
let ready: () => void = () => undefined

export const definitionsReady = new Promise<void>((resolve) => {
  ready = resolve
})

export function setDefinitions(definitions: readonly OperatorDefinition[]): void {
  byKind = new Map(definitions.map((definition) => [definition.kind, definition]))
  ready()
}

export const definitionOf: DefinitionOf = (kind) => byKind.get(kind)

/** In catalog order. */
export function allDefinitions(): readonly OperatorDefinition[] {
  return [...byKind.values()]
}
