import type { World } from '../world/world.ts'
import type { Checks } from './checks.ts'

/** The door to a world's checkers. It loads none of them: whoever is watched imports this, and the checkers import whom they watch, so there is no circle between the two. */
export function checksOf(world: World): Checks | null {
  return world.checks as Checks | null
}
