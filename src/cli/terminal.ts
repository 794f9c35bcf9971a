/**
 * What the command line touches of the world, so that tests can run it in-process and read what it wrote.
 */
export interface Terminal {
  /** Rows and documents. */
  out(text: string): void
  /** Problems and progress. */
  err(text: string): void
  /** Standard error is a person's screen: progress may be drawn there. */
  readonly isInteractive: boolean
  /** All of standard input. */
  stdin(): Promise<Uint8Array>
  /** The script that each engine thread runs; null runs jobs in this thread, as tests do. */
  readonly engineScript: URL | null
  /** Ms since some start. */
  now(): number
  /** Ends the process at once, as a power cut would: for faults that are asked for. */
  readonly crash?: () => void
  /** Calls back when the user interrupts, or a supervisor asks the process to end; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void
}

/** 0 success · 1 the job failed while running · 2 the call or the job is invalid. */
export type ExitCode = 0 | 1 | 2

/** The call cannot be carried out; `message` is one line for standard error. Caught in `program.ts` alone. */
export class UsageError extends Error {}

/** A run that had begun cannot go on, for a reason outside of the job, such as a full disk: one line, exit code 1. Caught in `program.ts` alone. */
export class RunError extends Error {}
