import type { Node } from '../world/node.ts'
import type { World } from '../world/world.ts'
import type { Broker } from './broker.ts'

/** Retention and compaction. */
export function clean(_world: World, _node: Node, _broker: Broker): void {}
