import { describe, expect, test } from 'vitest'
import type { Job } from '../../job/job.ts'
import { emptyJob } from './designerStore.ts'
import { paceOf } from './pace.ts'

function jobOf(...configs: readonly Record<string, unknown>[]): Job {
  return { ...emptyJob, operators: configs.map((config, i) => ({ id: `o${i}`, kind: 'window-aggregate', config: config as Job['operators'][number]['config'] })) }
}

const tumble = (sizeMs: number) => ({ window: { type: 'tumble', timeColumn: 'ts', sizeMs } })

describe('the pace of a replay', () => {
  test.each([
    ['a job without windows', jobOf({}), 60],
    ['windows of a minute', jobOf(tumble(60_000)), 60],
    ['windows of an hour', jobOf(tumble(3_600_000)), 600],
    ['windows of a day beside some of a minute', jobOf(tumble(60_000), tumble(86_400_000)), 86_400],
    ['windows of a year', jobOf(tumble(365 * 86_400_000)), 86_400],
    ['a session gap of an hour', jobOf({ window: { type: 'session', timeColumn: 'ts', gapMs: 3_600_000 } }), 600],
    ['a watermark that stays six hours behind', jobOf({ watermark: { column: 'ts', delayMs: 6 * 3_600_000 } }), 3600],
    ['a source without a watermark', jobOf({ watermark: null }), 60],
  ])('follows what it waits for longest: %s', (_, job, factor) => {
    expect(paceOf(job)).toEqual({ kind: 'factor', factor })
  })
})
