import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingsDefaults } from '../job/job.ts'
import { initialCheckpoints, stepCheckpoints, type CheckpointCommand, type CheckpointEvent, type CheckpointState, type SubtaskAcknowledgement, type TaskId } from './checkpointCoordinator.ts'

const tasks: readonly TaskId[] = [
  { chain: 0, subtask: 0 },
  { chain: 1, subtask: 0 },
  { chain: 1, subtask: 1 },
]

function acknowledgement(task: TaskId, bytes = 10): SubtaskAcknowledgement {
  return { ...task, endToEndMs: 5, startDelayMs: 1, alignmentMs: 2, syncMs: 1, asyncMs: 1, operators: [{ operator: 'counts', bytes }], finished: false }
}

class Story {
  state: CheckpointState
  constructor(settings: Partial<CheckpointState['settings']> = {}, running = true) {
    this.state = initialCheckpoints({ ...settingsDefaults.checkpoint, ...settings })
    if (running) this.tell({ kind: 'running', tasks, at: 0 })
  }
  /** The commands, as words. */
  tell(event: CheckpointEvent): string[] {
    const { state, commands } = stepCheckpoints(this.state, event)
    this.state = state
    return commands.map(words)
  }
  acknowledge(checkpoint: number, at: number): string[] {
    return tasks.flatMap((task) => this.tell({ kind: 'acknowledged', checkpoint, acknowledgement: acknowledgement(task), at }))
  }
  complete(checkpoint: number, at: number): string[] {
    return [...this.acknowledge(checkpoint, at), ...this.tell({ kind: 'written', checkpoint, committedBy: null, at })]
  }
}

function words(command: CheckpointCommand): string {
  switch (command.kind) {
    case 'trigger':
      return `trigger ${command.checkpoint}${command.savepoint ? ' savepoint' : ''}`
    case 'fail':
      return `fail: ${command.reason}`
    case 'wake':
      return `wake ${command.at}`
    default:
      return `${command.kind} ${command.checkpoint}`
  }
}

describe('the checkpoint coordinator', () => {
  it('triggers at the interval, writes when all have acknowledged, completes when written', () => {
    const story = new Story()
    expect(story.tell({ kind: 'tick', at: 999 })).toEqual(['wake 1000'])
    expect(story.tell({ kind: 'tick', at: 1000 })).toEqual(['trigger 1', 'wake 61000'])
    expect(story.acknowledge(1, 1030)).toEqual(['write 1'])
    expect(story.state.inFlight).toMatchObject({ status: 'writing', acknowledgedAt: 1030, bytes: 30 })
    expect(story.tell({ kind: 'written', checkpoint: 1, committedBy: 'zxid 4.2', at: 1040 })).toEqual(['complete 1', 'wake 2000'])
    expect(story.state.history[0]).toMatchObject({ id: 1, status: 'completed', triggeredAt: 1000, endedAt: 1040, committedBy: 'zxid 4.2' })
    expect(story.state.counts).toEqual({ triggered: 1, completed: 1, failed: 0, restored: 0 })
  })

  it('says when it wants to look again from the start', () => {
    const { commands } = stepCheckpoints(initialCheckpoints(settingsDefaults.checkpoint), { kind: 'running', tasks, at: 500 })
    expect(commands.map(words)).toEqual(['wake 1500'])
  })

  it('takes one at a time, and waits for the pause after the end of the last', () => {
    const story = new Story({ minPauseMs: 700 })
    story.tell({ kind: 'tick', at: 1000 })
    expect(story.tell({ kind: 'tick', at: 2500 })).toEqual(['wake 61000'])
    expect(story.complete(1, 2600)).toEqual(['write 1', 'complete 1', 'wake 3300'])
    expect(story.tell({ kind: 'tick', at: 3299 })).toEqual(['wake 3300'])
    expect(story.tell({ kind: 'tick', at: 3300 })).toEqual(['trigger 2', 'wake 63300'])
  })

  it('takes none with an interval of 0, but savepoints', () => {
    const story = new Story({ intervalMs: 0 })
    expect(story.tell({ kind: 'tick', at: 1e6 })).toEqual([])
    expect(story.tell({ kind: 'pressed', at: 1e6 })).toEqual([])
    expect(story.tell({ kind: 'savepoint', name: 'mine', at: 1e6 })).toEqual(['trigger 1 savepoint', 'wake 1060000'])
  })

  it('puts a savepoint after the one in flight and before the next periodic one', () => {
    const story = new Story()
    story.tell({ kind: 'tick', at: 1000 })
    expect(story.tell({ kind: 'savepoint', name: 'a', at: 1001 })).toEqual(['wake 61000'])
    expect(story.tell({ kind: 'savepoint', name: 'b', at: 1002 })).toEqual(['wake 61000'])
    expect(story.complete(1, 2500)).toEqual(['write 1', 'complete 1', 'trigger 2 savepoint', 'wake 62500'])
    expect(story.complete(2, 2600)).toEqual(['write 2', 'complete 2', 'trigger 3 savepoint', 'wake 62600'])
    expect(story.complete(3, 2700)).toEqual(['write 3', 'complete 3', 'trigger 4', 'wake 62700'])
    expect(story.state.history.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['savepoint b', 'savepoint a', 'checkpoint null'])
  })

  it('gives up after the timeout, and fails the job when that is not tolerable', () => {
    const story = new Story({ timeoutMs: 500 })
    story.tell({ kind: 'tick', at: 1000 })
    story.tell({ kind: 'acknowledged', checkpoint: 1, acknowledgement: acknowledgement(tasks[0]!), at: 1100 })
    expect(story.tell({ kind: 'tick', at: 1499 })).toEqual(['wake 1500'])
    expect(story.tell({ kind: 'tick', at: 1500 })).toEqual(['abort 1', 'fail: checkpoint 1 expired: 2 of 3 subtasks had not acknowledged after 500 ms'])
  })

  it('counts failures in a row; a success begins anew', () => {
    const story = new Story({ tolerableFailures: 1 })
    const decline = (checkpoint: number, at: number): string[] => story.tell({ kind: 'declined', checkpoint, reason: 'counts/0 cannot copy its state', at })
    story.tell({ kind: 'tick', at: 1000 })
    expect(decline(1, 1001)).toEqual(['abort 1', 'wake 2000'])
    story.tell({ kind: 'tick', at: 2000 })
    story.complete(2, 2001)
    story.tell({ kind: 'tick', at: 3000 })
    expect(decline(3, 3001)).toEqual(['abort 3', 'wake 4000'])
    story.tell({ kind: 'tick', at: 4000 })
    expect(story.acknowledge(4, 4001)).toEqual(['write 4'])
    expect(story.tell({ kind: 'writeFailed', checkpoint: 4, reason: 'could not be written: the disk is full', at: 4002 })).toEqual(['abort 4', 'fail: checkpoint 4 could not be written: the disk is full'])
    expect(story.state.history.map(({ status }) => status)).toEqual(['failed', 'failed', 'completed', 'failed'])
  })

  it('does not count a savepoint that fails', () => {
    const story = new Story()
    story.tell({ kind: 'savepoint', name: 'mine', at: 10 })
    expect(story.tell({ kind: 'declined', checkpoint: 1, reason: 'busy', at: 20 })).toEqual(['abort 1', 'wake 1000'])
  })

  it('ignores what comes late, twice, or of another checkpoint', () => {
    const story = new Story({ tolerableFailures: 9 })
    story.tell({ kind: 'tick', at: 1000 })
    story.tell({ kind: 'declined', checkpoint: 1, reason: 'busy', at: 1001 })
    story.tell({ kind: 'tick', at: 2000 })
    expect(story.acknowledge(1, 2001)).toEqual([])
    for (let i = 0; i < 3; i++) expect(story.tell({ kind: 'acknowledged', checkpoint: 2, acknowledgement: acknowledgement(tasks[0]!), at: 2002 })).toEqual([])
    expect(story.state.inFlight?.subtasks).toHaveLength(1)
    expect(story.tell({ kind: 'written', checkpoint: 1, committedBy: null, at: 2003 })).toEqual([])
  })

  it('is cut short by a restart without counting, and takes new numbers afterwards', () => {
    const story = new Story()
    story.tell({ kind: 'tick', at: 1000 })
    expect(story.tell({ kind: 'stopped', reason: 'engine worker 1 died', at: 1010 })).toEqual(['abort 1'])
    expect(story.state.history[0]).toMatchObject({ id: 1, status: 'failed', failure: 'engine worker 1 died' })
    expect(story.tell({ kind: 'tick', at: 5000 })).toEqual([])
    expect(story.tell({ kind: 'savepoint', name: 'now', at: 5001 })).toEqual([])
    story.tell({ kind: 'restored', restore: { at: 5500, checkpoint: null, kind: null, reason: 'engine worker 1 died', notes: [], operators: null } })
    expect(story.tell({ kind: 'running', tasks, at: 6000 })).toEqual(['wake 7000'])
    expect(story.tell({ kind: 'tick', at: 7000 })).toEqual(['trigger 2', 'wake 67000'])
    expect(story.state.counts.restored).toBe(1)
  })

  it('begins nothing in the moment it is cut short, however long the next has been due', () => {
    const story = new Story()
    story.tell({ kind: 'tick', at: 1000 })
    expect(story.tell({ kind: 'stopped', reason: 'engine worker 1 died', at: 9000 })).toEqual(['abort 1'])
    expect(story.state).toMatchObject({ inFlight: null, counts: { triggered: 1 } })
    expect(story.tell({ kind: 'running', tasks, at: 9001 })).toEqual(['wake 10001'])
  })

  it('takes no periodic checkpoint while rows stand still', () => {
    const story = new Story()
    story.tell({ kind: 'paused' })
    expect(story.tell({ kind: 'tick', at: 3000 })).toEqual([])
    expect(story.tell({ kind: 'savepoint', name: 'held', at: 3100 })).toEqual(['trigger 1 savepoint', 'wake 63100'])
    story.complete(1, 3200)
    expect(story.tell({ kind: 'resumed', at: 4000 })).toEqual(['trigger 2', 'wake 64000'])
  })

  it('does not wait for the interval when it is pressed', () => {
    const story = new Story()
    expect(story.tell({ kind: 'pressed', at: 100 })).toEqual(['trigger 1', 'wake 60100'])
    expect(story.tell({ kind: 'pressed', at: 101 })).toEqual([])
  })

  it('keeps its promises under any order of events', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('tick' as const), by: fc.nat(900) }),
      fc.record({ kind: fc.constant('acknowledged' as const), task: fc.nat(2), back: fc.nat(1), by: fc.nat(90) }),
      fc.record({ kind: fc.constantFrom('written' as const, 'writeFailed' as const, 'declined' as const), back: fc.nat(1), by: fc.nat(90) }),
      fc.record({ kind: fc.constantFrom('savepoint' as const, 'stopped' as const, 'running' as const, 'paused' as const, 'resumed' as const, 'pressed' as const), by: fc.nat(90) }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), fc.nat(2), (events, tolerableFailures) => {
        const story = new Story({ tolerableFailures, timeoutMs: 2000, minPauseMs: 100 })
        let at = 0
        const triggered = new Set<number>()
        const completed = new Set<number>()
        for (const { kind, by, ...more } of events) {
          at += by
          const checkpoint = story.state.nextId - 1 - ('back' in more ? more.back : 0)
          const task = tasks['task' in more ? more.task : 0]!
          const before = story.state
          const commands = story.tell({ kind, at, checkpoint, acknowledgement: acknowledgement(task), reason: 'said so', committedBy: null, name: 'x', tasks } as unknown as CheckpointEvent)
          for (const command of commands) {
            const [verb, id] = command.split(' ')
            if (verb === 'trigger') {
              // One in flight, numbers rise, and only while the job runs.
              expect(before.inFlight === null || story.state.history[0]!.id === before.inFlight.id).toBe(true)
              expect(story.state.isRunning && !triggered.has(Number(id))).toBe(true)
              triggered.add(Number(id))
            }
            if (verb === 'complete') {
              expect(before.inFlight).toMatchObject({ id: Number(id), status: 'writing' })
              expect(before.inFlight!.subtasks).toHaveLength(tasks.length)
              completed.add(Number(id))
            }
          }
          const { counts, inFlight } = story.state
          expect(counts.triggered).toBe(counts.completed + counts.failed + (inFlight === null ? 0 : 1))
          expect(counts.completed).toBe(completed.size)
        }
      }),
      { numRuns: 500 },
    )
  })
})
