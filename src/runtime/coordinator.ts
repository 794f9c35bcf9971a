import type { RestartSettings } from '../job/job.ts'
import type { JobStatus, RunFailure, Speed } from './jobRun.ts'
import { afterFailure, noFailures, type RestartState } from './restartStrategy.ts'
import { workerDied } from './runFailure.ts'
import type { Pace } from './wire.ts'

/**
 * What a run is doing and what its engines must do next, as a pure function: `(state, event) → state and commands`.
 *
 * It owns the life of the job (deploy, run, restart, finish, fail, cancel) and the pace. A failure ends the engines of its region and leaves those of others running; whether they come back is the restart strategy's, from what is the shell's
 * (the newest checkpoint), and an engine that comes back is a new one: events of the old are not let in. Pace is global: before rows flow at a speed, or one at a time, every engine
 * shuts its gate and says the event time of its next row (a *round*); the smallest is where time starts, or the row to let through. Time
 * stands in the events, so nothing here looks at a clock.
 */
export interface CoordinatorState {
  readonly phase: 'created' | 'deploying' | 'running' | 'restarting' | 'cancelling' | 'over'
  readonly engines: readonly EngineState[]
  /** By engine: engines of one region fail and come back together. */
  readonly regions: readonly number[]
  readonly paused: boolean
  readonly speed: Speed
  /** The round under way, and what it is for. */
  readonly round: { readonly number: number; readonly purpose: 'hold' | 'release' | 'step' } | null
  readonly rounds: number
  /** As rows flow at a speed: which instant of theirs is which of the clock. It outlives a failure, since a stream does not wait for a job that is gone; a hand that pauses, steps, chooses a speed or goes back ends it. */
  readonly pace: Pace | null
  /** Rows asked for by `step` and not yet begun. */
  readonly stepsWaiting: number
  readonly startedAt: number
  readonly failure: RunFailure | null
  /** Null: a failure is the end. */
  readonly restart: Required<RestartSettings> | null
  readonly failures: RestartState
  /** Counts the starts, from 0. */
  readonly attempt: number
}

export interface EngineState {
  readonly life: 'deploying' | 'running' | 'finished' | 'gone'
  /** Undefined while the round waits for it. */
  readonly position: number | null | undefined
}

export type CoordinatorEvent =
  | { readonly kind: 'start'; readonly at: number }
  | { readonly kind: 'deployed'; readonly engine: number; readonly at: number }
  | { readonly kind: 'positioned'; readonly engine: number; readonly round: number; readonly position: number | null; readonly at: number }
  | { readonly kind: 'stepped'; readonly at: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'step' }
  | { readonly kind: 'setSpeed'; readonly speed: Speed }
  | { readonly kind: 'finished'; readonly engine: number; readonly at: number }
  /** `engine` null: the job as a whole. */
  | { readonly kind: 'failed'; readonly engine: number | null; readonly failure: RunFailure; readonly at: number }
  | { readonly kind: 'died'; readonly engine: number; readonly why: string; readonly at: number }
  /** The user wants the job to go on from a checkpoint, or something outside of it makes it (`failure` says what). It does not count as a failure. */
  | { readonly kind: 'restore'; readonly checkpoint: number; readonly failure?: RunFailure }
  | { readonly kind: 'delayOver'; readonly attempt: number }
  /** New engines stand ready, and what they begin from is known. */
  | { readonly kind: 'recovered'; readonly attempt: number }
  | { readonly kind: 'unrecoverable'; readonly failure: RunFailure }
  | { readonly kind: 'stop' }
  /** An engine has done what `cancel` asked. */
  | { readonly kind: 'cancelled'; readonly engine: number }
  | { readonly kind: 'graceOver' }

export type CoordinatorCommand =
  | { readonly kind: 'deploy'; readonly engine: number }
  | { readonly kind: 'position'; readonly engine: number; readonly round: number }
  | { readonly kind: 'release'; readonly engine: number; readonly pace: Pace }
  | { readonly kind: 'step'; readonly engine: number }
  | { readonly kind: 'cancel'; readonly engine: number }
  | { readonly kind: 'terminate'; readonly engine: number }
  | { readonly kind: 'startGrace' }
  | { readonly kind: 'wait'; readonly ms: number; readonly attempt: number }
  /** Opens the newest checkpoint, or the newest up to that one, and makes new engines for those that are to be deployed. `failure`: why; null when the user wished it. */
  | { readonly kind: 'recover'; readonly attempt: number; readonly upTo: number | null; readonly failure: RunFailure | null }
  | { readonly kind: 'status'; readonly status: JobStatus }

export interface Transition {
  readonly state: CoordinatorState
  readonly commands: readonly CoordinatorCommand[]
}

export function initialState(engines: number, speed: Speed, paused: boolean, restart: Required<RestartSettings> | null = null, regions?: readonly number[]): CoordinatorState {
  return {
    phase: 'created',
    engines: Array.from({ length: engines }, () => ({ life: 'deploying', position: undefined })),
    regions: regions ?? Array.from({ length: engines }, () => 0),
    paused,
    speed,
    round: null,
    rounds: 0,
    pace: null,
    stepsWaiting: 0,
    startedAt: 0,
    failure: null,
    restart,
    failures: noFailures,
    attempt: 0,
  }
}

export function step(state: CoordinatorState, event: CoordinatorEvent): Transition {
  if (state.phase === 'over') return stay(state)
  switch (event.kind) {
    case 'start':
      if (state.phase !== 'created') return stay(state)
      return {
        state: { ...state, phase: 'deploying', startedAt: event.at },
        commands: [{ kind: 'status', status: { kind: 'deploying' } }, ...state.engines.map((_, engine) => ({ kind: 'deploy' as const, engine }))],
      }
    case 'deployed': {
      if (state.phase !== 'deploying') return stay(state)
      // One that is restored behind its end has finished when it begins, and may say so first.
      const engines = state.engines[event.engine]!.life === 'finished' ? state.engines : withEngine(state, event.engine, { life: 'running', position: undefined })
      if (engines.some(({ life }) => life === 'deploying')) return stay({ ...state, engines })
      if (engines.every(({ life }) => life === 'finished')) return over({ ...state, engines }, { kind: 'finished', durationMs: event.at - state.startedAt })
      const running: CoordinatorState = { ...state, engines, phase: 'running', startedAt: state.attempt === 0 ? event.at : state.startedAt }
      const status: CoordinatorCommand = { kind: 'status', status: running.paused ? { kind: 'paused' } : { kind: 'running', since: running.startedAt } }
      const next = running.paused ? startRound(running, state.stepsWaiting > 0 ? 'step' : 'hold', event.at) : flow(running, event.at)
      return { state: next.state, commands: [status, ...next.commands] }
    }
    case 'positioned': {
      if (state.round?.number !== event.round) return stay(state)
      const engines = withEngine(state, event.engine, { ...state.engines[event.engine]!, position: event.position })
      return endRound({ ...state, engines }, event.at)
    }
    case 'stepped':
      if (state.phase !== 'running' || !state.paused || state.stepsWaiting === 0 || state.round !== null) return stay(state)
      return startRound(state, 'step', event.at)
    case 'pause': {
      if (state.phase === 'cancelling' || state.paused) return stay(state)
      const paused: CoordinatorState = { ...state, paused: true, pace: null, stepsWaiting: 0 }
      if (state.phase !== 'running') return stay(paused)
      return withStatus(startRound(paused, 'hold', 0), { kind: 'paused' })
    }
    case 'resume': {
      if (state.phase === 'cancelling' || !state.paused) return stay(state)
      const resumed: CoordinatorState = { ...state, paused: false, stepsWaiting: 0 }
      if (state.phase !== 'running') return stay(resumed)
      return withStatus(flow(resumed, 0), { kind: 'running', since: state.startedAt })
    }
    case 'step': {
      // A step of a running job is the pause before it.
      if (state.phase === 'cancelling' || state.phase === 'created') return stay(state)
      const wanted: CoordinatorState = { ...state, paused: true, pace: null, stepsWaiting: state.stepsWaiting + 1 }
      if (state.phase !== 'running') return stay(wanted)
      const busy = state.round !== null && state.round.purpose === 'step'
      const next = busy ? stay(wanted) : startRound(wanted, 'step', 0)
      return state.paused ? next : withStatus(next, { kind: 'paused' })
    }
    case 'setSpeed': {
      const changed = { ...state, speed: event.speed, pace: null }
      return state.phase === 'running' && !state.paused ? flow(changed, 0) : stay(changed)
    }
    case 'finished': {
      const engines = withEngine(state, event.engine, { life: 'finished', position: null })
      const next = { ...state, engines }
      if (state.phase !== 'running') return stay(next)
      if (engines.every(({ life }) => life === 'finished')) return over(next, { kind: 'finished', durationMs: event.at - state.startedAt })
      return state.round === null ? stay(next) : endRound(next, event.at)
    }
    case 'failed':
      return fail(state, event.engine, event.failure, event.at)
    case 'died': {
      if (state.phase === 'cancelling') return cancelledSoFar({ ...state, engines: withEngine(state, event.engine, { life: 'gone', position: null }) })
      return fail(state, event.engine, workerDied(event.engine, event.why), event.at)
    }
    case 'restore':
      if (state.phase !== 'running' && state.phase !== 'deploying' && !isPartial(state)) return stay(state)
      return restarting({ ...state, failure: null, pace: event.failure === undefined ? null : state.pace }, null, [{ kind: 'recover', attempt: state.attempt + 1, upTo: event.checkpoint, failure: event.failure ?? null }], { kind: 'restarting', failure: event.failure ?? null, delayMs: 0 })
    case 'delayOver':
      if (state.phase !== 'restarting' || state.attempt !== event.attempt) return stay(state)
      return { state, commands: [{ kind: 'recover', attempt: state.attempt, upTo: null, failure: state.failure }] }
    case 'recovered':
      if (state.phase !== 'restarting' || state.attempt !== event.attempt) return stay(state)
      return {
        state: { ...state, phase: 'deploying' },
        commands: [{ kind: 'status', status: { kind: 'deploying' } }, ...state.engines.flatMap(({ life }, engine) => (life === 'deploying' ? [{ kind: 'deploy' as const, engine }] : []))],
      }
    case 'unrecoverable':
      return over({ ...state, failure: event.failure }, { kind: 'failed', failure: event.failure })
    case 'stop':
      if (state.phase === 'cancelling') return stay(state)
      // Between two starts there is nobody to be asked.
      if (state.phase === 'created' || state.phase === 'restarting') return over(state, { kind: 'canceled' })
      return {
        state: { ...state, phase: 'cancelling', round: null },
        commands: [
          { kind: 'status', status: { kind: 'cancelling' } },
          ...state.engines.flatMap(({ life }, engine) => (life === 'gone' ? [] : [{ kind: 'cancel' as const, engine }])),
          { kind: 'startGrace' },
        ],
      }
    case 'cancelled':
      if (state.phase !== 'cancelling') return stay(state)
      return cancelledSoFar({ ...state, engines: withEngine(state, event.engine, { life: 'gone', position: null }) })
    case 'graceOver':
      return state.phase === 'cancelling' ? over(state, { kind: 'canceled' }) : stay(state)
  }
}

function stay(state: CoordinatorState): Transition {
  return { state, commands: [] }
}

function withStatus({ state, commands }: Transition, status: JobStatus): Transition {
  return { state, commands: [{ kind: 'status', status }, ...commands] }
}

function withEngine(state: CoordinatorState, engine: number, to: EngineState): EngineState[] {
  return state.engines.map((old, i) => (i === engine ? to : old))
}

/** Lets rows flow at the speed that is set: at once, or from where the slowest source stands. */
function flow(state: CoordinatorState, at: number): Transition {
  if (state.speed.kind === 'factor') return startRound(state, 'release', at)
  return { state: { ...state, round: null }, commands: state.engines.flatMap(({ life }, engine) => (life === 'running' ? [{ kind: 'release' as const, engine, pace: { kind: 'max' as const } }] : [])) }
}

function startRound(state: CoordinatorState, purpose: 'hold' | 'release' | 'step', at: number): Transition {
  const number = state.rounds + 1
  const engines = state.engines.map((engine): EngineState => ({ ...engine, position: engine.life === 'running' ? undefined : null }))
  const asked = engines.flatMap(({ life }, engine) => (life === 'running' ? [{ kind: 'position' as const, engine, round: number }] : []))
  const started: CoordinatorState = { ...state, engines, rounds: number, round: { number, purpose } }
  return asked.length === 0 ? endRound(started, at) : { state: started, commands: asked }
}

function endRound(state: CoordinatorState, at: number): Transition {
  if (state.engines.some(({ position }) => position === undefined)) return stay(state)
  const { purpose } = state.round!
  const ended: CoordinatorState = { ...state, round: null }
  let first = -1
  for (let i = 0; i < state.engines.length; i++) {
    const position = state.engines[i]!.position
    if (position === null || position === undefined) continue
    if (first < 0 || position < state.engines[first]!.position!) first = i
  }
  switch (purpose) {
    case 'hold':
      return stay(ended)
    case 'release': {
      const { speed } = state
      const base = first < 0 ? Infinity : state.engines[first]!.position!
      // Without an event time anywhere there is nothing to pace by.
      const pace: Pace = speed.kind === 'max' || base === Infinity ? { kind: 'max' } : (state.pace ?? { kind: 'factor', base, since: at, factor: speed.factor })
      return { state: { ...ended, pace: pace.kind === 'max' ? null : pace }, commands: state.engines.flatMap(({ life }, engine) => (life === 'running' ? [{ kind: 'release' as const, engine, pace }] : [])) }
    }
    case 'step':
      return first < 0 ? stay({ ...ended, stepsWaiting: 0 }) : { state: { ...ended, stepsWaiting: Math.max(0, state.stepsWaiting - 1) }, commands: [{ kind: 'step', engine: first }] }
  }
}

/** A region that ran on while another was being started again. */
function isPartial(state: CoordinatorState): boolean {
  return state.phase === 'restarting' && state.engines.some(({ life }) => life !== 'deploying')
}

/** What fails while its region is being started again anyway is the same trouble, and counts once. */
function fail(state: CoordinatorState, engine: number | null, failure: RunFailure, at: number): Transition {
  if (state.phase === 'cancelling') return stay(state)
  if (state.phase === 'restarting' && (engine === null || state.engines[engine]!.life === 'deploying')) return stay(state)
  const failed: CoordinatorState = { ...state, failure }
  if (state.restart === null) {
    const last = failure.code === 'MR-404' ? { ...failure, message: `${failure.message} The job cannot go on without it; run it again.` } : failure
    return over({ ...failed, failure: last }, { kind: 'failed', failure: last })
  }
  const { state: failures, delayMs } = afterFailure(state.failures, state.restart, at)
  if (delayMs === null) return over({ ...failed, failures }, { kind: 'failed', failure })
  return restarting({ ...failed, failures }, engine, [{ kind: 'wait', ms: delayMs, attempt: state.attempt + 1 }], { kind: 'restarting', failure, delayMs })
}

/** Engines of the region that `engine` is of, null: all, and those that were not there yet, end and come anew. The others go on meanwhile. */
function restarting(state: CoordinatorState, engine: number | null, then: readonly CoordinatorCommand[], status: JobStatus): Transition {
  const anew = state.engines.map(({ life }, i) => engine === null || life === 'deploying' || life === 'gone' || state.regions[i] === state.regions[engine])
  return {
    state: {
      ...state,
      phase: 'restarting',
      attempt: state.attempt + 1,
      round: null,
      // A step that was asked for and not done is not done by the next engines either, unasked.
      stepsWaiting: 0,
      engines: state.engines.map((old, i) => (anew[i] === true ? { life: 'deploying', position: undefined } : old)),
    },
    commands: [...state.engines.flatMap((_, i) => (anew[i] === true ? [{ kind: 'terminate' as const, engine: i }] : [])), { kind: 'status', status }, ...then],
  }
}

function cancelledSoFar(state: CoordinatorState): Transition {
  return state.engines.every(({ life }) => life === 'gone') ? over(state, { kind: 'canceled' }) : stay(state)
}

function over(state: CoordinatorState, status: JobStatus): Transition {
  return {
    state: { ...state, phase: 'over', round: null },
    commands: [...state.engines.map((_, engine) => ({ kind: 'terminate' as const, engine })), { kind: 'status', status }],
  }
}
