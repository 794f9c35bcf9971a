// Expressions are evaluated at once, where a shell would have waited for the engine.
import '../../../expression/testing/installLinearEngine.ts'
import { Command, InvalidArgumentError, Option } from 'commander'
import * as fc from 'fast-check'
import { systemClock } from '../../../deterministic/clock.ts'
import { Different, propertyOf, Tally, type Check } from './checks/check.ts'
import { suites } from './checks/suites.ts'

/**
 * `npm run programs -- --programs 10000 --seed N`: the checks that the tests beside this file make of some dozens of programs, made of as many as are asked for, by plain Node. It tells how far it is on standard error,
 * and at the end on standard output what was compared, what was passed over by which rule, and what differed; it ends with 1 where anything did.
 *
 * A suite's checks take turns, some programs each, so that a run that is ended early has asked all of them. What differs is told with its place: `--suite S --only NAME --seed N --from I --programs 1` asks it again.
 */
interface Options {
  readonly programs: number
  readonly seed: number
  readonly suite: readonly string[]
  readonly only: string
  readonly from: number
  readonly seconds: number
  readonly shrink?: true
  readonly show?: true
}

const programsPerTurn = 250
const shrinkMostMs = 120_000
const slowSeconds = 10

const options = new Command('programs')
  .option('--programs <count>', 'how many, of each check', whole, 1000)
  .option('--seed <seed>', 'which', whole, 1)
  .addOption(new Option('--suite <suites...>', 'only these').choices(Object.keys(suites)).default(Object.keys(suites)))
  .option('--only <text>', 'only checks with this in their name', '')
  .option('--from <index>', 'leave out the programs before this one', whole, 0)
  .option('--seconds <seconds>', 'begin no further turn after this time', whole, Infinity)
  .option('--shrink', 'tell a difference as small as it becomes in two minutes')
  .option('--show', 'print the programs and run none')
  .parse()
  .opts<Options>()

const clock = systemClock()
const started = clock.now()
const seconds = (): number => (clock.now() - started) / 1000
let different = 0
for (const suite of options.suite) {
  const asked = suites[suite]!.filter(({ name }) => name.includes(options.only)).map((check) => ({ check, tally: new Tally(), next: options.from, end: options.from + options.programs * check.times, different: 0 }))
  while (asked.some(({ next, end }) => next < end) && seconds() < options.seconds) {
    for (const turn of asked) {
      const until = Math.min(turn.end, turn.next + programsPerTurn * turn.check.times)
      if (options.show === true) show(suite, turn.check, turn.next, until)
      else turn.different += await ask(suite, turn.check, turn.tally, turn.next, until)
      turn.next = until
    }
    const [done, all] = [asked.reduce((sum, { next }) => sum + next - options.from, 0), asked.reduce((sum, { end }) => sum + end - options.from, 0)]
    const found = asked.reduce((sum, turn) => sum + turn.different, 0)
    console.error(`${suite}, seed ${options.seed}: ${done} of ${all} programs, ${found} different; ${seconds().toFixed(0)} s, ${Math.round(process.memoryUsage().rss / 1e6)} MB`)
  }
  if (options.show === true) continue
  for (const { check, tally, next, different: found } of asked) {
    console.log(`\n${suite} · ${check.name}: ${next - options.from} programs of seed ${options.seed}, ${found} different`)
    for (const [title, counts] of [['compared', tally.compared], ['passed over', tally.passedOver], ['met', tally.met]] as const) {
      for (const [what, count] of [...counts].toSorted(([, a], [, b]) => b - a)) console.log(`  ${title} ${count}: ${what}`)
    }
    different += found
  }
}
if (options.show !== true) console.log(`\n${different} different; ${seconds().toFixed(0)} s`)
process.exitCode = different > 0 ? 1 : 0

/** How many of the programs from one index to before another differ; each is told. */
async function ask(suite: string, check: Check, tally: Tally, from: number, until: number): Promise<number> {
  let found = 0
  for (let next = from; next < until; ) {
    const result = await fc.check(timed(suite, check, tally, next), { seed: options.seed, path: String(next), numRuns: until - next, endOnFailure: true })
    if (!result.failed) return found
    // Of a run that nothing skips or shrinks, the path is the index.
    if (result.counterexamplePath === null) throw new Error(`${suite} · ${check.name}: ended at program ${next + result.numRuns} without a counter-example`)
    const index = Number(result.counterexamplePath.split(':')[0])
    found++
    console.log(`\n${suite} · ${check.name}: program ${index} of seed ${options.seed} differs (${again(suite, check, index)})\n${reasonOf(result.errorInstance)}`)
    if (options.shrink === true) {
      const small = await fc.check(propertyOf(check, new Tally()), { seed: options.seed, path: String(index), numRuns: 1, interruptAfterTimeLimit: shrinkMostMs, markInterruptAsFailure: true })
      console.log(`\nas small as it becomes, in ${small.numShrinks} steps:\n${reasonOf(small.errorInstance)}`)
    }
    next = index + 1
  }
  return found
}

/** One that makes millions of rows is no hang, but looks like one: its place is told, so that it can be looked at. By processor time: a long run may be held up by other work. */
function timed(suite: string, check: Check, tally: Tally, from: number): fc.IAsyncProperty<[unknown]> {
  let index = from
  return fc.asyncProperty(check.drawn, async (value) => {
    const begun = process.cpuUsage()
    await check.run(value, tally)
    const took = process.cpuUsage(begun).user / 1e6
    if (took > slowSeconds) console.error(`${suite} · ${check.name}: program ${index} took ${took.toFixed(0)} s`)
    index++
  })
}

function again(suite: string, check: Check, index: number): string {
  return `--suite ${suite} --only ${JSON.stringify(check.name)} --seed ${options.seed} --from ${index} --programs 1`
}

function reasonOf(error: unknown): string {
  return error instanceof Different ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function show(suite: string, check: Check, from: number, until: number): void {
  const values = fc.sample(check.drawn, { seed: options.seed, path: String(from), numRuns: until - from })
  for (const [i, value] of values.entries()) console.log(`${suite} · ${check.name}: program ${from + i} of seed ${options.seed}\n${check.text(value)}`)
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('not a whole number')
  return Number(text)
}
