import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationText, parseDuration } from './durationText.ts'

describe('duration text', () => {
  it.each([
    [0, '0 s'],
    [60_000, '1 min'],
    [5_400_000, '1 h 30 min'],
    [-250, '-250 ms'],
    [90_061_001, '1 d 1 h 1 min 1 s 1 ms'],
  ])('writes %d as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })
  it.each([
    ['1.5h', 5_400_000],
    ['10', 10_000],
    [' 2 Minutes ', 120_000],
    ['-5s', -5000],
    ['', null],
    ['soon', null],
    ['1 fortnight', null],
  ])('reads %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.integer(), (ms) => {
        expect(parseDuration(durationText(ms))).toBe(ms)
      }),
    )
  })
})
