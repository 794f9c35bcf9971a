import { checksOf } from '../checks/checksOf.ts'
import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf } from './broker.ts'
import { leaderNode, refresh, timerRole, type LogClient, type Role } from './logClient.ts'
import { controlNone, type LogEntry } from './records.ts'
import { apiConsume, apiListOffsets, ask, none, offsetOutOfRange, type ConsumeBody, type ConsumedBody, type ListOffsetsBody } from './requests.ts'

/** A consumer without a group that reads every partition from its start, committed transactions only, and now and then asks where the partitions end. */
class ReaderMemory {
  offsets: number[] = []
  partition = 0
  isAsking = false
  quiet = 0
  endsSeen: number[] = []
}

const tagConsume = 1
const tagEnds = 2

export const readerRole: Role = {
  boot(world, node) {
    const memory = new ReaderMemory()
    memory.offsets = logOptionsOf(world).partitions.map(() => 0)
    memory.endsSeen = memory.offsets.slice()
    world.setTimer(node, timerRole, 500_000)
    return memory
  },

  onMetadata(world, node, client) {
    const memory = client.memory as ReaderMemory
    if (!memory.isAsking) next(world, node, client, memory)
  },

  onAnswer(world, node, client, pending, error, body) {
    const memory = client.memory as ReaderMemory
    memory.isAsking = false
    if (pending.tag === tagEnds) {
      if (error === none) checksOf(world)?.log?.onEndOffset(world, node.id, (pending.request.body as ListOffsetsBody).partition, body as number, memory.endsSeen)
      return rest(world, node, client, memory)
    }
    const asked = pending.request.body as ConsumeBody
    if (error === offsetOutOfRange) {
      const { logStart, highWatermark } = body as ConsumedBody
      if (asked.offset < logStart) memory.offsets[asked.partition] = logStart
      // Beyond the end of a leader that has not caught up in its knowledge: wait. Real loss is the checkers' business.
      else if (asked.offset > highWatermark) return rest(world, node, client, memory)
    } else if (error !== none) {
      refresh(world, node, client)
      return rest(world, node, client, memory)
    } else {
      const { entries, aborted } = body as ConsumedBody
      if (entries.length > 0) {
        memory.quiet = 0
        memory.offsets[asked.partition] = entries[entries.length - 1]!.endOffset
        checksOf(world)?.log?.onConsumed(world, node.id, asked, body as ConsumedBody, visible(entries, aborted))
      } else memory.quiet++
    }
    if (entriesLeft(memory)) {
      memory.partition++
      next(world, node, client, memory)
    } else rest(world, node, client, memory)
  },

  onTimer(world, node, client) {
    const memory = client.memory as ReaderMemory
    if (memory.isAsking) return
    if (client.chance.below(4) === 0) {
      const partition = client.chance.below(memory.offsets.length)
      const leader = leaderNode(world, client, partition)
      if (leader >= 0) {
        memory.isAsking = true
        ask(world, node, client.requests, leader, apiListOffsets, { partition } satisfies ListOffsetsBody, tagEnds, 500_000)
        return
      }
    }
    memory.quiet = 0
    next(world, node, client, memory)
  },
}

function entriesLeft(memory: ReaderMemory): boolean {
  return memory.quiet < memory.offsets.length
}

function rest(world: World, node: Node, client: LogClient, memory: ReaderMemory): void {
  memory.partition++
  world.setTimer(node, timerRole, 100_000 + client.chance.below(400_000))
}

function next(world: World, node: Node, client: LogClient, memory: ReaderMemory): void {
  const partition = memory.partition % memory.offsets.length
  const leader = leaderNode(world, client, partition)
  if (leader < 0) {
    refresh(world, node, client)
    return rest(world, node, client, memory)
  }
  memory.isAsking = true
  ask(world, node, client.requests, leader, apiConsume, { partition, offset: memory.offsets[partition]!, isReadCommitted: true } satisfies ConsumeBody, tagConsume, 500_000)
}

/** What a consumer that reads committed data hands on: no markers, nothing of aborted transactions. */
export function visible(entries: readonly LogEntry[], aborted: ConsumedBody['aborted']): readonly LogEntry[] {
  return entries.filter(({ batch, baseOffset }) => batch.control === controlNone && !aborted.some((range) => batch.isTransactional && range.producerId === batch.producerId && range.firstOffset <= baseOffset && baseOffset < range.lastOffset))
}
