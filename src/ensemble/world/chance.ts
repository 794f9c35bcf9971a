import { hash32 } from '../../deterministic/prng.ts'

/**
 * A stream of seeded chance that is plain data: a stream number and a counter. Every draw is `hash32(counter, stream)`, so a stream can be copied into a
 * world snapshot with two integers, and a draw for one purpose never shifts the draws for another (coordination reference, rules 5.2.1 and 7.3).
 */
export class Chance {
  stream = 0
  counter = 0

  /** Uniform in [0, 2^32). */
  uint32(): number {
    return hash32(this.counter++ | 0, this.stream) >>> 0
  }

  /** Uniform integer in [0, bound). */
  below(bound: number): number {
    // Said to be unsigned on both sides: the remainder of two whole numbers and not of two doubles, which costs twice as much.
    return (this.uint32() % (bound >>> 0)) >>> 0
  }

  /** True in `perMillion` of a million draws; no draw is made for 0, so that a switched-off fault costs nothing. */
  hits(perMillion: number): boolean {
    return perMillion > 0 && this.uint32() % 1_000_000 < perMillion
  }
}

/** The stream of one seed for one purpose. */
export function chanceOf(seed: number, purpose: string): Chance {
  const chance = new Chance()
  // Seeds beyond 32 bits keep their high half.
  let stream = hash32(seed | 0, Math.floor(seed / 4_294_967_296) | 0)
  for (let i = 0; i < purpose.length; i++) stream = hash32(stream, purpose.charCodeAt(i))
  chance.stream = stream
  return chance
}
