import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stateConnected, stateExpired, submit, type ZkClient } from '../../src/ensemble/client/zkClient.ts'
import type { ClientState, Program } from '../../src/ensemble/client/clientNode.ts'
import { makeEnsemble } from '../../src/ensemble/simulation.ts'
import { WorldOptions } from '../../src/ensemble/world/options.ts'
import type { Node } from '../../src/ensemble/world/node.ts'
import type { World } from '../../src/ensemble/world/world.ts'
import { isBetter } from '../../src/ensemble/zab/election.ts'
import { Server } from '../../src/ensemble/zab/server.ts'
import { addSession } from '../../src/ensemble/zab/sessionTracker.ts'
import { digestIdentity } from '../../src/ensemble/znodes/digestAuth.ts'
import {
  Acl,
  modeContainer,
  modeEphemeral,
  modeEphemeralSequential,
  modePersistent,
  modeSequential,
  ok,
  opAddWatch,
  opAuth,
  opCheck,
  opCreate,
  opDelete,
  opExists,
  opGetChildren,
  opGetData,
  opMulti,
  opSetAcl,
  opSetData,
  permAll,
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

  it('answers two clients step by step as the ensemble does: results, suffixes, versions, access lists, watches, also over a lost connection, and the end of a session', () => {
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

  // With a compiler: what is asked is compiled against the package's own server.
  const hasDebian = existsSync('/usr/share/java/zookeeper.jar') && spawnSync('javac', ['-version']).status === 0
  it.skipIf(!hasDebian)(`has the same answers from Debian's package${hasDebian ? '' : ' (skipped: libzookeeper-java or a JDK is not installed)'}`, { timeout: 60_000 }, () => {
    const path = execFileSync('node', [join(here, 'ask.mjs'), '--debian'], { encoding: 'utf8' }).trim()
    const debian = JSON.parse(readFileSync(path, 'utf8')) as typeof kept
    // Since 3.9 (and the security releases of 3.8) EXISTS asks the access list, so that nobody learns the names of what they may not read; 3.8.0 tells anybody.
    const steps = kept.steps.map((step) => (step[0] === 'exists /locked' ? [step[0], 'ok v0 c0 n0', ''] : step))
    expect(debian).toEqual({ ...kept, version: debian.version, steps })
    expect(debian.version).toMatch(/^3\./)
  })
})

function emptyWorld(): World {
  const options = new WorldOptions()
  options.clients = 0
  return makeEnsemble({ seed: 1, options, profile: null })
}

const tickMs = 500
const timeoutMs = 4000

/** Two clients go through the script; after each line both read something, behind which every event of the line has come. */
function answersOf(lines: readonly string[]): readonly (readonly [string, string, string])[] {
  const events: string[] = []
  const replies: { readonly node: number; readonly tag: number; readonly reply: Reply }[] = []
  let hasExpired = false
  const program: Program = {
    name: 'script',
    boot: () => ({}),
    onState(_world, _node, { zk }) {
      if (zk.state === stateExpired) hasExpired = true
    },
    onReply(_world, node, _state, { tag }, reply) {
      replies.push({ node: node.id, tag, reply })
    },
    onWatch(_world, node, _state, event) {
      events.push(`${node === second ? '2: ' : ''}${eventNames[event.type] ?? watchEventNames[event.type]} ${event.path}`)
    },
    onTimer() {},
  }
  const options = new WorldOptions()
  options.clients = 2
  options.tickMicros = tickMs * 1000
  const world = makeEnsemble({ seed: 1, options, profile: null, programs: [program], sessionTimeoutMs: timeoutMs })
  const [first, second] = world.nodes.slice(options.servers) as [Node, Node]
  const clientOf = (node: Node): ZkClient => (node.state as ClientState).zk
  const isConnected = (node: Node): boolean => node.state !== null && clientOf(node).state === stateConnected
  const until = (holds: () => boolean): void => {
    const most = world.now + 60_000_000
    while (!holds() && world.now < most && world.step());
    expect(holds()).toBe(true)
  }
  const ask = (node: Node, request: Request): Reply => {
    until(() => isConnected(node))
    replies.length = 0
    submit(world, node, clientOf(node), request, 1)
    until(() => replies.some((each) => each.node === node.id && each.tag === 1))
    return replies.find((each) => each.node === node.id)!.reply
  }
  const look = (node: Node, path = '/'): Reply => {
    const read = new Request()
    read.op = opExists
    read.path = path
    return ask(node, read)
  }
  const cut = (isCut: boolean): void => {
    for (const connection of world.connections) if (isCut && connection.from === first.id) world.breakConnection(connection, 1_000_000)
    for (let server = 0; server < options.servers; server++) {
      world.setCut(first.id, server, isCut)
      world.setCut(server, first.id, isCut)
    }
  }
  const answered = (line: string): string => {
    if (line === 'away') {
      cut(true)
      until(() => !isConnected(first))
      return 'ok'
    }
    if (line === 'back') {
      cut(false)
      hasExpired = false
      until(() => hasExpired || isConnected(first))
      return hasExpired ? 'expired' : 'connected'
    }
    if (line.startsWith('expire ')) {
      look(first)
      const touched = world.now
      cut(true)
      until(() => look(second, line.slice(7)).error !== ok)
      const after = (world.now - touched) / 1000
      return after > timeoutMs && after <= timeoutMs + tickMs * 1.5 ? 'gone after the timeout, within a tick and a half' : `gone after ${after} ms`
    }
    const isSecond = line.startsWith('2: ')
    const asked = isSecond ? line.slice(3) : line
    if (asked.startsWith('auth ')) {
      // As the client's library does: at once, and again on every connection.
      const zk = clientOf(isSecond ? second : first)
      zk.auth = [...zk.auth, asked.slice(5)]
      submit(world, isSecond ? second : first, zk, requestOf(asked), 0)
      return 'ok'
    }
    return textOf(asked, ask(isSecond ? second : first, requestOf(asked)))
  }
  until(() => isConnected(first) && isConnected(second))
  let isAway = false
  const answers = lines.map((line): [string, string, string] => {
    const answer = answered(line)
    isAway = line === 'away' || line.startsWith('expire ') || (isAway && line !== 'back')
    if (!isAway) look(first)
    look(second)
    const heard = events.splice(0)
    // What is told on reconnecting comes in the order of a hash table.
    if (line === 'back') heard.sort()
    return [line, answer, heard.join(', ')]
  })
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
    case 'auth':
      request.op = opAuth
      request.data = request.path
      request.path = 'digest'
      break
    case 'acl': {
      const [user, password] = words[2]!.split(':') as [string, string]
      request.op = opSetAcl
      request.acl = [new Acl(permAll, 'digest', digestIdentity(user, password))]
      break
    }
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
    case 'acl':
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
