import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { FamilyChip } from '../parts/FamilyChip.tsx'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { allDefinitions } from '../store/definitions.ts'
import { addOperator, currentJob, reveal } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import { matchingDefinitions } from '../palette/search.ts'
import { kindProblem, type WireEnd } from './connecting.ts'
import { surroundings } from './connectingStore.ts'
import { fitsOnEdge } from './gestures.ts'
import { edgeOfKey } from '../store/edgeKey.ts'
import { closeQuickAdd, useQuickAdd, type QuickAddAt } from './quickAdd.ts'
import styles from './canvas.module.css'

/** Only what fits is offered; Enter adds it, wired. */
export function QuickAdd() {
  const at = useQuickAdd()
  const [query, setQuery] = useState('')
  const [index, setIndex] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  useEffect(() => {
    setQuery('')
    setIndex(0)
    const before = document.activeElement as HTMLElement | null
    if (at !== null) input.current?.focus()
    return () => {
      if (at !== null) before?.focus?.()
    }
  }, [at])
  const offered = useMemo(() => (at === null ? [] : matchingDefinitions(allDefinitions().filter((definition) => fits(definition, at)), query)), [at, query])
  // What would fit if the rows were other rows: shown with the reason, not offered.
  const unfit = useMemo(() => (at === null || query.trim() === '' ? [] : matchingDefinitions(allDefinitions(), query).flatMap((definition) => {
    const reason = unfitReason(definition, at)
    return reason === null ? [] : [{ definition, reason }]
  })), [at, query])
  if (at === null) return null
  const current = Math.min(index, Math.max(0, offered.length - 1))
  const add = (kind: string): void => {
    const where =
      at.kind === 'after'
        ? { position: at.position, after: { operator: at.operator, port: at.port } }
        : at.kind === 'before'
          ? { position: at.position, before: { operator: at.operator, port: at.port } }
          : at.kind === 'edge'
            ? { position: at.position, onEdge: at.edge }
            : { near: at.position }
    const id = addOperator(kind, where)
    closeQuickAdd()
    if (id !== null) reveal({ kind: 'operator', id })
  }
  const left = Math.min(at.screen.x, innerWidth - 268)
  const top = Math.min(at.screen.y, innerHeight - 340)
  return (
    <div
      className={styles.quickAdd}
      style={{ left, top }}
      role="dialog"
      aria-label={t.canvas.quickAdd}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) closeQuickAdd()
      }}
    >
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={offered[current] === undefined ? undefined : `${list}-${offered[current].kind}`}
        aria-label={t.canvas.quickAdd}
        placeholder={at.kind === 'point' ? t.canvas.quickAddPlaceholder : t.canvas.quickAddNext}
        value={query}
        spellCheck={false}
        onChange={(event) => {
          setQuery(event.target.value)
          setIndex(0)
        }}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault()
            if (offered.length > 0) setIndex((current + (event.key === 'ArrowDown' ? 1 : -1) + offered.length) % offered.length)
          } else if (event.key === 'Enter') {
            event.preventDefault()
            if (offered[current] !== undefined) add(offered[current].kind)
          } else if (event.key === 'Escape') closeQuickAdd()
        }}
      />
      <ul id={list} role="listbox" aria-label={t.canvas.quickAdd}>
        {offered.map((definition, i) => (
          <li
            key={definition.kind}
            id={`${list}-${definition.kind}`}
            role="option"
            aria-selected={i === current}
            onPointerEnter={() => setIndex(i)}
            onPointerDown={(event) => {
              event.preventDefault()
              add(definition.kind)
            }}
          >
            <FamilyChip family={definition.family} icon={definition.icon} />
            <span>
              <b>{definition.title}</b>
              <small>{definition.summary}</small>
            </span>
          </li>
        ))}
        {unfit.slice(0, 3).map(({ definition, reason }) => (
          <li key={definition.kind} className={styles.quickAddUnfit} role="option" aria-selected={false} aria-disabled>
            <FamilyChip family={definition.family} icon={definition.icon} />
            <span>
              <b>{definition.title}</b>
              <small>{reason}</small>
            </span>
          </li>
        ))}
        {offered.length === 0 && unfit.length === 0 ? <li className={styles.quickAddNone} role="option" aria-selected={false} aria-disabled>{t.canvas.quickAddNone}</li> : null}
      </ul>
    </div>
  )
}

function endOf(at: QuickAddAt): WireEnd | null {
  switch (at.kind) {
    case 'point':
      return null
    case 'after':
      return { operator: at.operator, port: at.port, side: 'out' }
    case 'before':
      return { operator: at.operator, port: at.port, side: 'in' }
    case 'edge': {
      const edge = edgeOfKey(currentJob(), at.edge)
      return edge === undefined ? null : { operator: edge.from, port: edge.fromPort ?? 'out', side: 'out' }
    }
  }
}

function fits(definition: OperatorDefinition, at: QuickAddAt): boolean {
  if (at.kind === 'edge' && !fitsOnEdge(definition)) return false
  const end = endOf(at)
  return end === null || kindProblem(definition, end, surroundings()) === null
}

/** Of a kind that has the ports but not the rows. */
function unfitReason(definition: OperatorDefinition, at: QuickAddAt): string | null {
  const end = endOf(at)
  if (end === null || (at.kind === 'edge' && !fitsOnEdge(definition)) || (end.side === 'out' ? definition.inputs : definition.outputs).length === 0) return null
  return kindProblem(definition, end, surroundings())
}
