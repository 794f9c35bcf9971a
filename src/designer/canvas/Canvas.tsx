import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import {
  ConnectionLineType,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useKeyPress,
  useReactFlow,
  useStore as useFlowStore,
  useStoreApi,
  type Connection,
  type EdgeChange,
  type NodeChange,
  type OnConnectEnd,
  type ReactFlowProps,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import type { Position } from '../../job/job.ts'
import { definitionOf, definitionsReady } from '../store/definitions.ts'
import { addOperator, currentJob, designerState, dispatch, operatorSize, select, selectItem, setViewCentre, showDockTab, useDesigner, useJob } from '../store/designerStore.ts'
import { edgeKey, edgeOfKey, plainEdge } from '../store/edgeKey.ts'
import { text as t } from '../text/text.ts'
import { CanvasMenu, openCanvasMenu } from './CanvasMenu.tsx'
import styles from './canvas.module.css'
import { ChannelEdge } from './ChannelEdge.tsx'
import { edgeVerdict, gateVerdict, type Verdict, type WireEnd } from './connecting.ts'
import { connectingStore, forgetRefusal, letGo, pickUp, surroundings } from './connectingStore.ts'
import { LensControl, ViewControls } from './Controls.tsx'
import { distanceAt } from './distance.ts'
import { setEdgesInView } from './dots.ts'
import { kindDragType } from './dragType.ts'
import { controlsPx, useFitting } from './fitting.ts'
import { FlowMemory, type CanvasNode, type ChannelFlowEdge } from './flow.ts'
import { placeOf } from '../store/places.ts'
import { applySelection, edgeAt, fitsOnEdge, gateNear, operatorAt } from './gestures.ts'
import { Ground } from './Ground.tsx'
import { GroupNode } from './GroupNode.tsx'
import { hoverEdge, leaveEdge } from './hovering.ts'
import { moveMs } from './motion.ts'
import { NoteNode } from './NoteNode.tsx'
import { OperatorNode } from './OperatorNode.tsx'
import { openQuickAdd } from './quickAdd.ts'
import { startRenaming } from './renaming.ts'
import { useGliding } from './tidy.ts'

// After the first picture, and after what the document's check needs.
const overlays = definitionsReady.then(() => import('./Overlays.tsx'))
const OverGraph = lazy(() => overlays.then((module) => ({ default: module.OverGraph })))
const OverCanvas = lazy(() => overlays.then((module) => ({ default: module.OverCanvas })))

const nodeTypes = { operator: OperatorNode, note: NoteNode, group: GroupNode }
const edgeTypes = { channel: ChannelEdge }
const snap: [number, number] = [24, 24]
const nothingMoved: ReadonlyMap<string, Position> = new Map()

/** Region C: the job, left to right. */
export default function Canvas() {
  return (
    <ReactFlowProvider>
      <CanvasFlow />
    </ReactFlowProvider>
  )
}

/**
 * React Flow as a projection of the job: it is given nodes and edges, and tells of gestures. Positions of a drag under way, or of a tidying that glides, lie over
 * the document's until they end as one command.
 */
function CanvasFlow() {
  const job = useJob()
  const documentId = useDesigner((state) => state.document.id)
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const selection = useDesigner((state) => state.selection)
  const [dragged, setDragged] = useState(nothingMoved)
  const gliding = useGliding()
  const snapping = useKeyPress('Alt')
  const flow = useReactFlow<CanvasNode, ChannelFlowEdge>()
  const flowStore = useStoreApi<CanvasNode, ChannelFlowEdge>()
  const box = useRef<HTMLDivElement>(null)
  const [memory] = useState(() => new FlowMemory())
  /** The edge one end of which is in the hand: its own gate is free to it. */
  const reconnecting = useRef<string | null>(null)
  /** The zoom with which a move of the view began: while it stays, the canvas is moved as a picture and not drawn again. */
  const panning = useRef(1)
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined)

  const moved = dragged.size > 0 ? dragged : gliding
  const nodes = useMemo(() => memory.nodesOf(job, selection, moved, readOnly), [memory, job, selection, moved, readOnly])
  const edges = useMemo(() => memory.edgesOf(job, selection), [memory, job, selection])

  useDrops(flow, box, readOnly)

  const dropTapped = (): boolean => {
    if (flowStore.getState().connectionClickStartHandle === null) return false
    flowStore.setState({ connectionClickStartHandle: null })
    letGo()
    return true
  }

  useFitting(flow, documentId)

  const looked = useCallback(() => {
    const rect = box.current?.getBoundingClientRect()
    if (rect === undefined || rect.width === 0) return
    setViewCentre(flow.screenToFlowPosition({ x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 }))
    // From far away no dot is drawn, and none need be moved.
    setEdgesInView(distanceAt(flow.getZoom()) === 'far' ? [] : edgesWithin(flow.screenToFlowPosition({ x: rect.left, y: rect.top }), flow.screenToFlowPosition({ x: rect.right, y: rect.bottom })))
  }, [flow])
  useEffect(looked, [looked, job, documentId])

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
    const inside = place.x >= rect.left + 8 && place.y >= rect.top + 8 && place.x + operatorSize.width * zoom <= rect.right - 8 && place.y + operatorSize.height * zoom <= rect.bottom - controlsPx
    if (!inside) void flow.setCenter(node.internals.positionAbsolute.x + operatorSize.width / 2, node.internals.positionAbsolute.y + operatorSize.height / 2, { zoom: Math.max(zoom, 0.86), duration: moveMs(200) })
  }, [reveal, flow])

  // The focus follows the selection while it is on the canvas, so that what is read aloud is what keys act on.
  const focused = selection.focused?.kind === 'operator' ? selection.focused.id : null
  useEffect(() => {
    const active = document.activeElement
    if (focused === null || box.current?.contains(active) !== true || (active instanceof HTMLInputElement && active.closest('[data-node]') !== null)) return
    if (active?.closest('[role="search"]') !== null) return
    const node = box.current.querySelector<HTMLElement>(`[data-node="${focused}"]`)
    // Nodes change with every frame of a drag; to focus what has the focus would lay out the page each time.
    if (node !== active) node?.focus({ preventScroll: true })
  }, [focused, nodes])

  const onNodesChange = useCallback((changes: NodeChange<CanvasNode>[]) => {
    let positions: Map<string, Position> | null = null
    for (const change of changes) {
      if (change.type === 'position' && change.position !== undefined && change.dragging === true) {
        positions ??= new Map()
        positions.set(change.id, change.position)
      }
    }
    if (positions !== null) setDragged((before) => new Map([...before, ...positions]))
    applySelection(changes, [])
  }, [])
  const onEdgesChange = useCallback((changes: EdgeChange<ChannelFlowEdge>[]) => applySelection([], changes), [])

  const endDrag = useCallback(
    (_: unknown, __: unknown, all: CanvasNode[]) => {
      box.current?.removeAttribute('data-dragging')
      setDragged(nothingMoved)
      highlightEdge(null)
      const positions: Record<string, Position> = {}
      const notes: Record<string, Position> = {}
      for (const node of all) {
        if (node.type === 'group') continue
        ;(node.type === 'note' ? notes : positions)[node.id] = { x: Math.round(node.position.x), y: Math.round(node.position.y) }
      }
      const [only] = all
      if (all.length === 1 && only?.type === 'operator') {
        const edge = edgeForNode(only, flow.flowToScreenPosition(middleOf(only)))
        if (edge !== null && dispatch({ kind: 'moveOntoEdge', edge, operator: only.id, position: positions[only.id]! })) return
      }
      dispatch({ kind: 'moveOperators', positions, ...(Object.keys(notes).length === 0 ? {} : { notes }) })
    },
    [flow],
  )

  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state) => {
      const { from } = connectingStore.getState()
      const point = pointOf(event)
      if (from === null || state.isValid === true || readOnly || reconnecting.current !== null) return letGo()
      const gate = state.toHandle
      const operator = gate?.nodeId ?? operatorAt(point)
      if (operator !== null && operator !== from.operator) {
        // Let go on a gate that does not fit, or on the body of a node: the first gate that takes the wire is meant.
        const sameSide = gate != null && (gate.type === 'source') === (from.side === 'out')
        const verdict = gate != null && !sameSide ? gateVerdict(from, operator, gate.id ?? 'in', surroundings()) : connectingStore.getState().verdicts.get(operator)
        return tie(operator, verdict)
      }
      letGo()
      if (operator !== null || document.elementFromPoint(point.x, point.y)?.closest('.react-flow__pane') == null) return
      const place = flow.screenToFlowPosition(point)
      const position = { x: Math.round(from.side === 'out' ? place.x : place.x - operatorSize.width), y: Math.round(place.y - operatorSize.height / 2) }
      openQuickAdd({ kind: from.side === 'out' ? 'after' : 'before', operator: from.operator, port: from.port, screen: point, position })
    },
    [flow, readOnly],
  )

  // All in one and stable: a new function would render every node and edge again with each frame of a drag.
  const gestures = useMemo(
    (): Partial<ReactFlowProps<CanvasNode, ChannelFlowEdge>> => ({
      onNodesChange,
      onEdgesChange,
      onNodeDragStart: () => box.current?.setAttribute('data-dragging', ''),
      onNodeDrag: (_, node, all) => highlightEdge(all.length === 1 && node.type === 'operator' ? edgeForNode(node, flow.flowToScreenPosition(middleOf(node))) : null),
      onNodeDragStop: endDrag,
      onSelectionDragStop: (event, all) => endDrag(event, null, all),
      onConnectStart: (_, { nodeId, handleId, handleType }) => {
        leaveEdge()
        if (nodeId !== null && handleType !== null) pickUp({ operator: nodeId, port: handleId ?? (handleType === 'source' ? 'out' : 'in'), side: handleType === 'source' ? 'out' : 'in' } satisfies WireEnd)
      },
      // Without dragging: a tap on a gate takes the wire, a tap on another gate or on an operator ties it, a tap on the ground lets go.
      onClickConnectStart: (_, { nodeId, handleId, handleType }) => {
        if (nodeId !== null && handleType !== null) pickUp({ operator: nodeId, port: handleId ?? (handleType === 'source' ? 'out' : 'in'), side: handleType === 'source' ? 'out' : 'in' })
      },
      onClickConnectEnd: (event) => {
        const { from, verdicts } = connectingStore.getState()
        const gate = (event.target as Element).closest<HTMLElement>('.react-flow__handle')
        const operator = gate?.dataset['nodeid'] ?? null
        // Tied already, or tapped beside every gate.
        if (from === null || gate === null || operator === null || operator === from.operator) return letGo()
        const sameSide = gate.classList.contains('source') === (from.side === 'out')
        tie(operator, sameSide ? verdicts.get(operator) : gateVerdict(from, operator, gate.dataset['handleid'] ?? 'in', surroundings()))
      },
      onNodeClick: (_, node) => {
        const { from, verdicts } = connectingStore.getState()
        if (from === null || flowStore.getState().connectionClickStartHandle === null || node.type !== 'operator') return
        // The tap that took the wire is no wish for settings, which on a narrow screen would lie over where the wire may end.
        if (node.id === from.operator) return select({})
        flowStore.setState({ connectionClickStartHandle: null })
        tie(node.id, verdicts.get(node.id))
      },
      onConnect: (connection) => {
        letGo()
        dispatch({ kind: 'connect', edge: edgeOf(connection) })
      },
      onReconnectStart: (_, edge) => {
        reconnecting.current = edge.id
      },
      onReconnect: (old, connection) => dispatch({ kind: 'reconnect', edge: old.id, to: edgeOf(connection) }),
      onReconnectEnd: () => {
        reconnecting.current = null
      },
      onConnectEnd,
      isValidConnection: (connection) => edgeVerdict(edgeOf(connection), surroundings(reconnecting.current)).kind === 'legal',
      onEdgeClick: () => showDockTab('data'),
      onEdgeMouseEnter: (event, edge) => hoverEdge(edge.id, { x: event.clientX, y: event.clientY }),
      onEdgeMouseMove: (event, edge) => hoverEdge(edge.id, { x: event.clientX, y: event.clientY }),
      onEdgeMouseLeave: leaveEdge,
      onNodeDoubleClick: (_, node) => {
        if (node.type === 'operator' && !readOnly) startRenaming(node.id)
      },
      onNodeContextMenu: (event, node) => {
        event.preventDefault()
        if (node.type === 'group') return
        if (node.type === 'note') selectItem({ kind: 'note', id: node.id })
        else if (!designerState().selection.operators.includes(node.id)) selectItem({ kind: 'operator', id: node.id })
        openCanvasMenu(pointOf(event.nativeEvent), node.type === 'note' ? 'note' : 'operator')
      },
      onEdgeContextMenu: (event, edge) => {
        event.preventDefault()
        leaveEdge()
        selectItem({ kind: 'edge', key: edge.id })
        openCanvasMenu(pointOf(event.nativeEvent), 'edge')
      },
      onSelectionContextMenu: (event) => {
        event.preventDefault()
        openCanvasMenu(pointOf(event.nativeEvent), 'operator')
      },
      onPaneContextMenu: (event) => {
        event.preventDefault()
        openCanvasMenu(pointOf('nativeEvent' in event ? event.nativeEvent : event), 'ground')
      },
      onPaneClick: () => {
        forgetRefusal()
        select({})
      },
      onMoveStart: (event, { zoom }) => {
        leaveEdge()
        clearTimeout(resting.current)
        panning.current = zoom
        box.current?.setAttribute('data-panning', event instanceof MouseEvent && event.type === 'mousedown' ? 'hand' : '')
      },
      onMove: (_, { zoom }) => {
        if (zoom !== panning.current) box.current?.removeAttribute('data-panning')
        panning.current = zoom
      },
      onMoveEnd: (_, { x, y, zoom }) => {
        // The next turn of a wheel often follows at once; each change of layers draws everything.
        if (box.current?.hasAttribute('data-panning') === true) box.current.setAttribute('data-panning', '')
        resting.current = setTimeout(() => box.current?.removeAttribute('data-panning'), restMs)
        // On whole pixels, as it was drawn: between them everything would be a little blurred when it is moved as a picture.
        if (!Number.isInteger(x) || !Number.isInteger(y)) void flow.setViewport({ x: Math.round(x), y: Math.round(y), zoom })
        looked()
      },
      onInit: looked,
    }),
    [flow, flowStore, readOnly, looked, onNodesChange, onEdgesChange, endDrag, onConnectEnd],
  )

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- hears what happens on the canvas, which is the application inside it
    <div
      ref={box}
      className={styles.canvas}
      // A wire taken by a tap: Escape or a press on the ground lets it go.
      onKeyDown={(event) => {
        if (event.key === 'Escape' && dropTapped()) event.stopPropagation()
      }}
      onPointerDownCapture={(event) => {
        if ((event.target as Element).classList.contains('react-flow__pane')) dropTapped()
      }}
      onDoubleClick={(event) => {
        if (!(event.target as Element).classList.contains('react-flow__pane') || readOnly) return
        const point = { x: event.clientX, y: event.clientY }
        openQuickAdd({ kind: 'point', screen: point, position: cornerAt(flow.screenToFlowPosition(point)) })
      }}
    >
      <Distance />
      <Hatch />
      <ReactFlow<CanvasNode, ChannelFlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        {...gestures}
        edgesReconnectable={!readOnly}
        reconnectRadius={8}
        connectionLineType={ConnectionLineType.SmoothStep}
        connectionRadius={28}
        selectionMode={SelectionMode.Partial}
        selectionOnDrag
        panOnDrag={panButtons}
        panOnScroll
        multiSelectionKeyCode={multiSelectKeys}
        selectionKeyCode="Shift"
        deleteKeyCode={null}
        panActivationKeyCode="Space"
        zoomOnDoubleClick={false}
        snapToGrid={snapping}
        snapGrid={snap}
        disableKeyboardA11y
        nodesFocusable={false}
        edgesFocusable={false}
        elevateNodesOnSelect={false}
        elevateEdgesOnSelect
        nodeDragThreshold={3}
        minZoom={0.08}
        maxZoom={2}
        attributionPosition="bottom-left"
        onlyRenderVisibleElements={job.operators.length > 300}
        tabIndex={job.operators.length === 0 ? 0 : -1}
        aria-label={t.canvas.title}
      >
        <Ground />
        <Suspense>
          <OverGraph box={box} />
        </Suspense>
        {job.operators.length === 0 ? null : <ViewControls />}
      </ReactFlow>
      {job.operators.length === 0 ? null : <LensControl />}
      <Suspense>
        <OverCanvas />
      </Suspense>
      <CanvasMenu />
    </div>
  )
}

/** After a move the view rests when no other has begun for this long. */
const restMs = 400

/** The middle button pans; so does any with Space held. The left one draws a marquee. */
const panButtons = [1]
const multiSelectKeys = ['Shift', 'Meta', 'Control']

/** Drags from the palette: onto an edge they go into it, beside a gate they are wired to it, else they stand where they fall. The blank state lies over the canvas, so the region listens. */
function useDrops(flow: ReturnType<typeof useReactFlow<CanvasNode, ChannelFlowEdge>>, box: { readonly current: HTMLDivElement | null }, readOnly: boolean): void {
  useEffect(() => {
    const region = box.current?.closest<HTMLElement>('[data-region="canvas"]')
    if (region == null || readOnly) return undefined
    const carriesKind = (event: DragEvent): boolean => event.dataTransfer?.types.includes(kindDragType) ?? false
    const over = (event: DragEvent): void => {
      if (!carriesKind(event)) return
      event.preventDefault()
      event.dataTransfer!.dropEffect = 'copy'
      highlightEdge(edgeAt({ x: event.clientX, y: event.clientY }))
    }
    const leave = (event: DragEvent): void => {
      if (!region.contains(event.relatedTarget as Element | null)) highlightEdge(null)
    }
    const drop = (event: DragEvent): void => {
      const kind = event.dataTransfer?.getData(kindDragType) ?? ''
      highlightEdge(null)
      const definition = definitionOf(kind)
      if (definition === undefined) return
      event.preventDefault()
      const point = { x: event.clientX, y: event.clientY }
      const position = cornerAt(flow.screenToFlowPosition(point))
      const edge = fitsOnEdge(definition) ? edgeAt(point) : null
      const id = edge === null ? addOperator(kind, { position, ...gateNear(currentJob(), definition, position, definitionOf) }) : addOperator(kind, { position, onEdge: edge })
      if (id !== null) requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-node="${id}"]`)?.focus({ preventScroll: true }))
    }
    region.addEventListener('dragover', over)
    region.addEventListener('dragleave', leave)
    region.addEventListener('drop', drop)
    return () => {
      region.removeEventListener('dragover', over)
      region.removeEventListener('dragleave', leave)
      region.removeEventListener('drop', drop)
    }
  }, [flow, box, readOnly])
}

/** The wire in the hand ends at this operator, if it may; if not, the reason stays beside it. */
function tie(operator: string, verdict: Verdict | undefined): void {
  if (verdict === undefined) return letGo()
  if (verdict.kind !== 'legal') return letGo({ operator, verdict })
  letGo()
  dispatch({ kind: 'connect', edge: verdict.edge })
}

let highlighted: Element | null = null

/** Shows the edge that a drop would go into, without a render. */
function highlightEdge(key: string | null): void {
  const next = key === null ? null : document.querySelector(`.react-flow__edge[data-id="${CSS.escape(key)}"]`)
  if (next === highlighted) return
  highlighted?.removeAttribute('data-drop')
  next?.setAttribute('data-drop', '')
  highlighted = next
}

function edgeOf(connection: Connection | ChannelFlowEdge) {
  return plainEdge(connection.source, connection.sourceHandle ?? 'out', connection.target, connection.targetHandle ?? 'in')
}

/** An operator without wires, let go over an edge, goes into it. */
function edgeForNode(node: CanvasNode, point: Position): string | null {
  const job = currentJob()
  if (job.edges.some((edge) => edge.from === node.id || edge.to === node.id)) return null
  return fitsOnEdge(definitionOf(job.operators.find((operator) => operator.id === node.id)?.kind ?? '')) ? edgeAt(point) : null
}

function middleOf(node: CanvasNode): Position {
  return { x: node.position.x + operatorSize.width / 2, y: node.position.y + operatorSize.height / 2 }
}

function cornerAt(place: Position): Position {
  return { x: Math.round(place.x - operatorSize.width / 2), y: Math.round(place.y - operatorSize.height / 2) }
}

function pointOf(event: MouseEvent | TouchEvent): Position {
  const point = 'changedTouches' in event ? event.changedTouches[0]! : event
  return { x: point.clientX, y: point.clientY }
}

/** Edges whose ends' box meets the view. */
function edgesWithin(from: Position, to: Position): string[] {
  const job = currentJob()
  const places = new Map(job.operators.map((operator) => [operator.id, placeOf(job, operator.id)]))
  return job.edges.flatMap((edge) => {
    const [a, b] = [places.get(edge.from), places.get(edge.to)]
    if (a === undefined || b === undefined) return []
    const inside = Math.max(a.x, b.x) + operatorSize.width > from.x && Math.min(a.x, b.x) < to.x && Math.max(a.y, b.y) + operatorSize.height > from.y && Math.min(a.y, b.y) < to.y
    return inside ? [edgeKey(edge)] : []
  })
}

/** Three distances: styles look at the data attribute, nothing renders again while zooming within one. */
function Distance() {
  const distance = useFlowStore((state) => distanceAt(state.transform[2]))
  const marker = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    marker.current?.parentElement?.setAttribute('data-distance', distance)
  }, [distance])
  return <span ref={marker} hidden />
}

/** The pattern of what waits in a channel: 45° hatch, so that hue is never alone. */
function Hatch() {
  return (
    <svg width="0" height="0" className={styles.defs} aria-hidden="true">
      <defs>
        <pattern id="queue-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2.4" height="5" fill="var(--backp)" />
        </pattern>
      </defs>
    </svg>
  )
}
