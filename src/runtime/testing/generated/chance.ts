import type { Random } from 'fast-check'

/** The draws a generator makes, over fast-check's random numbers, so that a seed names a program. */
export class Chance {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Both ends included. */
  integer(from: number, to: number): number {
    return this.#random.nextInt(from, to)
  }

  happens(percent: number): boolean {
    return this.#random.nextInt(1, 100) <= percent
  }

  oneOf<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error('a choice among none')
    return choices[this.#random.nextInt(0, choices.length - 1)]!
  }

  /** Between `least` and `most` different ones, in the order of `choices`. */
  someOf<T>(choices: readonly T[], least: number, most: number): T[] {
    const left = [...choices.keys()]
    const count = Math.min(this.integer(least, most), choices.length)
    const taken: number[] = []
    while (taken.length < count) taken.push(...left.splice(this.integer(0, left.length - 1), 1))
    return taken.toSorted((a, b) => a - b).map((i) => choices[i]!)
  }
}
