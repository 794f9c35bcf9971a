import { describe, expect, it } from 'vitest'
import { byteText, clockText, lagText, shortNumber } from './format.ts'

describe('figures for people', () => {
  it.each([
    [0, '0'],
    [0.4, '0.4'],
    [12, '12'],
    [86.4, '86'],
    [999, '999'],
    [1240, '1.2k'],
    [1000, '1k'],
    [86_400, '86.4k'],
    [864_000, '864k'],
    [999_900, '1M'],
    [1_400_000, '1.4M'],
    [Infinity, '∞'],
  ])('%d is %s', (value, text) => {
    expect(shortNumber(value)).toBe(text)
  })
  it.each([
    [0, '0 B'],
    [38_912, '39 kB'],
    [1400, '1.4 kB'],
    [1_400_000, '1.4 MB'],
    [2e9, '2 GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(byteText(bytes)).toBe(text)
  })
  it('shows event time by its clock and lag by one unit', () => {
    expect(clockText(Date.UTC(2026, 0, 31, 8, 41, 10, 400))).toBe('08:41:10')
    expect([400, 42_000, 120_000, 7_200_000, 259_200_000].map(lagText)).toEqual(['400 ms', '42 s', '2 min', '2 h', '3 d'])
  })
})
