import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../columnar/json.ts'
import { exactNumbersOf, restoreExactNumbers } from './exactNumbers.ts'

describe('numbers that no double holds', () => {
  it('are themselves again behind a clone, and what looks like one is left alone', () => {
    const shared = { n: new ExactNumber('1.10') }
    const plan = { rows: [[1, new ExactNumber('9223372036854775807')], [null, { text: '5' }]], shared: [shared, shared], bytes: new Uint8Array(3), options: { text: '7' } }
    const clone = structuredClone(plan)
    restoreExactNumbers(clone, exactNumbersOf(plan))
    expect(clone).toStrictEqual(plan)
    expect(clone.rows[0]![1]).toBeInstanceOf(ExactNumber)
    expect(clone.shared[1]!.n).toBeInstanceOf(ExactNumber)
  })

  it('stay what they are in a plan that was not cloned', () => {
    const number = new ExactNumber('1.10')
    const plan = Object.freeze({ rows: Object.freeze([number]) })
    restoreExactNumbers(plan, exactNumbersOf(plan))
    expect(plan.rows[0]).toBe(number)
  })
})
