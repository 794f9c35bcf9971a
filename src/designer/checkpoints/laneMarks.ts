import type { CheckpointState } from '../../runtime/checkpointCoordinator.ts'

/**
 * Where checkpoints and restores lie on the timeline. The timeline is event time and a checkpoint happens in the machine's time, so a mark stands where the sources' watermark had come when it became known.
 * Pure: folded from one state of the coordinator to the next.
 */
export interface LaneMark {
  readonly key: string
  readonly kind: 'completed' | 'savepoint' | 'failed' | 'restored' | 'leader' | 'epoch'
  readonly checkpoint: number | null
  /** Who leads from here on: a JobManager, or a server with its epoch. */
  readonly leader?: string
  /** Event time, ms. */
  readonly at: number
}

/** Marks that are kept: of the oldest, the lane would show a solid line. */
const marksMax = 200

export function withNewMarks(marks: readonly LaneMark[], before: CheckpointState | null, state: CheckpointState, eventTime: number): readonly LaneMark[] {
  const known = new Set(before?.history.map(({ id }) => id))
  const ended = state.history
    .filter(({ id }) => !known.has(id))
    .toReversed()
    .map(({ id, status, kind }): LaneMark => ({ key: `ended ${id}`, kind: status === 'failed' ? 'failed' : kind === 'savepoint' ? 'savepoint' : 'completed', checkpoint: id, at: eventTime }))
  const restored = state.restores
    .slice(0, state.counts.restored - (before?.counts.restored ?? 0))
    .toReversed()
    .map(({ at, checkpoint }): LaneMark => ({ key: `restored ${at}`, kind: 'restored', checkpoint, at: eventTime }))
  return ended.length + restored.length === 0 ? marks : [...marks, ...ended, ...restored].slice(-marksMax)
}

export interface Leaders {
  /** Null while none leads. */
  readonly jobManager: string | null
  readonly server: number
  readonly epoch: number
}

/** Marks of another JobManager that leads and of another epoch of the ensemble. The first of each is the beginning, no change. */
export function withLeaderMarks(marks: readonly LaneMark[], before: Leaders | null, now: Leaders, eventTime: number): readonly LaneMark[] {
  const made: LaneMark[] = []
  if (before !== null && before.jobManager !== null && now.jobManager !== null && now.jobManager !== before.jobManager) {
    made.push({ key: `leader ${marks.length} ${now.jobManager}`, kind: 'leader', checkpoint: null, leader: now.jobManager, at: eventTime })
  }
  if (before !== null && before.epoch > 0 && now.epoch > before.epoch) made.push({ key: `epoch ${now.epoch}`, kind: 'epoch', checkpoint: null, leader: `server ${now.server}`, at: eventTime })
  return made.length === 0 ? marks : [...marks, ...made].slice(-marksMax)
}
