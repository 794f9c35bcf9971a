import { neverChanges } from './world/copy.ts'

/**
 * Faults are data: what happens to whom and for how long (reference 5.4). They come from a seeded swarm, from a script or from a user's hand, always as an event of
 * the world's own queue, so that a played session replays. Every fault plans its own end, and the swarm keeps to faults a correct ensemble must survive: no disk is
 * lost, only what was never made durable.
 */
export const faultKinds = [
  'crash',
  'restart',
  'crashAll',
  'pause',
  'resume',
  'isolate',
  'split',
  'bridge',
  'cut',
  'cutOneWay',
  'clog',
  'heal',
  'reset',
  'slowDisk',
  'fullDisk',
  'vanish',
  'stall',
  'swarm',
  'calm',
] as const
export type FaultKind = (typeof faultKinds)[number]

export class Fault {
  kind: FaultKind = 'heal'
  node = 0
  other = 0
  micros = 0
}
neverChanges(Fault)

export function fault(kind: FaultKind, node = 0, micros = 0, other = 0): Fault {
  const made = new Fault()
  made.kind = kind
  made.node = node
  made.micros = micros
  made.other = other
  return made
}

/** How often which fault strikes: a weight each, and the mean gap between two. */
export class FaultProfile {
  name = ''
  text = ''
  /** Mean µs between faults while the swarm lasts; 0 is never. */
  gapMicros = 0
  chaosMicros = 60_000_000
  weights: Readonly<Partial<Record<FaultKind, number>>> = {}
  /** Chance of a crash at each marked point, per million. */
  crashAtPoints = 0
  /** Share of the faults that last less than a fifth of a second. */
  shortPerMillion = 0
  lossPerMillion = 0
  duplicatePerMillion = 0
  /** Brokers and their clients take part. */
  hasLog = false
}
neverChanges(FaultProfile)
