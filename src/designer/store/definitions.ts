import { useSyncExternalStore } from 'react'
import type { DefinitionOf, OperatorDefinition } from '../../job/operatorDefinition.ts'

/**
 * The catalog as the designer uses it, in two parts.
 *
 * *Faces* are what the first screen shows of an operator: names, family, icon, ports. They are data, taken from the catalog when the page is built, and there
 * from the beginning. *Definitions* bring rules, and with them the expression language, which is half of the page's code; they are fetched once the
 * first screen stands. Until then `definitionOf` knows nothing; what cannot do without waits for `definitionsReady`.
 *
 * Both are set by `main.tsx`, and by tests with operators of their own.
 */
export type OperatorFace = Pick<OperatorDefinition, 'kind' | 'title' | 'family' | 'icon' | 'summary' | 'searchTerms' | 'inputs' | 'outputs'>

let byKind = new Map<string, OperatorDefinition>()
let faces = new Map<string, OperatorFace>()
let ready: () => void = () => undefined
const listeners = new Set<() => void>()

export const definitionsReady = new Promise<void>((resolve) => {
  ready = resolve
})

export function setFaces(known: readonly OperatorFace[]): void {
  faces = new Map(known.map((face) => [face.kind, face]))
}

export function setDefinitions(definitions: readonly OperatorDefinition[]): void {
  byKind = new Map(definitions.map((definition) => [definition.kind, definition]))
  setFaces(definitions)
  ready()
  for (const listener of listeners) listener()
}

export const definitionOf: DefinitionOf = (kind) => byKind.get(kind)

/** The definition once it is there, for what draws something else until then. */
export function useDefinition(kind: string | undefined): OperatorDefinition | undefined {
  const read = (): OperatorDefinition | undefined => (kind === undefined ? undefined : byKind.get(kind))
  return useSyncExternalStore(subscribe, read, read)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** In catalog order. */
export function allDefinitions(): readonly OperatorDefinition[] {
  return [...byKind.values()]
}

export function faceOf(kind: string): OperatorFace | undefined {
  return faces.get(kind)
}

/** In catalog order. */
export function allFaces(): readonly OperatorFace[] {
  return [...faces.values()]
}
