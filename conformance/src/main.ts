import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { flinkVersions, type FlinkVersion } from '../../src/operators/emitters.ts'
import { grids } from '../programs/grids.ts'
import { programSets } from '../programs/sets.ts'
import { workedExamples } from '../programs/workedExamples.ts'
import { differencesOf, keepOpen, openOf } from './openDifferences.ts'
import { printJson } from '../../src/columnar/jsonText.ts'
import { parseJob } from '../../src/job/parseJob.ts'
import { printProblem } from '../../src/job/problem.ts'
import { outputOf, startFlink } from './flinkProcess.ts'
import { Session } from './gateway.ts'
import { askHostileNames } from './hostileNames.ts'
import { keepHostileRun } from './hostileLog.ts'
import { readGrid } from './grid.ts'
import type { ProgramSet } from './program.ts'
import { expressionsPage, resultsPage } from './results.ts'
import { runPrograms } from './run.ts'

/** `npm run conformance`: every program on a real Flink, compared with Millrace. Exit 0 when all that differs is noted and nothing kept is out of date. */
interface Options {
  readonly only?: string
  readonly flink?: FlinkVersion
  readonly refresh?: true
  readonly missing?: true
  readonly grids: boolean
  readonly times?: true
  readonly ask?: readonly string[]
  readonly names?: string
  readonly examples?: true
  readonly job?: readonly string[]
  readonly seed: string
  readonly reread?: true
}

const root = rootFolder()
const options = new Command('conformance')
  .description('Runs the conformance programs on Apache Flink and compares what comes out with what Millrace gives.')
  .option('--only <name>', 'only programs with this in their name')
  .addOption(new Option('--flink <version>', 'only this version').choices([...flinkVersions]))
  .option('--refresh', "keep Flink's answers in conformance/fixtures, and write RESULTS.md")
  .option('--missing', 'of the expression grids, ask only what has no kept answer yet')
  .option('--no-grids', 'programs only, no expression grids')
  .option('--reread', 'ask nothing: write the list of open expressions and the pages anew from the answers that are kept')
  .option('--ask <statements...>', 'run these statements in one session of each version, and print what comes: for looking a rule up')
  .option('--examples', "give the worked examples that SQL does not reach to Flink's own classes")
  .option('--job <files...>', 'jobs of your own instead of the programs')
  .option('--names <count>', 'give Flink so many hostile names and texts, and see each come back')
  .option('--seed <seed>', 'which of them', '1')
  .option('--times', 'say how long each program took')
  .parse()
  .opts<Options>()

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const terminal = process.stderr.isTTY
let failed = false
const sets = options.job === undefined ? programSets : [ownJobs(options.job)]
if (options.reread === true) {
  for (const version of flinkVersions) {
    for (const grid of grids) {
      const answers = readGrid(root, grid.name, version)
      if (answers !== null) keepOpen(root, version, grid.name, differencesOf(grid, answers).map(({ expression }) => expression.text))
    }
  }
  await writePages()
  process.exit(0)
}
if (options.ask !== undefined) {
  for (const version of options.flink === undefined ? flinkVersions : [options.flink]) {
    const flink = await startFlink(version, root, () => {})
    const session = await Session.open(flink.gateway, { 'execution.runtime-mode': 'streaming', 'pipeline.auto-watermark-interval': '0 ms' })
    for (const statement of options.ask) {
      const answer = await session.query(statement, 240_000)
      console.log(`${version}> ${statement}`)
      if (answer.kind === 'refused') console.log(`  refused: ${answer.reason}`)
      else for (const { kind, fields } of answer.changes) console.log(`  ${kind} ${fields.map((field) => printJson(field)).join(' | ')}`)
    }
    await flink.stop()
  }
  process.exit(0)
}
if (options.examples === true) {
  for (const version of options.flink === undefined ? flinkVersions : [options.flink]) {
    const answers = (await outputOf('millrace.conformance.WorkedExamples', version, root, say)).trim().split('\n')
    for (const [i, answer] of answers.entries()) {
      const isExpected = answer === workedExamples[i]
      failed ||= !isExpected
      console.log(`${version} ${answer}${isExpected ? '' : `\n     expected ${workedExamples[i]}`}`)
    }
    failed ||= answers.length !== workedExamples.length
  }
  process.exit(failed ? 1 : 0)
}
if (options.names !== undefined) {
  for (const version of options.flink === undefined ? flinkVersions.toReversed() : [options.flink]) {
    const started = performance.now()
    const run = await askHostileNames(version, root, Number(options.names), Number(options.seed), say)
    for (const text of run.differences) console.log(text)
    failed ||= run.differences.length > 0
    console.log(`Flink ${run.release}, seed ${run.seed}: ${run.names} names and ${run.texts} texts in ${run.scripts} scripts, ${run.statements} statements, ${run.differences.length} differences; ${((performance.now() - started) / 1000).toFixed(0)} s`)
    if (options.refresh === true) keepHostileRun(root, run)
  }
  if (options.refresh === true) await writePages()
  process.exit(failed ? 1 : 0)
}
for (const version of options.flink === undefined ? flinkVersions.toReversed() : [options.flink]) {
  const started = performance.now()
  const { release, memoryMb, outcomes, grids: answered } = await runPrograms(sets, options.job === undefined && options.grids ? grids : [], {
    root,
    version,
    only: options.only ?? null,
    refresh: options.refresh === true && options.job === undefined,
    missing: options.missing === true,
    say,
    progress: (done, of) => {
      if (terminal) process.stderr.write(`\r${done}/${of}${done === of ? '\n' : ''}`)
    },
  })
  const count = (kind: string): number => outcomes.filter(({ verdict }) => verdict.kind === kind).length
  for (const { program, verdict, stale, ms } of outcomes) {
    if (options.times === true || options.only !== undefined || options.job !== undefined) console.log(`${verdict.kind.padEnd(10)} ${Math.round(ms).toString().padStart(6)} ms  ${program.name}`)
    if (verdict.kind === 'different' || verdict.kind === 'not run' || verdict.kind === 'note without a difference') {
      console.log(`\n${verdict.kind}: ${program.name} (${program.says})\n${verdict.text}`)
      failed = true
    }
    if (stale && options.refresh !== true && options.job === undefined) {
      console.log(`Flink's answer to ${program.name} is not what is kept; read it with --refresh and git diff`)
      // Where Flink gives other rows than it means to, in several subtasks they may be others each time.
      failed ||= verdict.kind !== 'noted'
    }
  }
  for (const [grid, answers] of answered) {
    const open = openOf(root, version, grid.name)
    const found = differencesOf(grid, answers)
    const unexplained = found.filter(({ expression }) => !open.has(expression.text))
    console.log(`grid ${grid.name}: ${grid.expressions.length - found.length} identical, ${found.length} different, ${found.length - unexplained.length} of them known`)
    if (options.refresh === true) keepOpen(root, version, grid.name, found.map(({ expression }) => expression.text))
    else {
      for (const { expression, text } of unexplained) console.log(`  ${expression.text}: ${text}`)
      failed ||= unexplained.length > 0
    }
  }
  console.log(
    `Flink ${release}: ${count('identical')} identical, ${count('noted')} with a noted difference, ${count('different') + count('note without a difference')} different, ${count('not comparable')} not comparable, ${count('not run')} not run; ` +
      `${((performance.now() - started) / 1000).toFixed(0)} s${memoryMb === null ? '' : `, ${memoryMb} MB`}`,
  )
}
if (options.only === undefined && options.refresh === true) await writePages()
process.exit(failed ? 1 : 0)

async function writePages(): Promise<void> {
  writeFileSync(join(root, 'conformance', 'RESULTS.md'), await resultsPage(programSets, grids, root))
  writeFileSync(join(root, 'conformance', 'EXPRESSIONS.md'), expressionsPage(grids, root))
}

/** Jobs from files, each under the name of its file. A generator's rows are those it gives here; files are read from where the job says. */
function ownJobs(paths: readonly string[]): ProgramSet {
  const programs = paths.map((path) => {
    const { job, problems } = parseJob(readFileSync(path, 'utf8'))
    if (job === null) throw new Error(`${path}: ${problems.map(printProblem).join('; ')}`)
    return { name: basename(path).replace(/\.json$/, '').replaceAll(/[^\w-]/g, '-'), says: job.name, job: { ...job, settings: { ...job.settings, parallelism: 1 } } }
  })
  return { name: 'own', programs, incomparable: [] }
}

/** The checkout: this file runs from dist/conformance. */
function rootFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'conformance', 'flink', 'pom.xml'))) folder = dirname(folder)
  return folder
}
