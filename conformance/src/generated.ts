import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import * as fc from 'fast-check'
import { exportFlinkSql } from '../../src/export/flinkSql.ts'
import type { Job } from '../../src/job/job.ts'
import { flinkVersions, type FlinkVersion } from '../../src/operators/emitters.ts'
import { arbitraryProgram, programText } from '../../src/runtime/testing/generated/arbitraryProgram.ts'
import { difference, differenceText } from './answer.ts'
import { startFlink, type FlinkProcess } from './flinkProcess.ts'
import { boundToFiles, CannotRun, runFlink } from './flinkRun.ts'
import { runMillrace } from './millraceRun.ts'

/**
 * `node dist/conformance/generated.js --generated N --seed S`: random programs on both engines. What differs is shrunk to a small job, which is printed and written to
 * `conformance/target/generated`, to be kept as a program once it is understood.
 *
 * Several sessions run programs at a time; shrinking asks one after the other. An operator whose certificate notes a difference explains what differs behind it.
 */
interface Options {
  readonly generated: string
  readonly seed: string
  readonly flink?: FlinkVersion
  readonly shrink: string
  readonly seconds?: string
}

type Found = { readonly kind: 'identical' | 'noted' | 'both fail' | 'not run' } | { readonly kind: 'different'; readonly text: string }

const options = new Command('generated')
  .requiredOption('--generated <programs>', 'how many')
  .option('--seed <seed>', 'which', '1')
  .option('--shrink <count>', 'differences to shrink', '5')
  .option('--seconds <seconds>', 'stop asking after this time, with what was found until then')
  .addOption(new Option('--flink <version>', 'only this version').choices([...flinkVersions]))
  .parse()
  .opts<Options>()

const sessionsAtOnce = 4
const root = rootFolder()
const folder = join(root, 'conformance', 'target', 'generated')
mkdirSync(folder, { recursive: true })
const jobs = fc.sample(arbitraryProgram, { numRuns: Number(options.generated), seed: Number(options.seed) })
let failed = false
for (const version of options.flink === undefined ? flinkVersions : [options.flink]) {
  const flink = await startFlink(version, root, (line) => void process.stderr.write(`${line}\n`))
  try {
    failed = (await runAll(flink, version)) || failed
  } finally {
    await flink.stop()
  }
}
process.exit(failed ? 1 : 0)

async function runAll(flink: FlinkProcess, version: FlinkVersion): Promise<boolean> {
  const started = performance.now()
  const counts = new Map<string, number>()
  const different: { index: number; job: Job; text: string }[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < jobs.length && (performance.now() - started) / 1000 < Number(options.seconds ?? Infinity)) {
      const index = next++
      const found = await judgeJob(jobs[index]!, flink, version, `run-${index}`)
      counts.set(found.kind, (counts.get(found.kind) ?? 0) + 1)
      if (found.kind === 'different') {
        different.push({ index, job: jobs[index]!, text: found.text })
        console.log(`program ${index}: ${found.text.split('\n').map((line) => line.trim()).filter((line) => line !== '').slice(0, 3).join(' | ').slice(0, 400)}`)
      }
      if (index % 20 === 19) process.stderr.write(`${index + 1} programs, ${different.length} different, ${((performance.now() - started) / 1000).toFixed(0)} s\n`)
    }
  }
  await Promise.all(Array.from({ length: sessionsAtOnce }, work))
  const summary = ['identical', 'both fail', 'noted', 'not run', 'different'].map((kind) => `${counts.get(kind) ?? 0} ${kind}`).join(', ')
  console.log(`Flink ${version}, seed ${options.seed}: ${[...counts.values()].reduce((sum, count) => sum + count, 0)} of ${jobs.length} generated programs asked: ${summary}; ${((performance.now() - started) / 1000).toFixed(0)} s`)
  const kinds = new Map<string, number>()
  for (const job of jobs.slice(0, next)) for (const kind of new Set(job.operators.map((operator) => operator.kind))) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  console.log(`  programs with: ${[...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')}`)
  for (const { index, job } of different.slice(0, Number(options.shrink))) {
    const small = await shrunk(job, flink, version, index)
    const path = join(folder, `${version}-${options.seed}-${index}.json`)
    writeFileSync(path, programText(small.job))
    console.log(`\nprogram ${index}, shrunk (${path}):\n${programText(small.job)}${small.text}`)
  }
  return different.length > 0
}

/** The smallest job on fast-check's way down that still differs; a bounded number of steps, each of which asks Flink. */
async function shrunk(job: Job, flink: FlinkProcess, version: FlinkVersion, index: number): Promise<{ job: Job; text: string }> {
  let asked = 0
  let best = { job, text: '' }
  const found = await fc.check(
    fc.asyncProperty(arbitraryProgram, async (candidate) => {
      if (asked++ > 150) return
      const judged = await judgeJob(candidate, flink, version, `shrink-${index}`)
      if (judged.kind !== 'different') return
      best = { job: candidate, text: judged.text }
      throw new Error(judged.text)
    }),
    { examples: [[job]], numRuns: 1, seed: 1 },
  )
  return { ...best, ...(found.counterexample === null ? {} : { job: found.counterexample[0] }) }
}

async function judgeJob(job: Job, flink: FlinkProcess, version: FlinkVersion, name: string): Promise<Found> {
  const inputs = join(folder, `${version}-${name}`)
  try {
    const millrace = await runMillrace(job)
    const theirs = await runFlink(await boundToFiles(job, inputs), flink)
    const texts: string[] = []
    let bothFail = false
    for (const [sink, answer] of theirs) {
      const ours = millrace.get(sink)!
      // A failing sink fails Millrace's whole job, and on Flink, which is asked sink by sink, only its own query.
      const found = difference(answer, ours)
      if (found !== null) texts.push(`${sink}:\n${differenceText(found)}`)
      bothFail ||= answer.kind === 'failed' && ours.kind === 'failed'
    }
    if (texts.length === 0) return { kind: bothFail ? 'both fail' : 'identical' }
    if (exportFlinkSql(job, { version }).certificate.some(({ verdict }) => verdict.kind === 'noted')) return { kind: 'noted' }
    return { kind: 'different', text: texts.join('\n') }
  } catch (error) {
    if (error instanceof CannotRun) return { kind: 'not run' }
    throw error
  } finally {
    rmSync(inputs, { recursive: true, force: true })
  }
}

/** The checkout: this file runs from dist/conformance. */
function rootFolder(): string {
  let at = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(at, 'conformance', 'flink', 'pom.xml'))) at = dirname(at)
  return at
}
