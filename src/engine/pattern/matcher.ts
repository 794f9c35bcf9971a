import { StateHeap } from './stateHeap.ts'
import { finalState, type PatternStates } from './states.ts'

/**
 * The runs of one key through a pattern's states: what has been taken so far, row by row, and which matches are whole. The rules are those of Flink's CEP library (`NFA`, `AfterMatchSkipStrategy`).
 *
 * Every row may begin a run. A run goes on with each row that follows directly, or dies; it divides where several edges take the row. A match that is whole waits until no run is left that began before
 * it, so matches come out in the order in which they began; a run that began with the same row does not hold it back. What the match that comes out skips is then taken away from runs and
 * waiting matches alike.
 *
 * What a run has taken is a chain of links, each to the one before it; runs that divide share their past. So memory grows with rows that live runs have taken, and not with the number of runs times their
 * length. Rows are positions in a store that the owner keeps; `renumber` follows when it is cleaned.
 */
export interface TakenRow {
  readonly before: TakenRow | null
  /** Position of the pattern's variable that took it. */
  readonly variable: number
  position: number
  /** The row's number among those of its key, in order of time. */
  readonly number: number
  /** Set by `renumber`, so that shared links are moved once. */
  sweep: number
}

/** Whether the variable takes the row after what `past`, the matcher's run of that number, has taken. */
export type Condition = (variable: number, position: number, past: TakenRow | null, run: number) => boolean

/** What is known of a variable and a row: it does not take it, it takes it, that has to be asked, or it has to be asked when a run gets there and not before. */
export const known = { no: 0, yes: 1, ask: 2, askThen: 3 } as const

/** What a match takes away: runs that began up to its last or first row, or before the first or last row of a variable. */
export type SkipTo = { readonly kind: 'pastLast' } | { readonly kind: 'next' } | { readonly kind: 'first' | 'last'; readonly variable: number }

/** A run, and what it began with; one that has taken nothing is where every run begins. */
export interface Run {
  readonly state: number
  readonly taken: TakenRow | null
  readonly began: number
  readonly beganAt: number
}

/** All that a matcher remembers, runs in the order in which their heaps lie. */
export interface MatcherParts {
  readonly runs: readonly Run[]
  readonly whole: readonly Run[]
  readonly nextNumber: number
}

/** A match cannot go on where it must: the job fails over it, as on Flink. */
export class SkipFailure extends Error {}

const none: readonly TakenRow[] = []

export class PatternMatcher {
  readonly #states: PatternStates
  readonly #skip: SkipTo
  readonly #withinMs: number
  #runs = new StateHeap<Run>()
  /** The runs of the row before, to be filled with those of the next. */
  #spare = new StateHeap<Run>()
  readonly #whole = new StateHeap<Run>()
  /** Matches that one row has made whole, before they join those that wait. */
  readonly #found = new StateHeap<Run>()
  #nextNumber = 0
  readonly #open: number[] = []
  /** The run that is at its step. */
  #run = 0
  #matches: TakenRow[] = []

  /** `withinMs` 0: a match may take any time. */
  constructor(states: PatternStates, skip: SkipTo, withinMs: number) {
    this.#states = states
    this.#skip = skip
    this.#withinMs = withinMs
    this.#runs.add({ state: states.start, taken: null, began: Infinity, beganAt: Infinity })
  }

  /** Runs that have taken a row, and matches that wait. */
  get runCount(): number {
    return this.#runs.items.length - 1 + this.#whole.items.length
  }

  /** Runs, with the one that has not begun. */
  get runs(): readonly Run[] {
    return this.#runs.items
  }

  /**
   * The variable that `take` would ask about first for this run; -1: none. `answers` says from `at` on what is known by variable, so that conditions are asked ahead for many runs at once, and only about what
   * would be asked.
   */
  unknown(run: number, answers: Uint8Array, at: number): number {
    const { states } = this.#states
    const open = this.#open
    let depth = 0
    open[depth++] = this.#runs.items[run]!.state
    while (depth > 0) {
      const state = states[open[--depth]!]!
      if (state.variable < 0) continue
      if (state.unless >= 0) {
        const answer = answers[at + state.unless]!
        if (answer >= known.ask) return answer === known.ask ? state.unless : -1
        if (answer === known.yes) continue
      }
      for (const { action, target } of state.edges) {
        if (action === 'proceed') {
          open[depth++] = target
          continue
        }
        const answer = answers[at + state.variable]!
        if (answer >= known.ask) return answer === known.ask ? state.variable : -1
        if (answer === known.no || states[target]!.ends !== 'asks') continue
        const found = this.#unknownToEnd(target, answers, at)
        if (found !== null) return found
      }
    }
    return -1
  }

  /** The same for `#proceedsToEnd`; null: all is known. */
  #unknownToEnd(from: number, answers: Uint8Array, at: number): number | null {
    const { states } = this.#states
    const open = [from]
    while (open.length > 0) {
      const state = open.pop()!
      if (state === finalState) return null
      const { unless, edges } = states[state]!
      if (unless >= 0) {
        const answer = answers[at + unless]!
        if (answer >= known.ask) return answer === known.ask ? unless : -1
        if (answer === known.yes) continue
      }
      for (const { action, target } of edges) if (action === 'proceed') open.push(target)
    }
    return null
  }

  /** The next row in time. Gives the last rows of matches that come out by it. */
  take(position: number, time: number, holds: Condition): readonly TakenRow[] {
    const runs = this.#runs
    const next = this.#spare
    next.clear()
    const number = this.#nextNumber++
    for (let run = 0; run < runs.items.length; run++) {
      this.#run = run
      this.#step(runs.items[run]!, position, number, time, holds, next)
    }
    const found = this.#found.items
    for (const match of found) this.#whole.add(match)
    found.length = 0
    this.#release(next)
    this.#spare = runs
    this.#runs = next
    return this.#given()
  }

  /** Time goes on without a row: runs that began too long ago die, and may set matches free. */
  advance(time: number): readonly TakenRow[] {
    // The first of the heap began first, in time too.
    if (this.#withinMs === 0 || time - this.#runs.peek()!.beganAt < this.#withinMs) return none
    const next = new StateHeap<Run>()
    for (const run of this.#runs.items) if (run.taken === null || time - run.beganAt < this.#withinMs) next.add(run)
    this.#release(next)
    this.#runs = next
    return this.#given()
  }

  #given(): readonly TakenRow[] {
    const matches = this.#matches
    if (matches.length === 0) return none
    this.#matches = []
    return matches
  }

  #step(run: Run, position: number, number: number, time: number, holds: Condition, next: StateHeap<Run>): void {
    const { states } = this.#states
    const open = this.#open
    // A variable is asked once, though several of its states may be reached.
    let asked = -1
    let answer = false
    let depth = 0
    open[depth++] = run.state
    while (depth > 0) {
      const state = states[open[--depth]!]!
      if (state.variable < 0) continue
      if (state.unless >= 0) {
        if (asked !== state.unless) {
          asked = state.unless
          answer = holds(asked, position, run.taken, this.#run)
        }
        if (answer) continue
      }
      for (const { action, target } of state.edges) {
        if (action === 'proceed') {
          open[depth++] = target
          continue
        }
        if (asked !== state.variable) {
          asked = state.variable
          answer = holds(asked, position, run.taken, this.#run)
        }
        if (!answer) continue
        const taken: TakenRow = { before: run.taken, variable: state.variable, position, number, sweep: 0 }
        const began = run.taken === null ? number : run.began
        const beganAt = run.taken === null ? time : run.beganAt
        if (target !== finalState) next.add({ state: target, taken, began, beganAt })
        const { ends } = states[target]!
        if (ends === 'always' || (ends === 'asks' && this.#proceedsToEnd(target, position, run.taken, holds))) this.#found.add({ state: finalState, taken, began, beganAt })
      }
    }
    // The run that has not begun stays, behind those that came of it.
    if (run.taken === null) next.add(run)
  }

  /** Whether the final state is reached without a further row. Greedy variables are asked about the row that was just taken, as Flink does: it is the only one there is yet. */
  #proceedsToEnd(from: number, position: number, past: TakenRow | null, holds: Condition): boolean {
    const { states } = this.#states
    const open = [from]
    while (open.length > 0) {
      const at = open.pop()!
      if (at === finalState) return true
      const { unless, edges } = states[at]!
      if (unless >= 0 && holds(unless, position, past, this.#run)) continue
      for (const { action, target } of edges) if (action === 'proceed') open.push(target)
    }
    return false
  }

  /** Gives out whole matches that no living run could come before. */
  #release(runs: StateHeap<Run>): void {
    const whole = this.#whole
    for (let match = whole.peek(); match !== undefined && match.began <= runs.peek()!.began; match = whole.peek()) {
      whole.poll()
      const last = match.taken!
      const gone = this.#skipped(last, match.began)
      if (gone > -Infinity) {
        const prune = (run: Run): boolean => run.taken !== null && run.began <= gone
        runs.removeAll(prune)
        whole.removeAll(prune)
      }
      this.#matches.push(last)
    }
  }

  /** Runs that began with this row or before are taken away; -Infinity: none. */
  #skipped(last: TakenRow, began: number): number {
    const skip = this.#skip
    if (skip.kind === 'pastLast') return last.number
    if (skip.kind === 'next') return began
    let found = -1
    for (let row: TakenRow | null = last; row !== null; row = row.before) {
      if (row.variable !== skip.variable) continue
      found = row.number
      if (skip.kind === 'last') break
    }
    if (found < 0) throw new SkipFailure('the match has no row of the variable to skip to')
    if (found === began) throw new SkipFailure('the match begins with the row to skip to, so it would be found again for ever')
    return found - 1
  }

  /** Calls `moved` for the position of every row that a run still holds; what it gives is the row's position from now on. `sweep` is new for every call. */
  renumber(sweep: number, moved: (position: number) => number): void {
    for (const heap of [this.#runs, this.#whole]) {
      for (const run of heap.items) {
        for (let row = run.taken; row !== null && row.sweep !== sweep; row = row.before) {
          row.sweep = sweep
          row.position = moved(row.position)
        }
      }
    }
  }

  parts(): MatcherParts {
    return { runs: this.#runs.items, whole: this.#whole.items, nextNumber: this.#nextNumber }
  }

  restore({ runs, whole, nextNumber }: MatcherParts): void {
    // What lay as a heap lies as the same heap when it is added in that order.
    this.#runs = new StateHeap<Run>()
    for (const run of runs) this.#runs.add(run)
    for (const run of whole) this.#whole.add(run)
    this.#nextNumber = nextNumber
  }
}
