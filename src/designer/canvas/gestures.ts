import type { EdgeChange, NodeChange } from '@xyflow/react'
import type { Job, Position } from '../../job/job.ts'
import type { DefinitionOf, OperatorDefinition } from '../../job/operatorDefinition.ts'
import { currentJob, designerState, operatorSize, select } from '../store/designerStore.ts'
import { portShare, type CanvasNode, type ChannelFlowEdge } from './flow.ts'
import { placeOf } from '../store/places.ts'

/** What drops and clicks mean: which edge or gate is under a point, and how React Flow's selection becomes the store's. */

/** The edge drawn under a point of the screen. */
export function edgeAt(point: Position): string | null {
  for (const element of document.elementsFromPoint(point.x, point.y)) {
    const edge = element.closest<SVGGElement>('.react-flow__edge')
    if (edge !== null) return edge.dataset['id'] ?? null
  }
  return null
}

export function operatorAt(point: Position): string | null {
  for (const element of document.elementsFromPoint(point.x, point.y)) {
    const node = element.closest<HTMLElement>('[data-node]')
    if (node !== null) return node.dataset['node'] ?? null
  }
  return null
}

/** May stand in an edge: takes rows and gives rows. */
export function fitsOnEdge(definition: OperatorDefinition | undefined): boolean {
  return definition !== undefined && definition.inputs.length > 0 && definition.outputs.length > 0
}

const reach = 56

/**
 * The free gate that a kind dropped here is meant for: an output close to where its first input comes to lie, or an input close to where its first output
 * does. Pure; places are of the new operator's top left corner.
 */
export function gateNear(job: Job, definition: OperatorDefinition, position: Position, definitionOf: DefinitionOf): { readonly after?: { operator: string; port: string }; readonly before?: { operator: string; port: string } } {
  const myInput = { x: position.x, y: position.y + operatorSize.height * portShare(0, definition.inputs.length, 'input') }
  const myOutput = { x: position.x + operatorSize.width, y: position.y + operatorSize.height * portShare(0, definition.outputs.length, 'output') }
  let after: { operator: string; port: string; distance: number } | null = null
  let before: { operator: string; port: string; distance: number } | null = null
  job.operators.forEach((operator) => {
    const place = placeOf(job, operator.id)
    const other = definitionOf(operator.kind)
    if (other === undefined) return
    if (definition.inputs.length > 0) {
      other.outputs.forEach((port, i) => {
        const distance = Math.hypot(place.x + operatorSize.width - myInput.x, place.y + operatorSize.height * portShare(i, other.outputs.length, 'output') - myInput.y)
        if (distance < reach && (after === null || distance < after.distance)) after = { operator: operator.id, port: port.name, distance }
      })
    }
    if (definition.outputs.length > 0) {
      other.inputs.forEach((port, i) => {
        if (port.many !== true && job.edges.some((edge) => edge.to === operator.id && (edge.toPort ?? 'in') === port.name)) return
        const distance = Math.hypot(place.x - myOutput.x, place.y + operatorSize.height * portShare(i, other.inputs.length, 'input') - myOutput.y)
        if (distance < reach && (before === null || distance < before.distance)) before = { operator: operator.id, port: port.name, distance }
      })
    }
  })
  const end = (found: { operator: string; port: string } | null) => (found === null ? undefined : { operator: found.operator, port: found.port })
  const [a, b] = [end(after), end(before)]
  return { ...(a === undefined ? {} : { after: a }), ...(b === undefined ? {} : { before: b }) }
}

export function applySelection(nodes: readonly NodeChange<CanvasNode>[], edges: readonly EdgeChange<ChannelFlowEdge>[]): void {
  if (![...nodes, ...edges].some((change) => change.type === 'select')) return
  const { selection } = designerState()
  const noteIds = new Set((currentJob().layout?.notes ?? []).map((note) => note.id))
  const operators = new Set(selection.operators)
  const notes = new Set(selection.notes)
  const edgeKeys = new Set(selection.edges)
  for (const change of nodes) {
    if (change.type !== 'select') continue
    const set = noteIds.has(change.id) ? notes : operators
    set.delete(change.id)
    if (change.selected) set.add(change.id)
  }
  for (const change of edges) {
    if (change.type !== 'select') continue
    edgeKeys.delete(change.id)
    if (change.selected) edgeKeys.add(change.id)
  }
  select({ operators: [...operators], edges: [...edgeKeys], notes: [...notes] })
}
