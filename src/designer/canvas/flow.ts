import type { Edge as FlowEdge, Node as FlowNode } from '@xyflow/react'
import type { Edge, Group, Job, Note, Position } from '../../job/job.ts'
import { operatorSize, type Selection } from '../store/designerStore.ts'
import { edgeKey } from '../store/edgeKey.ts'
import { placeOf } from '../store/places.ts'

/**
 * The job as React Flow wants it. The canvas is a projection: nodes and edges are made from the document and the selection, and carry nothing that
 * changes while a job runs. Positions of a drag under way lie over the document's until the gesture ends.
 */
export type OperatorFlowNode = FlowNode<{ readonly kind: string; /** The one operator Tab stops at; arrows go on from there. */ readonly tabStop: boolean }, 'operator'>
export type NoteFlowNode = FlowNode<{ readonly note: Note }, 'note'>
export type GroupFlowNode = FlowNode<{ readonly group: Group }, 'group'>
export type CanvasNode = OperatorFlowNode | NoteFlowNode | GroupFlowNode
/** `fans`: others leave the same gate. */
export type ChannelFlowEdge = FlowEdge<{ readonly late: boolean; readonly fans: boolean }, 'channel'>

export const noteSize = { width: 176, height: 64 } as const

/** Keeps the node objects of unchanged operators, so that a drag renders what is dragged and nothing else. */
export class FlowMemory {
  private nodes = new Map<string, CanvasNode>()
  private edges = new Map<string, ChannelFlowEdge>()

  nodesOf(job: Job, selection: Selection, moved: ReadonlyMap<string, Position>, readOnly: boolean): CanvasNode[] {
    const before = this.nodes
    const next = flowNodes(job, selection, moved, readOnly).map((node) => {
      const known = before.get(node.id)
      return known !== undefined && sameNode(known, node) ? known : node
    })
    this.nodes = new Map(next.map((node) => [node.id, node]))
    return next
  }

  edgesOf(job: Job, selection: Selection): ChannelFlowEdge[] {
    const before = this.edges
    const next = flowEdges(job, selection).map((edge) => {
      const known = before.get(edge.id)
      return known !== undefined && known.selected === edge.selected && known.data?.fans === edge.data?.fans ? known : edge
    })
    this.edges = new Map(next.map((edge) => [edge.id, edge]))
    return next
  }
}

function sameNode(a: CanvasNode, b: CanvasNode): boolean {
  if (a.type !== b.type || a.position.x !== b.position.x || a.position.y !== b.position.y || a.selected !== b.selected || a.draggable !== b.draggable || a.width !== b.width || a.height !== b.height) return false
  if (a.type === 'operator' && b.type === 'operator') return a.data.kind === b.data.kind && a.data.tabStop === b.data.tabStop
  if (a.type === 'note' && b.type === 'note') return a.data.note === b.data.note
  return a.type === 'group' && b.type === 'group' && a.data.group === b.data.group
}

export function flowNodes(job: Job, selection: Selection, moved: ReadonlyMap<string, Position>, readOnly: boolean): CanvasNode[] {
  const selected = new Set([...selection.operators, ...selection.notes])
  const places = new Map(job.operators.map((operator) => [operator.id, moved.get(operator.id) ?? placeOf(job, operator.id)]))
  const tabStop = selection.focused?.kind === 'operator' && places.has(selection.focused.id) ? selection.focused.id : job.operators[0]?.id
  const operators = job.operators.map(
    (operator): OperatorFlowNode => ({
      id: operator.id,
      type: 'operator',
      position: places.get(operator.id)!,
      data: { kind: operator.kind, tabStop: operator.id === tabStop },
      selected: selected.has(operator.id),
      draggable: !readOnly,
      connectable: !readOnly,
      width: operatorSize.width,
      height: operatorSize.height,
      measured: operatorSize,
      ariaRole: 'presentation',
    }),
  )
  const notes = (job.layout?.notes ?? []).map((note): NoteFlowNode => {
    const size = { width: note.width ?? noteSize.width, height: note.height ?? noteSize.height }
    return { id: note.id, type: 'note', position: moved.get(note.id) ?? { x: note.x, y: note.y }, data: { note }, selected: selected.has(note.id), draggable: !readOnly, connectable: false, ...size, measured: size, zIndex: -1, ariaRole: 'presentation' }
  })
  const groups = (job.layout?.groups ?? []).flatMap((group): GroupFlowNode[] => {
    const box = boxAround(group.operators.flatMap((id) => places.get(id) ?? []))
    if (box === null) return []
    const size = { width: box.width, height: box.height }
    return [{ id: `group ${group.id}`, type: 'group', position: { x: box.x, y: box.y }, data: { group }, selectable: false, draggable: false, connectable: false, ...size, measured: size, zIndex: -2, style: { pointerEvents: 'none' }, ariaRole: 'presentation' }]
  })
  return [...groups, ...notes, ...operators]
}

const groupPadding = { side: 14, top: 28, bottom: 14 }

/** The outline of a group: its operators with room for its name above them. */
export function boxAround(places: readonly Position[]): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null {
  if (places.length === 0) return null
  const left = Math.min(...places.map((place) => place.x)) - groupPadding.side
  const top = Math.min(...places.map((place) => place.y)) - groupPadding.top
  const right = Math.max(...places.map((place) => place.x)) + operatorSize.width + groupPadding.side
  const bottom = Math.max(...places.map((place) => place.y)) + operatorSize.height + groupPadding.bottom
  return { x: left, y: top, width: right - left, height: bottom - top }
}

export function flowEdges(job: Job, selection: Selection): ChannelFlowEdge[] {
  const selected = new Set(selection.edges)
  const known = new Set(job.operators.map((operator) => operator.id))
  const leaving = new Map<string, number>()
  for (const edge of job.edges) leaving.set(gateOf(edge), (leaving.get(gateOf(edge)) ?? 0) + 1)
  return job.edges
    .filter((edge) => known.has(edge.from) && known.has(edge.to))
    .map((edge) => {
      const id = edgeKey(edge)
      return {
        id,
        type: 'channel',
        source: edge.from,
        sourceHandle: edge.fromPort ?? 'out',
        target: edge.to,
        targetHandle: edge.toPort ?? 'in',
        selected: selected.has(id),
        data: { late: edge.fromPort === 'late', fans: (leaving.get(gateOf(edge)) ?? 0) > 1 },
        // A picture with a name: the outline tells the same in words that can be walked.
        ariaRole: 'img',
        ariaLabel: `${edge.from} → ${edge.to}`,
      }
    })
}

function gateOf(edge: Edge): string {
  return `${edge.from}:${edge.fromPort ?? 'out'}`
}

/** The place of a port on its side, as a share of the height: inputs spread evenly, the first output in the middle so that rows in line stay straight. */
export function portShare(index: number, count: number, side: 'input' | 'output'): number {
  if (side === 'output') return index === 0 ? 0.5 : 0.5 + (0.32 * index) / Math.max(1, count - 1)
  if (count === 1) return 0.5
  if (count === 2) return index === 0 ? 0.34 : 0.68
  return (index + 1) / (count + 1)
}

/** Operators downstream and upstream, and siblings: where arrow keys go. */
export function neighbours(job: Job, id: string, direction: 'up' | 'down' | 'left' | 'right'): string | null {
  const places = new Map(job.operators.map((operator) => [operator.id, placeOf(job, operator.id)]))
  const here = places.get(id)
  if (here === undefined) return null
  if (direction === 'left' || direction === 'right') {
    const along = direction === 'right' ? job.edges.filter((edge) => edge.from === id).map((edge) => edge.to) : job.edges.filter((edge) => edge.to === id).map((edge) => edge.from)
    return nearestBy(along, (other) => Math.abs((places.get(other)?.y ?? 0) - here.y))
  }
  const sign = direction === 'down' ? 1 : -1
  const candidates = [...places].filter(([other, place]) => other !== id && (place.y - here.y) * sign > 1)
  return nearestBy(
    candidates.map(([other]) => other),
    (other) => {
      const place = places.get(other)!
      return Math.abs(place.y - here.y) + Math.abs(place.x - here.x) * 2
    },
  )
}

function nearestBy(ids: readonly string[], distance: (id: string) => number): string | null {
  let best: string | null = null
  for (const id of ids) if (best === null || distance(id) < distance(best)) best = id
  return best
}
