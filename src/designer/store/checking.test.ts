import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { Checker } from './checker.ts'
import { messageText } from './checkMessages.ts'
import { startChecking } from './checking.ts'
import { setDefinitions } from './definitions.ts'
import { designerState, designerStore, dispatch, openDocument, resetDesigner, undo } from './designerStore.ts'
import { patchBetween } from './jobPatch.ts'
import { testDefinitionOf, testDefinitions } from './testing/definitions.ts'

const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'Test',
  operators: [
    { id: 'in', kind: 'reader', config: { columns: ['id', 'at'] } },
    { id: 'keep', kind: 'keep', config: {} },
    { id: 'out', kind: 'table', config: {} },
  ],
  edges: [
    { from: 'in', to: 'keep' },
    { from: 'keep', to: 'out' },
  ],
}

const checked = (): Promise<void> =>
  new Promise((resolve) => {
    const done = (): boolean => designerState().check.revision === designerState().document.revision
    if (done()) return resolve()
    const stop = designerStore.subscribe(() => {
      if (!done()) return
      stop()
      resolve()
    })
  })

let stopChecking: () => void = () => undefined
beforeEach(() => {
  resetDesigner()
  setDefinitions(testDefinitions)
})
afterEach(() => stopChecking())

describe('checking', () => {
  it('puts schemas and problems of the newest job into the store', async () => {
    openDocument({ id: 'd', job })
    stopChecking = startChecking(() => null)
    await checked()
    expect(designerState().check.edges.get('keep:out>out:in')?.fields.map((field) => field.name)).toEqual(['id', 'at'])
    dispatch({ kind: 'setConfig', operator: 'in', path: ['columns'], value: ['id'] })
    dispatch({ kind: 'setConfig', operator: 'in', path: ['columns'], value: ['id', 'number'] })
    await checked()
    expect(designerState().check.edges.get('keep:out>out:in')?.fields.map((field) => field.name)).toEqual(['id', 'number'])
    undo()
    await checked()
    expect(designerState().check.edges.get('in:out>keep:in')?.fields.map((field) => field.name)).toEqual(['id', 'at'])
  })

  it('keeps the identity of schemas that did not change', async () => {
    openDocument({ id: 'd', job })
    stopChecking = startChecking(() => null)
    await checked()
    const before = designerState().check.edges.get('in:out>keep:in')
    dispatch({ kind: 'rename', operator: 'keep', name: 'Kept' })
    await checked()
    expect(designerState().check.edges.get('in:out>keep:in')).toBe(before)
  })

  it('follows a document that replaces another', async () => {
    openDocument({ id: 'd', job })
    stopChecking = startChecking(() => null)
    await checked()
    openDocument({ id: 'e', job: { ...job, operators: [], edges: [] } })
    await checked()
    expect(designerState().check.edges.size).toBe(0)
    expect(designerState().check.problems.length).toBeGreaterThan(0)
  })

  it('answers patches as it would the whole job', () => {
    const checker = new Checker(testDefinitionOf)
    checker.answer({ kind: 'job', text: messageText(job), revision: 1 })
    const next: Job = { ...job, edges: [job.edges[0]!] }
    const patched = checker.answer({ kind: 'patch', text: messageText(patchBetween(job, next)), revision: 2 })
    const whole = new Checker(testDefinitionOf).answer({ kind: 'job', text: messageText(next), revision: 2 })
    expect(patched).toEqual(whole)
  })
})
