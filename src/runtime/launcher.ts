import type { Deployment, EngineControl, EventPort } from './wire.ts'

/**
 * Where engines come from: browser Workers, Node worker threads, or the calling thread. What a shell passes to `startRun`.
 */
export interface Launcher {
  readonly name: 'browser' | 'node' | 'in-process'
  /** False: one engine in the calling thread hosts every subtask. */
  readonly usesWorkers: boolean
  /** Starts one engine. `died` is told, once, when it ends without being asked to, with the reason in words. */
  launch(worker: number, died: (why: string) => void): EngineLink
}

export interface EngineLink {
  readonly control: Pick<EngineControl, 'position' | 'release' | 'step' | 'watch' | 'triggerCheckpoint' | 'abortCheckpoint' | 'cancel'>
  deploy(deployment: Deployment, events: EventPort, transfer: readonly Transferable[]): ReturnType<EngineControl['deploy']>
  /** Resolves when the thread is gone. */
  terminate(): Promise<void>
}

/** The carrier between workers. `auto` and `shared` take shared memory where it may be used; a run says what it got. */
export type CarrierChoice = 'auto' | 'shared' | 'transferred'
