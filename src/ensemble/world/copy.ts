/**
 * Copies of worlds. A world is a graph of plain data: numbers, strings, arrays, typed arrays, maps, sets and instances of classes that can be made without
 * arguments. A copy shares whatever never changes after it was made (messages, transactions, options), which is what keeps it cheap: a class says so once with
 * `neverChanges`. Functions are shared; a promise, a socket or a DOM node has no place in a world.
 *
 * A frozen array is shared, identity included. Arrays are taken to be of one kind: when the first element is shared, all are.
 */
type Maker = new () => object

const shared = new Set<unknown>()
const plain = Object.prototype

/** Instances of this class are never changed after they were made, so copies of a world share them. */
export function neverChanges(kind: abstract new (...args: never[]) => object): void {
  shared.add(kind)
}

export function copyOf<T>(value: T): T {
  return new Copier().copy(value) as T
}

class Copier {
  readonly #seen = new Map<object, object>()

  copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || shared.has(value.constructor)) return value
    const before = this.#seen.get(value)
    if (before !== undefined) return before
    if (Array.isArray(value)) return this.#array(value)
    if (ArrayBuffer.isView(value)) return this.#note(value, (value as Int32Array).slice())
    if (value instanceof Map) return this.#map(value)
    if (value instanceof Set) return this.#note(value, new Set(value))
    const prototype = Object.getPrototypeOf(value) as object
    const made = prototype === plain ? {} : new (value.constructor as Maker)()
    this.#seen.set(value, made)
    const from = value as Record<string, unknown>
    const to = made as Record<string, unknown>
    for (const key in from) {
      const field = from[key]
      // A bound function belongs to its object; the constructor has made the copy's own.
      if (typeof field === 'function' && prototype !== plain) continue
      to[key] = typeof field === 'object' && field !== null ? this.copy(field) : field
    }
    return made
  }

  #note<O extends object>(from: object, to: O): O {
    this.#seen.set(from, to)
    return to
  }

  #array(from: unknown[]): unknown[] {
    if (Object.isFrozen(from)) return from
    const first = from[0]
    if (typeof first !== 'object' && first !== undefined) return this.#note(from, from.slice())
    const to: unknown[] = this.#note(from, from.slice())
    if (first !== null && first !== undefined && shared.has((first as object).constructor) && from.length > 64) return to
    for (let i = 0; i < to.length; i++) {
      const element = to[i]
      if (typeof element === 'object' && element !== null) to[i] = this.copy(element)
    }
    return to
  }

  #map(from: Map<unknown, unknown>): Map<unknown, unknown> {
    const to: Map<unknown, unknown> = this.#note(from, new Map<unknown, unknown>())
    for (const [key, value] of from) to.set(key, typeof value === 'object' && value !== null ? this.copy(value) : value)
    return to
  }
}
