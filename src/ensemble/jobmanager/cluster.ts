import { Disk } from '../world/disk.ts'
import type { NodeKind } from '../world/node.ts'
import { jobMaster } from './jobMaster.ts'
import { makeJobManagerKind } from './jobManager.ts'
import { outsideDisk, outsideKind } from './outside.ts'
import { taskManagerDisk, taskManagerKind } from './taskManager.ts'

/** A Flink cluster as machines of the world: what checkpoints lie on, the contenders, and the TaskManagers that run the job. */
export interface ClusterSpec {
  readonly jobManagers: number
  readonly taskManagers: number
  readonly sessionTimeoutMs?: number
  /** False, as in Flink: a suspended connection ends leadership. */
  readonly tolerateSuspended?: boolean
}

export interface ClusterParts {
  readonly extraKinds: readonly NodeKind[]
  readonly extraMachines: readonly { readonly name: string; readonly kind: NodeKind; readonly disk: Disk }[]
}

export function clusterParts({ jobManagers, taskManagers, sessionTimeoutMs = 6_000, tolerateSuspended = false }: ClusterSpec): ClusterParts {
  const jobManagerKind = makeJobManagerKind({ sessionTimeoutMs, tolerateSuspended, master: jobMaster })
  return {
    extraKinds: [outsideKind, jobManagerKind, taskManagerKind],
    extraMachines: [
      { name: 'file system', kind: outsideKind, disk: outsideDisk() },
      ...Array.from({ length: jobManagers }, (_, i) => ({ name: `JobManager ${i}`, kind: jobManagerKind, disk: new Disk() })),
      ...Array.from({ length: taskManagers }, (_, i) => ({ name: `TaskManager ${i}`, kind: taskManagerKind, disk: taskManagerDisk() })),
    ],
  }
}
