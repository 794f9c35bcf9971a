import { describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { findInJob } from './find.ts'

const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'x',
  operators: [
    { id: 'keep', kind: 'filter', config: { where: 'rain_mm >= 0.5 OR wind_ms > 14' } },
    { id: 'src', kind: 'source', name: 'Weather', config: { columns: [{ name: 'rain_mm', type: 'DOUBLE' }] } },
  ],
  edges: [{ from: 'src', to: 'keep' }],
  layout: { notes: [{ id: 'n', text: 'Rain slows the doors', x: 0, y: 0 }] },
}
const find = (query: string) => findInJob(job, query, ['src', 'keep'], () => undefined)

describe('search on the canvas', () => {
  it('finds names, kinds, settings and notes, in the order of the flow', () => {
    expect(find('rain').map(({ id }) => id)).toEqual(['src', 'keep', 'n'])
    expect(find('WEATHER')).toEqual([{ kind: 'operator', id: 'src', words: null }])
    expect(find('wind_ms')).toEqual([{ kind: 'operator', id: 'keep', words: 'rain_mm >= 0.5 OR wind_ms > 14' }])
    expect(find('filter').map(({ id }) => id)).toEqual(['keep'])
  })
  it('finds nothing for nothing', () => {
    expect(find('  ')).toEqual([])
    expect(find('absent')).toEqual([])
  })
})
