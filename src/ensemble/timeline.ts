import type { World } from './world/world.ts'

/**
 * The history of one run, for going back and forth in it (reference 7.7). Recorded are only the choices that came from outside, each with the number of events
 * before it; everything else is recomputed from the nearest kept moment. Kept moments are copies every so many events; when there are too many, every other one goes
 * and the distance doubles, so a long run stays small. Acting in the past makes a branch: a timeline of its own that shares the kept moments before it.
 */
export interface Choice {
  /** Events that had happened when it was made. */
  readonly event: number
  readonly fault: object
}

export class Timeline {
  readonly choices: Choice[]
  /** The newest moment. Advance it through this timeline only. */
  readonly head: World
  readonly #kept: World[]
  #distance: number
  #nextKept: number

  constructor(world: World, distance = 8_192, choices: readonly Choice[] = [], kept: readonly World[] = []) {
    this.head = world
    this.choices = [...choices]
    this.#kept = kept.length > 0 ? [...kept] : [world.copy()]
    this.#distance = distance
    this.#nextKept = this.#kept[this.#kept.length - 1]!.events + distance
  }

  /** Runs on to this many events or this time, whichever comes first, or to a violation. */
  advance(events: number, time = Infinity): void {
    const { head } = this
    const { queue } = head
    while (head.events < events && head.violation === null && queue.timeOfFirst() <= time) {
      head.step()
      if (head.events === this.#nextKept) this.#keep()
    }
  }

  #keep(): void {
    this.#kept.push(this.head.copy())
    if (this.#kept.length > 256) {
      const thinned = this.#kept.filter((_, i) => i % 2 === 0)
      this.#kept.length = 0
      this.#kept.push(...thinned)
      this.#distance *= 2
    }
    this.#nextKept = this.head.events + this.#distance
  }

  /** Does something to the world from outside, now. */
  act(fault: object): void {
    this.choices.push({ event: this.head.events, fault })
    this.head.setup.applyFault(this.head, fault)
  }

  /** The world after this many events, as it was before anything done from outside at that very moment. The caller owns it. */
  at(events: number): World {
    const from = this.#before((world) => world.events <= events)
    return this.#replay(from.copy(), (world) => world.events < events)
  }

  /** The world at this time. */
  atTime(time: number): World {
    const from = this.#before((world) => world.now <= time)
    return this.#replay(from.copy(), (world) => world.queue.timeOfFirst() <= time && world.events < this.head.events)
  }

  /** Another future from there. */
  branch(events: number): Timeline {
    return new Timeline(
      this.at(events),
      this.#distance,
      this.choices.filter((choice) => choice.event < events),
      this.#kept.filter((world) => world.events <= events),
    )
  }

  #before(isBefore: (world: World) => boolean): World {
    let low = 0
    let high = this.#kept.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (isBefore(this.#kept[middle]!)) low = middle
      else high = middle - 1
    }
    return this.#kept[low]!
  }

  #replay(world: World, goesOn: (world: World) => boolean): World {
    let next = this.choices.findIndex((choice) => choice.event >= world.events)
    while (goesOn(world)) {
      while (next >= 0 && next < this.choices.length && this.choices[next]!.event === world.events) {
        world.setup.applyFault(world, this.choices[next]!.fault)
        next++
      }
      if (!world.step()) break
    }
    return world
  }
}
