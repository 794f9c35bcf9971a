import { ExactNumber } from '../columnar/json.ts'

/**
 * Numbers of a plan that no double holds, on their way to an engine worker. A structured clone copies what an `ExactNumber` has and forgets what it is, so the sender notes
 * the places and the receiver puts the numbers back there. By place and not by look: a user's own `{ "text": "1" }` is that and stays it.
 */
export interface ExactPlace {
  readonly path: readonly (string | number)[]
  readonly text: string
}

export function exactNumbersOf(plan: object): ExactPlace[] {
  const found: ExactPlace[] = []
  const path: (string | number)[] = []
  // A value that stands in a plan twice is one object behind a clone too.
  const seen = new Set<object>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
    if (value instanceof ExactNumber) {
      found.push({ path: [...path], text: value.text })
      return
    }
    if (seen.has(value)) return
    seen.add(value)
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) at(i, value[i])
    } else for (const key of Object.keys(value)) at(key, (value as Record<string, unknown>)[key])
  }
  const at = (key: string | number, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    path.push(key)
    look(value)
    path.pop()
  }
  look(plan)
  return found
}

/** Into the clone itself: it is the receiver's own. A plan that came without a clone has its numbers still. */
export function restoreExactNumbers(plan: object, places: readonly ExactPlace[]): void {
  for (const { path, text } of places) {
    let holder = plan as Record<string | number, unknown>
    for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>
    const last = path.at(-1)!
    if (!(holder[last] instanceof ExactNumber)) holder[last] = new ExactNumber(text)
  }
}
