import { describe, expect, it } from 'vitest'
import type { Job } from '../../../job/job.ts'
import { rowsAtSinks } from './runProgram.ts'

function changesToSink(changes: readonly (readonly [kind: string, k: string])[]): Job {
  const connector = { type: 'inline', changelog: true, rows: changes.map(([kind, k]) => ({ kind, row: [k] })) }
  const operators = [
    { id: 'rows', kind: 'source', config: { connector, columns: [{ name: 'k', type: 'STRING' }] } },
    { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
  ]
  return { format: 'millrace/job', version: 1, name: 'changes', operators, edges: [{ from: 'rows', to: 'out' }] }
}

describe('the rows a program leaves at a sink', () => {
  it('are those that are left when all changes are applied', async () => {
    expect(await rowsAtSinks(changesToSink([['+I', 'a'], ['+I', 'a'], ['+I', 'b'], ['-D', 'a'], ['-D', 'b']]))).toEqual({ out: ['{"k":"a"}'] })
  })
  it('are none of a job that takes a row back which it never gave', async () => {
    await expect(rowsAtSinks(changesToSink([['+I', 'a'], ['-D', 'b']]))).rejects.toThrow('taken back 1 times more than given: {"k":"b"}')
  })
})
