import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { submit } from '../../src/ensemble/client/zkClient.ts'
import type { Program } from '../../src/ensemble/client/clientNode.ts'
import { makeEnsemble, runUntil } from '../../src/ensemble/simulation.ts'
import { WorldOptions } from '../../src/ensemble/world/options.ts'
import type { World } from '../../src/ensemble/world/world.ts'
import { isBetter } from '../../src/ensemble/zab/election.ts'
import { Server } from '../../src/ensemble/zab/server.ts'
import { addSession } from '../../src/ensemble/zab/sessionTracker.ts'
import {
  modeContainer,
  modeEphemeral,
  modeEphemeralSequential,
  modePersistent,
  modeSequential,
  ok,
  opAddWatch,
  opCheck,
  opCreate,
  opDelete,
  opExists,
  opGetChildren,
  opGetData,
  opMulti,
  opSetData,
  Request,
  type Reply,
  watchEventNames,
} from '../../src/ensemble/znodes/types.ts'
import { watchPersistent, watchRecursive } from '../../src/ensemble/znodes/watches.ts'

/** What a real ZooKeeper answered (`ask.mjs`), and what the ensemble of the page answers to the same. */
interface Answers {
  readonly version: string
  /** Epoch, zxid and id of one vote, then of another; 1 when the first wins. */
  readonly votes: readonly (readonly [number, number, number, number, number, number, number])[]
  /** A time, and the bucket it expires in, for ticks of 2,000 ms. */
  readonly deadlines: readonly (readonly [number, number])[]
  /** A line of the script, the answer, the events heard by then. */
  readonly steps: readonly (readonly [string, string, string])[]
}

const here = import.meta.dirname
const kept = JSON.parse(readFileSync(join(here, 'answers.json'), 'utf8')) as Answers
const eventNames = ['', 'NodeCreated', 'NodeDeleted', 'NodeDataChanged', 'NodeChildrenChanged'] as const

describe(`ZooKeeper ${kept.version}`, () => {
  it('orders votes as the ensemble does', () => {
    const world = emptyWorld()
    expect(kept.votes.length).toBe(144)
    for (const [epoch, zxid, id, thanEpoch, thanZxid, thanId, wins] of kept.votes) {
      expect({ vote: [epoch, zxid, id, thanEpoch, thanZxid, thanId], wins: isBetter(world, epoch, zxid, id, thanEpoch, thanZxid, thanId) }).toEqual({ vote: [epoch, zxid, id, thanEpoch, thanZxid, thanId], wins: wins === 1 })
    }
  })

  it('rounds the deadlines of sessions as the ensemble does', () => {
    for (const [time, deadline] of kept.deadlines) {
      const server = new Server()
      addSession(emptyWorld(), server, 7, time, 0)
      expect({ time, deadline: server.sessions.get(7)!.deadline / 1000 }).toEqual({ time, deadline })
    }
  })

  it('answers a client step by step as the ensemble does: results, suffixes, versions and watches', () => {
    expect(answersOf(kept.steps.map(([line]) => line))).toEqual(kept.steps)
    // The script is the one that was asked.
    const script = readFileSync(join(here, 'script.txt'), 'utf8')
    expect(script.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual(kept.steps.map(([line]) => line))
  })

  const isInstalled = existsSync(join(here, 'target', 'classpath.txt'))
  it.skipIf(!isInstalled)(`still answers as was kept${isInstalled ? '' : ' (skipped: no server here; `node conformance/zookeeper/ask.mjs` fetches one, with Java and Maven)'}`, { timeout: 60_000 }, () => {
    const path = execFileSync('node', [join(here, 'ask.mjs'), '--check'], { encoding: 'utf8' }).trim()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(kept)
  })
})

function emptyWorld(): World {
  const options = new WorldOptions()
  options.clients = 0
  return makeEnsemble({ seed: 1, options, profile: null })
}

/** One client goes through the script; after each line it reads something, behind which every event of the line has come. */
function answersOf(lines: readonly string[]): readonly (readonly [string, string, string])[] {
  const answers: [string, string, string][] = []
  let events: string[] = []
  let answer = ''
  const program: Program = {
    name: 'script',
    boot: () => ({}),
    onState(world, node, state) {
      submit(world, node, state.zk, requestOf(lines[0]!), 1)
    },
    onReply(world, node, state, op, reply) {
      if (op.tag === 1) {
        answer = textOf(lines[answers.length]!, reply)
        const read = new Request()
        read.op = opExists
        read.path = '/'
        submit(world, node, state.zk, read, 2)
        return
      }
      answers.push([lines[answers.length]!, answer, events.join(', ')])
      events = []
      if (answers.length < lines.length) submit(world, node, state.zk, requestOf(lines[answers.length]!), 1)
    },
    onWatch(_world, _node, _state, event) {
      events.push(`${eventNames[event.type] ?? watchEventNames[event.type]} ${event.path}`)
    },
    onTimer() {},
  }
  const options = new WorldOptions()
  options.clients = 1
  const world = makeEnsemble({ seed: 1, options, profile: null, programs: [program] })
  runUntil(world, 60_000_000)
  expect(world.violation).toBeNull()
  return answers
}

const modes: Readonly<Record<string, number>> = { ephemeral: modeEphemeral, sequential: modeSequential, ephemeralSequential: modeEphemeralSequential, container: modeContainer }

function requestOf(line: string): Request {
  const request = new Request()
  if (line.startsWith('multi ')) {
    request.op = opMulti
    request.parts = line.slice(6).split('; ').map(requestOf)
    return request
  }
  const words = line.split(' ')
  const last = words.at(-1)!
  request.path = words[1]!
  request.watch = last === 'watch'
  if (words.at(-2) === 'version') request.version = Number(last)
  switch (words[0]) {
    case 'create':
      request.op = opCreate
      request.mode = modes[last] ?? modePersistent
      break
    case 'set':
      request.op = opSetData
      request.data = words[2]!
      break
    case 'delete':
      request.op = opDelete
      break
    case 'get':
      request.op = opGetData
      break
    case 'exists':
      request.op = opExists
      break
    case 'children':
      request.op = opGetChildren
      break
    case 'check':
      request.op = opCheck
      request.version = Number(last)
      break
    case 'addWatch':
      request.op = opAddWatch
      request.watchMode = last === 'recursive' ? watchRecursive : watchPersistent
  }
  return request
}

function textOf(line: string, reply: Reply): string {
  if (reply.error !== ok) return `error ${reply.error}`
  const { stat } = reply
  const stats = stat === null ? '' : `v${stat.version} c${stat.cversion} n${stat.numChildren}`
  switch (line.split(' ')[0]) {
    case 'create':
      return `ok ${reply.path}`
    case 'set':
    case 'exists':
      return `ok ${stats}`
    case 'get':
      return `ok ${reply.data}`
    case 'children':
      return `ok ${reply.children!.join(' ')}`
    default:
      return 'ok'
  }
}
