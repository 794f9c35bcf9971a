import type { JsonObject } from '../columnar/json.ts'
import type { UpsertKeys } from '../job/upsertKeys.ts'

/**
 * A room's cases: what goes in, in order, and what must come out. Data, so that tests, help pages and later checks (SQL, restore) read the same table.
 */
export interface OperatorCase {
  /** A sentence in the present tense. */
  readonly name: string
  readonly config: JsonObject
  /** Schema of each input edge in words (see `schemaOf`), by port; a port with many edges lists them. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>
  /** Upsert keys of the changes that come in, by port; none where left out. */
  readonly upsertKeys?: Readonly<Record<string, UpsertKeys>>
  readonly steps: readonly CaseStep[]
  /** Rows by output port as text tables; a sink's are under `delivered`. A port that is left out must give nothing. */
  readonly expect: Readonly<Record<string, string>>
  /** The output's columns, in the words of `schemaOf`. */
  readonly schema?: string
  readonly lateRows?: number
  readonly timeZone?: string
  /** The job's setting. */
  readonly stateTtlMs?: number
  /** Rows come out in exactly this order when everything runs in one subtask. */
  readonly ordered?: true
  /** Left out where the order of arrival across inputs or subtasks is the point. */
  readonly oneSubtaskOnly?: true
  /** The input does not end. */
  readonly unended?: true
}

export type CaseStep =
  /** Rows of one input edge: `port`, or `port#1` for its second edge; `in` by default. */
  | { readonly rows: string; readonly to?: string }
  /** The operator's combined watermark. */
  | { readonly watermark: number }
  | { readonly processingTime: number }
  /** This input ends before the others; all that are left end after the last step. */
  | { readonly ends: string }

export interface ProblemCase {
  readonly name: string
  readonly config: JsonObject
  readonly inputs: Readonly<Record<string, string | readonly string[]>>
  /** `MR-142 window.slideMs`, in order; each may go on with `: ` and a part of the message. */
  readonly problems: readonly string[]
}
