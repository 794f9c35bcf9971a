import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Problem } from '../../job/problem.ts'
import { designerState, reveal, select, setPanel } from '../store/designerStore.ts'

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

/** The problem last gone to: where the next one is counted from. */
let visited: Problem | null = null

export function visitProblem(problem: Problem): void {
  visited = problem
  const { operator, path, span } = problem.place
  // What belongs to no operator is a matter of the job, whose settings show when nothing is selected.
  if (operator === undefined) select({})
  else reveal({ kind: 'operator', id: operator })
  setPanel('inspector', { open: true })
  store.setState({ focus: operator === undefined || path === undefined ? null : { operator, path, span: span ?? null } })
}

/** The problem after (or before) the one last visited, round the list; the first (or last) when that one has been solved. Null when there is none. */
export function neighbourProblem(by: 1 | -1): Problem | null {
  const { problems } = designerState().check
  if (problems.length === 0) return null
  const same = problems.findIndex((problem) => problem === visited)
  // A check makes its problems anew.
  const here = same >= 0 ? same : problems.findIndex((problem) => visited !== null && samePlace(problem, visited))
  const next = here < 0 ? (by === 1 ? 0 : problems.length - 1) : (here + by + problems.length) % problems.length
  return problems[next] ?? null
}

function samePlace(a: Problem, b: Problem): boolean {
  return a.code === b.code && a.place.operator === b.place.operator && a.place.path === b.place.path
}
