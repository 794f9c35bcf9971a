import { createStore } from 'zustand/vanilla'
import { useStore } from 'zustand'

/**
 * Everything a user can do, once: the key map, the command palette, menus, buttons and the shortcut sheet all read this list.
 *
 * Regions register their own actions while they are mounted. An action's `when` says whether it can be done now; a key press on one that cannot is
 * left to the browser. `scope` limits its keys: `everywhere` also while typing, `page` outside of fields, `canvas` and `timeline` only with the focus in
 * that region (single letters live there, and can be switched off).
 */
export interface Action {
  readonly id: string
  readonly title: string
  readonly section: ActionSection
  /** As `Mod+Shift+Z`, `F8`, `a`; Mod is Ctrl, or ⌘ on a Mac. The first is shown. */
  readonly keys?: readonly string[]
  readonly scope?: KeyScope
  /** Other words to find it by. */
  readonly searchTerms?: readonly string[]
  readonly when?: () => boolean
  readonly run: () => void
  /** The keys reach the page as a browser event of its own (copy, cut, paste), which needs no permission: the key map leaves them alone. */
  readonly nativeKeys?: boolean
  /** Shown on the shortcut sheet only: the region handles these keys itself. */
  readonly sheetOnly?: boolean
}

export type KeyScope = 'everywhere' | 'page' | 'canvas' | 'timeline'
export type ActionSection = 'document' | 'edit' | 'canvas' | 'view' | 'run' | 'go'

const registry = createStore<{ readonly groups: readonly (readonly Action[])[] }>()(() => ({ groups: [] }))

/** Adds actions until the returned function is called; of two with one id the later wins. */
export function registerActions(actions: readonly Action[]): () => void {
  registry.setState(({ groups }) => ({ groups: [...groups, actions] }))
  return () => registry.setState(({ groups }) => ({ groups: groups.filter((group) => group !== actions) }))
}

let listed: { readonly groups: readonly (readonly Action[])[]; readonly actions: readonly Action[] } | null = null

export function allActions(): readonly Action[] {
  const { groups } = registry.getState()
  if (listed?.groups !== groups) {
    const byId = new Map<string, Action>()
    for (const group of groups) for (const action of group) byId.set(action.id, action)
    listed = { groups, actions: [...byId.values()] }
  }
  return listed!.actions
}

export function useActions(): readonly Action[] {
  useStore(registry, (state) => state.groups)
  return allActions()
}

export function actionOf(id: string): Action | undefined {
  return allActions().find((action) => action.id === id)
}

export function useAction(id: string): Action | undefined {
  return useActions().find((action) => action.id === id)
}

/** Does it if it can be done now. */
export function runAction(id: string): void {
  const action = actionOf(id)
  if (action !== undefined && (action.when === undefined || action.when())) action.run()
}
