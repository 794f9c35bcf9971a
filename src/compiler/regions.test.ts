import { describe, expect, it } from 'vitest'
import type { Chain, PhysicalPlan } from './physicalPlan.ts'
import { regionsOf } from './regions.ts'

const chain = (id: number, topic?: string): Chain =>
  ({ id, parallelism: 1, operators: [{ spec: { id: `o${id}`, kind: 'x', config: topic === undefined ? {} : { connector: { type: 'topic', topic } }, inputs: [], outputs: [] }, name: '', role: 'operator', outputs: [] }] }) as Chain
const planOf = (chains: readonly Chain[], joined: readonly (readonly [number, number])[]): PhysicalPlan =>
  ({ name: '', settings: {}, chains, exchanges: joined.map(([fromChain, toChain], id) => ({ id, edge: id, fromChain, toChain, toInput: 0, partitioning: { kind: 'forward' } })) }) as unknown as PhysicalPlan
const ids = (plan: PhysicalPlan): number[][] => regionsOf(plan).map((region) => region.map(({ id }) => id))

describe('regions of a plan', () => {
  it('are what exchanges join', () => {
    expect(ids(planOf([0, 1, 2, 3, 4].map((id) => chain(id)), [[0, 3], [1, 4], [3, 4]]))).toEqual([[0, 1, 3, 4], [2]])
    expect(ids(planOf([0, 1, 2].map((id) => chain(id)), []))).toEqual([[0], [1], [2]])
  })
  it('are one where topics are read or written', () => {
    expect(ids(planOf([chain(0), chain(1, 'orders'), chain(2, 'orders'), chain(3, 'other')], []))).toEqual([[0], [1, 2, 3]])
  })
})
