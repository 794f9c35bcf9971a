import { describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { inferSchemas } from '../../job/inferSchemas.ts'
import { definitionOf, definitions } from '../../operators/catalog.ts'
import { edgeVerdict, kindProblem, provideInference, verdictsFor, type Surroundings } from './connecting.ts'

provideInference(inferSchemas)

const columns = [
  { name: 'ts', type: 'TIMESTAMP(3)' },
  { name: 'k', type: 'STRING' },
]
const connector = { type: 'inline', rows: [] }
const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'x',
  operators: [
    { id: 'timed', kind: 'source', name: 'Timed', config: { connector, columns, watermark: { column: 'ts', delayMs: 0 } } },
    { id: 'plain', kind: 'source', name: 'Plain', config: { connector, columns } },
    { id: 'keep', kind: 'filter', name: 'Keep', config: { where: 'TRUE' } },
    { id: 'window', kind: 'window-aggregate', name: 'Counts', config: {} },
    { id: 'join', kind: 'interval-join', name: 'Pairs', config: {} },
    { id: 'merge', kind: 'union', name: 'All', config: {} },
    { id: 'out', kind: 'sink', name: 'Board', config: { connector: { type: 'collect' } } },
  ],
  edges: [
    { from: 'plain', to: 'keep' },
    { from: 'keep', to: 'merge' },
    { from: 'merge', to: 'out' },
    { from: 'timed', to: 'join', toPort: 'left' },
  ],
}
const around: Surroundings = { job, outputs: inferSchemas(job, definitionOf).outputs, definitions, definitionOf }
const from = (operator: string, port = 'out') => verdictsFor({ operator, port, side: 'out' }, around)

describe('where a wire may end', () => {
  it('is any free gate that takes these rows, the first free one of a join', () => {
    const verdicts = from('timed')
    expect(verdicts.get('window')).toEqual({ kind: 'legal', edge: { from: 'timed', to: 'window' } })
    expect(verdicts.get('join')).toMatchObject({ kind: 'legal', edge: { from: 'timed', to: 'join', toPort: 'right' } })
    expect(verdicts.get('merge')?.kind).toBe('legal')
  })
  it('is never a source, itself, or what feeds it', () => {
    expect(from('timed').get('plain')).toMatchObject({ kind: 'impossible', reason: expect.stringContaining('Plain is a source') as unknown })
    expect(from('timed').get('timed')?.kind).toBe('impossible')
    expect(from('merge').get('keep')).toMatchObject({ kind: 'impossible', reason: expect.stringContaining('circle') as unknown })
  })
  it('is a taken gate only by giving way or going through a merging operator', () => {
    expect(from('timed').get('out')).toMatchObject({ kind: 'unfit', reason: 'Board already takes the rows of All.', offer: { kind: 'merge', other: { from: 'merge', to: 'out' }, through: { kind: 'union' } } })
    expect(edgeVerdict({ from: 'plain', to: 'join', toPort: 'left' }, around)).toMatchObject({ kind: 'unfit', reason: 'Left of Pairs already takes the rows of Timed.' })
  })
  it('asks for time where time is needed, and says which source to give it to', () => {
    expect(from('keep').get('window')).toMatchObject({ kind: 'unfit', reason: 'Counts needs a time column, and the rows of Keep have none.', offer: { kind: 'giveTime', source: 'plain' } })
    expect(from('keep').get('join')?.kind).toBe('unfit')
  })
  it('looks for outputs when an input is held', () => {
    const verdicts = verdictsFor({ operator: 'window', port: 'in', side: 'in' }, around)
    expect(verdicts.get('timed')).toMatchObject({ kind: 'legal', edge: { from: 'timed', to: 'window' } })
    expect(verdicts.get('out')).toMatchObject({ kind: 'impossible', reason: expect.stringContaining('Board is a sink') as unknown })
  })
  it('is told of kinds that are not yet on the canvas too', () => {
    const problem = (kind: string, operator: string) => kindProblem(definitionOf(kind)!, { operator, port: 'out', side: 'out' }, around)
    expect(problem('window-aggregate', 'timed')).toBeNull()
    expect(problem('window-aggregate', 'plain')).toContain('needs a time column')
    expect(problem('source', 'timed')).toContain('is a source')
  })
})
