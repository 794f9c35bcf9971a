import { invariants } from '../../ensemble/checks/invariants.ts'
import { chaosEnd, runUntil } from '../../ensemble/simulation.ts'
import { profileNamed, profiles } from '../../ensemble/faults.ts'
import { bugCards, cardNamed, seedOptionsOf, type BugCard } from '../../ensemble/scenarios/catalog.ts'
import { scheduleOf } from '../../ensemble/scenarios/minimalSchedules.ts'
import { runSchedule, worldOfSchedule, type Schedule } from '../../ensemble/scenarios/schedules.ts'
import { printTranscript, scenarioNamed, scenarios, transcriptOf } from '../../ensemble/scenarios/scenarios.ts'
import { awaitRecovery, resultOf, runSeed, worldOf, type SeedOptions, type SeedResult } from '../../ensemble/simulate.ts'
import { recipePrograms, type RecipeName } from '../../ensemble/client/recipes/recipes.ts'
import { UsageError, type ExitCode, type Terminal } from '../terminal.ts'

/**
 * `millrace simulate`: runs the coordination ensemble under seeded faults with every invariant checked, and says which seeds break what. A seed and its options replay
 * exactly. `--json` is section 5 of the job format.
 */
export interface SimulateFlags {
  readonly seeds?: string
  readonly seed?: string
  readonly servers: string
  readonly observers: string
  /** The contract's name for a profile of faults; `profile` is the other. */
  readonly faults?: string
  readonly profile?: string
  readonly bug?: string
  readonly recipe?: string
  readonly scenario?: string
  readonly json?: boolean
  readonly list?: boolean
  readonly trace?: boolean
  readonly liveness: boolean
}

export async function simulate(flags: SimulateFlags, terminal: Terminal): Promise<ExitCode> {
  if (flags.list === true) return list(terminal)
  if (flags.scenario !== undefined) return runScenario(flags, terminal)
  const first = flags.seed === undefined ? 1 : whole('--seed', flags.seed, 0)
  // A seed alone is one to look at; otherwise a hundred is a first look.
  const seeds = flags.seeds === undefined ? (flags.seed === undefined ? 100 : 1) : whole('--seeds', flags.seeds, 1)
  const optionsOf = seedOptions(flags)
  if (flags.trace === true) return trace(optionsOf(first), terminal)
  const began = terminal.now()
  const found: SeedResult[] = []
  const sum = { events: 0, faults: 0, simulatedMicros: 0, committed: 0, completed: 0, established: 0 }
  let isStopped = false
  const stopListening = terminal.onInterrupt(() => (isStopped = true))
  let ran = 0
  for (; ran < seeds && !isStopped; ran++) {
    const options = optionsOf(first + ran)
    const result = runSeed(options)
    sum.events += result.events
    sum.faults += result.faults
    sum.simulatedMicros += result.simulatedMicros
    sum.committed += result.committed
    sum.completed += result.completed
    sum.established += result.established
    if (result.violation !== null) found.push(result)
    // The same seed twice must give the same history (rule 5.2.5).
    if (ran % 100 === 0 && runSeed(options).hash !== result.hash) {
      stopListening()
      terminal.err(`error: seed ${result.seed} gave two different histories (SIM-1)\n`)
      return 1
    }
    if (ran % 100 === 99) {
      if (terminal.isInteractive) terminal.err(`\r${ran + 1} of ${seeds} seeds, ${found.length} with violations`)
      // Lets an interrupt through.
      await Promise.resolve()
    }
  }
  stopListening()
  if (terminal.isInteractive && seeds >= 100) terminal.err('\r\u001b[K')
  if (flags.json === true) {
    const violations = found.map(({ seed, violation }) => ({ invariant: violation!.invariant, seed, event: violation!.event, detail: violation!.detail }))
    terminal.out(`${JSON.stringify({ seeds: ran, seed: first, events: sum.events, faults: sum.faults, simulatedMs: Math.round(sum.simulatedMicros / 1000), violations })}\n`)
  } else {
    const seconds = (terminal.now() - began) / 1000
    terminal.out(`seeds       ${ran} from ${first}${ran < seeds ? ' (interrupted)' : ''}\n`)
    terminal.out(`events      ${sum.events}${seconds > 0 ? `, ${Math.round(sum.events / seconds)} a second` : ''}\n`)
    terminal.out(`faults      ${sum.faults}\n`)
    terminal.out(`simulated   ${(sum.simulatedMicros / 3.6e9).toFixed(2)} hours\n`)
    terminal.out(`done        ${sum.established} leaderships, ${sum.committed} transactions, ${sum.completed} answered requests\n`)
    terminal.out(`violations  ${found.length}\n`)
    for (const { seed, violation } of found.slice(0, 10)) {
      terminal.out(`  ${violation!.invariant}  seed ${seed}, event ${violation!.event}, ${(violation!.time / 1e6).toFixed(6)} s, ${violation!.node < 0 ? 'ensemble' : `node ${violation!.node}`}: ${violation!.detail}\n`)
    }
    if (found.length > 10) terminal.out(`  and ${found.length - 10} more; --json prints them all\n`)
    if (found.length > 0) terminal.out(`Look at one with: millrace simulate --seed ${found[0]!.seed}${replayFlags(flags)} --trace\n`)
  }
  return found.length > 0 ? 1 : 0
}

function profileOf({ faults, profile }: SimulateFlags): string | undefined {
  if (faults !== undefined && profile !== undefined && faults !== profile) throw new UsageError(`error: --faults ${faults} and --profile ${profile} are two names of one thing; give one of them`)
  return faults ?? profile
}

function replayFlags(flags: SimulateFlags): string {
  const { servers, observers, bug, recipe } = flags
  const named = { faults: profileOf(flags), bug, recipe, servers: servers === '3' ? undefined : servers, observers: observers === '0' ? undefined : observers }
  return [...Object.entries(named).map(([name, value]) => (value === undefined ? '' : ` --${name} ${value}`)), flags.liveness ? '' : ' --no-liveness'].join('')
}

function seedOptions(flags: SimulateFlags): (seed: number) => SeedOptions {
  const servers = whole('--servers', flags.servers, 3)
  if (servers !== 3 && servers !== 5 && servers !== 7) throw new UsageError(`error: --servers is 3, 5 or 7, found ${servers}`)
  const observers = whole('--observers', flags.observers, 0)
  if (observers > 4) throw new UsageError(`error: --observers goes up to 4, found ${observers}`)
  const profileName = profileOf(flags)
  const profile = profileName === undefined ? null : profileNamed(profileName)
  if (profileName !== undefined && profile === null) throw new UsageError(`error: there is no profile ${JSON.stringify(profileName)}; there are ${profiles.map((each) => each.name).join(', ')}`)
  const recipe = flags.recipe
  if (recipe !== undefined && !Object.hasOwn(recipePrograms, recipe)) throw new UsageError(`error: there is no recipe ${JSON.stringify(recipe)}; there are ${Object.keys(recipePrograms).join(', ')}`)
  const programs = recipe === undefined ? {} : { programs: [recipePrograms[recipe as RecipeName]], clients: 4 }
  const card: BugCard | null = flags.bug === undefined ? null : cardNamed(flags.bug)
  if (flags.bug !== undefined && card === null) throw new UsageError(`error: there is no bug ${JSON.stringify(flags.bug)}; millrace simulate --list names them`)
  if (card !== null) {
    return (seed) => {
      const options = seedOptionsOf(card, seed, servers)
      return { ...options, ...programs, observers: Math.max(observers, options.observers ?? 0), profile: profile ?? options.profile }
    }
  }
  // Faults for JobManagers want JobManagers.
  const cluster = profileName === 'jobs' ? { clients: 0, cluster: { jobManagers: 3, taskManagers: 3 } } : {}
  return (seed) => ({ seed, servers, observers, profile: profile ?? profileNamed('swarm')!, liveness: flags.liveness, ...cluster, ...programs })
}

/** One seed, told act by act. */
function trace(options: SeedOptions, terminal: Terminal): ExitCode {
  const world = worldOf(options)
  world.trace = {
    note(at, node, _act, text) {
      terminal.out(`${(at.now / 1e6).toFixed(6).padStart(11)}  ${String(at.events).padStart(7)}  ${(node < 0 ? 'world' : at.nodes[node]!.name).padEnd(10)}  ${text}\n`)
    },
  }
  runUntil(world, chaosEnd(world))
  if (options.liveness === true) awaitRecovery(world)
  world.trace = null
  const { violation, hash, events } = resultOf(options.seed, world)
  terminal.out(`${events} events, hash ${hash.toString(16)}\n`)
  return violation === null ? 0 : 1
}

function runScenario(flags: SimulateFlags, terminal: Terminal): ExitCode {
  const scenario = scenarioNamed(flags.scenario!)
  const card = scenario === null ? cardNamed(flags.scenario!) : null
  const schedule = card === null ? null : scheduleOf(card.id)
  if (card !== null && schedule !== null) return runCard(card, schedule, flags, terminal)
  if (card !== null) throw new UsageError(`error: ${card.id} has no minimal schedule, it shows only after the faults; millrace simulate --bug ${card.id} looks for it`)
  if (scenario === null) throw new UsageError(`error: there is no scenario ${JSON.stringify(flags.scenario)}; there are ${scenarios.map(({ name }) => name).join(', ')}, and the bug cards by name`)
  const seed = flags.seed === undefined ? scenario.seed : whole('--seed', flags.seed, 0)
  const { world, lines } = transcriptOf(scenario, seed)
  const { violation } = world
  if (flags.json === true) {
    const violations = violation === null ? [] : [{ invariant: violation.invariant, seed, event: violation.event, detail: violation.detail }]
    terminal.out(`${JSON.stringify({ seeds: 1, seed, events: world.events, faults: world.counters.faults, simulatedMs: Math.round(world.now / 1000), violations })}\n`)
  } else {
    terminal.out(`${scenario.title}\n\n${printTranscript(world, lines)}`)
    if (violation !== null) terminal.out(`\n${violation.invariant} is broken: ${violation.detail}\n`)
  }
  return violation === null ? 0 : 1
}

/** The least that has to happen for a bug to show, told act by act; then the same with the bug fixed. */
function runCard(card: BugCard, schedule: Schedule, flags: SimulateFlags, terminal: Terminal): ExitCode {
  const world = worldOfSchedule(card, schedule)
  const lines: string[] = []
  world.trace = {
    note(at, node, act, text) {
      if (cardActs.has(act)) lines.push(`${(at.now / 1e6).toFixed(6).padStart(11)}  ${(node < 0 ? 'world' : at.nodes[node]!.name).padEnd(12)}  ${text}\n`)
    },
  }
  runUntil(world, schedule.seconds * 1e6)
  if (card.liveness === true) awaitRecovery(world)
  world.trace = null
  const { violation } = world
  if (flags.json === true) {
    const violations = violation === null ? [] : [{ invariant: violation.invariant, seed: schedule.seed, event: violation.event, detail: violation.detail }]
    terminal.out(`${JSON.stringify({ seeds: 1, seed: schedule.seed, events: world.events, faults: world.counters.faults, simulatedMs: Math.round(world.now / 1000), violations })}\n`)
    return violation === null ? 0 : 1
  }
  terminal.out(`${card.id}: ${card.title}\n\n${lines.join('')}`)
  if (violation !== null) terminal.out(`\n${violation.invariant} is broken: ${violation.detail}\n`)
  terminal.out(`Fixed by: ${card.fix}\n`)
  const fixed = runSchedule(card, schedule, true).violation
  terminal.out(`The same schedule without the mistake breaks ${fixed === null ? 'nothing' : fixed.invariant}.\n`)
  return violation === null ? 0 : 1
}

const cardActs = new Set(['boot', 'elected', 'epoch', 'refused', 'sync', 'synced', 'established', 'serving', 'looking', 'session', 'expired', 'recipe', 'resource', 'leader', 'task', 'checkpoint', 'fenced', 'fault', 'violation'])

function list(terminal: Terminal): ExitCode {
  const section = (title: string, rows: readonly (readonly [string, string])[]): void => {
    const width = Math.max(...rows.map(([name]) => name.length))
    terminal.out(`${title}\n${rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('')}\n`)
  }
  section('Profiles (--profile)', profiles.map(({ name, text }) => [name, text]))
  section('Bugs and mutants (--bug)', bugCards.map(({ id, title, tells }) => [id, `${title} [${tells.join(', ')}]`]))
  section('Scenarios (--scenario)', scenarios.map(({ name, title }) => [name, title]))
  section('Recipes (--recipe)', Object.keys(recipePrograms).map((name) => [name, `clients run the ${name} recipe instead of the random workload`]))
  section('Invariants', invariants.map(({ name, text, eventually }) => [name, eventually === true ? `${text} (eventually)` : text]))
  return 0
}

function whole(flag: string, text: string, least: number): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < least) throw new UsageError(`error: ${flag} needs a whole number from ${least} on, found ${JSON.stringify(text)}`)
  return number
}
