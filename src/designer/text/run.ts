/** Running a job: states, failures, transport. */
export const run = {
  starting: 'Starting',
  running: 'Running',
  paused: 'Paused',
  stopped: 'Stopped',
  finished: (durationMs: number) => `Finished after ${(durationMs / 1000).toFixed(1)} s`,
  restarting: (why: string | null) => (why === null ? 'Going on from a checkpoint' : `Restarting from the newest checkpoint: ${why}`),
  couldNotStart: (reason: string) => `The job could not be started${reason === '' ? '.' : `: ${reason}`}`,
  notRunnable: (reason: string) => `Not started. ${reason}`,
}
