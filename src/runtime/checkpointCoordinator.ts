import type { CheckpointSettings } from '../job/job.ts'

/**
 * When checkpoints are taken and what becomes of them, as a pure function: `(state, event) → state and commands`, as `coordinator.ts` is for the run.
 *
 * The rules are those of Flink's CheckpointCoordinator, CheckpointRequestDecider and CheckpointFailureManager. One checkpoint is in flight; a savepoint goes before a periodic one; the pause is
 * counted from the end of the last; a checkpoint is whole when every subtask has acknowledged it, and complete when it is written and its pointer committed. Failures in a row beyond the tolerable number fail the job; a
 * savepoint's do not count, nor does what a restart or the end of the job cuts short.
 *
 * Time stands in the events. What the state in the snapshots is, where it lies, and who commits it, is not known here.
 */
export interface CheckpointState {
  readonly settings: Required<CheckpointSettings>
  /** Subtasks that acknowledge; none while the job is not running. */
  readonly tasks: readonly TaskId[]
  readonly isRunning: boolean
  /** Rows do not flow: no periodic checkpoint would be another than the last. */
  readonly isPaused: boolean
  readonly nextId: number
  readonly inFlight: CheckpointRecord | null
  /** Savepoints asked for and not begun, by name. */
  readonly requested: readonly string[]
  /** When the last periodic one was triggered, or the job began to run. */
  readonly lastTriggeredAt: number
  readonly lastEndedAt: number
  readonly failuresInRow: number
  readonly counts: CheckpointCounts
  /** Newest first, without the one in flight. */
  readonly history: readonly CheckpointRecord[]
  readonly restores: readonly RestoreRecord[]
}

export interface TaskId {
  readonly chain: number
  readonly subtask: number
}

export interface CheckpointCounts {
  readonly triggered: number
  readonly completed: number
  readonly failed: number
  readonly restored: number
}

export interface CheckpointRecord {
  readonly id: number
  readonly kind: 'checkpoint' | 'savepoint'
  readonly name: string | null
  /** `acknowledging`: barriers are on their way; `writing`: all state is here. `discarded`: complete, but no longer kept. */
  readonly status: 'acknowledging' | 'writing' | 'completed' | 'discarded' | 'failed'
  readonly triggeredAt: number
  /** When the last subtask had acknowledged. */
  readonly acknowledgedAt: number | null
  readonly endedAt: number | null
  readonly tasks: number
  readonly subtasks: readonly SubtaskAcknowledgement[]
  /** State, without the rows of sinks; in the store it is a little more. */
  readonly bytes: number
  readonly failure: string | null
  /** What committed its pointer, for people. */
  readonly committedBy: string | null
}

/** What one subtask says with its acknowledgement; the names are those of Flink's detail page. */
export interface SubtaskAcknowledgement extends TaskId {
  /** Ms after the trigger. */
  readonly endToEndMs: number
  /** From the trigger until its first barrier. */
  readonly startDelayMs: number
  /** From its first barrier until its last. */
  readonly alignmentMs: number
  /** While it stood still to copy its state. */
  readonly syncMs: number
  /** To put its snapshot together; checksums and writing are the shell's. */
  readonly asyncMs: number
  readonly operators: readonly { readonly operator: string; readonly bytes: number }[]
  /** Had ended before: its last state was taken. */
  readonly finished: boolean
}

export interface RestoreRecord {
  readonly at: number
  /** Null: from the beginning, because there was no checkpoint. */
  readonly checkpoint: number | null
  readonly kind: 'checkpoint' | 'savepoint' | null
  /** Why: the failure, or the user's wish; null when a run began with it. */
  readonly reason: string | null
  /** Checkpoints that were passed over, and why. */
  readonly notes: readonly string[]
  /** Only these operators went on from it, a region; null: the whole job. */
  readonly operators: readonly string[] | null
}

export type CheckpointEvent =
  | { readonly kind: 'running'; readonly tasks: readonly TaskId[]; readonly at: number }
  | { readonly kind: 'restored'; readonly restore: RestoreRecord }
  | { readonly kind: 'tick'; readonly at: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed'; readonly at: number }
  | { readonly kind: 'savepoint'; readonly name: string; readonly at: number }
  /** What waits for the next checkpoint is getting too much: do not wait for the interval. */
  | { readonly kind: 'pressed'; readonly at: number }
  | { readonly kind: 'acknowledged'; readonly checkpoint: number; readonly acknowledgement: SubtaskAcknowledgement; readonly at: number }
  | { readonly kind: 'declined'; readonly checkpoint: number; readonly reason: string; readonly at: number }
  | { readonly kind: 'written'; readonly checkpoint: number; readonly committedBy: string | null; readonly at: number }
  | { readonly kind: 'writeFailed'; readonly checkpoint: number; readonly reason: string; readonly at: number }
  | { readonly kind: 'discarded'; readonly checkpoints: readonly number[] }
  /** The job no longer runs: it ended, or is to be restarted. */
  | { readonly kind: 'stopped'; readonly reason: string; readonly at: number }

export type CheckpointCommand =
  | { readonly kind: 'trigger'; readonly checkpoint: number; readonly savepoint: boolean }
  | { readonly kind: 'write'; readonly checkpoint: number }
  | { readonly kind: 'abort'; readonly checkpoint: number }
  /** Complete: sinks may show what it covers, older ones may go. */
  | { readonly kind: 'complete'; readonly checkpoint: number }
  | { readonly kind: 'fail'; readonly reason: string }
  /** A `tick` is wanted then; a later command replaces it. */
  | { readonly kind: 'wake'; readonly at: number }

export interface CheckpointTransition {
  readonly state: CheckpointState
  readonly commands: readonly CheckpointCommand[]
}

/** Ended checkpoints that are remembered. */
const historyMax = 50

export function initialCheckpoints(settings: Required<CheckpointSettings>, nextId = 1): CheckpointState {
  return {
    settings,
    tasks: [],
    isRunning: false,
    isPaused: false,
    nextId,
    inFlight: null,
    requested: [],
    lastTriggeredAt: 0,
    lastEndedAt: -Infinity,
    failuresInRow: 0,
    counts: { triggered: 0, completed: 0, failed: 0, restored: 0 },
    history: [],
    restores: [],
  }
}

export function stepCheckpoints(state: CheckpointState, event: CheckpointEvent): CheckpointTransition {
  switch (event.kind) {
    case 'running':
      // The interval counts from here, as Flink's does from the moment that all tasks run.
      return next({ ...state, isRunning: true, tasks: event.tasks, lastTriggeredAt: event.at }, event.at)
    case 'restored':
      return stay({ ...state, counts: { ...state.counts, restored: state.counts.restored + 1 }, restores: [event.restore, ...state.restores].slice(0, historyMax) })
    case 'tick': {
      const { inFlight, settings } = state
      if (inFlight?.status === 'acknowledging' && event.at >= inFlight.triggeredAt + settings.timeoutMs) {
        const missing = inFlight.tasks - inFlight.subtasks.length
        return failed(state, `expired: ${missing} of ${inFlight.tasks} subtasks had not acknowledged after ${settings.timeoutMs} ms`, event.at, true)
      }
      return next(state, event.at)
    }
    case 'paused':
      return stay({ ...state, isPaused: true })
    case 'resumed':
      return next({ ...state, isPaused: false }, event.at)
    case 'savepoint':
      if (!state.isRunning) return stay(state)
      return next({ ...state, requested: [...state.requested, event.name] }, event.at)
    case 'pressed':
      if (!state.isRunning || state.inFlight !== null || state.settings.intervalMs === 0) return stay(state)
      return triggered(state, null, event.at)
    case 'acknowledged': {
      const { inFlight } = state
      const { acknowledgement } = event
      // Late, of one that was given up; or said twice.
      if (inFlight?.id !== event.checkpoint || inFlight.status !== 'acknowledging') return stay(state)
      if (inFlight.subtasks.some(({ chain, subtask }) => chain === acknowledgement.chain && subtask === acknowledgement.subtask)) return stay(state)
      const bytes = acknowledgement.operators.reduce((sum, operator) => sum + operator.bytes, inFlight.bytes)
      const record: CheckpointRecord = { ...inFlight, bytes, subtasks: [...inFlight.subtasks, acknowledgement] }
      if (record.subtasks.length < record.tasks) return stay({ ...state, inFlight: record })
      return { state: { ...state, inFlight: { ...record, status: 'writing', acknowledgedAt: event.at } }, commands: [{ kind: 'write', checkpoint: event.checkpoint }] }
    }
    case 'declined':
      if (state.inFlight?.id !== event.checkpoint || state.inFlight.status !== 'acknowledging') return stay(state)
      return failed(state, `declined: ${event.reason}`, event.at, true)
    case 'written': {
      const { inFlight, counts } = state
      if (inFlight?.id !== event.checkpoint || inFlight.status !== 'writing') return stay(state)
      const record: CheckpointRecord = { ...inFlight, status: 'completed', endedAt: event.at, committedBy: event.committedBy }
      const done: CheckpointState = { ...remembered(state, record, event.at), failuresInRow: record.kind === 'savepoint' ? state.failuresInRow : 0, counts: { ...counts, completed: counts.completed + 1 } }
      const { state: after, commands } = next(done, event.at)
      return { state: after, commands: [{ kind: 'complete', checkpoint: event.checkpoint }, ...commands] }
    }
    case 'writeFailed':
      if (state.inFlight?.id !== event.checkpoint || state.inFlight.status !== 'writing') return stay(state)
      return failed(state, event.reason, event.at, state.isRunning)
    case 'discarded':
      return stay({ ...state, history: state.history.map((record) => (record.status === 'completed' && event.checkpoints.includes(record.id) ? { ...record, status: 'discarded' } : record)) })
    case 'stopped': {
      // What all have acknowledged needs nobody any more: it is written to its end, and may be what the job goes on from.
      const ended = state.inFlight === null || state.inFlight.status === 'writing' ? { state, commands: [] } : failed({ ...state, isRunning: false }, event.reason, event.at, false)
      return { state: { ...ended.state, isRunning: false, tasks: [], requested: [], failuresInRow: 0 }, commands: ended.commands.filter(({ kind }) => kind === 'abort') }
    }
  }
}

function stay(state: CheckpointState): CheckpointTransition {
  return { state, commands: [] }
}

/** Begins what is due, or says when to look again. */
function next(state: CheckpointState, at: number): CheckpointTransition {
  if (!state.isRunning) return stay(state)
  const { settings, inFlight, requested } = state
  if (inFlight !== null) return { state, commands: inFlight.status === 'acknowledging' ? [{ kind: 'wake', at: inFlight.triggeredAt + settings.timeoutMs }] : [] }
  if (requested.length > 0) return triggered({ ...state, requested: requested.slice(1) }, requested[0]!, at)
  if (settings.intervalMs === 0 || state.isPaused) return stay(state)
  const due = Math.max(state.lastTriggeredAt + settings.intervalMs, state.lastEndedAt + settings.minPauseMs)
  return at < due ? { state, commands: [{ kind: 'wake', at: due }] } : triggered(state, null, at)
}

function triggered(state: CheckpointState, savepoint: string | null, at: number): CheckpointTransition {
  const id = state.nextId
  const record: CheckpointRecord = {
    id,
    kind: savepoint === null ? 'checkpoint' : 'savepoint',
    name: savepoint === '' ? null : savepoint,
    status: 'acknowledging',
    triggeredAt: at,
    acknowledgedAt: null,
    endedAt: null,
    tasks: state.tasks.length,
    subtasks: [],
    bytes: 0,
    failure: null,
    committedBy: null,
  }
  return {
    state: {
      ...state,
      nextId: id + 1,
      inFlight: record,
      lastTriggeredAt: savepoint === null ? at : state.lastTriggeredAt,
      counts: { ...state.counts, triggered: state.counts.triggered + 1 },
    },
    commands: [
      { kind: 'trigger', checkpoint: id, savepoint: savepoint !== null },
      { kind: 'wake', at: at + state.settings.timeoutMs },
    ],
  }
}

/** `counts`: it is one of the failures in a row that fail the job when they are too many. */
function failed(state: CheckpointState, reason: string, at: number, counts: boolean): CheckpointTransition {
  const inFlight = state.inFlight!
  const failuresInRow = state.failuresInRow + (counts && inFlight.kind === 'checkpoint' ? 1 : 0)
  const after: CheckpointState = {
    ...remembered(state, { ...inFlight, status: 'failed', endedAt: at, failure: reason }, at),
    failuresInRow,
    counts: { ...state.counts, failed: state.counts.failed + 1 },
  }
  const abort: CheckpointCommand = { kind: 'abort', checkpoint: inFlight.id }
  if (failuresInRow > state.settings.tolerableFailures) {
    return { state: { ...after, failuresInRow: 0 }, commands: [abort, { kind: 'fail', reason: `checkpoint ${inFlight.id} ${reason}` }] }
  }
  const { state: going, commands } = next(after, at)
  return { state: going, commands: [abort, ...commands] }
}

function remembered(state: CheckpointState, record: CheckpointRecord, at: number): CheckpointState {
  return { ...state, inFlight: null, lastEndedAt: at, history: [record, ...state.history].slice(0, historyMax) }
}
