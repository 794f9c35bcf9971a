/**
 * Row patterns by backtracking, said a second time: for each row in turn, every way in which the pattern can go on from there. Slow and obvious, so that where the two disagree the engine is
 * looked at first.
 *
 * Rules: rows follow each other directly. What follows a greedy variable takes no row that the greedy one could take, and is not left without a row by such a one, even where the greedy one has all its rows. Of the matches that begin with a row, those that end first count. A
 * later row's match waits while an earlier row's may still come; so it never comes out when that one is still open at the end.
 */
export interface NaiveElement {
  readonly least: number
  readonly most: number
  readonly greedy: boolean
}

export interface NaiveMatch {
  readonly first: number
  readonly last: number
  /** By row from the first to the last: the variable that took it. */
  readonly variables: readonly number[]
}

export type NaiveCondition = (variable: number, row: number, past: readonly number[], first: number) => boolean

export interface NaivePattern {
  readonly elements: readonly NaiveElement[]
  readonly holds: NaiveCondition
  readonly times: readonly number[]
  /** 0: any time. */
  readonly withinMs: number
}

/** All matches that begin with the row and end first, and whether any way is still open behind the last row. */
export function matchesFrom({ elements, holds, times, withinMs }: NaivePattern, first: number): { readonly matches: readonly NaiveMatch[]; readonly open: boolean } {
  const chooses = (i: number): boolean => {
    const { least, most, greedy } = elements[i]!
    return greedy && least !== most && !(least === 0 && most === 1)
  }
  // A place in the pattern: so many rows taken by element i.
  let ways: { i: number; count: number; variables: number[] }[] = [{ i: 0, count: 0, variables: [] }]
  for (let row = first; row < times.length; row++) {
    if (withinMs > 0 && times[row]! - times[first]! >= withinMs) return { matches: [], open: false }
    const next: typeof ways = []
    const whole: NaiveMatch[] = []
    for (const { i: from, count: had, variables } of ways) {
      for (let i = from, count = had; i < elements.length; i++, count = 0) {
        const { least, most } = elements[i]!
        if (count === 0 && i > 0 && chooses(i - 1) && holds(i - 1, row, variables, first)) break
        const taking = count < most && holds(i, row, variables, first)
        if (taking) {
          const taken = { i, count: count + 1, variables: [...variables, i] }
          next.push(taken)
          if (ends(taken, (variable) => holds(variable, row, variables, first))) whole.push({ first, last: row, variables: taken.variables })
        }
        if (count < least) break
      }
    }
    if (whole.length > 0) return { matches: whole, open: false }
    ways = next
    if (ways.length === 0) return { matches: [], open: false }
  }
  return { matches: [], open: true }

  /** Whether nothing more is needed. A greedy variable on the way must be one that would not have taken this row. */
  function ends({ i: from, count: had }: { i: number; count: number }, takes: (variable: number) => boolean): boolean {
    for (let i = from, count = had; i < elements.length; i++, count = 0) {
      const { least } = elements[i]!
      if (count < least) return false
      if (i + 1 < elements.length && chooses(i) && takes(i)) return false
    }
    return true
  }
}

/** By row in turn, the candidates for each match that comes out; `chosen` picks the one that did, and says from which row on to look for the next. */
export function naiveMatches(pattern: NaivePattern, chosen: (candidates: readonly NaiveMatch[]) => number): void {
  let from = 0
  for (let first = 0; first < pattern.times.length; first++) {
    if (first < from) continue
    const { matches, open } = matchesFrom(pattern, first)
    if (matches.length > 0) from = chosen(matches)
    else if (open && pattern.withinMs === 0) return
  }
}
