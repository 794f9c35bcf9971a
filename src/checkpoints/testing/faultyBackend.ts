import { joined, type CheckpointBackend } from '../backend.ts'

/**
 * A disk that fills up, tears and loses what was not flushed, as told by a script of faults: the n-th operation that changes something meets its fault.
 *
 * `full`: part of the file is written, then the write is refused; the run goes on. `crash`: the machine dies in the middle of the operation; files that were not durable are
 * cut, empty or gone, the one being written is any of old, new (files are replaced whole: a new name may be torn). Everything after fails until `reboot`.
 */
export interface Fault {
  readonly at: number
  readonly kind: 'full' | 'crash'
  /** Decides what is left of each file that was not durable. */
  readonly seed: number
}

export class MachineCrashed extends Error {}

export class FaultyBackend implements CheckpointBackend {
  readonly files: Map<string, Uint8Array>
  readonly #volatile = new Set<string>()
  readonly #fault: Fault | null
  #operations = 0
  #crashed = false

  constructor(files: Map<string, Uint8Array> = new Map(), fault: Fault | null = null) {
    this.files = files
    this.#fault = fault
  }

  get operations(): number {
    return this.#operations
  }

  write(name: string, parts: readonly Uint8Array[], durable: boolean): Promise<void> {
    const fault = this.#next()
    const bytes = joined(parts)
    if (fault === null) {
      this.files.set(name, bytes)
      if (durable) this.#volatile.clear()
      else this.#volatile.add(name)
      return Promise.resolve()
    }
    const chance = chanceOf(fault.seed)
    if (fault.kind === 'full') {
      if (!this.files.has(name)) this.files.set(name, bytes.slice(0, Math.floor(chance() * bytes.length)))
      return Promise.reject(new Error('the disk is full'))
    }
    // Replacing is atomic: old or new. A file that was not there may be torn.
    if (this.files.has(name)) {
      if (chance() < 0.5) this.files.set(name, bytes)
    } else if (chance() < 0.7) this.files.set(name, chance() < 0.3 ? bytes : bytes.slice(0, Math.floor(chance() * bytes.length)))
    return this.#crash(chance)
  }

  read(name: string): Promise<Uint8Array | null> {
    if (this.#crashed) return Promise.reject(new MachineCrashed())
    return Promise.resolve(this.files.get(name) ?? null)
  }

  list(): Promise<readonly string[]> {
    if (this.#crashed) return Promise.reject(new MachineCrashed())
    return Promise.resolve([...this.files.keys()])
  }

  remove(name: string): Promise<void> {
    const fault = this.#next()
    if (fault?.kind === 'crash') {
      const chance = chanceOf(fault.seed)
      if (chance() < 0.5) this.files.delete(name)
      return this.#crash(chance)
    }
    this.files.delete(name)
    return Promise.resolve()
  }

  #next(): Fault | null {
    if (this.#crashed) throw new MachineCrashed()
    const fault = this.#operations++ === this.#fault?.at ? this.#fault : null
    return fault
  }

  #crash(chance: () => number): Promise<never> {
    this.#crashed = true
    for (const name of this.#volatile) {
      const bytes = this.files.get(name)
      if (bytes === undefined) continue
      const left = chance()
      if (left < 0.3) this.files.delete(name)
      else if (left < 0.7) this.files.set(name, bytes.slice(0, Math.floor(chance() * bytes.length)))
    }
    return Promise.reject(new MachineCrashed())
  }
}

/** Numbers in [0, 1) that follow from a seed: a mixing step of the SplitMix family, good enough to choose faults. */
function chanceOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
