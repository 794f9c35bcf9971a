import type { Edge as FlowEdge, Node as FlowNode } from '@xyflow/react'
import type { Job, Note, Position } from '../../job/job.ts'
import type { DefinitionOf } from '../../job/operatorDefinition.ts'
import { operatorSize, type Selection } from '../store/designerStore.ts'
import { edgeKey } from '../store/edgeKey.ts'

/**
 * The job as React Flow wants it. The canvas is a projection: nodes and edges are made from the document and the selection, and carry nothing that
 * changes while a job runs. Positions of a drag under way lie over the document's until the gesture ends.
 */
export type OperatorFlowNode = FlowNode<{ readonly kind: string }, 'operator'>
export type NoteFlowNode = FlowNode<{ readonly note: Note }, 'note'>
export type CanvasNode = OperatorFlowNode | NoteFlowNode
export type ChannelFlowEdge = FlowEdge<{ readonly late: boolean }, 'channel'>

export const noteSize = { width: 176, height: 64 } as const

export function positionOf(job: Job, id: string, index: number): Position {
  // An operator without a place (a job written by hand) stands in a row until it is tidied.
  return job.layout?.operators?.[id] ?? { x: index * 193, y: 0 }
}

export function flowNodes(job: Job, selection: Selection, dragged: ReadonlyMap<string, Position>, readOnly: boolean): CanvasNode[] {
  const selected = new Set([...selection.operators, ...selection.notes])
  const operators = job.operators.map(
    (operator, index): OperatorFlowNode => ({
      id: operator.id,
      type: 'operator',
      position: dragged.get(operator.id) ?? positionOf(job, operator.id, index),
      data: { kind: operator.kind },
      selected: selected.has(operator.id),
      draggable: !readOnly,
      connectable: !readOnly,
      width: operatorSize.width,
      height: operatorSize.height,
      measured: operatorSize,
      focusable: true,
      ariaRole: 'group',
    }),
  )
  const notes = (job.layout?.notes ?? []).map((note): NoteFlowNode => {
    const size = { width: note.width ?? noteSize.width, height: note.height ?? noteSize.height }
    return { id: note.id, type: 'note', position: dragged.get(note.id) ?? { x: note.x, y: note.y }, data: { note }, selected: selected.has(note.id), draggable: !readOnly, connectable: false, ...size, measured: size, zIndex: -1 }
  })
  return [...notes, ...operators]
}

export function flowEdges(job: Job, selection: Selection): ChannelFlowEdge[] {
  const selected = new Set(selection.edges)
  const known = new Set(job.operators.map((operator) => operator.id))
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
        data: { late: edge.fromPort === 'late' },
      }
    })
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
  const places = new Map(job.operators.map((operator, index) => [operator.id, positionOf(job, operator.id, index)]))
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

/** Kinds that may stand at the end of an output, or before an input, or between the two, in catalog order. */
export function legalKinds(kinds: readonly string[], definitionOf: DefinitionOf, ends: { readonly after: boolean; readonly before: boolean }): string[] {
  return kinds.filter((kind) => {
    const definition = definitionOf(kind)
    if (definition === undefined) return false
    if (ends.after && definition.inputs.length === 0) return false
    return !(ends.before && definition.outputs.length === 0)
  })
}
