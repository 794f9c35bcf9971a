import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { applyCommand } from '../store/documentCommands.ts'
import { emptyHistory, redone, undone, withStep, type History } from '../store/history.ts'
import { testDefinitionOf } from '../store/testing/definitions.ts'
import { commandOf, commandSeed } from '../store/testing/randomCommands.ts'
import { restored, writesFor, type DocumentRecord, type SnapshotRecord, type StepRecord, type Written } from './journal.ts'

/** The stores of the database, as maps. */
class Disk {
  steps = new Map<number, StepRecord>()
  snapshot: SnapshotRecord | undefined
  head: DocumentRecord | undefined
  written: Written | null = null
  bytesPut = 0

  commit(job: Job, history: History): void {
    const writes = writesFor('d', job, history, this.written)
    for (const step of writes.put) {
      this.steps.set(step.number, step)
      this.bytesPut += step.forward.length + step.inverse.length
    }
    for (const number of this.steps.keys()) if (number < writes.keepFrom || number >= writes.keepTo) this.steps.delete(number)
    if (writes.snapshot !== null) this.snapshot = writes.snapshot
    this.head = { id: 'd', name: job.name, revision: 1, owner: 't', ...writes.head, createdAt: 0, changedAt: 0, version: null, versionAt: null, operatorCount: 0 }
    this.written = writes.written
  }

  reload(): { job: Job; history: History } {
    const read = restored(this.head!, this.snapshot, [...this.steps.values()])
    if ('damage' in read) throw new Error(read.damage)
    this.written = read.written
    return { job: read.job, history: read.history }
  }
}

const blank: Job = { format: 'millrace/job', version: 1, name: 'Untitled', operators: [], edges: [] }
const context = { definitionOf: testDefinitionOf }

type Move = { readonly kind: 'command'; readonly seed: number[]; readonly gesture: boolean } | { readonly kind: 'undo' } | { readonly kind: 'redo' } | { readonly kind: 'reload' } | { readonly kind: 'commit' }
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('command' as const), seed: commandSeed, gesture: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'undo' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'redo' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'reload' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'commit' as const }) },
)

describe('the journal', () => {
  it('brings back job, undo and redo after any edits, commits and reloads', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 120, size: 'max' }), (moves) => {
        const disk = new Disk()
        let job = blank
        let history = emptyHistory
        disk.commit(job, history)
        for (const step of moves) {
          if (step.kind === 'command') {
            const result = applyCommand(job, commandOf(job, step.seed), context)
            if ('problem' in result) continue
            history = withStep(history, job, result.job, { label: result.label, forward: result.forward, inverse: result.inverse, at: 0, ...(step.gesture ? { gesture: 'g' } : {}) })
            job = result.job
          } else if (step.kind === 'undo') ({ job, history } = undone(history, job) ?? { job, history })
          else if (step.kind === 'redo') ({ job, history } = redone(history, job) ?? { job, history })
          else if (step.kind === 'commit') disk.commit(job, history)
          else {
            disk.commit(job, history)
            const back = disk.reload()
            expect(back.job).toEqual(job)
            expect(back.history.past.map((past) => past.label)).toEqual(history.past.map((past) => past.label))
            expect(back.history.future.map((future) => future.label)).toEqual(history.future.map((future) => future.label))
            job = back.job
            history = back.history
          }
        }
        disk.commit(job, history)
        const end = disk.reload()
        expect(end.job).toEqual(job)
        let there = { job, history }
        let here = end
        while (there.history.past.length > 0) {
          there = undone(there.history, there.job)!
          here = undone(here.history, here.job)!
          expect(here.job).toEqual(there.job)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('writes one small step for a change of a large job', () => {
    const disk = new Disk()
    const operators = Array.from({ length: 500 }, (_, index) => ({ id: `o${index}`, kind: 'keep', config: { by: 'x'.repeat(200) } }))
    const job: Job = { ...blank, operators }
    disk.commit(job, emptyHistory)
    const result = applyCommand(job, { kind: 'setConfig', operator: 'o250', path: ['by'], value: 'id' }, context)
    if ('problem' in result) throw new Error(result.problem)
    disk.commit(result.job, withStep(emptyHistory, job, result.job, { label: '', forward: result.forward, inverse: result.inverse, at: 0 }))
    expect(disk.bytesPut).toBeLessThan(1000)
    expect(disk.steps.size).toBe(1)
  })

  it('says what is damaged instead of guessing', () => {
    const disk = new Disk()
    disk.commit(blank, emptyHistory)
    expect(restored(disk.head!, undefined, [])).toEqual({ damage: 'its snapshot is missing' })
    expect(restored(disk.head!, { ...disk.snapshot!, text: '{' }, [])).toEqual({ damage: 'its snapshot cannot be read' })
  })
})
