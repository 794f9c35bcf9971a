import type { World } from '../world/world.ts'
import { isLeading, type JobManagerState } from './jobManager.ts'

/** The JobManager that leads by its own belief and runs its job; the first one if none does; −1 where there are no JobManagers. */
export function leadingJobManager(world: World): number {
  let first = -1
  for (const node of world.nodes) {
    if (world.setup.kinds[node.kind]!.name !== 'JobManager') continue
    if (node.up && node.state !== null && isLeading(node.state as JobManagerState)) return node.id
    if (first < 0) first = node.id
  }
  return first
}
