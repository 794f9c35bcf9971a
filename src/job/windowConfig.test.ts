import { describe, expect, it } from 'vitest'
import { checkWindowSizes, isSoundWindow, type WindowConfig } from './windowConfig.ts'

const hop = (sizeMs: number, slideMs: number): WindowConfig => ({ type: 'hop', timeColumn: 'ts', sizeMs, slideMs, offsetMs: 0 })

function problemsOf(window: WindowConfig): string[] {
  const found: string[] = []
  checkWindowSizes(window, (path, { severity, code }) => found.push(`${severity} ${code} ${path}`))
  return found
}

describe('the sizes of a window', () => {
  it('may put a row into many windows, and warn of more than anybody waits for', () => {
    expect(problemsOf(hop(86_400_000, 1000))).toEqual([])
    expect(problemsOf(hop(1e12, 1))).toEqual(['warning MR-159 window.slideMs'])
    expect(problemsOf({ type: 'cumulate', timeColumn: 'ts', sizeMs: 1e12, stepMs: 1, offsetMs: 0 })).toEqual(['warning MR-159 window.stepMs'])
  })

  it('are sound with a warning, and not with an error', () => {
    expect(isSoundWindow(hop(1e12, 1))).toBe(true)
    expect(isSoundWindow(hop(25, 10))).toBe(false)
  })
})
