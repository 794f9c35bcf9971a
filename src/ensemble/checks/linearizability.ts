/**
 * Is there an order? The black-box check of a history of operations (reference 5.6): Wing and Gong's search as Lowe improved it, on intervals with results, knowing nothing of zxids.
 * It tries to put the operations into one order that respects real time and that the sequential model answers with the same results; what it has tried is remembered by
 * (set of operations done, state), so that nothing is tried twice.
 *
 * An operation without a result (its connection broke) may have happened at any time after it was called, or never: the orders double with each. Two of them that have the same effect can be exchanged, and the one called
 * earlier fits wherever the other does; so of those only the earliest is tried, and how many have happened says which. What is left is exponential in the worst case all the same: for histories of some thousand
 * operations per object with little overlap. Histories of many objects are cut by object first, which is sound because linearizability is local (Herlihy and Wing).
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
  /** Equal texts mean equal states, as far as any output of this history can tell. */
  text(state: S): string
  /** Equal texts mean equal effects, as far as any output of this history can tell. Absent: no two are alike. */
  effect?(input: I): string
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
  const done = new Done(history, model)
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
      done.takeBack(entry.index)
      isLast = history[entry.index]!.end === Infinity
      if (!isLast) missing++
      unlift(entry)
      at = entry.after
      continue
    }
    const { input, output, end } = history[at.index]!
    if ((end === Infinity) !== isLast || !done.isNext(at.index)) {
      at = at.after
      continue
    }
    const next = model.step(state, input, output)
    if (next !== null) {
      done.add(at.index)
      const key = `${done.text()}|${model.text(next)}`
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
      done.takeBack(at.index)
    }
    at = at.after
  }
  return { verdict: 'linearizable', order: stack.map(({ entry }) => entry.index), states: seen.size }
}

/** Which operations have their place: answered ones one by one, in the order of their calls; of unanswered ones with the same effect, how many. */
class Done {
  /** Place of an answered operation among those; of an unanswered one, its effect's. */
  readonly #place: Int32Array
  readonly #isAnswered: readonly boolean[]
  readonly #bits: Uint32Array
  readonly #counts: number[] = []
  /** By effect: the unanswered operations, earliest call first. */
  readonly #alike: number[][] = []
  /** Every word of bits before this one is full. */
  #from = 0

  constructor(history: readonly Operation<unknown, unknown>[], model: { effect?(input: unknown): string }) {
    this.#isAnswered = history.map(({ end }) => end !== Infinity)
    this.#place = new Int32Array(history.length)
    const effects = new Map<string, number>()
    let answered = 0
    for (const index of history.map((_, i) => i).toSorted((a, b) => history[a]!.call - history[b]!.call || a - b)) {
      if (this.#isAnswered[index]!) {
        this.#place[index] = answered++
        continue
      }
      const effect = model.effect?.(history[index]!.input) ?? `only ${index}`
      let number = effects.get(effect)
      if (number === undefined) {
        number = effects.size
        effects.set(effect, number)
        this.#alike.push([])
        this.#counts.push(0)
      }
      this.#place[index] = number
      this.#alike[number]!.push(index)
    }
    this.#bits = new Uint32Array((answered + 32) >> 5)
  }

  /** False for an unanswered operation while one with the same effect, called before it, has no place. */
  isNext(index: number): boolean {
    if (this.#isAnswered[index]!) return true
    const effect = this.#place[index]!
    return this.#alike[effect]![this.#counts[effect]!] === index
  }

  add(index: number): void {
    const place = this.#place[index]!
    if (!this.#isAnswered[index]!) {
      this.#counts[place]!++
      return
    }
    this.#bits[place >> 5]! |= 1 << (place & 31)
    while (this.#bits[this.#from] === 0xffff_ffff) this.#from++
  }

  takeBack(index: number): void {
    const place = this.#place[index]!
    if (!this.#isAnswered[index]!) {
      this.#counts[place]!--
      return
    }
    this.#bits[place >> 5]! &= ~(1 << (place & 31))
    this.#from = Math.min(this.#from, place >> 5)
  }

  /** The same for the same operations: what is full is told by its length, and what is empty not at all. */
  text(): string {
    let end = this.#bits.length
    while (end > this.#from && this.#bits[end - 1] === 0) end--
    return `${this.#from}:${this.#bits.subarray(this.#from, end).join()}/${this.#counts.join()}`
  }
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
