import type { Program } from '../clientNode.ts'
import { configProgram, doubleBarrierProgram, membershipProgram, queueProgram } from './groups.ts'
import { freshnessProgram } from './freshness.ts'
import { lockProgram } from './lock.ts'
import { barrierProgram, discoveryProgram } from './services.ts'

/** The recipes by name, as programs for clients. */
const never = (): boolean => false

export const recipePrograms = {
  lock: lockProgram({ name: 'lock', folder: '/lock', isReader: never, isLatch: false, holdMicros: 600_000, writeMicros: 100_000 }),
  /** As lock, held for long: for being paused in the middle. */
  pausedLock: lockProgram({ name: 'pausedLock', folder: '/lock', isReader: never, isLatch: false, holdMicros: 30_000_000, writeMicros: 250_000 }),
  sharedLock: lockProgram({ name: 'sharedLock', folder: '/shared', isReader: (node) => node.id % 2 === 0, isLatch: false, holdMicros: 500_000, writeMicros: 100_000 }),
  latch: lockProgram({ name: 'latch', folder: '/latch', isReader: never, isLatch: true, holdMicros: 0, writeMicros: 200_000 }),
  membership: membershipProgram,
  config: configProgram,
  queue: queueProgram,
  barrier: barrierProgram,
  doubleBarrier: doubleBarrierProgram,
  discovery: discoveryProgram,
  freshness: freshnessProgram,
} satisfies Record<string, Program>

export type RecipeName = keyof typeof recipePrograms
