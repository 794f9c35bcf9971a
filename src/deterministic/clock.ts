/**
 * Time as everything else sees it. The live run gets `systemClock`, made by the shell from the machine's monotonic clock; the lab and every
 * test get a clock that moves when told.
 */
export interface Clock {
  /** Ms since 1970-01-01; never goes back within a run. */
  now(): number
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number
  constructor(now = 0) {
    this.#now = now
  }
  now(): number {
    return this.#now
  }
  advanceTo(time: number): void {
    if (time < this.#now) throw new Error(`clock told to go back from ${this.#now} to ${time}`)
    this.#now = time
  }
}

/**
 * The machine's clock: monotonic, with one wall-clock origin read when it is made, so that a jump of the wall clock cannot move a run
 * back. This is the one place that reads the machine's time.
 */
export function systemClock(): Clock {
  const machine = globalThis as unknown as { performance: { now(): number; timeOrigin: number } }
  const origin = machine.performance.timeOrigin
  return { now: () => origin + machine.performance.now() }
}
