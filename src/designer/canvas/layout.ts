import { graphlib, layout } from '@dagrejs/dagre'
import type { Position } from '../../job/job.ts'

/**
 * Tidy: a layered drawing from left to right. Pure; runs in a worker (`tidy.worker.ts`) because 200 nodes take a fifth of a second.
 *
 * Whatever is tidied keeps its top left corner, so that a tidied selection does not jump.
 */
export interface TidyRequest {
  readonly nodes: readonly { readonly id: string; readonly position: Position }[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

export const nodeSize = { width: 144, height: 98 }
const columnGap = 49
const rowGap = 34

export function tidied(request: TidyRequest): Record<string, Position> {
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: rowGap, ranksep: columnGap, edgesep: 20, ranker: 'network-simplex' })
  graph.setDefaultEdgeLabel(() => ({}))
  // In reading order, so that the drawing keeps the rough order the user gave it.
  const nodes = request.nodes.toSorted((a, b) => a.position.y - b.position.y || a.position.x - b.position.x)
  for (const node of nodes) graph.setNode(node.id, { ...nodeSize })
  const known = new Set(nodes.map((node) => node.id))
  for (const edge of request.edges) if (known.has(edge.from) && known.has(edge.to)) graph.setEdge(edge.from, edge.to)
  layout(graph)
  const placed = nodes.map(({ id }) => {
    const { x, y } = graph.node(id) as { x: number; y: number }
    return { id, x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }
  })
  const left = Math.min(...request.nodes.map((node) => node.position.x)) - Math.min(...placed.map((node) => node.x))
  const top = Math.min(...request.nodes.map((node) => node.position.y)) - Math.min(...placed.map((node) => node.y))
  return Object.fromEntries(placed.map(({ id, x, y }) => [id, { x: Math.round(x + left), y: Math.round(y + top) }]))
}
