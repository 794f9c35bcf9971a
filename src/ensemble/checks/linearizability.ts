/**
 * Is there an order? The black-box check of a history of operations (reference 5.6): Wing and Gong's search as Lowe improved it, on intervals with results, knowing nothing of zxids.
 * It tries to put the operations into one order that respects real time and that the sequential model answers with the same results; what it has tried is remembered by
 * (set of operations done, state), so that nothing is tried twice.
 *
 * An operation without a result (its connection broke) may have happened at any time after it was called, or never. Exponential in the worst case: for histories of some thousand operations
 * per object with little overlap. Histories of many objects are cut by object first, which is sound because linearizability is local (Herlihy and Wing).
 */
export interface Operation<I, O> {
  readonly client: number
  readonly call: number
  /** Infinity: no result is known. */
  readonly end: number
  readonly input: I
  /** Null: not known. */
  readonly output: O | null
}

export interface SequentialModel<S, I, O> {
  readonly initial: S
  /** The state after, or null when the output is not what the model answers. `output` null fits whatever it answers. */
  step(state: S, input: I, output: O | null): S | null
  /** Equal texts mean equal states. */
  text(state: S): string
}

export interface LinearizabilityResult {
  /** `unknown`: given up after `statesMax` states. */
  readonly verdict: 'linearizable' | 'not linearizable' | 'unknown'
  /** Indexes into the history: the order found, or the longest that could be. */
  readonly order: readonly number[]
  readonly states: number
}

interface Entry {
  readonly index: number
  readonly isCall: boolean
  readonly time: number
  /** Of a call: its return. */
  match: Entry | null
  before: Entry | null
  after: Entry | null
}

export function linearize<S, I, O>(history: readonly Operation<I, O>[], model: SequentialModel<S, I, O>, statesMax = 2_000_000): LinearizabilityResult {
  const head: Entry = { index: -1, isCall: false, time: -Infinity, match: null, before: null, after: null }
  const entries = history.flatMap(({ call, end }, index): Entry[] => {
    const returning: Entry = { index, isCall: false, time: end, match: null, before: null, after: null }
    const calling: Entry = { index, isCall: true, time: call, match: returning, before: null, after: null }
    return [calling, returning]
  })
  // At one time calls come first: operations that touch overlap.
  entries.sort((a, b) => a.time - b.time || Number(b.isCall) - Number(a.isCall) || a.index - b.index)
  let last = head
  for (const entry of entries) {
    last.after = entry
    entry.before = last
    last = entry
  }
  const words = (history.length + 31) >> 5
  const done = new Uint32Array(words)
  const seen = new Set<string>()
  const stack: { readonly entry: Entry; readonly state: S }[] = []
  let state = model.initial
  let longest: number[] = []
  let missing = history.filter(({ end }) => end !== Infinity).length
  // Operations without an answer are tried last: most of them need not be placed at all.
  let isLast = false
  let at = head.after
  while (missing > 0) {
    if ((at === null || !at.isCall) && !isLast) {
      isLast = true
      at = head.after
      continue
    }
    if (at === null || !at.isCall) {
      // A return whose call is not yet in the order: this way leads nowhere. Take the last one back and try the next.
      const top = stack.pop()
      if (top === undefined || seen.size > statesMax) return { verdict: top === undefined ? 'not linearizable' : 'unknown', order: longest, states: seen.size }
      const { entry } = top
      state = top.state
      done[entry.index >> 5]! &= ~(1 << (entry.index & 31))
      isLast = history[entry.index]!.end === Infinity
      if (!isLast) missing++
      unlift(entry)
      at = entry.after
      continue
    }
    const { input, output, end } = history[at.index]!
    if ((end === Infinity) !== isLast) {
      at = at.after
      continue
    }
    const next = model.step(state, input, output)
    if (next !== null) {
      done[at.index >> 5]! |= 1 << (at.index & 31)
      const key = `${done.join()}|${model.text(next)}`
      if (!seen.has(key)) {
        seen.add(key)
        stack.push({ entry: at, state })
        if (stack.length > longest.length) longest = stack.map(({ entry }) => entry.index)
        state = next
        if (end !== Infinity) missing--
        lift(at)
        isLast = false
        at = head.after
        continue
      }
      done[at.index >> 5]! &= ~(1 << (at.index & 31))
    }
    at = at.after
  }
  return { verdict: 'linearizable', order: stack.map(({ entry }) => entry.index), states: seen.size }
}

function lift(entry: Entry): void {
  entry.before!.after = entry.after
  if (entry.after !== null) entry.after.before = entry.before
  const returning = entry.match!
  returning.before!.after = returning.after
  if (returning.after !== null) returning.after.before = returning.before
}

function unlift(entry: Entry): void {
  const returning = entry.match!
  returning.before!.after = returning
  if (returning.after !== null) returning.after.before = returning
  entry.before!.after = entry
  if (entry.after !== null) entry.after.before = entry
}
