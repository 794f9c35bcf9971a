import { describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { nothingSelected } from '../store/designerStore.ts'
import { boxAround, FlowMemory, flowEdges, flowNodes, neighbours, portShare } from './flow.ts'

const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'Fork',
  operators: [
    { id: 'a', kind: 'source', config: {} },
    { id: 'b', kind: 'filter', config: {} },
    { id: 'c', kind: 'sink', config: {} },
    { id: 'd', kind: 'sink', config: {} },
  ],
  edges: [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'b', fromPort: 'late', to: 'd' },
  ],
  layout: { operators: { a: { x: 0, y: 0 }, b: { x: 193, y: 0 }, c: { x: 386, y: 10 }, d: { x: 386, y: 130 } }, notes: [{ id: 'n', text: 'hello', x: 0, y: 200 }] },
}

describe('the job as a flow', () => {
  it('puts a dragged operator where the pointer holds it', () => {
    const nodes = flowNodes(job, { ...nothingSelected, operators: ['b'] }, new Map([['b', { x: 200, y: 50 }]]), false)
    expect(nodes.find((node) => node.id === 'b')).toMatchObject({ position: { x: 200, y: 50 }, selected: true })
    expect(nodes.map((node) => node.type)).toEqual(['note', 'operator', 'operator', 'operator', 'operator'])
  })
  it('leaves out edges whose ends are gone', () => {
    expect(flowEdges({ ...job, operators: job.operators.slice(0, 3) }, nothingSelected).map((edge) => edge.id)).toEqual(['a:out>b:in', 'b:out>c:in'])
  })
  it('walks along edges and between siblings', () => {
    expect(neighbours(job, 'a', 'right')).toBe('b')
    expect(neighbours(job, 'b', 'right')).toBe('c')
    expect(neighbours(job, 'b', 'left')).toBe('a')
    expect(neighbours(job, 'c', 'down')).toBe('d')
    expect(neighbours(job, 'd', 'up')).toBe('c')
    expect(neighbours(job, 'a', 'left')).toBeNull()
  })
  it('spreads ports over the side', () => {
    expect([portShare(0, 1, 'input'), portShare(0, 2, 'input'), portShare(1, 2, 'input')]).toEqual([0.5, 0.34, 0.68])
    expect([portShare(0, 1, 'output'), portShare(0, 2, 'output')]).toEqual([0.5, 0.5])
    expect(portShare(1, 2, 'output')).toBeCloseTo(0.82)
  })
  it('keeps what did not change while one operator is dragged', () => {
    const memory = new FlowMemory()
    const before = memory.nodesOf(job, nothingSelected, new Map(), false)
    const after = memory.nodesOf(job, nothingSelected, new Map([['b', { x: 1, y: 2 }]]), false)
    expect(after.filter((node, i) => node !== before[i]).map((node) => node.id)).toEqual(['b'])
    expect(memory.edgesOf(job, nothingSelected)[0]).toBe(memory.edgesOf(job, { ...nothingSelected, edges: ['b:out>c:in'] })[0])
  })
  it('has one operator where Tab stops: the focused one, else the first', () => {
    const stops = (focused: string | null) =>
      flowNodes(job, { ...nothingSelected, focused: focused === null ? null : { kind: 'operator', id: focused } }, new Map(), false).flatMap((node) => (node.type === 'operator' && node.data.tabStop ? [node.id] : []))
    expect([stops(null), stops('c'), stops('gone')]).toEqual([['a'], ['c'], ['a']])
  })
  it('draws a group around its operators, dragged ones too', () => {
    expect(boxAround([])).toBeNull()
    const grouped: Job = { ...job, layout: { ...job.layout, groups: [{ id: 'g', name: 'Group 1', operators: ['a', 'b'] }] } }
    const group = (moved: ReadonlyMap<string, { x: number; y: number }>) => flowNodes(grouped, nothingSelected, moved, false).find((node) => node.type === 'group')
    expect(group(new Map())).toMatchObject({ position: { x: -14, y: -28 }, width: 193 + 144 + 28, height: 98 + 42 })
    expect(group(new Map([['b', { x: 293, y: 0 }]]))).toMatchObject({ width: 293 + 144 + 28 })
  })
})
