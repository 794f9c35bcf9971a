import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import type { PatternMatcher, Run, TakenRow } from './matcher.ts'

/**
 * The runs of many keys as arrays of a snapshot, and back. Links that runs share are written once, and runs in the order in which their heap lies, because that order is seen in the results.
 */
export class RunsSnapshot {
  readonly #numberOf = new Map<TakenRow, number>()
  readonly #before: number[] = []
  readonly #variable: number[] = []
  readonly #position: number[] = []
  readonly #number: number[] = []
  readonly #slots: number[] = []
  readonly #next: number[] = []
  readonly #runCounts: number[] = []
  readonly #wholeCounts: number[] = []
  readonly #state: number[] = []
  readonly #taken: number[] = []
  readonly #began: number[] = []
  readonly #beganAt: number[] = []

  add(slot: number, matcher: PatternMatcher): void {
    const { runs, whole, nextNumber } = matcher.parts()
    this.#slots.push(slot)
    this.#next.push(nextNumber)
    this.#runCounts.push(runs.length)
    this.#wholeCounts.push(whole.length)
    for (const run of runs) this.#addRun(run)
    for (const run of whole) this.#addRun(run)
  }

  #addRun({ state, taken, began, beganAt }: Run): void {
    this.#state.push(state)
    this.#taken.push(this.#linkOf(taken))
    this.#began.push(began)
    this.#beganAt.push(beganAt)
  }

  /** Links before a link get the smaller numbers. */
  #linkOf(row: TakenRow | null): number {
    const open: TakenRow[] = []
    let link = row
    while (link !== null && !this.#numberOf.has(link)) {
      open.push(link)
      link = link.before
    }
    let before = link === null ? -1 : this.#numberOf.get(link)!
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const number = this.#before.push(before) - 1
      this.#variable.push(at.variable)
      this.#position.push(at.position)
      this.#number.push(at.number)
      this.#numberOf.set(at, number)
      before = number
    }
    return before
  }

  write(writer: StateWriter): void {
    writer.int32('before', Int32Array.from(this.#before))
    writer.int32('variable', Int32Array.from(this.#variable))
    writer.int32('position', Int32Array.from(this.#position))
    writer.numbers('number', this.#number)
    writer.int32('slots', Int32Array.from(this.#slots))
    writer.numbers('next', this.#next)
    writer.int32('runCounts', Int32Array.from(this.#runCounts))
    writer.int32('wholeCounts', Int32Array.from(this.#wholeCounts))
    writer.int32('state', Int32Array.from(this.#state))
    writer.int32('taken', Int32Array.from(this.#taken))
    writer.numbers('began', this.#began)
    writer.numbers('beganAt', this.#beganAt)
  }
}

/** Calls `matcherOf` for each old slot that had runs, and gives what it returns its runs; null leaves them out. `shift` is added to positions. */
export function restoreRuns(reader: StateReader, shift: number, matcherOf: (slot: number) => PatternMatcher | null): void {
  const before = reader.int32('before')
  const variable = reader.int32('variable')
  const position = reader.int32('position')
  const number = reader.numbers('number')
  const links: TakenRow[] = []
  for (let i = 0; i < before.length; i++) {
    links.push({ before: before[i]! < 0 ? null : links[before[i]!]!, variable: variable[i]!, position: position[i]! + shift, number: number[i]!, sweep: 0 })
  }
  const slots = reader.int32('slots')
  const next = reader.numbers('next')
  const runCounts = reader.int32('runCounts')
  const wholeCounts = reader.int32('wholeCounts')
  const state = reader.int32('state')
  const taken = reader.int32('taken')
  const began = reader.numbers('began')
  const beganAt = reader.numbers('beganAt')
  const runAt = (i: number): Run => ({ state: state[i]!, taken: taken[i]! < 0 ? null : links[taken[i]!]!, began: began[i]!, beganAt: beganAt[i]! })
  for (let i = 0, at = 0; i < slots.length; i++) {
    const runsEnd = at + runCounts[i]!
    const wholeEnd = runsEnd + wholeCounts[i]!
    const runs: Run[] = []
    const whole: Run[] = []
    for (; at < runsEnd; at++) runs.push(runAt(at))
    for (; at < wholeEnd; at++) whole.push(runAt(at))
    matcherOf(slots[i]!)?.restore({ runs, whole, nextNumber: next[i]! })
  }
}
