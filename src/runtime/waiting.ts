/**
 * How an engine waits when nothing can move: until someone calls `wake`, its bell rings, or a time is over.
 *
 * The bell is one word of shared memory for each worker; whoever puts something into a ring, or takes something out of a full one, adds to the word and notifies
 * all who wait on it (a worker that was terminated while it waited counts as a waiter for a while, so waking one would wake nobody). Waits on the
 * bell are asynchronous, because the same worker must hear messages, and limited in time.
 */
const bellLimitMs = 500
/** Words between two bells: each on a cache line of its own. */
const bellStride = 16

export function bellMemory(workers: number): SharedArrayBuffer {
  return new SharedArrayBuffer(workers * bellStride * 4)
}

export function ringBell(bells: Int32Array, worker: number): void {
  Atomics.add(bells, worker * bellStride, 1)
  Atomics.notify(bells, worker * bellStride, Infinity)
}

/** In the language since ES2024; typed here because we compile for ES2023. */
type WaitAsync = (array: Int32Array, index: number, value: number, timeout: number) => { readonly async: boolean; readonly value: Promise<string> | string }
const waitAsync = (Atomics as unknown as { readonly waitAsync?: WaitAsync }).waitAsync

export const canWaitForBells = waitAsync !== undefined

/** Shared memory needs a cross-origin isolated page. */
export function mayShareMemory(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  return typeof SharedArrayBuffer !== 'undefined' && crossOriginIsolated !== false
}

export class Waiting {
  readonly #bells: Int32Array | null
  readonly #index: number
  #heard = 0
  #woken = false
  #resolve: (() => void) | null = null
  #listening = false

  constructor(bells: SharedArrayBuffer | null, worker: number) {
    this.#bells = bells === null ? null : new Int32Array(bells)
    this.#index = worker * bellStride
  }

  /** Call before looking for work: a bell or a `wake` from here on ends the next `wait` at once. */
  listen(): void {
    this.#woken = false
    if (this.#bells !== null) this.#heard = Atomics.load(this.#bells, this.#index)
  }

  wake(): void {
    this.#woken = true
    this.#resolve?.()
  }

  async wait(ms: number): Promise<void> {
    if (this.#woken || (this.#bells !== null && Atomics.load(this.#bells, this.#index) !== this.#heard)) return
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.#resolve = resolve
      timer = setTimeout(resolve, ms)
      this.#awaitBell()
    })
    clearTimeout(timer)
    this.#resolve = null
  }

  #awaitBell(): void {
    if (this.#bells === null || this.#listening) return
    const outcome = waitAsync!(this.#bells, this.#index, this.#heard, bellLimitMs)
    if (!outcome.async) {
      this.wake()
      return
    }
    this.#listening = true
    void (outcome.value as Promise<string>).then(() => {
      this.#listening = false
      this.#resolve?.()
    })
  }
}
