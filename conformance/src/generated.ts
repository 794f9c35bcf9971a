import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import * as fc from 'fast-check'
import { printJson } from '../../src/columnar/jsonText.ts'
import type { Job } from '../../src/job/job.ts'
import { parseJob } from '../../src/job/parseJob.ts'
import { flinkVersions, type FlinkVersion } from '../../src/operators/emitters.ts'
import { arbitraryProgram, programText } from '../../src/runtime/testing/generated/arbitraryProgram.ts'
import { difference, differenceText, settled } from './answer.ts'
import { AskedBefore } from './askedBefore.ts'
import { explanation } from './explained.ts'
import { runFlinkBatch, type BatchAnswer } from './flinkBatch.ts'
import { startFlink, type FlinkProcess } from './flinkProcess.ts'
import { boundToFiles, CannotRun, scriptOf } from './flinkRun.ts'
import { flinkRelease, Session } from './gateway.ts'
import { keepRun, keptRuns } from './generatedLog.ts'
import { runMillrace } from './millraceRun.ts'

/**
 * `node dist/conformance/generated.js --generated N --seed S`: random programs on both engines. What differs is shrunk to a small job, which is printed and written to
 * `conformance/target/generated`, to be kept as a program once it is understood.
 *
 * Some dozens of programs run as one job of Flink (`flinkBatch.ts`); shrinking asks one after the other. A difference counts as explained only where Flink's rule, put in place of ours at
 * the operators whose certificate notes a difference, gives Flink's answer exactly (`explained.ts`). `--keep` adds the run to the log that RESULTS.md prints.
 */
interface Options {
  readonly generated: string
  readonly seed: string
  readonly flink?: FlinkVersion
  readonly shrink: string
  readonly seconds?: string
  readonly keep?: true
  readonly known?: true
  readonly show?: string
  readonly look?: readonly string[]
}

type Found = { readonly kind: 'identical' | 'explained' | 'both fail' | 'not run'; readonly text: string } | { readonly kind: 'different'; readonly text: string }

const options = new Command('generated')
  .option('--generated <programs>', 'how many', '0')
  .option('--seed <seed>', 'which', '1')
  .option('--shrink <count>', 'differences to shrink', '5')
  .option('--seconds <seconds>', 'stop asking after this time, with what was found until then')
  .option('--show <numbers>', 'print these programs, a line for each operator, and ask nothing')
  .option('--look <files...>', "what both engines make of each operator in these programs (as shrinking writes them), with Flink's plan")
  .option('--keep', 'add the run to the log of generated programs')
  .option('--known', 'start no Flink: judge the programs that it answered before on this machine, and leave out the others')
  .addOption(new Option('--flink <version>', 'only this version').choices([...flinkVersions]))
  .parse()
  .opts<Options>()

/** Planning uses one core and deploying the other; a batch is small enough that asking its halves, where one program fails, is no great loss. */
const batchesAtOnce = 4
const programsPerBatch = 8
const shrinkMost = 400
const root = rootFolder()
const folder = join(root, 'conformance', 'target', 'generated')
mkdirSync(folder, { recursive: true })
const jobs = fc.sample(arbitraryProgram, { numRuns: Number(options.generated), seed: Number(options.seed) })
if (options.show !== undefined) {
  for (const index of options.show.split(',')) {
    console.log(`program ${index}\n${lines(jobs[Number(index)]!)}`)
    writeFileSync(join(folder, `shown-${options.seed}-${index}.json`), programText(jobs[Number(index)]!))
  }
  process.exit(0)
}
// One Flink of each version, side by side: planning is one thread of each.
const failed = await Promise.all(
  (options.flink === undefined ? flinkVersions : [options.flink]).map(async (version) => {
    if (options.known === true) return await runAll(null, version)
    const flink = await startFlink(version, root, (line) => void process.stderr.write(`${line}\n`))
    try {
      if (options.look === undefined) return await runAll(flink, version)
      for (const [i, path] of options.look.entries()) await look(path, flink, version, i)
      return false
    } finally {
      await flink.stop()
    }
  }),
)
process.exit(failed.includes(true) ? 1 : 0)

async function runAll(flink: FlinkProcess | null, version: FlinkVersion): Promise<boolean> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const counts = new Map<string, number>()
  const reasons = new Map<string, number>()
  const kinds = new Map<string, number>()
  const different: { index: number; job: Job; text: string }[] = []
  const known = new AskedBefore(folder, version)
  let next = 0
  const work = async (): Promise<void> => {
    while (next < jobs.length && seconds() < Number(options.seconds ?? Infinity)) {
      const from = next
      const batch = jobs.slice(from, (next += programsPerBatch))
      const inputs = join(folder, `${version}-run-${process.pid}-${from}`)
      const unknown = flink === null ? [] : batch.filter((job) => known.answerTo(job) === undefined)
      const asked = unknown.length === 0 ? [] : await runFlinkBatch(unknown, flink!, inputs)
      for (const [i, job] of unknown.entries()) known.keep(job, asked[i]!)
      for (const [i, job] of batch.entries()) {
        const answer = known.answerTo(job) ?? asked[unknown.indexOf(job)]
        if (answer === undefined) continue
        const found = await judged(job, answer, version)
        counts.set(found.kind, (counts.get(found.kind) ?? 0) + 1)
        for (const kind of new Set(job.operators.map((operator) => operator.kind))) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        if (found.kind === 'explained') reasons.set(found.text, (reasons.get(found.text) ?? 0) + 1)
        if (found.kind === 'different') different.push({ index: from + i, job, text: found.text })
        if (found.kind === 'different' || found.kind === 'both fail' || found.kind === 'not run') console.log(`program ${version} ${from + i} ${found.kind}: ${oneLine(found.text)}\n${found.kind === 'different' ? lines(job) : ''}`)
      }
      if (unknown.length > 0) rmSync(inputs, { recursive: true, force: true })
      process.stderr.write(`${version}: ${Math.min(next, jobs.length)} programs, ${different.length} different, ${seconds().toFixed(0)} s\n`)
    }
  }
  await Promise.all(Array.from({ length: batchesAtOnce }, work))
  const asked = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const count = (kind: Found['kind']): number => counts.get(kind) ?? 0
  const perMinute = Math.round((asked / seconds()) * 60)
  console.log(
    `Flink ${version}, seed ${options.seed}: ${asked} of ${jobs.length} generated programs asked: ${count('identical')} identical, ${count('both fail')} both fail, ${count('explained')} explained, ${count('not run')} not run, ${count('different')} different; ` +
      `${seconds().toFixed(0)} s, ${perMinute} a minute`,
  )
  for (const [reason, programs] of reasons) console.log(`  explained in ${programs}: ${reason}`)
  console.log(`  programs with: ${[...kinds].map(([kind, programs]) => `${kind} ${programs}`).join(', ')}`)
  const release = flink === null ? keptRuns(root).findLast((run) => run.release.startsWith(`${version}.`))?.release : await flinkRelease(flink.gateway)
  if (options.keep === true && release !== undefined) {
    keepRun(root, {
      release, seed: Number(options.seed), programs: digest(jobs), asked, identical: count('identical'), bothFail: count('both fail'), explained: Object.fromEntries(reasons), notRun: count('not run'), different: count('different'), perMinute,
      kinds: Object.fromEntries([...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    })
  }
  for (const { index, job, text } of flink === null ? [] : different.slice(0, Number(options.shrink))) {
    const small = await shrunk(job, text, flink!, version, index)
    const path = join(folder, `${version}-${options.seed}-${index}.json`)
    writeFileSync(path, programText(small.job))
    console.log(`\nprogram ${index}, shrunk (${path}):\n${programText(small.job)}${small.text}`)
  }
  return different.length > 0
}

/** What tells whether a seed still draws the programs that a kept run is about. */
function digest(programs: readonly Job[]): string {
  const hash = createHash('sha256')
  for (const job of programs) hash.update(programText(job))
  return hash.digest('hex').slice(0, 16)
}

/** A line for each operator, with what feeds it. */
function lines({ operators, edges }: Job): string {
  const from = (id: string): string => edges.filter(({ to }) => to === id).map((edge) => `${edge.from}${edge.toPort === undefined ? '' : `:${edge.toPort}`}`).join(' ')
  return operators.map(({ id, kind, config }) => `  ${from(id)} → ${id} ${kind} ${printJson(config)}\n`).join('')
}

function oneLine(text: string): string {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '').slice(0, 3).join(' | ').slice(0, 400)
}

/** The smallest job on fast-check's way down that still differs; a batch of candidates at a time, and a bounded number of them. */
async function shrunk(job: Job, text: string, flink: FlinkProcess, version: FlinkVersion, index: number): Promise<{ job: Job; text: string }> {
  const inputs = join(folder, `${version}-shrink-${index}`)
  let best = { job, text }
  let asked = 0
  for (let found = true; found && asked < shrinkMost; ) {
    found = false
    let candidates: Job[] = []
    for (const { value } of arbitraryProgram.shrink(best.job, undefined)) {
      candidates.push(value)
      if (candidates.length < programsPerBatch) continue
      found = await smallerOf(candidates)
      candidates = []
      if (found || asked >= shrinkMost) break
    }
    if (!found && candidates.length > 0 && asked < shrinkMost) found = await smallerOf(candidates)
  }
  return best

  async function smallerOf(candidates: readonly Job[]): Promise<boolean> {
    asked += candidates.length
    const answers = await runFlinkBatch(candidates, flink, inputs)
    rmSync(inputs, { recursive: true, force: true })
    for (const [i, candidate] of candidates.entries()) {
      const found = await judged(candidate, answers[i]!, version)
      if (found.kind !== 'different') continue
      best = { job: candidate, text: found.text }
      return true
    }
    return false
  }
}

/** A program from a file, with a sink behind every operator: where the engines part, and how Flink means to run it. */
async function look(path: string, flink: FlinkProcess, version: FlinkVersion, index: number): Promise<void> {
  const { job } = parseJob(readFileSync(path, 'utf8'))
  if (job === null) throw new Error(`${path} is no job`)
  console.log(`Flink ${version}, ${path}\n${lines(job)}`)
  const inner = job.operators.filter(({ kind }) => kind !== 'sink')
  const seen: Job = {
    ...job,
    operators: [...inner, ...inner.map(({ id }) => ({ id: `${id}-seen`, kind: 'sink', config: { connector: { type: 'collect' } } }))],
    edges: [...job.edges.filter(({ to }) => inner.some(({ id }) => id === to)), ...inner.map(({ id }) => ({ from: id, to: `${id}-seen` }))],
  }
  for (const [what, asked] of [['each operator', seen], ['whole', job]] as const) {
    const inputs = join(folder, `${version}-look-${index}`)
    const [answer] = await runFlinkBatch([asked], flink, inputs)
    if (answer instanceof CannotRun) {
      console.log(`${what}: not run: ${answer.message}`)
      continue
    }
    const millrace = await runMillrace(asked)
    for (const [sink, theirs] of answer!) {
      const ours = millrace.get(sink)!
      const found = difference(settled(theirs), settled(ours))
      const rows = theirs.kind === 'table' ? theirs.rows.map((row) => `      ${row}\n`).join('') : `      ${theirs.reason}\n`
      console.log(`${what}, ${sink}: ${found === null ? `the same, ${theirs.kind === 'table' ? `${theirs.rows.length} rows` : theirs.reason}` : `\n${differenceText(found)}\n    Flink:\n${rows}`}`)
    }
  }
  const script = scriptOf(await boundToFiles(job, join(folder, `${version}-look-${index}`)), version)
  if (script instanceof CannotRun) return
  const session = await Session.open(flink.gateway, script.properties)
  for (const { text } of script.creates) console.log(`${text}${await session.configure(text).then((refused) => (refused === null ? '' : `\n    refused: ${refused.reason}`))}\n`)
  for (const { text } of script.queries) {
    const explained = await session.query(`EXPLAIN CHANGELOG_MODE ${text}`, 60_000)
    console.log(`${text}\n${explained.kind === 'refused' ? explained.trace : explained.changes.map(({ fields }) => String(fields[0])).join('\n')}\n`)
  }
  await session.close()
}

async function judged(job: Job, answer: BatchAnswer, version: FlinkVersion): Promise<Found> {
  if (answer instanceof CannotRun) return { kind: 'not run', text: answer.message }
  const millrace = await runMillrace(job)
  // A failing sink fails Millrace's whole job; Flink, where a batch fails, is asked sink by sink, and only that sink's query fails.
  const [theirFailure, ourFailure] = [answer, millrace].map((sinks) => [...sinks.values()].find((each) => each.kind === 'failed'))
  if (theirFailure !== undefined && ourFailure !== undefined) return { kind: 'both fail', text: `Flink: ${theirFailure.reason}; Millrace: ${ourFailure.reason}` }
  const texts: string[] = []
  for (const [sink, theirs] of answer) {
    // How a result came about is for the rooms' cases to compare; here it is the table in the end.
    const found = difference(settled(theirs), settled(millrace.get(sink)!))
    if (found !== null) texts.push(`${sink}:\n${differenceText(found)}`)
  }
  if (texts.length === 0) return { kind: 'identical', text: '' }
  const reasons = await explanation(job, version, answer)
  return reasons === null ? { kind: 'different', text: texts.join('\n') } : { kind: 'explained', text: reasons.join('; ') }
}

/** The checkout: this file runs from dist/conformance. */
function rootFolder(): string {
  let at = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(at, 'conformance', 'flink', 'pom.xml'))) at = dirname(at)
  return at
}
