import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { initialState, step, type CoordinatorCommand, type CoordinatorEvent, type CoordinatorState } from './coordinator.ts'
import type { RunFailure, Speed } from './jobRun.ts'

const failure: RunFailure = { code: 'MR-401', operator: 'a', subtask: 0, message: 'division by zero', row: null }

function commandText(command: CoordinatorCommand): string {
  switch (command.kind) {
    case 'status':
      return `status ${command.status.kind}`
    case 'release':
      return `release ${command.engine} ${command.pace.kind === 'max' ? 'max' : `from ${command.pace.base} at ${command.pace.since} x${command.pace.factor}`}`
    case 'position':
      return `position ${command.engine} #${command.round}`
    case 'startGrace':
      return 'start grace'
    case 'wait':
      return `wait ${command.ms} #${command.attempt}`
    case 'recover':
      return `recover #${command.attempt}${command.upTo === null ? '' : ` up to ${command.upTo}`}${command.failure === null ? '' : ` after ${command.failure.code}`}`
    default:
      return `${command.kind} ${command.engine}`
  }
}

/** One line for each event: what it makes the engines do. */
function transcript(engines: number, speed: Speed, paused: boolean, events: readonly CoordinatorEvent[], restart: CoordinatorState['restart'] = null, regions?: readonly number[]): string[] {
  let state = initialState(engines, speed, paused, restart, regions)
  return events.map((event) => {
    const next = step(state, event)
    state = next.state
    return next.commands.map(commandText).join(', ')
  })
}

const max: Speed = { kind: 'max' }
const fast: Speed = { kind: 'factor', factor: 60 }
const deployed: CoordinatorEvent[] = [{ kind: 'start', at: 100 }, { kind: 'deployed', engine: 0, at: 110 }, { kind: 'deployed', engine: 1, at: 120 }]
const positioned = (round: number, first: number | null, second: number | null, at = 200): CoordinatorEvent[] => [
  { kind: 'positioned', engine: 0, round, position: first, at },
  { kind: 'positioned', engine: 1, round, position: second, at },
]

const restart = { strategy: 'fixed-delay', attempts: 2, delayMs: 100 } as const
const recovered = (attempt: number): CoordinatorEvent[] => [{ kind: 'delayOver', attempt }, { kind: 'recovered', attempt }, { kind: 'deployed', engine: 0, at: 900 }, { kind: 'deployed', engine: 1, at: 910 }]

describe('the coordinator', () => {
  it('deploys, runs, and finishes when every engine has', () => {
    expect(transcript(2, max, false, [...deployed, { kind: 'finished', engine: 1, at: 300 }, { kind: 'finished', engine: 0, at: 400 }])).toEqual([
      'status deploying, deploy 0, deploy 1',
      '',
      'status running, release 0 max, release 1 max',
      '',
      'terminate 0, terminate 1, status finished',
    ])
  })

  it('finishes with engines that have finished before it hears that they are deployed, as those do that are restored behind their end', () => {
    expect(transcript(2, max, false, [{ kind: 'start', at: 100 }, { kind: 'finished', engine: 0, at: 105 }, { kind: 'deployed', engine: 0, at: 110 }, { kind: 'finished', engine: 1, at: 115 }, { kind: 'deployed', engine: 1, at: 120 }])).toEqual([
      'status deploying, deploy 0, deploy 1',
      '',
      '',
      '',
      'terminate 0, terminate 1, status finished',
    ])
    // The other goes on alone.
    expect(transcript(2, max, false, [{ kind: 'start', at: 100 }, { kind: 'finished', engine: 0, at: 105 }, { kind: 'deployed', engine: 0, at: 110 }, { kind: 'deployed', engine: 1, at: 120 }, { kind: 'finished', engine: 1, at: 300 }]).slice(3)).toEqual([
      'status running, release 1 max',
      'terminate 0, terminate 1, status finished',
    ])
  })

  it('starts event time at the smallest first row of all engines', () => {
    expect(transcript(2, fast, false, [...deployed, ...positioned(1, 9000, 5000)]).slice(2)).toEqual([
      'status running, position 0 #1, position 1 #1',
      '',
      'release 0 from 5000 at 200 x60, release 1 from 5000 at 200 x60',
    ])
  })

  it('keeps its place on the clock over a failure, and catches up with it; a hand begins anew', () => {
    const failed = [...deployed, ...positioned(1, 9000, 5000), { kind: 'died', engine: 1, why: 'it was killed.', at: 500 } as const, ...recovered(1)]
    const release = 'release 0 from 5000 at 200 x60, release 1 from 5000 at 200 x60'
    expect(transcript(2, fast, false, [...failed, ...positioned(2, 7000, 6000, 950)], restart).at(-1)).toBe(release)
    const taken: CoordinatorEvent = { kind: 'restore', checkpoint: 7, failure }
    const again = (event: CoordinatorEvent): CoordinatorEvent[] => [...deployed, ...positioned(1, 9000, 5000), event, { kind: 'recovered', attempt: 1 }, { kind: 'deployed', engine: 0, at: 900 }, { kind: 'deployed', engine: 1, at: 910 }, ...positioned(2, 7000, 6000, 950)]
    expect(transcript(2, fast, false, again(taken)).at(-1)).toBe(release)
    const anew = 'release 0 from 6000 at 950 x60, release 1 from 6000 at 950 x60'
    expect(transcript(2, fast, false, again({ kind: 'restore', checkpoint: 7 })).at(-1)).toBe(anew)
    expect(transcript(2, fast, false, [...failed, ...positioned(2, 7000, 6000, 950), { kind: 'setSpeed', speed: { kind: 'factor', factor: 10 } }, ...positioned(3, 7000, 6500, 960)], restart).at(-1)).toBe('release 0 from 6500 at 960 x10, release 1 from 6500 at 960 x10')
    expect(transcript(2, fast, false, [...failed, ...positioned(2, 7000, 6000, 950), { kind: 'pause' }, ...positioned(3, 7000, 6000, 960), { kind: 'resume' }, ...positioned(4, 7000, 6000, 970)], restart).at(-1)).toBe('release 0 from 6000 at 970 x60, release 1 from 6000 at 970 x60')
  })

  it('does not pace rows that have no event time', () => {
    expect(transcript(2, fast, false, [...deployed, ...positioned(1, Infinity, null)]).at(-1)).toBe('release 0 max, release 1 max')
  })

  it('pauses, lets single rows through in event time, and goes on', () => {
    const events: CoordinatorEvent[] = [
      ...deployed,
      { kind: 'pause' },
      ...positioned(1, 7, 5),
      { kind: 'step' },
      { kind: 'step' },
      ...positioned(2, 7, 5),
      { kind: 'stepped', at: 210 },
      ...positioned(3, 7, 8),
      { kind: 'stepped', at: 220 },
      { kind: 'resume' },
    ]
    expect(transcript(2, max, false, events).slice(3)).toEqual([
      'status paused, position 0 #1, position 1 #1',
      '',
      '',
      'position 0 #2, position 1 #2',
      '',
      '',
      'step 1',
      'position 0 #3, position 1 #3',
      '',
      'step 0',
      '',
      'status running, release 0 max, release 1 max',
    ])
  })

  it('steps nothing when there is no row, and forgets that it should', () => {
    const events: CoordinatorEvent[] = [...deployed, { kind: 'step' }, { kind: 'step' }, ...positioned(1, null, null), { kind: 'stepped', at: 1 }]
    expect(transcript(2, max, false, events).slice(3)).toEqual(['status paused, position 0 #1, position 1 #1', '', '', '', ''])
  })

  it('waits for nobody who has finished', () => {
    const events: CoordinatorEvent[] = [...deployed, { kind: 'finished', engine: 0, at: 130 }, { kind: 'setSpeed', speed: fast }, { kind: 'positioned', engine: 1, round: 1, position: 40, at: 150 }]
    expect(transcript(2, max, false, events).slice(3)).toEqual(['', 'position 1 #1', 'release 1 from 40 at 150 x60'])
    const dies: CoordinatorEvent[] = [...deployed, { kind: 'pause' }, { kind: 'step' }, { kind: 'positioned', engine: 1, round: 2, position: 40, at: 150 }, { kind: 'finished', engine: 0, at: 160 }]
    expect(transcript(2, max, false, dies).at(-1)).toBe('step 1')
  })

  it('hears no answer to a question that is over', () => {
    expect(transcript(2, fast, false, [...deployed, { kind: 'pause' }, ...positioned(1, 1, 1), ...positioned(2, 1, 1)]).slice(4)).toEqual(['', '', '', ''])
  })

  it('ends all engines when one fails, or dies', () => {
    expect(transcript(2, max, false, [...deployed, { kind: 'failed', engine: 0, failure, at: 130 }, { kind: 'finished', engine: 0, at: 1 }]).slice(3)).toEqual(['terminate 0, terminate 1, status failed', ''])
    expect(transcript(2, max, false, [{ kind: 'start', at: 0 }, { kind: 'died', engine: 1, why: 'it ran out of memory.', at: 1 }]).at(-1)).toBe('terminate 0, terminate 1, status failed')
  })

  it('cancels, with a limit to its patience', () => {
    expect(transcript(2, max, false, [...deployed, { kind: 'stop' }, { kind: 'cancelled', engine: 0 }, { kind: 'stop' }, { kind: 'died', engine: 1, why: '', at: 1 }]).slice(3)).toEqual([
      'status cancelling, cancel 0, cancel 1, start grace',
      '',
      '',
      'terminate 0, terminate 1, status canceled',
    ])
    expect(transcript(2, max, false, [...deployed, { kind: 'stop' }, { kind: 'graceOver' }]).at(-1)).toBe('terminate 0, terminate 1, status canceled')
    expect(transcript(1, max, false, [{ kind: 'stop' }])).toEqual(['terminate 0, status canceled'])
  })

  it('starts a failed job again, with new engines, as often as its strategy allows', () => {
    const died: CoordinatorEvent = { kind: 'died', engine: 1, why: 'it was killed.', at: 500 }
    const events = [...deployed, died, ...recovered(1), { kind: 'failed', engine: 0, failure, at: 1000 } as const, ...recovered(2), { kind: 'failed', engine: 0, failure, at: 2000 } as const]
    expect(transcript(2, max, false, events, restart).slice(3)).toEqual([
      'terminate 0, terminate 1, status restarting, wait 100 #1',
      'recover #1 after MR-404',
      'status deploying, deploy 0, deploy 1',
      '',
      'status running, release 0 max, release 1 max',
      'terminate 0, terminate 1, status restarting, wait 100 #2',
      'recover #2 after MR-401',
      'status deploying, deploy 0, deploy 1',
      '',
      'status running, release 0 max, release 1 max',
      'terminate 0, terminate 1, status failed',
    ])
  })

  it('takes what fails while it starts again for the same trouble, and what fails while it deploys for another', () => {
    const events: CoordinatorEvent[] = [...deployed, { kind: 'failed', engine: 0, failure, at: 500 }, { kind: 'died', engine: 0, why: '', at: 501 }, { kind: 'delayOver', attempt: 1 }, { kind: 'recovered', attempt: 1 }, { kind: 'failed', engine: 0, failure, at: 600 }]
    expect(transcript(2, max, false, events, restart).slice(4)).toEqual(['', 'recover #1 after MR-401', 'status deploying, deploy 0, deploy 1', 'terminate 0, terminate 1, status restarting, wait 100 #2'])
  })

  it('goes on from a checkpoint when the user wants it, without counting it as a failure', () => {
    const events: CoordinatorEvent[] = [...deployed, { kind: 'restore', checkpoint: 7 }, { kind: 'recovered', attempt: 1 }]
    expect(transcript(2, max, false, events).slice(3)).toEqual(['terminate 0, terminate 1, status restarting, recover #1 up to 7', 'status deploying, deploy 0, deploy 1'])
  })

  it('stays paused over a restart, and can be stopped in the middle of one', () => {
    const events = [...deployed, { kind: 'failed', engine: 0, failure, at: 500 } as const, { kind: 'pause' } as const, ...recovered(1)]
    expect(transcript(2, max, false, events, restart).at(-1)).toBe('status paused, position 0 #1, position 1 #1')
    expect(transcript(2, max, false, [...deployed, { kind: 'failed', engine: 0, failure, at: 500 }, { kind: 'stop' }], restart).at(-1)).toBe('terminate 0, terminate 1, status canceled')
    expect(transcript(2, max, false, [...deployed, { kind: 'failed', engine: 0, failure, at: 500 }, { kind: 'unrecoverable', failure }], restart).at(-1)).toBe('terminate 0, terminate 1, status failed')
  })

  it('starts only the region again that failed, and another that fails meanwhile with it', () => {
    const regions = [0, 1]
    const alone = [...deployed, { kind: 'died', engine: 1, why: 'it was killed.', at: 500 }, { kind: 'delayOver', attempt: 1 }, { kind: 'recovered', attempt: 1 }, { kind: 'deployed', engine: 1, at: 700 }, { kind: 'finished', engine: 0, at: 800 }, { kind: 'finished', engine: 1, at: 900 }] as const
    expect(transcript(2, max, false, alone, restart, regions).slice(3)).toEqual([
      'terminate 1, status restarting, wait 100 #1',
      'recover #1 after MR-404',
      'status deploying, deploy 1',
      'status running, release 0 max, release 1 max',
      '',
      'terminate 0, terminate 1, status finished',
    ])
    const both = [...deployed, { kind: 'failed', engine: 0, failure, at: 500 }, { kind: 'failed', engine: 0, failure, at: 501 }, { kind: 'delayOver', attempt: 1 }, { kind: 'died', engine: 1, why: 'it was killed.', at: 502 }, { kind: 'recovered', attempt: 1 }, { kind: 'delayOver', attempt: 2 }, { kind: 'recovered', attempt: 2 }] as const
    expect(transcript(2, max, false, both, restart, regions).slice(3)).toEqual(['terminate 0, status restarting, wait 100 #1', '', 'recover #1 after MR-401', 'terminate 0, terminate 1, status restarting, wait 100 #2', '', 'recover #2 after MR-404', 'status deploying, deploy 0, deploy 1'])
    // The user goes back with all of it, and so does what fails as a whole.
    expect(transcript(2, max, false, [...deployed, { kind: 'restore', checkpoint: 3 }], restart, regions).at(-1)).toBe('terminate 0, terminate 1, status restarting, recover #1 up to 3')
    expect(transcript(2, max, false, [...deployed, { kind: 'failed', engine: null, failure, at: 500 }], restart, regions).at(-1)).toBe('terminate 0, terminate 1, status restarting, wait 100 #1')
  })

  it('ends once whatever happens, and says nothing afterwards', () => {
    const engine = fc.nat(1)
    const at = fc.nat(1000)
    const event: fc.Arbitrary<CoordinatorEvent> = fc.oneof(
      fc.record({ kind: fc.constant('deployed' as const), engine, at }),
      fc.record({ kind: fc.constant('positioned' as const), engine, round: fc.nat(5), position: fc.option(fc.nat(50)), at }),
      fc.record({ kind: fc.constant('stepped' as const), at }),
      fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const, 'step' as const, 'stop' as const, 'graceOver' as const) }),
      fc.record({ kind: fc.constant('setSpeed' as const), speed: fc.constantFrom(max, fast) }),
      fc.record({ kind: fc.constant('finished' as const), engine, at }),
      fc.record({ kind: fc.constant('cancelled' as const), engine }),
      fc.record({ kind: fc.constant('died' as const), engine, why: fc.constant('x.'), at }),
      fc.record({ kind: fc.constant('failed' as const), engine: fc.option(engine), failure: fc.constant(failure), at }),
      fc.record({ kind: fc.constantFrom('delayOver' as const, 'recovered' as const), attempt: fc.nat(3) }),
      fc.record({ kind: fc.constant('restore' as const), checkpoint: fc.nat(3) }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.boolean(), fc.constantFrom(null, restart), fc.constantFrom([0, 0], [0, 1]), (events, paused, strategy, regions) => {
        let state: CoordinatorState = initialState(2, fast, paused, strategy, regions)
        let ends = 0
        for (const next of [{ kind: 'start' as const, at: 0 }, ...events, { kind: 'stop' as const }, { kind: 'graceOver' as const }, ...events]) {
          const wasOver = state.phase === 'over'
          const { state: after, commands } = step(state, next)
          state = after
          if (wasOver) expect(commands).toEqual([])
          if (commands.some((command) => command.kind === 'status' && ['finished', 'failed', 'canceled'].includes(command.status.kind))) {
            ends++
            expect(commands.filter(({ kind }) => kind === 'terminate')).toHaveLength(2)
          }
        }
        expect([state.phase, ends]).toEqual(['over', 1])
      }),
    )
  })
})
