import type { Recording } from './recording.ts'

/** The moments of a run worth going to, for the overview and for jumping: elections, faults of any source, and what broke. */
export interface Moment {
  readonly kind: 'election' | 'fault' | 'heal' | 'checkpoint'
  readonly time: number
  readonly event: number
  readonly text: string
}

/** Acts that tell a story by themselves; the rest is detail. */
export const storyActs: ReadonlySet<string> = new Set(['boot', 'election', 'elected', 'epoch', 'refused', 'sync', 'synced', 'established', 'serving', 'looking', 'fault', 'heal', 'violation', 'expired', 'session', 'recipe', 'resource', 'snapshot', 'leader', 'task', 'checkpoint', 'fenced', 'leads', 'isr', 'controller', 'truncate', 'state', 'brokers', 'group'])

/** Acts that are said aloud while a run plays. */
export const saidActs: ReadonlySet<string> = new Set(['elected', 'established', 'looking', 'fault', 'heal', 'violation', 'expired', 'refused', 'resource', 'leader', 'fenced', 'controller', 'isr'])

export function momentsOf(recording: Recording): readonly Moment[] {
  const moments: Moment[] = []
  for (const { act, time, event, node, text } of recording.notes) {
    if (act === 'checkpoint' && text.includes('completed')) moments.push({ kind: 'checkpoint', time, event: Math.ceil(event), text: `${recording.world.names[node]} ${text}` })
    if (act === 'fault' || act === 'heal') moments.push({ kind: act, time, event: Math.ceil(event), text: node < 0 ? text : `${recording.world.names[node]} ${text}` })
  }
  for (const era of recording.eras) if (era.kind === 'election') moments.push({ kind: 'election', time: era.from, event: Math.ceil(era.fromEvent), text: '' })
  return moments.toSorted((a, b) => a.time - b.time)
}

/** The nearest moment of a kind before or after a time; null when there is none. A hair's breadth is no distance. */
export function momentFrom(recording: Recording, time: number, kind: Moment['kind'], by: 1 | -1): Moment | null {
  const all = momentsOf(recording).filter((moment) => moment.kind === kind)
  return by === 1 ? (all.find((moment) => moment.time > time + 1) ?? null) : (all.findLast((moment) => moment.time < time - 1) ?? null)
}
