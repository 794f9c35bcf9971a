import { compile } from '../src/compiler/compile.ts'
import type { PhysicalPlan } from '../src/compiler/physicalPlan.ts'
import { parseJob } from '../src/job/parseJob.ts'
import { printProblem } from '../src/job/problem.ts'
import { definitionOf } from '../src/operators/catalog.ts'
import type { JobStatus } from '../src/runtime/jobRun.ts'
import type { Launcher } from '../src/runtime/launcher.ts'
import { startRun } from '../src/runtime/startRun.ts'
import { median } from './harness.ts'

/**
 * Whole jobs, from generator to sink, on the engine threads that `millrace run` uses: what a user gets, with exchanges, watermarks and back-pressure.
 */
export function windowedJob(events: number, parallelism: number, keys: Keys = 'auctions'): PhysicalPlan {
  const columns = [
    { name: 'key', expression: 'MOD(auction, 1000)' },
    { name: 'price', expression: 'price' },
    { name: 'dateTime', expression: '`dateTime`' },
  ]
  const counts = {
    id: 'counts',
    kind: 'window-aggregate',
    config: {
      window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 10_000 },
      groupBy: [keys === 'auctions' ? 'auction' : 'key'],
      aggregates: [
        { name: 'bids', expression: 'COUNT(*)' },
        { name: 'total', expression: 'SUM(price)' },
      ],
    },
  }
  return planOf(events, parallelism, keys === 'auctions' ? [counts] : [{ id: 'keys', kind: 'project', config: { columns } }, counts])
}

/** What is grouped by: the auction, of which a window has thousands (each partial row stands for nine), or a thousand keys (for fifty and more). */
export type Keys = 'auctions' | 'thousand'

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

export interface WorkersResult {
  readonly title: string
  readonly rows: number
  /** Wall and processor time of a whole job, its threads' start included, and of one with a tenth of its events: one worker, two workers, and two jobs of half the events on a worker each, at once. */
  readonly rounds: readonly Readonly<Record<'one' | 'two' | 'halves', Timed & { readonly tenth: Timed }>>[]
  /** Median over the rounds of one worker's whole time by that of two. */
  readonly wholeTimes: number
  /** The same of what is left without the tenth, in which engines start and warm up; then by the two jobs' time, which is what the machine had to give in that round; how much of it two workers took. */
  readonly twoTimes: number
  readonly machineTimes: number
  readonly share: number
  readonly goal: number
}

/**
 * The windowed job on two engine threads and on one, by few keys and by many. Two jobs that share nothing tell in each round what a second thread is worth on this machine at this moment: two
 * processors may be one core, and neighbours come and go.
 */
export async function benchWorkers(events: number, launcher: Launcher): Promise<WorkersResult[]> {
  const results: WorkersResult[] = []
  for (const keys of ['thousand', 'auctions'] as const) results.push(await compareWorkers(events, keys, launcher))
  return results
}

const workersGoal = 1.6
const workersRounds = 3

async function compareWorkers(events: number, keys: Keys, launcher: Launcher): Promise<WorkersResult> {
  const title = `windowed job by ${keys === 'thousand' ? '1,000 keys' : 'auction'}, ${events.toLocaleString('en')} Nexmark events, whole`
  const jobs = (rows: number): Readonly<Record<'one' | 'two' | 'halves', readonly PhysicalPlan[]>> => {
    const half = windowedJob(rows / 2, 1, keys)
    return { one: [windowedJob(rows, 1, keys)], two: [windowedJob(rows, 2, keys)], halves: [half, half] }
  }
  const [whole, tenth] = [jobs(events), jobs(events / 10)]
  const atOnce = (plans: readonly PhysicalPlan[]): Promise<Timed> => timed(() => Promise.all(plans.map((plan) => toTheEnd(plan, launcher))))
  console.log(`\n${title}`)
  await atOnce(tenth.two)
  const rounds: WorkersResult['rounds'][number][] = []
  for (let round = 0; round < workersRounds; round++) {
    const both = async (name: keyof typeof whole): Promise<Timed & { readonly tenth: Timed }> => ({ tenth: await atOnce(tenth[name]), ...(await atOnce(whole[name])) })
    const measured = { one: await both('one'), two: await both('two'), halves: await both('halves') }
    rounds.push(measured)
    const text = (name: keyof typeof measured): string => `${(measured[name].wallMs / 1000).toFixed(2)} s (cpu ${(measured[name].cpuMs / 1000).toFixed(2)} s; a tenth ${(measured[name].tenth.wallMs / 1000).toFixed(2)} s)`
    console.log(`  one worker ${text('one')}, two workers ${text('two')}, two jobs of half the events ${text('halves')}`)
  }
  type Name = keyof (typeof rounds)[number]
  const warm = (round: (typeof rounds)[number], name: Name): number => round[name].wallMs - round[name].tenth.wallMs
  const ratio = (above: Name, below: Name): number => median(rounds.map((round) => warm(round, above) / warm(round, below)))
  const wholeTimes = median(rounds.map((round) => round.one.wallMs / round.two.wallMs))
  const [twoTimes, machineTimes, share] = [ratio('one', 'two'), ratio('one', 'halves'), ratio('halves', 'two')]
  console.log(`  once warm, two workers run at ${twoTimes.toFixed(2)} × one worker  goal ≥ ${workersGoal}  ${twoTimes >= workersGoal ? 'reached' : 'NOT REACHED'}`)
  console.log(`  two jobs that share nothing at ${machineTimes.toFixed(2)} ×: two workers take ${Math.round(share * 100)} % of what the machine gave; with starting and warming up ${wholeTimes.toFixed(2)} × one worker`)
  return { title, rows: events, rounds, wholeTimes, twoTimes, machineTimes, share, goal: workersGoal }
}

interface Timed {
  readonly wallMs: number
  readonly cpuMs: number
}

async function timed(pass: () => Promise<unknown>): Promise<Timed> {
  const before = process.cpuUsage()
  const begun = performance.now()
  await pass()
  const wallMs = performance.now() - begun
  const { user, system } = process.cpuUsage(before)
  return { wallMs, cpuMs: (user + system) / 1000 }
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
