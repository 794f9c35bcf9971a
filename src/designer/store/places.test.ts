import { describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { columnWidth, placeOf, rowHeight } from './places.ts'

function jobOf(edges: readonly string[], layout?: Job['layout']): Job {
  const pairs = edges.map((edge) => edge.split('>') as [string, string])
  const ids = [...new Set(pairs.flat())]
  return { format: 'millrace/job', version: 1, name: 'places', operators: ids.map((id) => ({ id, kind: 'union', config: {} })), edges: pairs.map(([from, to]) => ({ from, to })), ...(layout === undefined ? {} : { layout }) }
}

/** Column and row of each. */
function drawn(job: Job): Record<string, string> {
  return Object.fromEntries(job.operators.map(({ id }) => [id, `${placeOf(job, id).x / columnWidth} ${placeOf(job, id).y / rowHeight}`]))
}

describe('places of operators that the document gives none', () => {
  it('follow the stream in a row', () => {
    expect(drawn(jobOf(['a>b', 'b>c']))).toEqual({ a: '0 0', b: '1 0', c: '2 0' })
  })

  it('put the inputs of a join above each other, and each beside what it feeds', () => {
    expect(drawn(jobOf(['l>join', 'r>join', 'join>out']))).toEqual({ l: '0 0', join: '1 0.5', r: '0 1', out: '2 0.5' })
    expect(drawn(jobOf(['l>f', 'f>g', 'g>join', 'r>join']))).toMatchObject({ l: '0 0', g: '2 0', r: '2 1', join: '3 0.5' })
  })

  it('draw the left input above the right one, whatever their order in the document', () => {
    const job = jobOf(['r>b', 'l>a', 'b>join', 'a>join', 'join>out'])
    const edges = job.edges.map((edge) => (edge.to === 'join' ? { ...edge, toPort: edge.from === 'a' ? 'left' : 'right' } : edge))
    expect(drawn({ ...job, edges })).toEqual({ l: '0 0', a: '1 0', r: '0 1', b: '1 1', join: '2 0.5', out: '3 0.5' })
  })

  it('leave a channel that passes a column its room', () => {
    const { a, join } = drawn(jobOf(['s>a', 'a>join', 's>join']))
    expect([a, join]).toEqual(['1 0', '2 0.5'])
  })

  it('never lie over each other, in circles and with places beside them too', () => {
    for (const job of [jobOf(['a>b', 'b>a', 'b>c', 'd>d']), jobOf(['a>b', 'c>b', 'b>d', 'b>e'], { operators: { b: { x: 50, y: 400 }, gone: { x: 0, y: 9000 } } })]) {
      const places = job.operators.map(({ id }) => placeOf(job, id))
      for (const [i, one] of places.entries()) for (const other of places.slice(i + 1)) expect(Math.abs(one.x - other.x) >= columnWidth || Math.abs(one.y - other.y) >= rowHeight).toBe(true)
    }
    expect(placeOf(jobOf(['a>b'], { operators: { b: { x: 50, y: 400 } } }), 'b')).toEqual({ x: 50, y: 400 })
  })
})
