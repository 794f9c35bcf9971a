import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { FamilyChip } from '../parts/FamilyChip.tsx'
import { allDefinitions, definitionOf } from '../store/definitions.ts'
import { addOperator } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import { matchingDefinitions } from '../palette/search.ts'
import { legalKinds } from './flow.ts'
import { closeQuickAdd, useQuickAdd } from './quickAdd.ts'
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
  const offered = useMemo(() => {
    if (at === null) return []
    const legal = new Set(
      legalKinds(
        allDefinitions().map((definition) => definition.kind),
        definitionOf,
        { after: at.kind === 'after' || at.kind === 'edge', before: at.kind === 'before' || at.kind === 'edge' },
      ),
    )
    return matchingDefinitions(
      allDefinitions().filter((definition) => legal.has(definition.kind)),
      query,
    )
  }, [at, query])
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
            : { position: at.position }
    addOperator(kind, where)
    closeQuickAdd()
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
        {offered.length === 0 ? <li className={styles.quickAddNone}>{t.canvas.quickAddNone}</li> : null}
      </ul>
    </div>
  )
}
