/**
 * Who reads which partition (reference 3.5): the assignors a group's leader runs. All are functions of the members in the order of their ids, the partitions of each topic and, for
 * the sticky ones, of what everybody owned before.
 */
export interface GroupMember {
  readonly id: string
  readonly topics: readonly string[]
  /** What it holds now, by partition index. */
  readonly owned: readonly number[]
}
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
  /** The number it goes by everywhere. */
  readonly index: number
}
export const assignorNames = ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const
export type AssignorName = (typeof assignorNames)[number]

/** Partition indexes by member, members in order of their ids. */
export type Assignment = ReadonlyMap<string, readonly number[]>

export function assign(name: AssignorName, members: readonly GroupMember[], partitions: readonly TopicPartition[]): Assignment {
  const ordered = members.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  switch (name) {
    case 'range':
      return range(ordered, partitions)
    case 'roundrobin':
      return roundRobin(ordered, partitions)
    case 'sticky':
      return sticky(ordered, partitions)
    case 'cooperative-sticky':
      return cooperative(ordered, sticky(ordered, partitions))
  }
}

/** Per topic, contiguous blocks; the first members get one more. */
function range(members: readonly GroupMember[], partitions: readonly TopicPartition[]): Assignment {
  const assignment = empty(members)
  for (const topic of topicsOf(partitions)) {
    const subscribed = members.filter((member) => member.topics.includes(topic))
    const those = ofTopic(partitions, topic)
    if (subscribed.length === 0) continue
    const each = Math.floor(those.length / subscribed.length)
    const more = those.length % subscribed.length
    let at = 0
    for (const [i, member] of subscribed.entries()) {
      const count = each + (i < more ? 1 : 0)
      assignment.get(member.id)!.push(...those.slice(at, at + count).map(({ index }) => index))
      at += count
    }
  }
  return assignment
}

/** All partitions of all topics dealt out in a circle, passing over whoever does not read the topic. */
function roundRobin(members: readonly GroupMember[], partitions: readonly TopicPartition[]): Assignment {
  const assignment = empty(members)
  if (members.length === 0) return assignment
  let at = 0
  for (const topic of topicsOf(partitions)) {
    if (!members.some((member) => member.topics.includes(topic))) continue
    for (const { index } of ofTopic(partitions, topic)) {
      while (!members[at % members.length]!.topics.includes(topic)) at++
      assignment.get(members[at++ % members.length]!.id)!.push(index)
    }
  }
  return assignment
}

/** Balance first, then as little movement as possible: everybody keeps what they had up to their share, and what is left goes to whoever has least. */
function sticky(members: readonly GroupMember[], partitions: readonly TopicPartition[]): Assignment {
  const assignment = empty(members)
  if (members.length === 0) return assignment
  const readers = new Map<number, string>()
  for (const { index, topic } of partitions) readers.set(index, topic)
  const taken = new Set<number>()
  const all = topicsOf(partitions).flatMap((topic) => ofTopic(partitions, topic)).filter(({ topic }) => members.some((member) => member.topics.includes(topic)))
  const share = Math.floor(all.length / members.length)
  let more = all.length % members.length
  for (const member of members) {
    const kept = assignment.get(member.id)!
    for (const index of member.owned) {
      const topic = readers.get(index)
      if (topic === undefined || taken.has(index) || !member.topics.includes(topic)) continue
      if (kept.length >= share + (more > 0 ? 1 : 0)) break
      kept.push(index)
      taken.add(index)
    }
    // A member with one more than its share has used up one of those places.
    if (kept.length > share) more--
  }
  for (const { index, topic } of all) {
    if (taken.has(index)) continue
    let least: GroupMember | null = null
    for (const member of members) if (member.topics.includes(topic) && (least === null || assignment.get(member.id)!.length < assignment.get(least.id)!.length)) least = member
    assignment.get(least!.id)!.push(index)
  }
  for (const own of assignment.values()) own.sort((a, b) => a - b)
  return assignment
}

/** As sticky, in two rounds: what moves is given to nobody until its owner has let it go (KIP-429). */
function cooperative(members: readonly GroupMember[], target: Assignment): Assignment {
  const owner = new Map<number, string>()
  for (const member of members) for (const index of member.owned) owner.set(index, member.id)
  const assignment = new Map<string, number[]>()
  for (const [id, own] of target) assignment.set(id, own.filter((index) => (owner.get(index) ?? id) === id))
  return assignment
}

function empty(members: readonly GroupMember[]): Map<string, number[]> {
  return new Map(members.map(({ id }) => [id, []]))
}

function topicsOf(partitions: readonly TopicPartition[]): readonly string[] {
  return [...new Set(partitions.map(({ topic }) => topic))].toSorted()
}

function ofTopic(partitions: readonly TopicPartition[], topic: string): readonly TopicPartition[] {
  return partitions.filter((each) => each.topic === topic).toSorted((a, b) => a.partition - b.partition)
}
