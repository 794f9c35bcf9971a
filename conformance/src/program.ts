import type { Job, Operator, Edge, Settings } from '../../src/job/job.ts'
import type { FlinkVersion } from '../../src/operators/emitters.ts'

/**
 * A program: a job with its rows, to be run by both engines and compared sink by sink.
 *
 * The rows stand in the job (or come from a generator that is a function of its settings), so that a program is one value and a digest of it tells when an
 * answer that was kept is no longer about it.
 */
export interface Program {
  /** Letters, digits and dashes; unique among all programs. */
  readonly name: string
  /** A sentence in the present tense: what the program is there to hold. */
  readonly says: string
  readonly job: Job
  /** Flink versions that can run it; all when absent. */
  readonly versions?: readonly FlinkVersion[]
  /** Known differences, each with its reason. A noted program that does not differ is a mistake in the note. */
  readonly noted?: readonly Note[]
}

export interface Note {
  readonly versions?: readonly FlinkVersion[]
  readonly reason: string
}

/** Programs that belong together and whose answers are kept in one file. */
export interface ProgramSet {
  readonly name: string
  readonly programs: readonly Program[]
  /** What cannot be a program, with the reason: counted as not comparable. */
  readonly incomparable: readonly { readonly name: string; readonly reason: string }[]
}

/** A job of its operators and edges, in one subtask, as every program runs: more would leave the order of rows open on both sides. */
export function jobOf(name: string, operators: readonly Operator[], edges: readonly Edge[], settings: Settings = {}): Job {
  return { format: 'millrace/job', version: 1, name, settings: { ...settings, parallelism: 1 }, operators, edges }
}
