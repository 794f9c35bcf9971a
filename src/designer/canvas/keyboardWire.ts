import type { Position } from '../../job/job.ts'
import { announce } from '../store/announcements.ts'
import { definitionOf } from '../store/definitions.ts'
import { currentJob, dispatch, nameOf, reveal, selectItem } from '../store/designerStore.ts'
import { toast } from '../store/toasts.ts'
import { text as t } from '../text/text.ts'
import { connectingStore, letGo, pickUp, type KeyboardWire } from './connectingStore.ts'
import type { Verdict } from './connecting.ts'
import { placeOf } from '../store/places.ts'

/**
 * Wiring without a pointer: C takes the output (chosen first when there are several), arrows go through the operators that can take it, nearest first, Enter ties,
 * Escape lets go. The same verdicts as for the pointer: legal targets come first, then those that would need something, with the reason and its way out.
 */
export function startKeyboardWire(operator: string): void {
  const kind = currentJob().operators.find((other) => other.id === operator)?.kind ?? ''
  const ports = definitionOf(kind)?.outputs ?? []
  if (ports.length === 0) return announce(t.commands.noOutputs(nameOf(operator)))
  const wire: KeyboardWire = { operator, ports, portIndex: 0, targets: null, targetIndex: 0 }
  if (ports.length === 1) return takePort(wire)
  connectingStore.setState({ keyboard: wire })
  announce(t.canvas.connect.pickedPort(ports[0]!.title, 1, ports.length))
}

export function keyboardWire(): KeyboardWire | null {
  return connectingStore.getState().keyboard
}

function takePort(wire: KeyboardWire): void {
  pickUp({ operator: wire.operator, port: wire.ports[wire.portIndex]!.name, side: 'out' })
  const { verdicts } = connectingStore.getState()
  const ofKind = (kind: Verdict['kind']): string[] => nearestFirst(wire.operator, [...verdicts].flatMap(([id, verdict]) => (verdict.kind === kind ? [id] : [])))
  const targets = [...ofKind('legal'), ...ofKind('unfit')]
  if (targets.length === 0) {
    letGo()
    toast({ tone: 'plain', message: t.canvas.connect.noTargets(nameOf(wire.operator)) })
    return
  }
  connectingStore.setState({ keyboard: { ...wire, targets, targetIndex: 0 } })
  show(targets, 0)
}

export function moveKeyboardWire(step: 1 | -1): void {
  const wire = keyboardWire()
  if (wire === null) return
  if (wire.targets === null) {
    const portIndex = (wire.portIndex + step + wire.ports.length) % wire.ports.length
    connectingStore.setState({ keyboard: { ...wire, portIndex } })
    return announce(t.canvas.connect.pickedPort(wire.ports[portIndex]!.title, portIndex + 1, wire.ports.length))
  }
  const targetIndex = (wire.targetIndex + step + wire.targets.length) % wire.targets.length
  connectingStore.setState({ keyboard: { ...wire, targetIndex } })
  show(wire.targets, targetIndex)
}

function show(targets: readonly string[], index: number): void {
  const id = targets[index]!
  reveal({ kind: 'operator', id })
  const verdict = connectingStore.getState().verdicts.get(id)
  announce(verdict?.kind === 'unfit' ? verdict.reason : t.canvas.connect.picked(nameOf(id), index + 1, targets.length))
}

export function commitKeyboardWire(): void {
  const wire = keyboardWire()
  if (wire === null) return
  if (wire.targets === null) return takePort(wire)
  const operator = wire.targets[wire.targetIndex]!
  const verdict = connectingStore.getState().verdicts.get(operator)
  if (verdict?.kind === 'unfit') return letGo({ operator, verdict })
  letGo()
  if (verdict?.kind === 'legal') dispatch({ kind: 'connect', edge: verdict.edge })
}

export function cancelKeyboardWire(): void {
  const wire = keyboardWire()
  letGo()
  if (wire !== null) selectItem({ kind: 'operator', id: wire.operator })
  announce(t.canvas.connectionCancelled)
}

/** To the right before to the left, then by distance: where one looks for the next operator. */
function nearestFirst(from: string, ids: readonly string[]): string[] {
  const job = currentJob()
  const places = new Map<string, Position>(job.operators.map((operator) => [operator.id, placeOf(job, operator.id)]))
  const here = places.get(from)!
  const cost = (id: string): number => {
    const place = places.get(id)!
    return Math.hypot(place.x - here.x, place.y - here.y) + (place.x <= here.x ? 1000 : 0)
  }
  return ids.toSorted((a, b) => cost(a) - cost(b))
}
