import * as fc from 'fast-check'
import { diffRows } from '../../../../columnar/compareRows.ts'

/**
 * What is said of every drawn value: a suite is a list of these. Tests ask some values of a check, the long run (`longRun.ts`) as many as it is told to, and both run the same thing: value `i` of a seed is the same in either.
 */
export interface Check<T = unknown> {
  /** Ends the sentence that its suite begins. */
  readonly name: string
  readonly drawn: fc.Arbitrary<T>
  /** So many values for each program asked for: more where there is more to get wrong. */
  readonly times: number
  /** Throws `Different` where it does not hold; tells the tally what was compared and what was not. */
  run(value: T, tally: Tally): Promise<void>
  /** The value for people: a job that `millrace run` takes, with what else was drawn in front of it. */
  text(value: T): string
}

/** What was compared, what was passed over by which rule, and what was met on the way. A check that passes everything over is none. */
export class Tally {
  readonly compared = new Map<string, number>()
  readonly passedOver = new Map<string, number>()
  readonly met = new Map<string, number>()

  compare(what: string): void {
    this.compared.set(what, (this.compared.get(what) ?? 0) + 1)
  }

  passOver(rule: string): void {
    this.passedOver.set(rule, (this.passedOver.get(rule) ?? 0) + 1)
  }

  meet(what: string, count = 1): void {
    this.met.set(what, (this.met.get(what) ?? 0) + count)
  }
}

export class Different extends Error {
  override readonly name = 'Different'
}

/** By sink, rows as texts. */
export type Tables = Readonly<Record<string, readonly string[]>>

const rowsShown = 12

/** Tells the tally, and throws where two results are not the same rows at the same sinks. `text` is asked for only then: printing a job takes as long as running it. */
export function compareTables(tally: Tally, what: string, actual: Tables, expected: Tables, text: () => string): void {
  tally.compare(what)
  const rows = Object.values(expected).reduce((sum, of) => sum + of.length, 0)
  if (expected.failed !== undefined) tally.meet('failed either way')
  else if (rows === 0) tally.meet('without a row')
  else tally.meet('rows', rows)
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].toSorted()
  const lines = names.flatMap((sink) => {
    if (expected[sink] === undefined || actual[sink] === undefined) return [`${sink}: only ${expected[sink] === undefined ? 'given' : 'expected'}, ${(expected[sink] ?? actual[sink])!.length} rows`]
    const { missing, extra } = diffRows(expected[sink], actual[sink])
    return [...shown(missing, `${sink}: expected and not given`), ...shown(extra, `${sink}: given and not expected`)]
  })
  if (lines.length > 0) throw new Different(`${what}:\n${lines.join('\n')}\n${text()}`)
}

function shown(rows: readonly string[], what: string): string[] {
  return [...rows.slice(0, rowsShown).map((row) => `${what} ${row}`), ...(rows.length > rowsShown ? [`${what} and ${rows.length - rowsShown} more`] : [])]
}

/** For tests: the check holds of so many values. Nothing is shrunk there; the message names the seed and the value's path, which the long run takes. */
export async function holds(check: Check, programs: number): Promise<Tally> {
  const tally = new Tally()
  await fc.assert(propertyOf(check, tally), { numRuns: programs * check.times, endOnFailure: true })
  return tally
}

export function propertyOf(check: Check, tally: Tally): fc.IAsyncProperty<[unknown]> {
  return fc.asyncProperty(check.drawn, (value) => check.run(value, tally))
}
