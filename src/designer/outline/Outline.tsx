import { memo, useEffect, useMemo, useRef, type KeyboardEvent } from 'react'
import { FamilyChip } from '../parts/FamilyChip.tsx'
import { shortNumber } from '../parts/format.ts'
import type { Family } from '../../job/operatorDefinition.ts'
import { describeOperator } from '../canvas/describe.ts'
import { paintWithRun, runTimes, setText } from '../canvas/live.ts'
import { startRenaming } from '../canvas/renaming.ts'
import { runAction } from '../store/actions.ts'
import { faceOf } from '../store/definitions.ts'
import { dispatch, nameOf, reveal, select, designerState, useDesigner, useJob, useOperator, useProblemsOf } from '../store/designerStore.ts'
import { operatorMetrics } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import styles from './outline.module.css'
import { outlineOf } from './tree.ts'

/** Region B, below: the accessible twin of the canvas. A tree in flow order from which everything can be edited. */
export default function Outline() {
  const job = useJob()
  const order = useDesigner((state) => state.check.order)
  const selection = useDesigner((state) => state.selection)
  const items = useMemo(() => outlineOf(job, order), [job, order])
  const selected = useMemo(() => new Set(selection.operators), [selection.operators])
  const focused = selection.focused?.kind === 'operator' ? selection.focused.id : (items[0]?.id ?? null)
  const tree = useRef<HTMLUListElement>(null)

  useEffect(() => {
    if (tree.current?.contains(document.activeElement) !== true || focused === null) return
    tree.current.querySelector<HTMLElement>(`[data-item="${focused}"]`)?.focus()
  }, [focused])

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = items.findIndex((item) => item.id === focused)
    const go = (index: number): void => {
      const item = items[Math.min(Math.max(index, 0), items.length - 1)]
      if (item === undefined) return
      event.preventDefault()
      event.stopPropagation()
      if (event.shiftKey) select({ ...designerState().selection, operators: [...selection.operators.filter((id) => id !== item.id), item.id], focused: { kind: 'operator', id: item.id } })
      else reveal({ kind: 'operator', id: item.id })
    }
    const act = (action: string): void => {
      event.preventDefault()
      event.stopPropagation()
      runAction(action)
    }
    switch (event.key) {
      case 'ArrowDown':
        return go(at + 1)
      case 'ArrowUp':
        return go(at - 1)
      case 'Home':
        return go(0)
      case 'End':
        return go(items.length - 1)
      case 'ArrowRight':
        return go(items.findIndex((item, i) => i > at && item.depth > (items[at]?.depth ?? 0)) === at + 1 ? at + 1 : at)
      case 'ArrowLeft': {
        const depth = items[at]?.depth ?? 0
        for (let i = at - 1; i >= 0; i--) if (items[i]!.depth < depth) return go(i)
        return
      }
      case 'Enter':
        return act('go.inspector')
      case 'F2':
        event.preventDefault()
        event.stopPropagation()
        if (focused !== null) startRenaming(focused)
        return
      case 'Delete':
      case 'Backspace':
        event.preventDefault()
        event.stopPropagation()
        if (focused !== null) dispatch({ kind: 'removeOperators', operators: selection.operators.length > 0 ? selection.operators : [focused], bridge: event.shiftKey })
        return
      case 'a':
      case 'A':
        if (!event.ctrlKey && !event.metaKey && !event.altKey && designerState().letterKeys) act('canvas.add')
        return
      case 'n':
      case 'N':
        if (!event.ctrlKey && !event.metaKey && !event.altKey && designerState().letterKeys) act('canvas.addNext')
        return
      case 'c':
      case 'C':
        if (!event.ctrlKey && !event.metaKey && !event.altKey && designerState().letterKeys) {
          document.querySelector<HTMLElement>('[data-region="canvas"] [data-region-focus]')?.focus()
          act('canvas.connect')
        }
        return
      default:
    }
  }

  return (
    <div className={styles.outline}>
      <h2 className={styles.head}>
        {t.outline.title} <span>{items.length}</span>
      </h2>
      <ul ref={tree} role="tree" aria-label={t.outline.label} aria-multiselectable className={styles.tree} onKeyDown={onKeyDown}>
        {items.map((item) => (
          <Item key={item.id} id={item.id} depth={item.depth} words={describeOperator(item.id)} selected={selected.has(item.id)} tabbable={item.id === focused} />
        ))}
      </ul>
    </div>
  )
}

interface ItemProps {
  readonly id: string
  readonly depth: number
  /** Name, kind and neighbours, whose names may change without it. */
  readonly words: string
  readonly selected: boolean
  readonly tabbable: boolean
}

const Item = memo(function Item({ id, depth, words, selected, tabbable }: ItemProps) {
  const operator = useOperator(id)
  const problems = useProblemsOf(id)
  const face = operator === undefined ? undefined : faceOf(operator.kind)
  const metric = useRef<HTMLSpanElement>(null)
  const family = face?.family
  useEffect(
    () =>
      paintWithRun(() => {
        const waits = runTimes().behind.waiting.has(id)
        const figure = waits ? t.canvas.waits.short : metricWords(id, family)
        const place = metric.current
        if (place === null) return
        setText(place, figure)
        if (place.hasAttribute('data-waits') !== waits) place.toggleAttribute('data-waits', waits)
      }),
    [id, family],
  )
  if (operator === undefined) return null
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const warnings = problems.filter((problem) => problem.severity === 'warning').length
  const state = errors > 0 ? t.canvas.errors(errors) : warnings > 0 ? t.canvas.warnings(warnings) : ''
  return (
    <li
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={selected}
      aria-label={[words, state].filter((part) => part !== '').join(', ')}
      tabIndex={tabbable ? 0 : -1}
      data-item={id}
      className={styles.item}
      onClick={(event) => {
        if (event.shiftKey || event.ctrlKey || event.metaKey) {
          const current = designerState().selection
          select({ ...current, operators: current.operators.includes(id) ? current.operators.filter((id) => id !== id) : [...current.operators, id] })
        } else reveal({ kind: 'operator', id: id })
      }}
      // Read once, on arrival: a label that changes four times a second would never be read to its end.
      onFocus={(event) => event.currentTarget.setAttribute('aria-description', metric.current?.textContent ?? '')}
      onKeyDown={() => {
        // The tree handles keys for all its items.
      }}
    >
      {Array.from({ length: depth }, (_, i) => (
        <i key={i} className={styles.rail} aria-hidden />
      ))}
      {face === undefined ? null : <FamilyChip family={face.family} icon={face.icon} bare />}
      <span className={styles.name}>{nameOf(id)}</span>
      {errors + warnings > 0 ? <span className={styles.dot} data-severity={errors > 0 ? 'error' : 'warning'} aria-hidden /> : null}
      <span ref={metric} className={styles.metric} />
    </li>
  )
})

function metricWords(id: string, family: Family | undefined): string {
  const metrics = operatorMetrics(id)
  if (metrics === null) return ''
  return family === 'sink' ? shortNumber(metrics.rowsIn) : `${shortNumber(metrics.rowsOutPerSecond)}/s`
}
