import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { definitionOf, definitions } from '../../operators/catalog.ts'
import { parseJob } from '../../job/parseJob.ts'
import { checkJob } from '../../job/validate.ts'
import type { Json, JsonObject } from '../../columnar/json.ts'
import { applyCommand, applyPatch } from './documentCommands.ts'
import { setDefinitions } from './definitions.ts'
import { designerState, dispatch, endGesture, openDocument, resetDesigner, undo } from './designerStore.ts'

const folder = new URL('../../../examples/', import.meta.url)
const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, parseJob(readFileSync(new URL(name, folder), 'utf8')).job!] as const)

describe('renaming a column', () => {
  it.each(examples)('leaves %s as sound as it was, whichever source column is renamed', (_, job) => {
    const before = checkJob(job, definitionOf).problems.filter((problem) => problem.severity === 'error')
    expect(before).toEqual([])
    let renamed = 0
    for (const source of job.operators.filter((operator) => definitionOf(operator.kind)?.family === 'source')) {
      // A connector with columns of its own makes them by name: there the name is not the user's to change.
      const type = (source.config['connector'] as JsonObject | undefined)?.['type']
      if (type !== 'inline' && type !== 'datagen') continue
      ;(source.config['columns'] as readonly Json[]).forEach((_, index) => {
        const result = applyCommand(job, { kind: 'renameColumn', operator: source.id, path: ['columns', index, 'name'], to: 'a_new_name' }, { definitionOf })
        if ('problem' in result) throw new Error(result.problem)
        const errors = checkJob(result.job, definitionOf).problems.filter((problem) => problem.severity === 'error')
        expect(errors.map((problem) => `${problem.place.operator} ${problem.place.path}: ${problem.message}`)).toEqual([])
        expect(applyPatch(result.job, result.inverse)).toEqual(job)
        renamed += 1
      })
    }
    expect(renamed).toBeGreaterThanOrEqual(0)
  })

  it('goes through aggregates, groupings and projections of the trips', () => {
    const job = examples.find(([name]) => name === 'trips-per-zone.json')![1]
    const source = job.operators.find((operator) => operator.kind === 'source')!
    const index = (source.config['columns'] as readonly JsonObject[]).findIndex((column) => column['name'] === 'zone')
    const result = applyCommand(job, { kind: 'renameColumn', operator: source.id, path: ['columns', index, 'name'], to: 'district' }, { definitionOf })
    if ('problem' in result) throw new Error(result.problem)
    const window = result.job.operators.find((operator) => operator.kind === 'window-aggregate')!
    expect(window.config['groupBy']).toEqual(['district'])
    expect(result.label).toContain('followed by')
  })
})

describe('typing a new name for a column', () => {
  it('has its uses follow when the field is left, as one step', () => {
    const job = examples.find(([name]) => name === 'trips-per-zone.json')![1]
    resetDesigner()
    setDefinitions(definitions)
    openDocument({ id: 'd', job })
    const source = job.operators.find((operator) => operator.kind === 'source')!
    const index = (source.config['columns'] as readonly JsonObject[]).findIndex((column) => column['name'] === 'zone')
    const path = ['columns', index, 'name']
    // On the way the name equals another column's: nothing may be tied to that.
    for (const name of ['', 'f', 'fare', 'fares', 'district']) dispatch({ kind: 'setConfig', operator: source.id, path, value: name })
    endGesture()
    expect(designerState().history.past.length).toBe(1)
    // The sample itself has no column of that name; everybody behind it is content.
    expect(checkJob(designerState().document.job, definitionOf).problems.filter((problem) => problem.severity === 'error' && problem.place.operator !== source.id)).toEqual([])
    const window = designerState().document.job.operators.find((operator) => operator.kind === 'window-aggregate')!
    expect(window.config['groupBy']).toEqual(['district'])
    expect(JSON.stringify(window.config['aggregates'])).toContain('fare')
    undo()
    expect(designerState().document.job).toEqual(job)
  })
})
