import { describe, expect, it } from 'vitest'
import { changelogChecks, wayNames, withoutRowBefore } from './checks/changelog.ts'
import { holds } from './checks/check.ts'

/** `MILLRACE_PROGRAMS=1000` runs more programs, `MILLRACE_SEED` others; `npm run programs` many. */
const programs = Number(process.env.MILLRACE_PROGRAMS ?? 60)
const timeoutMs = 60_000 + programs * 2000

describe('generated programs whose results update', () => {
  for (const check of changelogChecks) {
    it(check.name, async () => {
      const { compared, met } = await holds(check, programs)
      for (const way of wayNames) expect(compared.get(way), way).toBeGreaterThan(programs / 3)
      expect(met.get(withoutRowBefore)).toBeGreaterThan(programs / 3)
    }, timeoutMs)
  }
})
