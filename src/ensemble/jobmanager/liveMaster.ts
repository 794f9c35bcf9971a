import { neverChanges } from '../world/copy.ts'
import type { Node } from '../world/node.ts'
import { zxidText } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { modePersistent, nodeExists, ok, type Request } from '../znodes/types.ts'
import { create, isLeading, jobParts, lockOf, pointerParts, releaseParts, remove, setData, timerMaster, write, type JobManagerState, type Master, type Term } from './jobManager.ts'
import { checkpointsFolder, counterPath, jobFolder, jobGraphPath, pointerPath } from './layout.ts'
import { leadingJobManager } from './leading.ts'
import { outsideOf } from './outside.ts'

/**
 * The master of a job that runs outside the world, in a page or on the command line: it keeps the job's document, counter and pointers in znodes for a runtime that asks
 * (`live.ts`). Requests come in as choices from outside, what became of them goes out as effects; in between everything is the protocol's.
 *
 * A commit that was waiting when leadership changed is answered by the new leader, once: its checked first write has made sure that the old one's pointer is either
 * there by now or never will be. It is never tried again, because the job starts anew from what is there. A job that nobody has led yet does not start anew: its commits wait
 * behind its own start.
 */
export type LiveRequestKind = 'job' | 'commit' | 'release' | 'end'

export class LiveRequest {
  ticket = 0
  kind: LiveRequestKind = 'commit'
  job = ''
  /** Job: its document. Commit: where the data lies. */
  text = ''
  checkpoint = 0
  /** Release: which. Job: pointers it begins with, and where they lead. */
  checkpoints: readonly number[] = []
  locations: readonly string[] = []
}
neverChanges(LiveRequest)

/** What the runtime hears. Times are virtual µs. */
export type LiveEffect =
  /** A JobManager leads; `pointers` are the checkpoints to start from, oldest first. A job that ran under another token starts anew. */
  | { readonly kind: 'leader'; readonly jobManager: number; readonly token: number; readonly job: string; readonly pointers: readonly number[]; readonly at: number }
  | { readonly kind: 'leaderLost'; readonly jobManager: number; readonly token: number; readonly why: string; readonly at: number }
  /** A request was done: a quorum has it. `by` says who committed it, for people. */
  | { readonly kind: 'done'; readonly ticket: number; readonly by: string; readonly at: number }
  | { readonly kind: 'refused'; readonly ticket: number; readonly why: string; readonly at: number }

class Waiting {
  request!: LiveRequest
  /** The term it was given to; 0 while nobody has taken it up. */
  token = 0
}

const writeRequest = 1
const lookMicros = 200_000

export function emit(world: World, effect: LiveEffect): void {
  const outside = outsideOf(world)!
  outside.effects.push(effect)
  if (outside.effects.length <= 4_096) return
  outside.effects.splice(0, 2_048)
  outside.effectsBefore += 2_048
}

/** A request from outside arrives: whoever leads takes it up, now or when there is somebody. */
export function onRequest(world: World, request: LiveRequest): void {
  const waiting = new Waiting()
  waiting.request = request
  outsideOf(world)!.requests.push(waiting)
  const node = world.nodes[leadingJobManager(world)]
  if (node === undefined || !node.up || node.paused) return
  const state = node.state as JobManagerState
  if (isLeading(state)) next(world, node, state, state.term!)
}

function next(world: World, node: Node, state: JobManagerState, term: Term): void {
  const requests = outsideOf(world)!.requests as Waiting[]
  while (term.write === 0 && requests.length > 0) {
    const waiting = requests[0]!
    const parts = partsOf(state, term, waiting.request)
    if (typeof parts === 'string') {
      requests.shift()
      if (parts === '') emit(world, { kind: 'done', ticket: waiting.request.ticket, by: node.name, at: world.now })
      else emit(world, { kind: 'refused', ticket: waiting.request.ticket, why: parts, at: world.now })
      continue
    }
    waiting.token = term.token
    write(world, node, state, term, writeRequest, parts)
  }
}

/** What to write; the empty text when there is nothing to do, a reason when it cannot be done. */
function partsOf(state: JobManagerState, term: Term, { kind, job, text, checkpoint, checkpoints, locations }: LiveRequest): readonly Request[] | string {
  const { session } = state.zk
  if (kind === 'job') {
    if (term.job === job) return ''
    const parts = term.job === '' ? [] : endParts(term, session)
    parts.push(...jobParts(job, text))
    if (checkpoints.length > 0) parts.push(setData(counterPath(job), String(Math.max(...checkpoints) + 1), -1))
    for (const [i, id] of checkpoints.entries()) parts.push(create(pointerPath(job, id), modePersistent, locations[i] ?? ''), lockOf(job, id, session))
    return parts
  }
  if (term.job !== job) return kind === 'commit' ? `the job ${job} is not known to the leading JobManager` : ''
  if (kind === 'commit') {
    if (term.pointers.includes(checkpoint)) return ''
    return [setData(counterPath(job), String(checkpoint + 1), -1), ...pointerParts(term, session, checkpoint, text)]
  }
  if (kind === 'release') {
    const parts = checkpoints.filter((id) => term.pointers.includes(id)).flatMap((id) => releaseParts(term, session, id))
    return parts.length === 0 ? '' : parts
  }
  return endParts(term, session)
}

/** Nothing of the job stays. */
function endParts(term: Term, session: number): Request[] {
  return [...term.pointers.flatMap((id) => releaseParts(term, session, id)), ...[checkpointsFolder(term.job), counterPath(term.job), jobFolder(term.job), jobGraphPath(term.job)].map(remove)]
}

export const liveMaster: Master = {
  firstJob: () => null,

  onRunning(world, node, state, term) {
    emit(world, { kind: 'leader', jobManager: node.id, token: term.token, job: term.job, pointers: [...term.pointers], at: world.now })
    const outside = outsideOf(world)!
    const requests = outside.requests as Waiting[]
    const unled = new Set(requests.flatMap(({ request }) => (request.kind === 'job' ? [request.job] : [])))
    outside.requests = requests.filter(({ request }) => {
      const { kind, ticket, checkpoint, job } = request
      if (kind !== 'commit' || unled.has(job)) return true
      if (job === term.job && term.pointers.includes(checkpoint)) emit(world, { kind: 'done', ticket, by: `an earlier JobManager; ${node.name} found the pointer`, at: world.now })
      else emit(world, { kind: 'refused', ticket, why: `${node.name} leads now, and the pointer was not committed before`, at: world.now })
      return false
    })
    next(world, node, state, term)
    world.setTimer(node, timerMaster, lookMicros)
  },

  onWritten(world, node, state, term, _write, reply) {
    const outside = outsideOf(world)!
    const waiting = (outside.requests as Waiting[])[0]
    if (waiting === undefined || waiting.token !== term.token) return
    outside.requests.shift()
    const { ticket, kind, job, checkpoint, checkpoints } = waiting.request
    // "Node exists": an earlier asking had been done and its answer was lost.
    const isDone = reply.error === ok || reply.error === nodeExists
    if (!isDone) emit(world, { kind: 'refused', ticket, why: `the ensemble answered with error ${reply.error}`, at: world.now })
    else {
      if (kind === 'job') {
        term.job = job
        term.pointers = [...checkpoints]
        term.locked = [...checkpoints]
      } else if (kind === 'commit') {
        term.pointers = [...term.pointers, checkpoint].toSorted((a, b) => a - b)
        term.locked.push(checkpoint)
        world.trace?.note(world, node.id, 'checkpoint', `has checkpoint ${checkpoint} completed: its pointer is committed`)
      } else if (kind === 'release') term.pointers = term.pointers.filter((id) => !checkpoints.includes(id))
      else {
        term.job = ''
        term.pointers = []
        term.locked = []
      }
      emit(world, { kind: 'done', ticket, by: `${node.name}, token ${zxidText(term.token)}, at ${zxidText(reply.zxid)}`, at: world.now })
    }
    next(world, node, state, term)
  },

  onUnknown: () => true,
  /** Requests that came while this process was paused. */
  onTimer(world, node, state, term) {
    next(world, node, state, term)
    world.setTimer(node, timerMaster, lookMicros)
  },
  onMessage() {},

  onEnd(world, node, _state, term, why) {
    emit(world, { kind: 'leaderLost', jobManager: node.id, token: term.token, why, at: world.now })
  },
}
