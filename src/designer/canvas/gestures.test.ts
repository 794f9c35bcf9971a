import { describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { testDefinitions } from '../store/testing/definitions.ts'
import { fitsOnEdge, gateNear } from './gestures.ts'

const definitionOf = (kind: string) => testDefinitions.find((definition) => definition.kind === kind)
const keep = definitionOf('keep')!
const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'x',
  operators: [
    { id: 'r', kind: 'reader', config: {} },
    { id: 'p', kind: 'pair', config: {} },
  ],
  edges: [{ from: 'r', to: 'p', toPort: 'left' }],
  layout: { operators: { r: { x: 0, y: 0 }, p: { x: 386, y: 0 } } },
}

describe('what a drop means', () => {
  it('is a wire when it lands beside a gate', () => {
    expect(gateNear(job, keep, { x: 170, y: 10 }, definitionOf)).toEqual({ after: { operator: 'r', port: 'out' } })
  })
  it('never takes the place of a wire on an input', () => {
    // Beside both inputs of the join: only the free one is meant.
    expect(gateNear(job, keep, { x: 220, y: -16 }, definitionOf).before).toEqual({ operator: 'p', port: 'right' })
  })
  it('is nothing in the open', () => {
    expect(gateNear(job, keep, { x: 100, y: 400 }, definitionOf)).toEqual({})
  })
  it('can go into an edge only with an input and an output', () => {
    expect([definitionOf('reader'), keep, undefined].map(fitsOnEdge)).toEqual([false, true, false])
  })
})
