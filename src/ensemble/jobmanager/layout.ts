/**
 * Where a Flink cluster keeps what must outlive its JobManagers (reference 2.2): contenders, who leads, jobs, and pointers to completed checkpoints. Only small
 * pointers are here; what they point to stands in `outside.ts`.
 *
 * One thing is ours: `granted`, which a new leader writes before it reads anything (see `jobManager.ts`).
 */
export const clusterRoot = '/flink/millrace'
export const latchFolder = `${clusterRoot}/leader/latch`
export const grantedPath = `${clusterRoot}/leader/granted`
export const connectionInfoPath = `${clusterRoot}/leader/connection_info`
export const jobGraphsFolder = `${clusterRoot}/jobgraphs`
export const jobsFolder = `${clusterRoot}/jobs`

/** Made by whoever comes first, parents before children. The latch comes last: where it stands, everything stands, even if its maker died in between. */
export const clusterFolders: readonly string[] = ['/flink', clusterRoot, `${clusterRoot}/leader`, grantedPath, jobGraphsFolder, jobsFolder, latchFolder]

export function jobGraphPath(job: string): string {
  return `${jobGraphsFolder}/${job}`
}

export function jobFolder(job: string): string {
  return `${jobsFolder}/${job}`
}

export function checkpointsFolder(job: string): string {
  return `${jobsFolder}/${job}/checkpoints`
}

export function counterPath(job: string): string {
  return `${jobsFolder}/${job}/checkpoint_id_counter`
}

/** Nineteen digits, so that names sort as numbers. */
export function pointerPath(job: string, checkpoint: number): string {
  return `${checkpointsFolder(job)}/${String(checkpoint).padStart(19, '0')}`
}

/** "In use by this session": a pointer with such a child cannot be deleted. */
export function lockPath(job: string, checkpoint: number, session: number): string {
  return `${pointerPath(job, checkpoint)}/lock-${session.toString(16)}`
}
