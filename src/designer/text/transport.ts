import { formatCount, plural } from './plural.ts'

/** The transport bar and the timeline. */
export const transport = {
  title: 'Replay',
  fromStart: 'Run from the start',
  play: 'Run',
  pause: 'Pause',
  step: 'Step one row',
  stop: 'Stop',
  speed: 'Speed: event time against the clock',
  factor: (factor: number) => `×${formatCount(factor)}`,
  maximum: 'Max',
  eventTime: 'Event time at the sinks',
  noTime: '--:--:--',
  idle: 'Time begins with the first row of your first source.',
  finished: (durationMs: number) => `Finished in ${durationMs < 10_000 ? (durationMs / 1000).toFixed(1) : formatCount(Math.round(durationMs / 1000))} s`,
  failed: (operator: string | null, message: string) => (operator === null ? message : `${operator}: ${message}`),
  status: { created: 'Starting', deploying: 'Starting workers', running: 'Running', paused: 'Paused', restarting: 'Restarting from the newest checkpoint', cancelling: 'Stopping', canceled: 'Stopped' },
  stale: 'The job has changed since this run began.',
  again: 'Start again',
  notIsolated: 'Not isolated: workers pass batches on by transfer, which is slower',
  notIsolatedWhy: 'Shared memory needs the page to be cross-origin isolated. Reload once so that Millrace’s service worker can add the headers; where service workers are not allowed, the host has to send them.',
  rows: 'Rows',
  late: 'late',
  watermarks: 'Watermarks',
  ended: 'end of input',
  windows: 'Windows',
  open: (count: number) => `${formatCount(count)} open`,
  windowsChart: (operator: string, open: number, closed: number, every: number) =>
    `Windows of ${operator}: ${formatCount(open)} open, ${formatCount(closed)} closed${every > 1 ? `; one in ${every} is drawn` : ''}`,
  rowsChart: (rows: number, late: number) => `${formatCount(rows)} rows over event time, ${formatCount(late)} of them late`,
  /** The lane of checkpoints. */
  checkpoints: {
    restored: (checkpoint: number | null) => (checkpoint === null ? 'Restored from the beginning' : `Restored from ${checkpoint}`),
    title: 'Checkpoints',
    leaders: (leaders: readonly string[]) => `${plural(leaders.length, 'change of leaders', 'changes of leaders')}: ${leaders.join(', ')}`,
    leadsNow: (leader: string) => `${leader} leads from here on`,
    label: (completed: number, restores: number) => `${plural(completed, 'complete checkpoint', 'complete checkpoints')}, ${plural(restores, 'restore', 'restores')} on this stretch of event time`,
  },
}
