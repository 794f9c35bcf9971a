import { useEffect } from 'react'
import { getSmoothStepPath, Position as Side, useNodes, ViewportPortal } from '@xyflow/react'
import { definitionOf } from '../store/definitions.ts'
import { nameOf, operatorSize } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import { useConnecting } from './connectingStore.ts'
import { portShare, type CanvasNode } from './flow.ts'
import { cancelKeyboardWire, commitKeyboardWire, moveKeyboardWire } from './keyboardWire.ts'
import styles from './canvas.module.css'

/** The wire that is being drawn from the keyboard, and a line that says what the keys do. */
export function KeyboardWireLine() {
  const wire = useConnecting((state) => state.keyboard)
  const verdicts = useConnecting((state) => state.verdicts)
  const nodes = useNodes<CanvasNode>()
  const drawing = wire !== null
  useEffect(() => {
    if (!drawing) return undefined
    addEventListener('keydown', wireKey, true)
    return () => removeEventListener('keydown', wireKey, true)
  }, [drawing])
  if (wire === null) return null
  const target = wire.targets === null ? null : wire.targets[wire.targetIndex]!
  const verdict = target === null ? undefined : verdicts.get(target)
  const from = nodes.find((node) => node.id === wire.operator)
  const to = nodes.find((node) => node.id === target)
  const port = wire.ports[wire.portIndex]!
  const inputs = to?.type === 'operator' ? (definitionOf(to.data.kind)?.inputs ?? []) : []
  const toPort = verdict === undefined || verdict.kind === 'impossible' ? 'in' : (verdict.edge.toPort ?? 'in')
  const input = inputs.find((other) => other.name === toPort)
  let path = ''
  if (from !== undefined && to !== undefined) {
    ;[path] = getSmoothStepPath({
      sourceX: from.position.x + operatorSize.width,
      sourceY: from.position.y + operatorSize.height * portShare(wire.portIndex, wire.ports.length, 'output'),
      targetX: to.position.x,
      targetY: to.position.y + operatorSize.height * portShare(Math.max(0, inputs.findIndex((other) => other.name === toPort)), inputs.length, 'input'),
      sourcePosition: Side.Right,
      targetPosition: Side.Left,
      borderRadius: 10,
    })
  }
  return (
    <>
      <ViewportPortal>
        <svg className={styles.wireLine} aria-hidden="true">
          <path d={path} data-unfit={verdict?.kind === 'unfit' ? '' : undefined} />
        </svg>
      </ViewportPortal>
      <div className={styles.wireBar} role="status">
        <b>{t.canvas.connect.title}</b>
        <span>{target === null ? t.canvas.connect.choosePort : t.canvas.connect.ends(t.canvas.connect.end(nameOf(wire.operator), wire.ports.length > 1 ? port.title : null), t.canvas.connect.end(nameOf(target), inputs.length > 1 ? (input?.title ?? null) : null))}</span>
        {target === null ? <span className={styles.wirePort}>{port.title}</span> : null}
        {verdict?.kind === 'unfit' ? <span className={styles.wireReason}>{verdict.reason}</span> : <small>{t.canvas.connect.hint}</small>}
      </div>
    </>
  )
}

/** While the wire is in the hand these keys are its own, before anyone else's. */
function wireKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  switch (event.key) {
    case 'ArrowRight':
    case 'ArrowDown':
      moveKeyboardWire(1)
      break
    case 'ArrowLeft':
    case 'ArrowUp':
      moveKeyboardWire(-1)
      break
    case 'Enter':
      commitKeyboardWire()
      break
    case 'Escape':
      cancelKeyboardWire()
      break
    default:
      return
  }
  event.preventDefault()
  event.stopPropagation()
}
