import type { Node } from '../../world/node.ts'
import type { World } from '../../world/world.ts'
import { modePersistent, opCreate, opDelete, opExists, opGetChildren, opGetData, opSetData, Request } from '../../znodes/types.ts'
import type { ClientState } from '../clientNode.ts'
import { submit } from '../zkClient.ts'

/** The requests recipes are made of, one line each. All return false when there is no connection. */
export function askCreate(world: World, node: Node, state: ClientState, tag: number, path: string, mode: number = modePersistent, data = ''): boolean {
  const request = new Request()
  request.op = opCreate
  request.path = path
  request.mode = mode
  request.data = data
  return submit(world, node, state.zk, request, tag)
}

export function askDelete(world: World, node: Node, state: ClientState, tag: number, path: string): boolean {
  const request = new Request()
  request.op = opDelete
  request.path = path
  return submit(world, node, state.zk, request, tag)
}

export function askChildren(world: World, node: Node, state: ClientState, tag: number, path: string, watch: boolean): boolean {
  return askRead(world, node, state, tag, opGetChildren, path, watch)
}

export function askExists(world: World, node: Node, state: ClientState, tag: number, path: string, watch: boolean): boolean {
  return askRead(world, node, state, tag, opExists, path, watch)
}

export function askData(world: World, node: Node, state: ClientState, tag: number, path: string, watch: boolean): boolean {
  return askRead(world, node, state, tag, opGetData, path, watch)
}

function askRead(world: World, node: Node, state: ClientState, tag: number, op: number, path: string, watch: boolean): boolean {
  const request = new Request()
  request.op = op
  request.path = path
  request.watch = watch
  return submit(world, node, state.zk, request, tag)
}

export function askSet(world: World, node: Node, state: ClientState, tag: number, path: string, data: string): boolean {
  const request = new Request()
  request.op = opSetData
  request.path = path
  request.data = data
  return submit(world, node, state.zk, request, tag)
}

/** The suffix of a sequence node, for ordering names whatever their prefix. */
export function suffixOf(name: string): number {
  return Number(name.slice(-10))
}
