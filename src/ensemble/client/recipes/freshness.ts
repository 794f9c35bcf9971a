import { opSync, Request } from '../../znodes/types.ts'
import { timerProgram, type Program } from '../clientNode.ts'
import { stateConnected, submit } from '../zkClient.ts'
import { askCreate, askData, askSet } from './asking.ts'

/**
 * Two writers, the rest ask with a sync and read: what a reader sees must be at least what was acknowledged to anybody before its sync, if syncs promise that (LIN-2). Readers never write, so that
 * a leader that has lost its quorum has nothing outstanding and no reason to keep them waiting.
 */
const tagParent = 1
const tagOwn = 2

export const freshnessProgram: Program = {
  name: 'freshness',
  boot: () => ({}),
  onState(world, node, state) {
    if (state.zk.state === stateConnected) world.setTimer(node, timerProgram, 1 + state.chance.below(100_000))
  },
  onReply() {},
  onWatch() {},
  onTimer(world, node, state) {
    if (state.zk.state !== stateConnected) return
    const { servers, observers } = world.setup.options
    if (state.zk.pending.length === 0) {
      if (node.id < servers + observers + 2) {
        askCreate(world, node, state, tagParent, '/fresh')
        askSet(world, node, state, tagOwn, '/fresh', String(world.now))
      } else {
        const request = new Request()
        request.op = opSync
        request.path = '/fresh'
        submit(world, node, state.zk, request, tagParent)
        askData(world, node, state, tagOwn, '/fresh', false)
      }
    }
    world.setTimer(node, timerProgram, 50_000 + state.chance.below(100_000))
  },
}
