import type { Span } from '../expression/expression.ts'

/**
 * Problems are the user's: values with a code, a place, what was found and a way out. Parsing, inference, compilation and export collect
 * them and keep going; nothing throws on user input.
 *
 * All wording is in `problemCatalogue.ts`; `describe` writes the sentence that inspector, problem list and command line show.
 * Codes: MR-0xx document · MR-1xx operators and wiring · MR-2xx expressions · MR-3xx data and files · MR-4xx running · MR-5xx export.
 */
export interface Problem {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'advice'
  readonly place: Place
  /** What is wrong, with the values found and expected, and a way out: full sentences. */
  readonly message: string
}

export interface Place {
  /** Operator id; absent for the document as a whole. */
  readonly operator?: string
  /** Path inside the operator's config (`window.timeColumn`, `aggregates[0].expression`) or inside the document (`edges[3].to`). */
  readonly path?: string
  /** Span inside the expression's text at that path. */
  readonly span?: Span
  /** Place in the file's text, 1-based, for documents that do not parse. */
  readonly line?: number
  readonly column?: number
}

export type Report = (path: string, finding: Finding) => void

/** A problem before it has its place. */
export interface Finding {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'advice'
  readonly message: string
  readonly span?: Span
}

/**
 * One line for the command line: `error MR-104 counts.window.timeColumn: …`. The place is one word, for programs that read it; the line in the file, where it is known,
 * comes last, or stands for the place in a text that is no JSON.
 */
export function printProblem({ severity, code, place, message }: Problem): string {
  const path = [place.operator, place.path].filter((part) => part !== undefined && part !== '').join('.')
  if (place.line === undefined) return `${severity} ${code} ${path === '' ? 'job' : path}: ${message}`
  const column = place.column ?? 1
  return path === '' ? `${severity} ${code} ${place.line}:${column}: ${message}` : `${severity} ${code} ${path}: ${message} (line ${place.line}, column ${column})`
}

/**
 * The sentence people read, with the operator's title and name in front: `Window aggregate "hourly totals": the time column …`.
 * `subject` is what `subjectOf` says of the problem's operator, or null.
 */
export function describe(problem: Problem, subject: string | null): string {
  if (subject === null) return problem.message
  // Lower case after the colon, unless the first word is a name or an abbreviation.
  const message = /^[A-Z][a-z]* /.test(problem.message) ? problem.message[0]!.toLowerCase() + problem.message.slice(1) : problem.message
  return `${subject}: ${message}`
}
