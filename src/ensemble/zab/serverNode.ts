import type { NodeKind } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { checksOf } from '../checks/checksOf.ts'
import { whenDrained } from './abandon.ts'
import { loadDatabase, onSnapshotWritten, ticketLeaderAccepted, ticketLeaderCurrent, ticketLog, ticketSnapshot } from './database.ts'
import { onElectionTimer, onNotification, startElection } from './election.ts'
import { learnerOf, onAcceptedPersisted, onCurrentPersisted, onLeaderTimer, onLearnerConnects, onLearnerPacket } from './leader.ts'
import { onConnectTimer, onLeaderConnected, onLeaderPacket, onLeaderUnreachable, onLearnerTimer, onUnblocked } from './learner.ts'
import { onBatchFlushed } from './logThread.ts'
import { purposeZab, type Notification, type Packet } from './messages.ts'
import { onClientConnects, onClientGone, onClientMessage, onContainerTimer } from './requests.ts'
import { phaseDraining, Server, timerConnect, timerContainers, timerFinalize, timerLeader, timerLearner, timerNotify, timerSessions } from './server.ts'
import { onSessionTimer } from './sessionTracker.ts'

export function serverOf(world: World, id: number): Server | null {
  return world.nodes[id]!.state as Server | null
}

/** A server of the ensemble as a kind of node: this file only hands events to the part of the protocol they belong to. */
export const serverKind: NodeKind = {
  name: 'server',

  boot(world, node) {
    const server = new Server()
    server.id = node.id
    server.voter = node.id < world.setup.options.servers
    node.state = server
    loadDatabase(world, server)
    checksOf(world)?.onBoot(world, server)
    world.trace?.note(world, node.id, 'boot', 'starts')
    startElection(world, node, server)
  },

  onTimer(world, node, timer) {
    const server = node.state as Server
    switch (timer) {
      case timerNotify:
      case timerFinalize:
        return onElectionTimer(world, node, server, timer)
      case timerLearner:
        return onLearnerTimer(world, node, server)
      case timerLeader:
        return onLeaderTimer(world, node, server)
      case timerSessions:
        return onSessionTimer(world, node, server)
      case timerContainers:
        return onContainerTimer(world, node, server)
      case timerConnect:
        return onConnectTimer(world, node, server)
    }
  },

  onDisk(world, node, ticket) {
    const server = node.state as Server
    switch (ticket) {
      case ticketLog:
        onBatchFlushed(world, node, server)
        break
      case ticketLeaderAccepted:
        onAcceptedPersisted(world, node, server)
        break
      case ticketLeaderCurrent:
        onCurrentPersisted(world, node, server)
        break
      case ticketSnapshot:
        onSnapshotWritten(world, node, server)
        break
      default:
        onUnblocked(world, node, server, ticket)
    }
    if (server.phase === phaseDraining) whenDrained(world, node, server)
  },

  onMessage(world, node, connection, _from, message) {
    const server = node.state as Server
    if (connection === null) onNotification(world, node, server, message as Notification)
    else if (connection.purpose !== purposeZab) {
      const client = server.clientsBySlot[connection.slot]
      if (client !== null && client !== undefined && client.connection === connection) onClientMessage(world, node, server, client, message)
    } else if (connection.from === node.id) {
      if (connection === server.toLeader) onLeaderPacket(world, node, server, message as Packet)
    } else {
      const learner = learnerOf(server, connection)
      if (learner !== null) onLearnerPacket(world, node, server, learner, message as Packet)
    }
  },

  onConnect(world, node, connection) {
    const server = node.state as Server
    return connection.purpose === purposeZab ? onLearnerConnects(world, server, connection) : onClientConnects(world, server, connection)
  },

  onConnected(world, node, connection) {
    const server = node.state as Server
    if (connection === server.toLeader) onLeaderConnected(world, node, server)
  },

  onDisconnected(world, node, connection) {
    const server = node.state as Server
    if (connection.purpose === purposeZab) {
      if (connection.from === node.id) {
        if (connection === server.toLeader) onLeaderUnreachable(world, node, server)
        return
      }
      const at = server.learners.findIndex((learner) => learner.connection === connection)
      if (at >= 0) server.learners.splice(at, 1)
      return
    }
    const client = server.clientsBySlot[connection.slot]
    if (client !== null && client !== undefined && client.connection === connection) onClientGone(server, client)
  },
}
