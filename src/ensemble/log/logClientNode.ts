import { chanceOf } from '../world/chance.ts'
import type { Node, NodeKind } from '../world/node.ts'
import type { World } from '../world/world.ts'
import { logOptionsOf, nodeOfBroker } from './broker.ts'
import type { ClusterImage } from './clusterImage.ts'
import { LogClient, metadataBackoffMicros, refresh, tagMetadata, timerMetadata, timerRequests } from './logClient.ts'
import { roles } from './roles.ts'
import { answered, ApiResponse, none, overdue, requestTimedOut, type PendingRequest } from './requests.ts'

/** A client of the log as a kind of machine: this file hands events to its role. Apart from `logClient.ts`, which roles import. */
export const logClientKind: NodeKind = {
  name: 'log client',

  boot(world, node) {
    const options = logOptionsOf(world)
    const client = new LogClient()
    const number = node.id - nodeOfBroker(world, options.brokers)
    client.chance = chanceOf(world.setup.seed, `log client ${node.id} boot ${node.incarnation}`)
    client.requests.timer = timerRequests
    client.role = options.clients[number]!
    client.source = node.id * 4_096 + node.incarnation
    node.state = client
    client.memory = roles[client.role].boot(world, node, client)
    refresh(world, node, client)
  },

  onTimer(world, node, timer) {
    const client = node.state as LogClient
    if (timer === timerRequests) for (const late of overdue(world, node, client.requests)) onAnswer(world, node, client, late, requestTimedOut, null)
    else if (timer === timerMetadata) {
      client.isAskingMetadata = false
      refresh(world, node, client)
    } else roles[client.role].onTimer(world, node, client, timer)
  },

  onDisk() {},

  onMessage(world, node, _connection, _from, message) {
    if (!(message instanceof ApiResponse)) return
    const client = node.state as LogClient
    const pending = answered(client.requests, message)
    if (pending !== null) onAnswer(world, node, client, pending, message.error, message.body)
  },

  onConnect: () => false,
  onConnected() {},
  onDisconnected() {},
}

function onAnswer(world: World, node: Node, client: LogClient, pending: PendingRequest, error: number, body: unknown): void {
  if (pending.tag !== tagMetadata) return roles[client.role].onAnswer(world, node, client, pending, error, body)
  client.isAskingMetadata = false
  client.metadataAfter = world.now + metadataBackoffMicros
  const image = body as ClusterImage | null
  if (error !== none || image === null) return refresh(world, node, client)
  // An older broker's view must not replace a newer one.
  const { image: known } = client
  if (known === null || image.controllerEpoch > known.controllerEpoch || (image.controllerEpoch === known.controllerEpoch && image.version > known.version)) client.image = image
  roles[client.role].onMetadata(world, node, client)
}
