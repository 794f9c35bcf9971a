import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent } from 'react'
import {
  Background,
  BackgroundVariant,
  ConnectionLineType,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
  useStore as useFlowStore,
  type Connection,
  type EdgeChange,
  type NodeChange,
  type OnConnectEnd,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { Maximize, Minus, Plus } from 'lucide-react'
import type { Position } from '../../job/job.ts'
import { definitionOf } from '../store/definitions.ts'
import { addOperator, currentJob, designerState, dispatch, operatorSize, select, setLens, setViewCentre, useDesigner, useJob, type Lens } from '../store/designerStore.ts'
import { edgeProblem } from '../store/documentCommands.ts'
import { edgeOfKey, plainEdge } from '../store/edgeKey.ts'
import { runAction } from '../store/actions.ts'
import { text as t } from '../text/text.ts'
import { useCanvasActions } from './canvasActions.ts'
import styles from './canvas.module.css'
import { ChannelEdge } from './ChannelEdge.tsx'
import { kindDragType } from './dragType.ts'
import { flowEdges, flowNodes, type CanvasNode, type ChannelFlowEdge } from './flow.ts'
import { NoteNode } from './NoteNode.tsx'
import { OperatorNode } from './OperatorNode.tsx'
import { QuickAdd } from './QuickAdd.tsx'
import { openQuickAdd } from './quickAdd.ts'
import { startRenaming } from './renaming.ts'

const nodeTypes = { operator: OperatorNode, note: NoteNode }
const edgeTypes = { channel: ChannelEdge }
const minimapSize = { width: 116, height: 62 }

/** Region C: the job, left to right. */
export default function Canvas() {
  return (
    <ReactFlowProvider>
      <CanvasFlow />
    </ReactFlowProvider>
  )
}

function CanvasFlow() {
  const job = useJob()
  const documentId = useDesigner((state) => state.document.id)
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const selection = useDesigner((state) => state.selection)
  const [dragged, setDragged] = useState<ReadonlyMap<string, Position>>(new Map())
  const flow = useReactFlow<CanvasNode, ChannelFlowEdge>()
  const box = useRef<HTMLDivElement>(null)

  const nodes = useMemo(() => flowNodes(job, selection, dragged, readOnly), [job, selection, dragged, readOnly])
  const edges = useMemo(() => flowEdges(job, selection), [job, selection])

  useCanvasActions(flow, box)

  // Another document is looked at whole; an edit never moves the view.
  useEffect(() => {
    const frame = requestAnimationFrame(() => void flow.fitView({ padding: 0.12, maxZoom: 1, duration: 0 }))
    return () => cancelAnimationFrame(frame)
  }, [documentId, flow])

  const centre = useCallback(() => {
    const rect = box.current?.getBoundingClientRect()
    if (rect !== undefined && rect.width > 0) setViewCentre(flow.screenToFlowPosition({ x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 }))
  }, [flow])

  // Something asked to be seen.
  const reveal = useDesigner((state) => state.reveal)
  useEffect(() => {
    if (reveal.item === null) return
    const id = reveal.item.kind === 'edge' ? edgeOfKey(currentJob(), reveal.item.key)?.from : reveal.item.id
    const node = id === undefined ? undefined : flow.getInternalNode(id)
    const rect = box.current?.getBoundingClientRect()
    if (node === undefined || rect === undefined) return
    const place = flow.flowToScreenPosition(node.internals.positionAbsolute)
    const zoom = flow.getZoom()
    const inside = place.x >= rect.left + 8 && place.y >= rect.top + 8 && place.x + operatorSize.width * zoom <= rect.right - 8 && place.y + operatorSize.height * zoom <= rect.bottom - 8
    if (!inside) void flow.setCenter(node.internals.positionAbsolute.x + operatorSize.width / 2, node.internals.positionAbsolute.y + operatorSize.height / 2, { zoom: Math.max(zoom, 0.85), duration: 200 })
  }, [reveal, flow])

  const onNodesChange = useCallback((changes: NodeChange<CanvasNode>[]) => {
    let moved: Map<string, Position> | null = null
    for (const change of changes) {
      if (change.type === 'position' && change.position !== undefined && change.dragging === true) {
        moved ??= new Map()
        moved.set(change.id, change.position)
      }
    }
    if (moved !== null) setDragged((before) => new Map([...before, ...moved]))
    applySelection(changes, [])
  }, [])
  const onEdgesChange = useCallback((changes: EdgeChange<ChannelFlowEdge>[]) => applySelection([], changes), [])

  const endDrag = useCallback(
    (_: unknown, __: unknown, all: CanvasNode[]) => {
      const positions: Record<string, Position> = {}
      const notes: Record<string, Position> = {}
      for (const node of all) (node.type === 'note' ? notes : positions)[node.id] = { x: Math.round(node.position.x), y: Math.round(node.position.y) }
      setDragged(new Map())
      const before = currentJob().layout
      const changed = Object.entries(positions).some(([id, place]) => before?.operators?.[id]?.x !== place.x || before.operators[id].y !== place.y) || Object.keys(notes).length > 0
      if (!changed) return
      // A single unwired operator let go over an edge goes into it.
      const [only] = all
      if (all.length === 1 && only !== undefined && only.type === 'operator') {
        const edge = edgeUnder(only, flow.flowToScreenPosition({ x: only.position.x + operatorSize.width / 2, y: only.position.y + operatorSize.height / 2 }))
        if (edge !== null && dispatch({ kind: 'moveOntoEdge', edge, operator: only.id, position: positions[only.id]! })) return
      }
      dispatch({ kind: 'moveOperators', positions, ...(Object.keys(notes).length === 0 ? {} : { notes }) })
    },
    [flow],
  )

  const connectionEdge = (connection: Connection | ChannelFlowEdge) => plainEdge(connection.source, connection.sourceHandle ?? 'out', connection.target, connection.targetHandle ?? 'in')
  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state) => {
      if (state.isValid === true || state.fromNode === null || state.fromHandle === null || readOnly) return
      const point = 'changedTouches' in event ? event.changedTouches[0]! : event
      const target = document.elementFromPoint(point.clientX, point.clientY)
      if (target?.closest('[data-node]') !== null && target?.closest('[data-node]') !== undefined) {
        // Let go on a node, not on its gate: the first port that takes the wire is meant.
        const other = target.closest<HTMLElement>('[data-node]')!.dataset['node']!
        const forward = state.fromHandle.type === 'source'
        const ports = forward ? definitionOf(kindOf(other))?.inputs : definitionOf(kindOf(other))?.outputs
        for (const port of ports ?? []) {
          const edge = forward ? plainEdge(state.fromNode.id, state.fromHandle.id ?? 'out', other, port.name) : plainEdge(other, port.name, state.fromNode.id, state.fromHandle.id ?? 'in')
          if (edgeProblem(currentJob(), edge, definitionOf) === null) {
            dispatch({ kind: 'connect', edge })
            return
          }
        }
        return
      }
      if (target?.closest('[data-region="canvas"]') === null || target === null) return
      const place = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY })
      const ends = { operator: state.fromNode.id, port: state.fromHandle.id ?? 'out' }
      openQuickAdd(
        state.fromHandle.type === 'source'
          ? { kind: 'after', ...ends, screen: { x: point.clientX, y: point.clientY }, position: { x: Math.round(place.x), y: Math.round(place.y - operatorSize.height / 2) } }
          : { kind: 'before', ...ends, screen: { x: point.clientX, y: point.clientY }, position: { x: Math.round(place.x - operatorSize.width), y: Math.round(place.y - operatorSize.height / 2) } },
      )
    },
    [flow, readOnly],
  )

  const onDrop = (event: DragEvent): void => {
    const kind = event.dataTransfer.getData(kindDragType)
    if (kind === '') return
    event.preventDefault()
    event.stopPropagation()
    const point = { x: event.clientX, y: event.clientY }
    const place = flow.screenToFlowPosition(point)
    const position = { x: Math.round(place.x - operatorSize.width / 2), y: Math.round(place.y - operatorSize.height / 2) }
    const edge = edgeAt(point)
    const definition = definitionOf(kind)
    if (edge !== null && definition !== undefined && definition.inputs.length > 0 && definition.outputs.length > 0) addOperator(kind, { position, onEdge: edge })
    else addOperator(kind, { position, ...nearestOutput(position, definition?.inputs.length ?? 0) })
    box.current?.querySelector<HTMLElement>('[data-region-focus]')?.focus()
  }

  return (
    <div
      ref={box}
      className={styles.canvas}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(kindDragType)) return
        event.preventDefault()
        event.stopPropagation()
        event.dataTransfer.dropEffect = 'copy'
      }}
      onDrop={onDrop}
      onDoubleClick={(event) => {
        if (!(event.target as Element).classList.contains('react-flow__pane') || readOnly) return
        const place = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
        openQuickAdd({ kind: 'point', screen: { x: event.clientX, y: event.clientY }, position: { x: Math.round(place.x - operatorSize.width / 2), y: Math.round(place.y - operatorSize.height / 2) } })
      }}
    >
      <Distance />
      <ReactFlow<CanvasNode, ChannelFlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={endDrag}
        onSelectionDragStop={(event, all) => endDrag(event, null, all)}
        onConnect={(connection) => dispatch({ kind: 'connect', edge: connectionEdge(connection) })}
        onReconnect={(old, connection) => dispatch({ kind: 'reconnect', edge: old.id, to: connectionEdge(connection) })}
        onConnectEnd={onConnectEnd}
        isValidConnection={(connection) => edgeProblem(currentJob(), connectionEdge(connection), definitionOf) === null}
        onNodeDoubleClick={(_, node) => {
          if (node.type === 'operator' && !readOnly) startRenaming(node.id)
        }}
        onMoveEnd={centre}
        onInit={centre}
        connectionLineType={ConnectionLineType.SmoothStep}
        connectionRadius={28}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode="Shift"
        selectionKeyCode="Shift"
        deleteKeyCode={null}
        panActivationKeyCode="Space"
        zoomOnDoubleClick={false}
        disableKeyboardA11y
        nodesFocusable
        edgesFocusable={false}
        elevateNodesOnSelect={false}
        minZoom={0.08}
        maxZoom={2}
        attributionPosition="bottom-center"
        onlyRenderVisibleElements={job.operators.length > 300}
        tabIndex={0}
        data-region-focus=""
        aria-label={t.canvas.title}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1} />
        {job.operators.length > 1 ? <MiniMap className={styles.minimap!} style={minimapSize} pannable zoomable nodeBorderRadius={12} nodeStrokeWidth={0} ariaLabel={t.canvas.minimap} /> : null}
      </ReactFlow>
      {job.operators.length === 0 ? null : <Controls />}
      <QuickAdd />
    </div>
  )
}

function kindOf(id: string): string {
  return currentJob().operators.find((operator) => operator.id === id)?.kind ?? ''
}

/** The edge drawn under a point of the screen. */
function edgeAt(point: Position): string | null {
  for (const element of document.elementsFromPoint(point.x, point.y)) {
    const edge = element.closest<HTMLElement>('.react-flow__edge')
    if (edge !== null) return edge.dataset['id'] ?? null
  }
  return null
}

function edgeUnder(node: CanvasNode, point: Position): string | null {
  const job = currentJob()
  if (job.edges.some((edge) => edge.from === node.id || edge.to === node.id)) return null
  const definition = definitionOf(kindOf(node.id))
  if (definition === undefined || definition.inputs.length === 0 || definition.outputs.length === 0) return null
  return edgeAt(point)
}

/** An output close to the left of a place: what is dropped there is meant to be wired to it. */
function nearestOutput(position: Position, inputs: number): { after?: { operator: string; port: string } } {
  if (inputs === 0) return {}
  const job = currentJob()
  let best: { id: string; distance: number } | null = null
  for (const operator of job.operators) {
    const place = job.layout?.operators?.[operator.id]
    const output = definitionOf(operator.kind)?.outputs[0]
    if (place === undefined || output === undefined) continue
    const dx = position.x - (place.x + operatorSize.width)
    const dy = position.y - place.y
    if (dx < -20 || dx > 110 || Math.abs(dy) > 60) continue
    if (job.edges.some((edge) => edge.from === operator.id && (edge.fromPort ?? 'out') === output.name)) continue
    const distance = Math.hypot(dx, dy)
    if (best === null || distance < best.distance) best = { id: operator.id, distance }
  }
  return best === null ? {} : { after: { operator: best.id, port: definitionOf(kindOf(best.id))!.outputs[0]!.name } }
}

function applySelection(nodes: readonly NodeChange<CanvasNode>[], edges: readonly EdgeChange<ChannelFlowEdge>[]): void {
  const chosen = [...nodes, ...edges].some((change) => change.type === 'select')
  if (!chosen) return
  const { selection } = designerState()
  const noteIds = new Set((currentJob().layout?.notes ?? []).map((note) => note.id))
  const operators = new Set(selection.operators)
  const notes = new Set(selection.notes)
  const edgeKeys = new Set(selection.edges)
  let last: string | null = null
  for (const change of nodes) {
    if (change.type !== 'select') continue
    const set = noteIds.has(change.id) ? notes : operators
    set.delete(change.id)
    if (change.selected) {
      set.add(change.id)
      last = change.id
    }
  }
  for (const change of edges) {
    if (change.type !== 'select') continue
    edgeKeys.delete(change.id)
    if (change.selected) edgeKeys.add(change.id)
  }
  select({
    operators: [...operators],
    edges: [...edgeKeys],
    notes: [...notes],
    ...(last === null || noteIds.has(last) ? {} : { focused: { kind: 'operator' as const, id: last } }),
  })
}

/** Three distances: styles look at the data attribute, nothing renders again while zooming within one. */
function Distance() {
  const distance = useFlowStore((state) => (state.transform[2] < 0.45 ? 'far' : state.transform[2] < 0.7 ? 'middle' : 'near'))
  const marker = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    marker.current?.parentElement?.setAttribute('data-distance', distance)
  }, [distance])
  return <span ref={marker} hidden />
}

const lenses: readonly Lens[] = ['rate', 'time', 'load', 'state']

function Controls() {
  const zoom = useFlowStore((state) => Math.round(state.transform[2] * 100))
  const lens = useDesigner((state) => state.lens)
  return (
    <>
      <label className={styles.lens}>
        <span>{t.canvas.lens}</span>
        <select value={lens} onChange={(event) => setLens(event.target.value as Lens)}>
          {lenses.map((name) => (
            <option key={name} value={name}>
              {t.canvas.lenses[name]}
            </option>
          ))}
        </select>
      </label>
      <div className={styles.zoom} role="group" aria-label={t.canvas.zoom}>
        <button type="button" aria-label={t.canvas.zoomOut} title={t.canvas.zoomOut} onClick={() => runAction('canvas.zoomOut')}>
          <Minus size={14} aria-hidden />
        </button>
        <button type="button" className={styles.zoomLevel} title={t.canvas.zoomReset} aria-label={t.canvas.zoomLevel(zoom)} onClick={() => runAction('canvas.zoomReset')}>
          {zoom} %
        </button>
        <button type="button" aria-label={t.canvas.zoomIn} title={t.canvas.zoomIn} onClick={() => runAction('canvas.zoomIn')}>
          <Plus size={14} aria-hidden />
        </button>
        <button type="button" aria-label={t.canvas.fit} title={t.canvas.fit} onClick={() => runAction('canvas.fit')}>
          <Maximize size={14} aria-hidden />
        </button>
      </div>
    </>
  )
}
