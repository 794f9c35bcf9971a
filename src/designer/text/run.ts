/** Running a job: states, failures, transport. */
export const run = {
  starting: 'Starting',
  running: 'Running',
  paused: 'Paused',
  stopped: 'Stopped',
  finished: (durationMs: number) => `Finished after ${(durationMs / 1000).toFixed(1)} s`,
  couldNotStart: (reason: string) => `The job could not be started${reason === '' ? '.' : `: ${reason}`}`,
  notRunnable: (reason: string) => `Not started. ${reason}`,
}
