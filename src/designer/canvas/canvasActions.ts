import { useEffect, type RefObject } from 'react'
import type { ReactFlowInstance } from '@xyflow/react'
import type { Position } from '../../job/job.ts'
import { announce } from '../store/announcements.ts'
import { registerActions, type Action } from '../store/actions.ts'
import { definitionOf } from '../store/definitions.ts'
import { currentJob, designerState, dispatch, nameOf, operatorSize, reveal, select } from '../store/designerStore.ts'
import { edgeKey, edgeOfKey } from '../store/edgeKey.ts'
import { freshId, takenIds } from '../store/freshId.ts'
import { text as t } from '../text/text.ts'
import { wholeJob } from './fitting.ts'
import { neighbours, type CanvasNode, type ChannelFlowEdge } from './flow.ts'
import { placeOf } from '../store/places.ts'
import { keyboardWire, startKeyboardWire } from './keyboardWire.ts'
import { describeOperator } from './describe.ts'
import { openFind } from './Find.tsx'
import { moveMs } from './motion.ts'
import { openQuickAdd } from './quickAdd.ts'
import { startRenaming } from './renaming.ts'
import { tidy } from './tidy.ts'

type Flow = ReactFlowInstance<CanvasNode, ChannelFlowEdge>

const editable = (): boolean => designerState().document.readOnly === null
const focusedOperator = (): string | null => {
  const { focused } = designerState().selection
  return focused?.kind === 'operator' ? focused.id : null
}

/** Reading what is on the clipboard takes the strict reader of documents, which no first screen needs. */
async function paste(upstream: boolean, at: Position | null): Promise<void> {
  const { pasteFromClipboard } = await import('../store/clipboard.ts')
  await pasteFromClipboard(upstream, at)
}

/** Everything the canvas does from the keyboard, the palette of commands and menus. */
export function useCanvasActions(flow: Flow, box: RefObject<HTMLDivElement | null>): void {
  useEffect(() => registerActions(canvasActions(flow, box)), [flow, box])
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const move = (event: PointerEvent): void => {
      pointer = { x: event.clientX, y: event.clientY }
    }
    const leave = (): void => {
      pointer = null
    }
    element.addEventListener('pointermove', move, { passive: true })
    element.addEventListener('pointerleave', leave)
    return () => {
      element.removeEventListener('pointermove', move)
      element.removeEventListener('pointerleave', leave)
    }
  }, [box])
}

/** Where the pointer is over the canvas; null when it is elsewhere. */
let pointer: Position | null = null

function canvasActions(flow: Flow, box: RefObject<HTMLDivElement | null>): readonly Action[] {
  const names = t.canvas.actions
  const middle = (): Position => {
    const rect = box.current?.getBoundingClientRect()
    return rect === undefined ? { x: 300, y: 200 } : { x: rect.left + rect.width / 2, y: rect.top + rect.height / 3 }
  }
  const insertOnFocusedEdge = (): void => {
    const { focused } = designerState().selection
    const job = currentJob()
    const edge = focused?.kind === 'edge' ? edgeOfKey(job, focused.key) : undefined
    if (edge === undefined) return
    const [from, to] = [edge.from, edge.to].map((id) => placeOf(job, id))
    const position = { x: Math.round((from!.x + to!.x) / 2), y: Math.round((from!.y + to!.y) / 2) }
    openQuickAdd({ kind: 'edge', edge: edgeKey(edge), screen: flow.flowToScreenPosition({ x: position.x + operatorSize.width / 2, y: position.y + 20 }), position })
  }
  /** A: at the pointer when it is over the canvas, else in the middle; into the edge when one is selected. */
  const addHere = (): void => {
    if (designerState().selection.focused?.kind === 'edge') return insertOnFocusedEdge()
    const screen = pointer ?? middle()
    const place = flow.screenToFlowPosition(screen)
    openQuickAdd({ kind: 'point', screen, position: { x: Math.round(place.x - operatorSize.width / 2), y: Math.round(place.y - operatorSize.height / 2) } })
  }
  const addNext = (): void => {
    const id = focusedOperator()
    if (id === null) return addHere()
    const job = currentJob()
    const operator = job.operators.find((other) => other.id === id)
    const outputs = operator === undefined ? undefined : definitionOf(operator.kind)?.outputs
    const output = outputs?.find((port) => !job.edges.some((edge) => edge.from === id && (edge.fromPort ?? 'out') === port.name)) ?? outputs?.[0]
    if (output === undefined) return announce(t.commands.noOutputs(nameOf(id)))
    const place = placeOf(job, id)
    const position = { x: place.x + 193, y: freeRow(place.x + 193, place.y) }
    const screen = flow.flowToScreenPosition({ x: place.x + operatorSize.width + 12, y: place.y })
    openQuickAdd({ kind: 'after', operator: id, port: output.name, screen, position })
  }
  const walk = (direction: 'up' | 'down' | 'left' | 'right', extend: boolean): void => {
    const job = currentJob()
    const { selection } = designerState()
    const from = focusedOperator() ?? selection.operators.at(-1) ?? null
    const next = from === null ? (designerState().check.order[0] ?? job.operators[0]?.id ?? null) : neighbours(job, from, direction)
    if (next === null) return
    if (extend) select({ ...selection, operators: [...selection.operators.filter((id) => id !== next), next], focused: { kind: 'operator', id: next } })
    else reveal({ kind: 'operator', id: next })
    announce(describeOperator(next))
  }
  const nudge = (dx: number, dy: number): void => {
    const job = currentJob()
    const { selection } = designerState()
    const positions: Record<string, Position> = {}
    job.operators.forEach((operator) => {
      if (!selection.operators.includes(operator.id)) return
      const place = placeOf(job, operator.id)
      positions[operator.id] = { x: place.x + dx, y: place.y + dy }
    })
    if (Object.keys(positions).length > 0) dispatch({ kind: 'moveOperators', positions }, { gesture: 'nudge' })
  }
  const arrows = (['Up', 'Down', 'Left', 'Right'] as const).flatMap((name): Action[] => {
    const direction = name.toLowerCase() as 'up' | 'down' | 'left' | 'right'
    const [dx, dy] = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[direction] as [number, number]
    const can = (): boolean => currentJob().operators.length > 0
    return [
      { id: `canvas.walk${name}`, title: names.walk[direction], section: 'canvas', keys: [`Arrow${name}`], scope: 'canvas', when: can, run: () => walk(direction, false) },
      { id: `canvas.extend${name}`, title: names.extend[direction], section: 'canvas', keys: [`Shift+Arrow${name}`], scope: 'canvas', when: can, run: () => walk(direction, true) },
      { id: `canvas.nudge${name}`, title: names.nudge[direction], section: 'canvas', keys: [`Alt+Arrow${name}`], scope: 'canvas', when: editable, run: () => nudge(dx * 8, dy * 8) },
      { id: `canvas.nudgeFar${name}`, title: names.nudgeFar[direction], section: 'canvas', keys: [`Alt+Shift+Arrow${name}`], scope: 'canvas', when: editable, run: () => nudge(dx * 80, dy * 80) },
    ]
  })
  return [
    { id: 'go.find', title: names.find, section: 'go', keys: ['Mod+F'], searchTerms: ['search'], run: openFind },
    // The frame's own pastes, but under the pointer while it is over the canvas.
    { id: 'edit.paste', title: t.frame.actions.paste, section: 'edit', keys: ['Mod+V'], when: editable, run: () => void paste(false, pointer === null ? null : flow.screenToFlowPosition(pointer)) },
    { id: 'edit.pasteUpstream', title: t.frame.actions.pasteUpstream, section: 'edit', keys: ['Mod+Shift+V'], when: editable, run: () => void paste(true, pointer === null ? null : flow.screenToFlowPosition(pointer)) },
    { id: 'canvas.insert', title: names.insert, section: 'canvas', when: () => editable() && designerState().selection.focused?.kind === 'edge', run: insertOnFocusedEdge },
    { id: 'canvas.add', title: names.add, section: 'canvas', keys: ['A'], scope: 'canvas', when: editable, run: addHere },
    { id: 'canvas.addNext', title: names.addNext, section: 'canvas', keys: ['N'], scope: 'canvas', when: editable, run: addNext },
    { id: 'canvas.connect', title: names.connect, section: 'canvas', keys: ['C'], scope: 'canvas', when: () => editable() && focusedOperator() !== null && keyboardWire() === null, run: () => startKeyboardWire(focusedOperator()!) },
    {
      id: 'canvas.rename',
      title: names.rename,
      section: 'canvas',
      keys: ['F2'],
      scope: 'canvas',
      when: () => editable() && focusedOperator() !== null,
      run: () => startRenaming(focusedOperator()!),
    },
    { id: 'canvas.tidy', title: names.tidy, section: 'canvas', keys: ['Shift+T'], scope: 'canvas', searchTerms: ['layout', 'arrange'], when: () => editable() && currentJob().operators.length > 0, run: () => void tidy() },
    {
      id: 'canvas.note',
      title: names.note,
      section: 'canvas',
      searchTerms: ['comment'],
      when: editable,
      run: () => {
        const place = flow.screenToFlowPosition(middle())
        dispatch({ kind: 'addNote', note: { id: freshId(takenIds(currentJob()), 'note'), text: '', x: Math.round(place.x - 88), y: Math.round(place.y - 32) } })
      },
    },
    { id: 'canvas.zoomReset', title: names.zoomReset, section: 'canvas', keys: ['0'], scope: 'canvas', run: () => void flow.zoomTo(1, { duration: moveMs(140) }) },
    { id: 'canvas.fit', title: names.fit, section: 'canvas', keys: ['1'], scope: 'canvas', run: () => void flow.fitView({ ...wholeJob, duration: moveMs(200) }) },
    {
      id: 'canvas.fitSelection',
      title: names.fitSelection,
      section: 'canvas',
      keys: ['2'],
      scope: 'canvas',
      when: () => designerState().selection.operators.length > 0,
      run: () => void flow.fitView({ nodes: designerState().selection.operators.map((id) => ({ id })), padding: 0.3, maxZoom: 1.25, duration: moveMs(200) }),
    },
    { id: 'canvas.zoomIn', title: names.zoomIn, section: 'canvas', keys: ['+', '='], scope: 'canvas', run: () => void flow.zoomIn({ duration: moveMs(140) }) },
    { id: 'canvas.zoomOut', title: names.zoomOut, section: 'canvas', keys: ['-'], scope: 'canvas', run: () => void flow.zoomOut({ duration: moveMs(140) }) },
    ...arrows,
  ]
}

function freeRow(x: number, y: number): number {
  const places = Object.values(currentJob().layout?.operators ?? {})
  let row = y
  while (places.some((place) => Math.abs(place.x - x) < operatorSize.width + 8 && Math.abs(place.y - row) < operatorSize.height + 8)) row += 127
  return row
}
