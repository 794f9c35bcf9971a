import { describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { behindOf } from './behind.ts'

const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'Join',
  operators: ['a', 'b', 'f', 'j', 's'].map((id) => ({ id, kind: 'k', config: {} })),
  edges: [
    { from: 'a', to: 'j', toPort: 'left' },
    { from: 'b', to: 'f' },
    { from: 'f', to: 'j', toPort: 'right' },
    { from: 'j', to: 's' },
  ],
}
const limits = { lagMs: 60_000, silent: true }
const at = (watermarks: Readonly<Record<string, number | null>>) => (key: string) => watermarks[key] ?? null

describe('who is behind', () => {
  it('is the branch that feeds the slow gate, not the join’s own chain', () => {
    const behind = behindOf(job, at({ 'a:out>j:left': 200_000, 'b:out>f:in': 70_000, 'f:out>j:right': 60_000, 'j:out>s:in': 60_000 }), limits)
    expect(behind.waiting.get('j')).toEqual({ slow: 'f:out>j:right', slowAt: 60_000, ahead: 'a:out>j:left', aheadAt: 200_000 })
    expect([...behind.operators].toSorted()).toEqual(['b', 'f'])
    expect([...behind.edges].toSorted()).toEqual(['b:out>f:in', 'f:out>j:right'])
  })
  it('is nobody within the limit', () => {
    expect(behindOf(job, at({ 'a:out>j:left': 100_000, 'f:out>j:right': 60_000 }), limits).waiting.size).toBe(0)
  })
  it('is nobody because another input has ended', () => {
    expect(behindOf(job, at({ 'a:out>j:left': Infinity, 'f:out>j:right': 60_000 }), limits).waiting.size).toBe(0)
  })
  it('is an input that has brought no time yet, once the run has settled', () => {
    const marks = at({ 'a:out>j:left': 100_000 })
    expect(behindOf(job, marks, { ...limits, silent: false }).waiting.size).toBe(0)
    expect(behindOf(job, marks, limits).waiting.get('j')).toMatchObject({ slow: 'f:out>j:right', slowAt: null })
  })
})
