import { beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import type { Problem } from '../../job/problem.ts'
import { setDefinitions } from '../store/definitions.ts'
import { designerState, designerStore, openDocument, resetDesigner } from '../store/designerStore.ts'
import { testDefinitions } from '../store/testing/definitions.ts'
import { neighbourProblem, visitProblem } from './problemFocus.ts'

const job: Job = { format: 'millrace/job', version: 1, name: 'x', operators: [{ id: 'a', kind: 'keep', config: {} }, { id: 'b', kind: 'keep', config: {} }], edges: [] }
const problem = (code: string, place: Problem['place']): Problem => ({ code, severity: 'error', message: code, place })
const found = (...problems: readonly Problem[]): void => designerStore.setState((state) => ({ check: { ...state.check, problems } }))
const one = problem('MR-101', { operator: 'a', path: 'where' })
const ofJob = problem('MR-012', { path: 'settings.parallelism' })
const two = problem('MR-105', { operator: 'b' })

beforeEach(() => {
  resetDesigner()
  setDefinitions(testDefinitions)
  openDocument({ id: 'd', job })
})

describe('going from problem to problem', () => {
  it('is a round through all of them, those of the job and those without a field included', () => {
    found(one, ofJob, two)
    const round: string[] = []
    for (let i = 0; i < 4; i++) {
      const next = neighbourProblem(1)!
      round.push(next.code)
      visitProblem(next)
    }
    expect(round).toEqual(['MR-101', 'MR-012', 'MR-105', 'MR-101'])
    expect(neighbourProblem(-1)).toBe(two)
  })

  it('shows the operator it belongs to, and the job where it belongs to none', () => {
    found(one, ofJob)
    visitProblem(one)
    expect(designerState().selection.operators).toEqual(['a'])
    visitProblem(ofJob)
    expect(designerState().selection.operators).toEqual([])
  })

  it('goes on from the same place when the check has made its problems anew', () => {
    found(one, two)
    visitProblem(one)
    found({ ...one }, { ...two })
    expect(neighbourProblem(1)).toMatchObject({ code: 'MR-105' })
  })

  it('leads nowhere when nothing is wrong', () => {
    found()
    expect(neighbourProblem(1)).toBeNull()
  })
})
