import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { operatorIdPattern, type Job } from '../../job/job.ts'
import { applyCommand, applyPatch, edgeProblem, fragmentOf, type CommandResult, type DocumentCommand } from './documentCommands.ts'
import { edgeKey } from './edgeKey.ts'
import { emptyHistory, redone, undone, withGestureEnded, withStep, type History } from './history.ts'
import { takenIds } from './freshId.ts'
import { testDefinitionOf } from './testing/definitions.ts'
import { commandOf, commandSeeds } from './testing/randomCommands.ts'

const context = { definitionOf: testDefinitionOf }

const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'Test',
  operators: [
    { id: 'in', kind: 'reader', config: { columns: ['id', 'at'] } },
    { id: 'keep', kind: 'keep', config: { by: 'id' } },
    { id: 'out', kind: 'table', config: {} },
  ],
  edges: [
    { from: 'in', to: 'keep' },
    { from: 'keep', to: 'out' },
  ],
  layout: { operators: { in: { x: 0, y: 0 }, keep: { x: 200, y: 0 }, out: { x: 400, y: 0 } } },
}

function done(before: Job, command: DocumentCommand): Exclude<CommandResult, { problem: string }> {
  const result = applyCommand(before, command, context)
  if ('problem' in result) throw new Error(result.problem)
  return result
}

function refusal(before: Job, command: DocumentCommand): string {
  const result = applyCommand(before, command, context)
  return 'problem' in result ? result.problem : ''
}

describe('document commands', () => {
  it('are undone exactly, in any sequence', () => {
    fc.assert(
      fc.property(commandSeeds, (seeds) => {
        const jobs: Job[] = [job]
        const steps: { forward: Parameters<typeof applyPatch>[1]; inverse: Parameters<typeof applyPatch>[1] }[] = []
        for (const seed of seeds) {
          const before = jobs[jobs.length - 1]!
          const result = applyCommand(before, commandOf(before, seed), context)
          if ('problem' in result) continue
          jobs.push(result.job)
          steps.push(result)
        }
        let back = jobs[jobs.length - 1]!
        for (let index = steps.length - 1; index >= 0; index -= 1) {
          back = applyPatch(back, steps[index]!.inverse)
          expect(back).toEqual(jobs[index])
        }
        let again = job
        steps.forEach((step, index) => {
          again = applyPatch(again, step.forward)
          expect(again).toEqual(jobs[index + 1])
        })
      }),
      { numRuns: 300 },
    )
  })

  it('leave the job before them untouched', () => {
    const frozen = deepFrozen(structuredClone(job))
    fc.assert(
      fc.property(commandSeeds, (seeds) => {
        let current = frozen
        for (const seed of seeds) {
          const result = applyCommand(current, commandOf(current, seed), context)
          if (!('problem' in result)) current = deepFrozen(result.job)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('keep ids unique, edges whole and free of circles, and positions and groups of operators that exist', () => {
    fc.assert(
      fc.property(commandSeeds, (seeds) => {
        let current = job
        for (const seed of seeds) {
          const result = applyCommand(current, commandOf(current, seed), context)
          if (!('problem' in result)) current = result.job
        }
        const ids = current.operators.map((operator) => operator.id)
        expect(new Set(ids).size).toBe(ids.length)
        expect(takenIds(current).size).toBe(ids.length + (current.layout?.notes ?? []).length + (current.layout?.groups ?? []).length)
        for (const id of ids) expect(id).toMatch(operatorIdPattern)
        const keys = current.edges.map(edgeKey)
        expect(new Set(keys).size).toBe(keys.length)
        for (const edge of current.edges) {
          expect(ids).toContain(edge.from)
          expect(ids).toContain(edge.to)
          const others = { ...current, edges: current.edges.filter((other) => other !== edge) }
          expect(edgeProblem(others, edge, testDefinitionOf)).toBe(null)
        }
        for (const id of Object.keys(current.layout?.operators ?? {})) expect(ids).toContain(id)
        for (const group of current.layout?.groups ?? []) for (const id of group.operators) expect(ids).toContain(id)
      }),
      { numRuns: 300 },
    )
  })

  it('deletes and bridges', () => {
    const after = done(job, { kind: 'removeOperators', operators: ['keep'], bridge: true }).job
    expect(after.edges).toEqual([{ from: 'in', to: 'out' }])
  })

  it('inserts into an edge as one step', () => {
    const result = done(job, { kind: 'insertOnEdge', edge: 'in:out>keep:in', operator: { id: 'w', kind: 'window-count', config: {} }, position: { x: 1, y: 1 } })
    expect(result.job.edges.map(edgeKey).toSorted()).toEqual(['in:out>w:in', 'keep:out>out:in', 'w:out>keep:in'])
    expect(applyPatch(result.job, result.inverse)).toEqual(job)
  })

  it('gives an occupied input to the newest edge, and a union any number', () => {
    const second = done(job, { kind: 'addOperator', operator: { id: 'more', kind: 'reader', config: {} }, position: { x: 0, y: 100 } }).job
    expect(done(second, { kind: 'connect', edge: { from: 'more', to: 'keep' } }).job.edges.map(edgeKey)).toEqual(['keep:out>out:in', 'more:out>keep:in'])
    const merged = done(second, { kind: 'addOperator', operator: { id: 'all', kind: 'merge', config: {} }, position: { x: 9, y: 9 }, edges: [{ from: 'in', to: 'all' }, { from: 'more', to: 'all' }] }).job
    expect(merged.edges.filter((edge) => edge.to === 'all').length).toBe(2)
  })

  it('refuses a circle, a sink as a beginning and a missing port, in words', () => {
    expect(refusal(job, { kind: 'connect', edge: { from: 'keep', to: 'keep' } })).toContain('cannot feed itself')
    expect(refusal(job, { kind: 'connect', edge: { from: 'out', to: 'keep' } })).toContain('is a sink')
    expect(refusal(job, { kind: 'connect', edge: { from: 'keep', to: 'in' } })).toContain('is a source')
    expect(refusal(job, { kind: 'connect', edge: { from: 'keep', fromPort: 'late', to: 'out' } })).toContain('no port named late')
    const two = done(job, { kind: 'insertOnEdge', edge: 'keep:out>out:in', operator: { id: 'k2', kind: 'keep', config: {} }, position: { x: 0, y: 0 } }).job
    expect(refusal(two, { kind: 'connect', edge: { from: 'k2', to: 'keep' } })).toContain('circle')
  })

  it('renews ids on paste, and keeps upstream wires when asked to', () => {
    const fragment = fragmentOf(job, ['keep'], [])
    const plain = done(job, { kind: 'paste', fragment, at: { x: 0, y: 300 } })
    expect(plain.made.operators).toEqual(['keep_2'])
    expect(plain.job.edges.length).toBe(2)
    const wired = done(job, { kind: 'paste', fragment, at: { x: 0, y: 300 }, upstream: true })
    expect(wired.job.edges.map(edgeKey)).toContain('in:out>keep_2:in')
    expect(done(wired.job, { kind: 'duplicate', operators: ['keep_2'], offset: { x: 10, y: 10 } }).made.operators).toEqual(['keep_3'])
  })

  it('has the uses of a renamed column follow', () => {
    const result = done(job, { kind: 'renameColumn', operator: 'in', path: ['columns', 0], to: 'number' })
    expect(result.job.operators.map((operator) => operator.config)).toEqual([{ columns: ['number', 'at'] }, { by: 'number' }, {}])
    expect(applyPatch(result.job, result.inverse)).toEqual(job)
  })

  it('says nothing and makes no step when nothing changes', () => {
    expect(applyCommand(job, { kind: 'setConfig', operator: 'keep', path: ['by'], value: 'id' }, context)).toEqual({ problem: '' })
    expect(applyCommand(job, { kind: 'moveOperators', positions: { keep: { x: 200.2, y: 0 } } }, context)).toEqual({ problem: '' })
  })

  it('sets a key named __proto__ as a key like any other', () => {
    const after = done(job, { kind: 'setConfig', operator: 'keep', path: ['__proto__', 'polluted'], value: true }).job
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
    expect(Object.hasOwn(after.operators[1]!.config, '__proto__')).toBe(true)
  })
})

describe('history', () => {
  const typed = (history: History, before: Job, value: string, at: number): { history: History; job: Job } => {
    const result = done(before, { kind: 'setConfig', operator: 'keep', path: ['by'], value })
    return { job: result.job, history: withStep(history, before, result.job, { label: result.label, forward: result.forward, inverse: result.inverse, at, gesture: 'typing' }) }
  }

  it('melts typing into one step and undoes it as one', () => {
    let state = { history: emptyHistory, job }
    for (const [index, value] of ['a', 'au', 'auc'].entries()) state = typed(state.history, state.job, value, index * 100)
    expect(state.history.past.length).toBe(1)
    const back = undone(state.history, state.job)!
    expect(back.job).toEqual(job)
    expect(redone(back.history, back.job)!.job).toEqual(state.job)
  })

  it('begins a new step after a pause, after the end of a gesture, and after undo', () => {
    let state = typed(emptyHistory, job, 'a', 0)
    state = typed(state.history, state.job, 'b', 10_000)
    expect(state.history.past.length).toBe(2)
    state = typed(withGestureEnded(state.history), state.job, 'c', 10_001)
    expect(state.history.past.length).toBe(3)
    const back = undone(state.history, state.job)!
    expect(typed(back.history, back.job, 'd', 10_002).history).toMatchObject({ future: [], past: { length: 3 } })
  })
})

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFrozen(inner)
  }
  return value
}
