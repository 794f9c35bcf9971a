import { useEffect, useMemo, useRef, useState } from 'react'
import { ChevronDown, ChevronUp, Search, X } from 'lucide-react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { definitionOf } from '../store/definitions.ts'
import { nameOf, reveal, useDesigner, useJob } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import { findInJob } from './find.ts'
import styles from './canvas.module.css'

/** Search on the canvas: what is found lights up, Enter goes from one to the next, and the view follows. */
const finding = createStore<{ readonly open: boolean; readonly found: ReadonlySet<string>; readonly turn: number }>()(() => ({ open: false, found: new Set(), turn: 0 }))

export function openFind(): void {
  finding.setState(({ turn }) => ({ open: true, turn: turn + 1 }))
}

function closeFind(): void {
  finding.setState({ open: false, found: new Set() })
  document.querySelector<HTMLElement>('[data-region="canvas"] [data-region-focus]')?.focus({ preventScroll: true })
}

export function Find() {
  const open = useStore(finding, (state) => state.open)
  return open ? <FindBar /> : null
}

function FindBar() {
  const [query, setQuery] = useState('')
  const [index, setIndex] = useState(-1)
  const turn = useStore(finding, (state) => state.turn)
  const input = useRef<HTMLInputElement>(null)
  const job = useJob()
  const order = useDesigner((state) => state.check.order)
  const found = useMemo(() => findInJob(job, query, order, definitionOf), [job, query, order])
  useEffect(() => {
    input.current?.focus()
    input.current?.select()
  }, [turn])
  // What is found is marked without a render of the nodes.
  useEffect(() => {
    const ids = new Set(found.map((item) => item.id))
    const marked = document.querySelectorAll<HTMLElement>('[data-region="canvas"] [data-node]')
    for (const node of marked) node.toggleAttribute('data-found', ids.has(node.dataset['node'] ?? ''))
    return () => {
      for (const node of marked) node.removeAttribute('data-found')
    }
  }, [found])
  const current = found.length === 0 ? -1 : Math.min(index, found.length - 1)
  const go = (step: 1 | -1): void => {
    if (found.length === 0) return
    const next = current < 0 ? (step > 0 ? 0 : found.length - 1) : (current + step + found.length) % found.length
    setIndex(next)
    const item = found[next]!
    reveal(item.kind === 'note' ? { kind: 'note', id: item.id } : { kind: 'operator', id: item.id })
  }
  const at = current >= 0 ? found[current] : undefined
  return (
    <div className={styles.find} role="search">
      <Search size={14} aria-hidden />
      <input
        ref={input}
        type="text"
        value={query}
        placeholder={t.canvas.find.placeholder}
        aria-label={t.canvas.find.label}
        spellCheck={false}
        onChange={(event) => {
          setQuery(event.target.value)
          setIndex(-1)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault()
            go(event.shiftKey ? -1 : 1)
          } else if (event.key === 'Escape') {
            event.preventDefault()
            closeFind()
          }
        }}
      />
      <span role="status" className={styles.findCount}>
        {query.trim() === '' ? '' : t.canvas.find.count(current + 1, found.length)}
        {at === undefined ? null : <span className="said">{nameOf(at.id)}</span>}
      </span>
      <button type="button" aria-label={t.canvas.find.previous} title={t.canvas.find.previous} disabled={found.length === 0} onClick={() => go(-1)}>
        <ChevronUp size={14} aria-hidden />
      </button>
      <button type="button" aria-label={t.canvas.find.next} title={t.canvas.find.next} disabled={found.length === 0} onClick={() => go(1)}>
        <ChevronDown size={14} aria-hidden />
      </button>
      <button type="button" aria-label={t.frame.close} title={t.frame.close} onClick={closeFind}>
        <X size={14} aria-hidden />
      </button>
      {at?.words == null ? null : <p className={styles.findWords}>{at.words}</p>}
    </div>
  )
}
