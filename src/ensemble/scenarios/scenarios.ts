import { logScenarios } from '../log/scenarios.ts'
import { Bugs } from '../bugs.ts'
import type { Program } from '../client/clientNode.ts'
import { aFollower, fault, theJobManager, theLeader, type Fault } from '../faults.ts'
import { clusterParts, type ClusterSpec } from '../jobmanager/cluster.ts'
import { makeEnsemble, runUntil } from '../simulation.ts'
import { WorldOptions } from '../world/options.ts'
import { planFault, type World } from '../world/world.ts'
import { recipePrograms } from '../client/recipes/recipes.ts'
import { randomProgram } from '../client/randomProgram.ts'

/** Guided runs: a small ensemble, a script of what happens to it, and a name for what there is to see. The same words caption the live view and the transcripts. */
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly seed: number
  readonly options: Partial<WorldOptions>
  readonly bugs?: readonly (keyof Bugs)[]
  readonly programs?: readonly Program[]
  readonly cluster?: ClusterSpec
  readonly script: readonly { readonly seconds: number; readonly fault: Fault }[]
  readonly seconds: number
  /** Acts to tell; the rest of the annotations is left out of the transcript. */
  readonly acts: readonly string[]
  /** What the checkers must say: nothing, unless the scenario is about a mistake. */
  readonly breaks?: string
}

const protocolActs = ['boot', 'election', 'vote', 'elected', 'epoch', 'refused', 'sync', 'synced', 'established', 'serving', 'looking', 'fault', 'heal', 'violation']
const sessionActs = ['session', 'expired', 'recipe', 'resource', 'established', 'fault', 'heal', 'violation']
const clusterActs = ['leader', 'task', 'checkpoint', 'fenced', 'expired', 'established', 'fault', 'heal', 'violation']
const quiet = { clients: 0, latencySpreadMicros: 200, latencyTailMicros: 1 } satisfies Partial<WorldOptions>
const busy = { ...quiet, clients: 1, thinkMicros: 200_000, rareOperations: false } satisfies Partial<WorldOptions>

export const scenarios: readonly Scenario[] = [
  { name: 'election', title: 'three servers with equal histories: the highest id leads', seed: 1, options: quiet, script: [], seconds: 3, acts: protocolActs },
  { name: 'election-of-five', title: 'five servers, equal zxids: the id decides', seed: 3, options: { ...quiet, servers: 5 }, script: [], seconds: 3, acts: protocolActs },
  { name: 'leader-dies', title: 'the leader crashes, a follower takes over, the old leader comes back and follows', seed: 2, options: busy, script: [{ seconds: 3, fault: fault('crash', theLeader, 3_000_000) }], seconds: 9, acts: protocolActs },
  { name: 'late-joiner', title: 'a follower restarts and joins a working ensemble without an election', seed: 4, options: busy, script: [{ seconds: 3, fault: fault('crash', aFollower, 2_000_000) }], seconds: 8, acts: protocolActs },
  {
    name: 'split',
    title: 'the leader is cut off with nobody: it goes on believing for a few ticks while the others elect anew, then it is brought back by TRUNC or DIFF',
    seed: 5,
    options: busy,
    script: [{ seconds: 4, fault: fault('isolate', theLeader, 25_000_000) }],
    seconds: 45,
    acts: protocolActs,
  },
  { name: 'tree-by-snapshot', title: 'a server that was away for longer than the window gets the whole tree', seed: 6, options: { ...busy, thinkMicros: 20_000, committedWindow: 20, snapCount: 40 }, script: [{ seconds: 3, fault: fault('crash', aFollower, 6_000_000) }], seconds: 12, acts: ['sync', 'synced', 'serving', 'fault', 'boot', 'violation'] },
  { name: 'session-expires', title: 'a client vanishes; its session and ephemerals go after the timeout, rounded up to the tick', seed: 7, options: { ...quiet, clients: 2 }, programs: [recipePrograms.membership], script: [{ seconds: 5, fault: fault('vanish', 4, 60_000_000) }], seconds: 20, acts: sessionActs },
  { name: 'lock', title: 'three clients take turns with a lock; each release wakes one waiter', seed: 8, options: { ...quiet, clients: 3 }, programs: [recipePrograms.lock], script: [], seconds: 8, acts: sessionActs },
  {
    name: 'fenced-lock',
    title: 'the holder of a lock is paused past its session; when it wakes, the resource refuses its stale token',
    seed: 9,
    options: { ...quiet, clients: 2 },
    programs: [recipePrograms.pausedLock],
    script: [{ seconds: 4, fault: fault('pause', 4, 20_000_000) }],
    seconds: 40,
    acts: sessionActs,
  },
  {
    name: 'unfenced-lock',
    title: 'the same without fencing: the stale write gets through',
    seed: 9,
    options: { ...quiet, clients: 2 },
    bugs: ['noFencing'],
    programs: [recipePrograms.pausedLock],
    script: [{ seconds: 4, fault: fault('pause', 4, 20_000_000) }],
    seconds: 40,
    acts: sessionActs,
    breaks: 'LOCK-2',
  },
  { name: 'shared-lock', title: 'readers share a lock, a writer has it alone', seed: 2, options: { ...quiet, clients: 5 }, programs: [recipePrograms.sharedLock], script: [], seconds: 5, acts: sessionActs },
  { name: 'latch', title: 'a leader latch: the leader vanishes, its session expires, and the next in line leads', seed: 14, options: { ...quiet, clients: 3 }, programs: [recipePrograms.latch], script: [{ seconds: 3, fault: fault('vanish', 4, 60_000_000) }], seconds: 14, acts: sessionActs },
  { name: 'barrier', title: 'a barrier: whoever comes while it is closed waits for its deletion', seed: 15, options: { ...quiet, clients: 3 }, programs: [recipePrograms.barrier], script: [], seconds: 6, acts: sessionActs },
  { name: 'double-barrier', title: 'a double barrier: nobody begins before all have come, nobody goes on before all have left', seed: 16, options: { ...quiet, clients: 3 }, programs: [recipePrograms.doubleBarrier], script: [], seconds: 4, acts: sessionActs },
  { name: 'queue', title: 'a queue: the deletion that succeeds decides whose an item is', seed: 17, options: { ...quiet, clients: 3 }, programs: [recipePrograms.queue], script: [], seconds: 3, acts: sessionActs },
  { name: 'membership', title: 'group membership: a member vanishes, and the others see it go when its session expires', seed: 18, options: { ...quiet, clients: 3 }, programs: [recipePrograms.membership], script: [{ seconds: 3, fault: fault('vanish', 4, 60_000_000) }], seconds: 14, acts: sessionActs },
  { name: 'discovery', title: 'service discovery: an instance vanishes, and is called until its session expires', seed: 19, options: { ...quiet, clients: 3 }, programs: [recipePrograms.discovery], script: [{ seconds: 4, fault: fault('vanish', 4, 60_000_000) }], seconds: 15, acts: sessionActs },
  { name: 'configuration', title: 'configuration with a watch: everybody applies a new version when told of it', seed: 20, options: { ...quiet, clients: 3 }, programs: [recipePrograms.config], script: [], seconds: 4, acts: sessionActs },
  {
    name: 'failover',
    title: 'the leading JobManager dies: its session expires, the next in line is woken alone, writes first, reads the newest pointer and starts the job from there',
    seed: 10,
    options: quiet,
    cluster: { jobManagers: 3, taskManagers: 2 },
    script: [{ seconds: 5, fault: fault('crash', theJobManager, 30_000_000) }],
    seconds: 18,
    acts: clusterActs,
  },
  {
    name: 'failover-paused',
    title: 'the leading JobManager is paused past its session; when it wakes, TaskManagers refuse its orders and the ensemble its writes',
    seed: 11,
    options: quiet,
    cluster: { jobManagers: 2, taskManagers: 2, tolerateSuspended: true },
    script: [{ seconds: 5, fault: fault('pause', theJobManager, 14_000_000) }],
    seconds: 22,
    acts: clusterActs,
  },
  {
    name: 'no-quorum',
    title: 'two of three servers are down: tasks run on, but no checkpoint completes until a quorum has its pointer',
    seed: 12,
    options: quiet,
    cluster: { jobManagers: 2, taskManagers: 2, tolerateSuspended: true },
    script: [
      { seconds: 4, fault: fault('crash', 0, 9_000_000) },
      { seconds: 4, fault: fault('crash', 1, 9_000_000) },
    ],
    seconds: 22,
    acts: clusterActs,
  },
  ...logScenarios,
]

export function scenarioNamed(name: string): Scenario | null {
  return scenarios.find((scenario) => scenario.name === name) ?? null
}

export function worldOfScenario(scenario: Scenario, seed = scenario.seed): World {
  const options = Object.assign(new WorldOptions(), scenario.options)
  const bugs = new Bugs()
  for (const name of scenario.bugs ?? []) bugs[name] = true
  options.bugs = bugs
  const world = makeEnsemble({ seed, options, profile: null, programs: scenario.programs ?? [randomProgram], ...(scenario.cluster === undefined ? {} : clusterParts(scenario.cluster)) })
  for (const { seconds, fault: planned } of scenario.script) planFault(world, Math.round(seconds * 1e6), planned)
  return world
}

export interface TranscriptLine {
  readonly time: number
  readonly event: number
  readonly node: number
  readonly act: string
  readonly text: string
}

/** Runs a scenario and tells what happened, one line an act. */
export function transcriptOf(scenario: Scenario, seed = scenario.seed): { readonly world: World; readonly lines: readonly TranscriptLine[] } {
  const world = worldOfScenario(scenario, seed)
  const lines: TranscriptLine[] = []
  world.trace = {
    note(at, node, act, text) {
      if (scenario.acts.includes(act)) lines.push({ time: at.now, event: at.events, node, act, text })
    },
  }
  runUntil(world, scenario.seconds * 1e6)
  world.trace = null
  return { world, lines }
}

export function printTranscript(world: World, lines: readonly TranscriptLine[]): string {
  return lines.map(({ time, node, text }) => `${(time / 1e6).toFixed(6).padStart(11)}  ${(node < 0 ? 'world' : world.nodes[node]!.name).padEnd(10)}  ${text}\n`).join('')
}

