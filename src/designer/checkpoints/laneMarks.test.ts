import { describe, expect, it } from 'vitest'
import { settingsDefaults } from '../../job/job.ts'
import { initialCheckpoints, stepCheckpoints, type CheckpointEvent, type CheckpointState } from '../../runtime/checkpointCoordinator.ts'
import { withLeaderMarks, withNewMarks, type LaneMark, type Leaders } from './laneMarks.ts'

const tasks = [{ chain: 0, subtask: 0 }]
const acknowledgement = { ...tasks[0]!, endToEndMs: 1, startDelayMs: 0, alignmentMs: 0, syncMs: 0, asyncMs: 0, operators: [], finished: false }

function marksOf(events: readonly CheckpointEvent[]): string[] {
  let state: CheckpointState = initialCheckpoints({ ...settingsDefaults.checkpoint, tolerableFailures: 9 })
  let before: CheckpointState | null = null
  let marks: readonly LaneMark[] = []
  events.forEach((event, i) => {
    state = stepCheckpoints(state, event).state
    marks = withNewMarks(marks, before, state, 1000 * i)
    before = state
  })
  return marks.map(({ kind, checkpoint, at }) => `${kind} ${checkpoint} at ${at}`)
}

describe('the lane of checkpoints', () => {
  it('marks each end and each restore once, where event time stood', () => {
    expect(
      marksOf([
        { kind: 'running', tasks, at: 0 },
        { kind: 'tick', at: 1000 },
        { kind: 'acknowledged', checkpoint: 1, acknowledgement, at: 1001 },
        { kind: 'written', checkpoint: 1, committedBy: null, at: 1002 },
        { kind: 'savepoint', name: 'mine', at: 1003 },
        { kind: 'acknowledged', checkpoint: 2, acknowledgement, at: 1004 },
        { kind: 'written', checkpoint: 2, committedBy: null, at: 1005 },
        { kind: 'tick', at: 2000 },
        { kind: 'stopped', reason: 'a worker died', at: 2001 },
        { kind: 'restored', restore: { at: 2002, checkpoint: 2, kind: 'savepoint', reason: 'a worker died', notes: [], operators: null } },
      ]),
    ).toEqual(['completed 1 at 3000', 'savepoint 2 at 6000', 'failed 3 at 8000', 'restored 2 at 9000'])
  })
})

describe('changes of leaders', () => {
  const leaders = (jobManager: string | null, server: number, epoch: number): Leaders => ({ jobManager, server, epoch })
  const told = (before: Leaders | null, now: Leaders): string[] => withLeaderMarks([], before, now, 500).map(({ kind, leader, at }) => `${kind} ${leader} at ${at}`)

  it('are marked, and the beginning is none', () => {
    expect(told(null, leaders('JobManager 0', 2, 1))).toEqual([])
    expect(told(leaders(null, -1, 0), leaders('JobManager 0', 2, 1))).toEqual([])
    expect(told(leaders('JobManager 0', 2, 1), leaders('JobManager 0', 2, 1))).toEqual([])
    expect(told(leaders('JobManager 0', 2, 1), leaders('JobManager 1', 2, 1))).toEqual(['leader JobManager 1 at 500'])
    expect(told(leaders('JobManager 1', 2, 1), leaders('JobManager 1', 0, 2))).toEqual(['epoch server 0 at 500'])
  })
})
