import { compile } from '../src/compiler/compile.ts'
import type { PhysicalPlan } from '../src/compiler/physicalPlan.ts'
import { parseJob } from '../src/job/parseJob.ts'
import { printProblem } from '../src/job/problem.ts'
import { definitionOf } from '../src/operators/catalog.ts'
import type { JobStatus } from '../src/runtime/jobRun.ts'
import type { Launcher } from '../src/runtime/launcher.ts'
import { startRun } from '../src/runtime/startRun.ts'
import { compare, type Comparison } from './harness.ts'

/**
 * Whole jobs, from generator to sink, on the engine threads that `millrace run` uses: what a user gets, with exchanges, watermarks and back-pressure.
 */
export function windowedJob(events: number, parallelism: number): PhysicalPlan {
  return planOf(events, parallelism, [
    {
      id: 'counts',
      kind: 'window-aggregate',
      config: {
        window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 10_000 },
        groupBy: ['auction'],
        aggregates: [
          { name: 'bids', expression: 'COUNT(*)' },
          { name: 'total', expression: 'SUM(price)' },
        ],
      },
    },
  ])
}

export interface Stage {
  readonly id: string
  readonly kind: string
  readonly config: object
}

/** Bids through some operators, in a line, to nowhere. */
export function planOf(events: number, parallelism: number, stages: readonly Stage[], sink = 'blackhole'): PhysicalPlan {
  const ids = ['bids', ...stages.map((stage) => stage.id), 'out']
  const { job, problems } = parseJob(
    JSON.stringify({
      format: 'millrace/job',
      version: 1,
      name: 'bench',
      settings: { parallelism },
      operators: [
        {
          id: 'bids',
          kind: 'source',
          config: {
            connector: { type: 'nexmark', stream: 'bid', events, seed: 1, splits: parallelism },
            columns: [
              { name: 'auction', type: 'BIGINT' },
              { name: 'price', type: 'BIGINT' },
              { name: 'dateTime', type: 'TIMESTAMP(3)' },
            ],
            watermark: { column: 'dateTime', delayMs: 4000 },
          },
        },
        ...stages,
        { id: 'out', kind: 'sink', config: { connector: { type: sink } } },
      ],
      edges: ids.slice(1).map((to, i) => ({ from: ids[i], to })),
    }),
  )
  const compiled = job === null ? null : compile(job, definitionOf, { edgesShown: false })
  if (compiled === null || compiled.physical === null) throw new Error([...problems, ...(compiled?.problems ?? [])].map(printProblem).join('\n'))
  return compiled.physical
}

async function toTheEnd(plan: PhysicalPlan, launcher: Launcher): Promise<number> {
  const run = startRun(plan, { launcher, files: { open: (path) => Promise.reject(new Error(`${path} is not needed here`)) }, previewRows: 0 })
  const status = await new Promise<JobStatus>((resolve) => {
    run.subscribe((event) => {
      if (event.kind === 'status' && (event.status.kind === 'finished' || event.status.kind === 'failed' || event.status.kind === 'canceled')) resolve(event.status)
    })
  })
  await run.stop()
  if (status.kind !== 'finished') throw new Error(`the job ended as ${status.kind}: ${status.kind === 'failed' ? status.failure.message : ''}`)
  return status.durationMs
}

/** The windowed job on two engine threads and on one. Starting the threads is part of both. */
export async function benchWorkers(events: number, launcher: Launcher): Promise<Comparison[]> {
  const plans = [2, 1].map((parallelism) => windowedJob(events, parallelism))
  return [
    await compare(
      `windowed job, ${events.toLocaleString('en')} Nexmark events, whole`,
      [
        { name: 'two workers', pass: () => toTheEnd(plans[0]!, launcher) },
        { name: 'one worker', pass: () => toTheEnd(plans[1]!, launcher) },
      ],
      { rows: events, turns: 5, warmups: 1, goal: { against: 'one worker', atLeast: 1.6 } },
    ),
  ]
}

export interface MemoryResult {
  readonly title: string
  readonly rows: number
  /** Resident set of the process with all its threads, in MB, at equal distances through the run; the first tenth is warming up. */
  readonly residentMb: readonly number[]
}

/** Streams many rows through the windowed job and watches the process's memory. */
export async function benchMemory(events: number, launcher: Launcher): Promise<MemoryResult> {
  const samples: number[] = []
  const timer = setInterval(() => samples.push(process.memoryUsage.rss() / 1e6), 250)
  try {
    await toTheEnd(windowedJob(events, 1), launcher)
  } finally {
    clearInterval(timer)
  }
  const points = Array.from({ length: Math.min(10, samples.length) }, (_, i) => Math.round(samples[Math.floor(((i + 1) * samples.length) / Math.min(10, samples.length)) - 1]!))
  const title = `memory while ${events.toLocaleString('en')} events stream through the windowed job`
  console.log(`\n${title}\n  resident MB: ${points.join(' ')}`)
  return { title, rows: events, residentMb: points }
}
