import { describe, expect, it } from 'vitest'
import type { RestartSettings } from '../job/job.ts'
import { afterFailure, noFailures } from './restartStrategy.ts'

/** Waits after failures at these times. */
function waits(settings: Required<RestartSettings>, times: readonly number[]): (number | null)[] {
  let state = noFailures
  return times.map((at) => {
    const after = afterFailure(state, settings, at)
    state = after.state
    return after.delayMs
  })
}

describe('restart strategies', () => {
  it('fixed delay restarts as often as is allowed', () => {
    expect(waits({ strategy: 'fixed-delay', attempts: 3, delayMs: 100 }, [0, 1, 2, 3])).toEqual([100, 100, 100, null])
  })

  it('exponential delay waits half as long again each time, a minute at most', () => {
    // The reference's RS-1: 1, 1.5, 2.25, 3.375 s.
    const settings = { strategy: 'exponential-delay', attempts: 20, delayMs: 1000 } as const
    expect(waits(settings, [0, 1, 2, 3])).toEqual([1000, 1500, 2250, 3375])
    expect(waits(settings, Array.from({ length: 14 }, (_, i) => i)).at(-1)).toBe(60_000)
  })

  it('exponential delay forgets after an hour without failures', () => {
    expect(waits({ strategy: 'exponential-delay', attempts: 2, delayMs: 1000 }, [0, 1, 3_600_001, 3_600_002, 3_600_003])).toEqual([1000, 1500, 1000, 1500, null])
  })

  it('none fails at once', () => {
    expect(waits({ strategy: 'none', attempts: 3, delayMs: 100 }, [0])).toEqual([null])
  })
})
