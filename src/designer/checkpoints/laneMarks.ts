import type { CheckpointState } from '../../runtime/checkpointCoordinator.ts'

/**
 * Where checkpoints and restores lie on the timeline. The timeline is event time and a checkpoint happens in the machine's time, so a mark stands where the sources' watermark had come when it became known.
 * Pure: folded from one state of the coordinator to the next.
 */
export interface LaneMark {
  readonly key: string
  readonly kind: 'completed' | 'savepoint' | 'failed' | 'restored'
  readonly checkpoint: number | null
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
