import { nexmarkQueries, withGenerator, type NexmarkQuery } from '../../examples/nexmark/queries.ts'
import type { JsonObject } from '../../src/columnar/json.ts'
import type { Job } from '../../src/job/job.ts'
import { runToEnd } from '../../src/runtime/launch/inProcess.ts'
import { median } from '../harness.ts'
import { planOf } from './replay.ts'

/**
 * The Nexmark queries whole, generator and all, in one thread: events a second of one core. And whether those that take rows back stay linear: their time at once, four times and sixteen times the events.
 *
 * Rates are by CPU time of the process, which counts the work of the engine's compiler and collector too; they are what one machine gives, not what is good.
 */
const stateless = new Set(['q0', 'q1', 'q2', 'q10', 'q14', 'q21', 'q22'])
const goals = { stateless: 5_000_000, any: 300_000 }

export interface QueryResult {
  readonly query: string
  readonly events: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly eventsPerCpuSecond: number
}

export const nexmarkNames: readonly string[] = nexmarkQueries.map(({ name }) => name)

export async function benchQueries(names: readonly string[], events: number): Promise<readonly QueryResult[]> {
  console.log(`\nNexmark queries in one thread, ${events.toLocaleString('en')} events each`)
  const results: QueryResult[] = []
  for (const query of nexmarkQueries.filter(({ name }) => names.includes(name))) {
    const result = await measured(query, events, 3)
    const goal = stateless.has(query.name) ? goals.stateless : goals.any
    const rate = result.eventsPerCpuSecond
    console.log(`  ${query.name.padEnd(4)} ${(rate / 1e6).toFixed(2).padStart(7)} M events/s of a core  ${result.wallMs.toFixed(0).padStart(7)} ms  goal ≥ ${goal / 1e6} M  ${rate >= goal ? 'reached' : 'NOT REACHED'}`)
    results.push(result)
  }
  return results
}

/** Retractions never blow up: time for sixteen times the events is at most about sixteen times the time. */
export async function benchLinearity(events: number): Promise<object> {
  console.log('\nQueries that take rows back, at 1, 4 and 16 times the events')
  const results = []
  for (const query of nexmarkQueries.filter(({ name }) => ['q4', 'q9', 'q16'].includes(name))) {
    const times: number[] = []
    await measured(query, events, 1)
    for (const factor of [1, 4, 16]) times.push((await measured(query, events * factor, factor === 16 ? 1 : 3)).cpuMs)
    const growth = [times[1]! / times[0]! / 4, times[2]! / times[0]! / 16]
    console.log(`  ${query.name.padEnd(4)} ${times.map((ms) => `${ms.toFixed(0)} ms`).join(' · ')}  per event ${growth.map((ratio) => `${ratio.toFixed(2)} ×`).join(' · ')}`)
    results.push({ query: query.name, events, cpuMs: times, perEvent: growth })
  }
  return results
}

async function measured({ name, job }: NexmarkQuery, events: number, turns: number): Promise<QueryResult> {
  const plan = planOf(toNowhere(withGenerator(job, { events })))
  const wall: number[] = []
  const cpu: number[] = []
  for (let turn = turns === 1 ? 0 : -1; turn < turns; turn++) {
    const usage = process.cpuUsage()
    const before = performance.now()
    await runToEnd(plan, { processingTime: 'wall' })
    if (turn < 0) continue
    wall.push(performance.now() - before)
    const { user, system } = process.cpuUsage(usage)
    cpu.push((user + system) / 1000)
  }
  const cpuMs = median(cpu)
  return { query: name, events, wallMs: median(wall), cpuMs, eventsPerCpuSecond: (events / cpuMs) * 1000 }
}

/** In one subtask, to sinks that count and drop. */
function toNowhere(job: Job): Job {
  return {
    ...job,
    settings: { ...job.settings, parallelism: 1 },
    operators: job.operators.map((operator) => (operator.kind === 'sink' ? { ...operator, config: { ...operator.config, connector: { type: 'blackhole' } } as JsonObject } : operator)),
  }
}
