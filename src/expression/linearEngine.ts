import type { Json } from '../columnar/json.ts'

/**
 * The engine that runs regular expressions in time linear in the text, fetched when a job wants it.
 *
 * It is RE2 in JavaScript, a quarter of a megabyte, and few jobs use it; the language is synchronous. So whoever runs expressions calls `linearEngineFor` with
 * their texts first and waits for what it gives. Checking needs no engine: `regularSyntax.ts` reads patterns, and `regularExpression.ts`
 * knows RE2's limits itself. Node's entry points and tests may install it at once (`re2.ts`).
 */
export interface LinearPattern {
  readonly test: (text: string) => boolean
  /** A group of the first match: undefined when nothing matches, null when the group took no part. */
  readonly find: (text: string, group: number) => string | null | undefined
  readonly replaceAll: (text: string, replacement: string) => string
}

export type CompileLinear = (pattern: string) => LinearPattern

let installed: CompileLinear | null = null
let loading: Promise<void> | null = null

export function installLinearEngine(compile: CompileLinear): void {
  installed = compile
}

/** A pattern in RE2's syntax. The engine must be there. */
export function linearPattern(pattern: string): LinearPattern {
  if (installed === null) throw new Error('the engine of regular expressions was not loaded before expressions ran')
  return installed(pattern)
}

/**
 * To be awaited before expressions among these values are run; null when nothing has to be fetched. It looks at texts, not at calls: a text that only mentions a
 * function costs a fetch, and none is overlooked.
 */
export function linearEngineFor(values: Json): Promise<void> | null {
  if (installed !== null || !mentionsPattern(values)) return null
  loading ??= import('./re2.ts').then(
    ({ compileRe2 }) => installLinearEngine(compileRe2),
    (error: unknown) => {
      loading = null
      throw error
    },
  )
  return loading
}

function mentionsPattern(value: Json): boolean {
  if (typeof value === 'string') return /regexp/i.test(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(mentionsPattern)
}
