import type { JsonObject } from '../columnar/json.ts'
import type { Schema } from '../columnar/schema.ts'
import type { UpsertKeys } from './upsertKeys.ts'

/** What the plan knows of an operator, given to the room's factory. Plain data: it crosses the worker boundary. */
export interface OperatorSpec {
  readonly id: string
  readonly kind: string
  readonly config: JsonObject
  /**
   * One for each input edge, in port order then edge order; `port` names which input port of the definition it feeds. `updating`: it also brings updates or deletes. `upsertKeys`: by which columns
   * its changes find their row, each key enough by itself; absent: by all of them.
   */
  readonly inputs: readonly OperatorInput[]
  /** `updateBefore` false: updates go out without the row before (`-U`), because whoever reads them replaces by a key. */
  readonly outputs: readonly { readonly port: string; readonly schema: Schema; readonly updateBefore?: false }[]
  /** Keyed state that was not written for so long is forgotten; absent: never. */
  readonly stateTtlMs?: number
  /** Rows may be held together up to so many, or so long, to give fewer changes; absent: each row is worked through when it comes. */
  readonly miniBatch?: { readonly latencyMs: number; readonly size: number }
  /** Absent: the operator as the job says it. Otherwise one half of it, made by the compiler (`compiler/rewrites/twoPhase.ts`). */
  readonly phase?: OperatorPhase
}

export interface OperatorInput {
  readonly port: string
  readonly schema: Schema
  readonly updating?: true
  readonly upsertKeys?: UpsertKeys
}

/**
 * An operator in two phases. `local` stands before the rows are exchanged and gives partial rows; `global`, which keeps the operator's id, makes the results of
 * them. `before` is an operator of another kind that was put before an input of this one (`compiler/rewrites/askInputs.ts`): its rows are this one's. `of`: the operator's id in the job, for everything that people see. `rows`: the schema of the rows that the job's operator takes.
 */
export type OperatorPhase = { readonly kind: 'local' | 'before'; readonly of: string } | { readonly kind: 'global'; readonly rows: Schema }
