import { join } from 'node:path'
import type { Job } from '../../src/job/job.ts'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import type { Grid } from '../programs/grids.ts'
import type { Answer } from './answer.ts'
import { startFlink } from './flinkProcess.ts'
import { boundToFiles, CannotRun, NotExportable, runFlink } from './flinkRun.ts'
import { flinkRelease } from './gateway.ts'
import { askGrid, readGrid, writeGrid, type CellAnswer } from './grid.ts'
import { digestOf, readFixtures, writeFixtures, type KeptAnswers } from './fixtures.ts'
import { judge, runsOn, type Verdict } from './judge.ts'
import { runMillrace, UnreadableSource } from './millraceRun.ts'
import type { Program, ProgramSet } from './program.ts'

/**
 * Programs on one Flink: started once, asked by several sessions at a time, each program in a session of its own so that names cannot meet.
 */
export interface Outcome {
  readonly program: Program
  readonly set: string
  readonly verdict: Verdict | { readonly kind: 'not run' | 'not comparable'; readonly text: string; readonly nullability: readonly string[] }
  /** Flink answered otherwise than what is kept. */
  readonly stale: boolean
  readonly ms: number
}

export interface RunOptions {
  readonly root: string
  readonly version: FlinkVersion
  readonly only: string | null
  readonly refresh: boolean
  /** Of the grids, only expressions that have no answer yet. */
  readonly missing?: boolean
  readonly say: (line: string) => void
  readonly progress: (done: number, of: number) => void
}

/** More sessions than processors: a session mostly waits for the cluster. */
const sessionsAtOnce = 3

export interface RunResult {
  readonly release: string
  readonly startMs: number
  readonly memoryMb: number | null
  readonly outcomes: readonly Outcome[]
  readonly grids: ReadonlyMap<Grid, ReadonlyMap<string, CellAnswer>>
}

export async function runPrograms(sets: readonly ProgramSet[], grids: readonly Grid[], options: RunOptions): Promise<RunResult> {
  const { root, version, only } = options
  const isChosen = (name: string): boolean => only === null || only.split(',').some((part) => name.includes(part))
  const chosenGrids = grids.filter((grid) => isChosen(`grid-${grid.name}`))
  const chosen = sets.flatMap((set) => set.programs.filter((program) => runsOn(program, version) && isChosen(program.name)).map((program) => ({ set: set.name, program })))
  if (chosen.length === 0 && chosenGrids.length === 0) throw new Error(`no program of Flink ${version} has ${only ?? ''} in its name`)
  const flink = await startFlink(version, root, options.say)
  try {
    const release = await flinkRelease(flink.gateway)
    options.say(`Flink ${release} answers after ${(flink.startMs / 1000).toFixed(1)} s; ${chosen.length} programs, ${chosenGrids.reduce((sum, grid) => sum + grid.expressions.length, 0)} expressions`)
    const answers = new Map<Program, ReadonlyMap<string, Answer>>()
    const outcomes: Outcome[] = []
    const waiting = [...chosen]
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { program, set } = next
        const started = performance.now()
        const millrace = await runMillrace(program.job)
        let verdict: Outcome['verdict']
        let stale = false
        try {
          const job = await boundToFiles(program.job, join(root, 'conformance', 'target', 'inputs', program.name))
          const theirs = await runFlink(job, flink)
          answers.set(program, theirs)
          verdict = judge(program, version, theirs, millrace)
          stale = !sameAnswers(readFixtures(root, set, version)?.byProgram.get(program.name), program, theirs)
        } catch (error) {
          if (!(error instanceof CannotRun || error instanceof UnreadableSource)) throw error
          verdict = { kind: error instanceof NotExportable ? 'not comparable' : 'not run', text: `  ${error.message}`, nullability: [] }
        }
        outcomes.push({ program, set, verdict, stale, ms: performance.now() - started })
        options.progress(outcomes.length, chosen.length)
      }
    }
    await Promise.all(Array.from({ length: sessionsAtOnce }, work))
    const gridAnswers = new Map<Grid, ReadonlyMap<string, CellAnswer>>()
    for (const grid of chosenGrids) {
      const started = performance.now()
      const folder = join(root, 'conformance', 'target', 'inputs', `grid-${grid.name}`)
      const run = async (job: Job): Promise<Answer> => (await runFlink(await boundToFiles(job, folder), flink)).get('out')!
      const kept = readGrid(root, grid.name, version)
      const isKept = (text: string): boolean => options.missing === true && isWhole(kept?.get(text), grid.rows.length)
      const asked = { ...grid, expressions: grid.expressions.filter(({ text }) => !isKept(text)) }
      const fresh = await askGrid(asked, kept, run, sessionsAtOnce, options.progress)
      const found = new Map(grid.expressions.map(({ text }) => [text, fresh.get(text) ?? kept!.get(text)!]))
      gridAnswers.set(grid, found)
      if (options.refresh) writeGrid(root, grid.name, version, release, found)
      options.say(`grid ${grid.name}: ${grid.expressions.length} expressions in ${((performance.now() - started) / 1000).toFixed(0)} s`)
    }
    const memoryMb = flink.memoryMb()
    if (options.refresh) keep(sets, answers, release, options)
    return { release, startMs: flink.startMs, memoryMb, outcomes: chosen.map(({ program }) => outcomes.find((outcome) => outcome.program === program)!), grids: gridAnswers }
  } catch (error) {
    options.say(flink.complaints())
    throw error
  } finally {
    await flink.stop()
  }
}

/** Whether an answer is one: a failure, or a value for every row. */
function isWhole(answer: CellAnswer | undefined, rowCount: number): boolean {
  return answer !== undefined && ('failed' in answer || answer.values.length === rowCount)
}

function sameAnswers(kept: { readonly digest: string; readonly sinks: ReadonlyMap<string, Answer> } | undefined, program: Program, answers: ReadonlyMap<string, Answer>): boolean {
  if (kept === undefined || kept.digest !== digestOf(program)) return false
  return [...answers].every(([sink, answer]) => JSON.stringify(kept.sinks.get(sink)) === JSON.stringify(answer))
}

/** Writes the files of the sets that were asked; programs that were not asked keep their answers, programs that are gone lose them. */
function keep(sets: readonly ProgramSet[], answers: ReadonlyMap<Program, ReadonlyMap<string, Answer>>, release: string, { root, version }: RunOptions): void {
  for (const set of sets) {
    if (!set.programs.some((program) => answers.has(program))) continue
    const before = readFixtures(root, set.name, version)
    const byProgram = new Map<string, { digest: string; sinks: ReadonlyMap<string, Answer> }>()
    for (const program of set.programs) {
      const answer = answers.get(program)
      const kept = before?.byProgram.get(program.name)
      if (answer !== undefined) byProgram.set(program.name, { digest: digestOf(program), sinks: answer })
      else if (kept !== undefined) byProgram.set(program.name, kept)
    }
    writeFixtures(root, set.name, version, { release, byProgram } satisfies KeptAnswers)
  }
}
