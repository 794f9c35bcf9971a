import { describe, expect, it } from 'vitest'
import { holds } from './checks/check.ts'
import { elementsInFlight, interruptedChecks, restoredCheckpoints, unalignedChecks } from './checks/interrupted.ts'

/** Random jobs cut off at random places. `MILLRACE_PROGRAMS=1000` runs more of them, `MILLRACE_SEED` others; `npm run programs` many. */
const programs = Number(process.env.MILLRACE_PROGRAMS ?? 60)
const timeoutMs = 60_000 + programs * 500

describe('generated programs that are cut off', () => {
  for (const check of interruptedChecks) {
    it(check.name, async () => {
      const { met } = await holds(check, programs)
      expect(met.get(restoredCheckpoints)).toBeGreaterThan(programs / 4)
      if (unalignedChecks.includes(check)) expect(met.get(elementsInFlight)).toBeGreaterThan(0)
    }, timeoutMs)
  }
})
