import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Problem } from '../../job/problem.ts'
import { designerState, reveal, setPanel } from '../store/designerStore.ts'

/**
 * Going to a problem: its operator comes on screen, the inspector opens, and the control at its place takes the focus. The wish is a value that the
 * inspector's fields look at; each visit is a new object, so that the same problem can be visited twice.
 */
export interface ProblemFocus {
  readonly operator: string
  readonly path: string
  readonly span: { readonly start: number; readonly end: number } | null
}

const store = createStore<{ focus: ProblemFocus | null }>()(() => ({ focus: null }))

export function useProblemFocus(): ProblemFocus | null {
  return useStore(store, (state) => state.focus)
}

export function visitProblem(problem: Problem): void {
  const { operator, path, span } = problem.place
  if (operator === undefined) return
  reveal({ kind: 'operator', id: operator })
  setPanel('inspector', { open: true })
  store.setState({ focus: path === undefined ? null : { operator, path, span: span ?? null } })
}

/** The problem after (or before) the one last visited, round the list. Null when there is none. */
export function neighbourProblem(by: 1 | -1): Problem | null {
  const { problems } = designerState().check
  if (problems.length === 0) return null
  const { focus } = store.getState()
  const here = focus === null ? -1 : problems.findIndex((problem) => problem.place.operator === focus.operator && problem.place.path === focus.path)
  const next = here < 0 ? (by === 1 ? 0 : problems.length - 1) : (here + by + problems.length) % problems.length
  return problems[next] ?? null
}
