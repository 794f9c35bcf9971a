import { describe, expect, it } from 'vitest'
import { holds } from './checks/check.ts'
import { suites } from './checks/suites.ts'

/** The engine against a naive evaluation. `MILLRACE_PROGRAMS=1000` asks for more programs of each, `MILLRACE_SEED` for others. */
const programs = Number(process.env.MILLRACE_PROGRAMS ?? 40)
const timeoutMs = 60_000 + programs * 500

describe('the engine and a naive evaluation agree on', () => {
  for (const check of suites.evaluator!) {
    it(check.name, async () => {
      const { compared, met } = await holds(check, programs)
      expect(compared.get(check.name)).toBe(programs * check.times)
      // Most have rows to compare, and none fails.
      expect(met.get('without a row') ?? 0).toBeLessThan((programs * check.times) / 2)
      expect(met.get('failed either way')).toBe(undefined)
    }, timeoutMs)
  }
})
