/**
 * A row pattern as a graph of states, the way Flink's CEP library compiles one whose rows follow each other strictly (NFACompiler with `next` and `consecutive`, which is all that
 * MATCH_RECOGNIZE uses).
 *
 * A state stands for one variable. TAKE maps the current row to it and goes on; PROCEED goes on without a row, so that the same row is tried further on. The order of states and edges is
 * Flink's, because it decides which of several matches comes first. Greed stands in the state behind: what follows a greedy variable goes on, with a row or without one, only where that variable
 * does not take the row, even when it has all the rows it may have. So greed is a choice at each row, never taken back, and not the longest match that exists.
 *
 * It knows variables by their position in the pattern, and nothing of expressions.
 */
export interface PatternElement {
  /** Rows in a row that the variable takes. `most` null: any number. */
  readonly least: number
  readonly most: number | null
  readonly greedy: boolean
}

export interface PatternState {
  /** The element's position in the pattern; -1 for the final state. */
  readonly variable: number
  /** The greedy variable before: the state's edges lead on only with a row that it would not take. -1: there is none. */
  readonly unless: number
  readonly edges: readonly PatternEdge[]
  /**
   * Whether taking a row that leads here ends a match: the final state lies here or behind states that need no row. `asks`: if greedy variables on the way would not take that very row.
   */
  readonly ends: 'never' | 'always' | 'asks'
}

export interface PatternEdge {
  readonly action: 'take' | 'proceed'
  /** Index of the state it leads to. */
  readonly target: number
}

export interface PatternStates {
  readonly states: readonly PatternState[]
  readonly start: number
}

interface Draft {
  readonly variable: number
  unless: number
  readonly edges: PatternEdge[]
}

export const finalState = 0

/** The states of elements that follow each other; the first state is the final one. */
export function patternStates(elements: readonly PatternElement[]): PatternStates {
  const drafts: Draft[] = [{ variable: -1, unless: -1, edges: [] }]
  let next = finalState
  for (let variable = elements.length - 1; variable >= 0; variable--) next = addElement(drafts, elements[variable]!, variable, next)
  return { states: drafts.map((draft, i) => ({ ...draft, ends: reachesFinal(drafts, i, false) ? 'always' : reachesFinal(drafts, i, true) ? 'asks' : 'never' })), start: next }
}

/** The variables that may take the first row of a match. */
export function firstVariables({ states, start }: PatternStates): number[] {
  const found = new Set<number>()
  const open = [start]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const { action, target } of states[state]!.edges) {
      if (action === 'proceed') open.push(target)
      else found.add(states[state]!.variable)
    }
  }
  return [...found]
}

/** Adds an element's states before the state `next`; returns the first of them. */
function addElement(drafts: Draft[], { least, most, greedy }: PatternElement, variable: number, next: number): number {
  // Where there is no choice there is no greed: Flink drops the mark for one row, `?` and `{n}`.
  const chooses = greedy && !(most !== null && (least === most || (least === 0 && most === 1)))
  if (chooses) drafts[next]!.unless = variable
  const add = (edges: readonly PatternEdge[]): number => drafts.push({ variable, unless: -1, edges: [...edges] }) - 1
  const taking = (target: number, optional: boolean): number =>
    add(optional ? [{ action: 'take', target }, { action: 'proceed', target: next }] : [{ action: 'take', target }])
  const needed = Math.max(1, least)
  let sink = next
  if (most === null) {
    sink = add([{ action: 'proceed', target: next }])
    drafts[sink]!.edges.push({ action: 'take', target: sink })
  } else for (let i = needed; i < most; i++) sink = taking(sink, true)
  for (let i = 1; i < needed; i++) sink = taking(sink, false)
  return taking(sink, least === 0)
}

/** Whether the final state is reached by proceeding alone, behind greedy variables or without them. */
function reachesFinal(drafts: readonly Draft[], from: number, throughGreedy: boolean): boolean {
  const open = [from]
  while (open.length > 0) {
    const state = open.pop()!
    if (state === finalState) return true
    const { unless, edges } = drafts[state]!
    if (throughGreedy || unless < 0) for (const { action, target } of edges) if (action === 'proceed') open.push(target)
  }
  return false
}
