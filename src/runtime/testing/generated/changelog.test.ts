import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from '../../../compiler/compile.ts'
import type { Job } from '../../../job/job.ts'
import { definitionOf } from '../../../operators/catalog.ts'
import { arbitraryProgram, programText } from './arbitraryProgram.ts'
import { rowsAtSinks } from './runProgram.ts'
import { isSettledInParallel } from './settled.ts'
import { topicEdges } from './throughTopics.ts'

/** Programs whose results update, with the keys of the changes as the keys of their sinks: a table by key is the one that all changes leave. */
const numRuns = Number(process.env.MILLRACE_PROGRAMS ?? 60)
const timeoutMs = 60_000 + numRuns * 500
const seed = Number(process.env.MILLRACE_SEED ?? 1)

/** A single row has no key to be replaced by; null where no sink of the job has one. */
function keyed(job: Job): Job | null {
  const { changelog } = compile(job, definitionOf)
  let found = false
  const operators = job.operators.map((operator) => {
    // What reads a topic knows its records as they are.
    if (operator.kind !== 'sink' || topicEdges(job).some(({ from }) => from === operator.id)) return operator
    const edge = job.edges.findIndex(({ to }) => to === operator.id)
    const { rowKinds, upsertKeys } = changelog!.edges.get(edge)!
    const key = upsertKeys.find((columns) => columns.length > 0)
    if (key === undefined || !rowKinds.includes('-U')) return operator
    found = true
    return { ...operator, config: { ...operator.config, key } }
  })
  return found ? { ...job, operators } : null
}

const jobs = fc.sample(arbitraryProgram, { numRuns: numRuns * 12, seed }).flatMap((job) => {
  const own = keyed(job)
  return own === null ? [] : [{ job, keyed: own }]
}).slice(0, numRuns)

describe('updates that are replaced by key', () => {
  it('are many enough to tell, most of them without the row before', () => {
    expect(jobs.length).toBeGreaterThan(numRuns / 3)
    const without = jobs.filter(({ keyed }) => compile(keyed, definitionOf, { edgesShown: false }).changelog!.withoutUpdateBefore.size > 0)
    expect(without.length).toBeGreaterThan(jobs.length / 3)
  })
  it('leave the table that all changes leave', async () => {
    for (const { job, keyed } of jobs) {
      const whole = await rowsAtSinks(job, { rewrites: false })
      expect(await rowsAtSinks(keyed, { rewrites: false }), programText(keyed)).toEqual(whole)
      expect(await rowsAtSinks(keyed, { edgesShown: false }), programText(keyed)).toEqual(whole)
      expect(await rowsAtSinks(keyed, { edgesShown: false, batchRows: 1 }), programText(keyed)).toEqual(whole)
    }
  }, timeoutMs)
})

describe('settings that fold or forget', () => {
  const withSettings = (job: Job, settings: Job['settings']): Job => ({ ...job, settings: { ...job.settings, ...settings } })
  it('leave the table of each row by itself: mini-batches of a few rows, of all, and by time', async () => {
    for (const { job, keyed } of jobs) {
      const whole = await rowsAtSinks(job, { rewrites: false })
      for (const miniBatch of [{ latencyMs: 1000, size: 3 }, { latencyMs: 1_000_000_000, size: 100_000 }]) {
        expect(await rowsAtSinks(withSettings(keyed, { miniBatch }), { edgesShown: false }), programText(keyed)).toEqual(whole)
      }
    }
  }, timeoutMs)
  it('leave it in two subtasks, where groups are put together before they are exchanged', async () => {
    const miniBatch = { latencyMs: 1000, size: 5 }
    const parallel = jobs.filter(({ job }) => isSettledInParallel(job))
    expect(parallel.length).toBeGreaterThan(jobs.length / 3)
    for (const { job, keyed } of parallel) {
      const whole = await rowsAtSinks(job, { rewrites: false, parallelism: 2 })
      expect(await rowsAtSinks(withSettings(keyed, { miniBatch }), { edgesShown: false, parallelism: 2 }), programText(keyed)).toEqual(whole)
    }
  }, timeoutMs)
  it('leave the table when nothing comes so late that it is forgotten', async () => {
    for (const { job, keyed } of jobs) {
      const whole = await rowsAtSinks(job, { rewrites: false })
      expect(await rowsAtSinks(withSettings(keyed, { stateTtlMs: 1_000_000_000_000 })), programText(keyed)).toEqual(whole)
    }
  }, timeoutMs)
})
