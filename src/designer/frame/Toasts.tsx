import { CircleCheck, CircleX, Info, TriangleAlert, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { announcements } from '../store/announcements.ts'
import { dismissToast, toasts, type Toast } from '../store/toasts.ts'
import { Prose } from '../parts/Prose.tsx'
import { text } from '../text/text.ts'
import styles from './Toasts.module.css'

const icons = { plain: Info, ok: CircleCheck, warning: TriangleAlert, error: CircleX }

/** Notes at the foot of the canvas. They wait while the pointer or focus is on one; an error stays until it is dismissed. */
export function Toasts() {
  const list = useStore(toasts, (state) => state.list)
  const [held, setHeld] = useState(false)
  return (
    <ol className={styles.stack} aria-label={text.frame.notes}>
      {list.map((toast) => (
        <ToastCard key={toast.id} toast={toast} held={held} onHold={setHeld} />
      ))}
    </ol>
  )
}

const showMs = 6000

function ToastCard({ toast, held, onHold }: { readonly toast: Toast; readonly held: boolean; readonly onHold: (held: boolean) => void }) {
  useEffect(() => {
    if (held || toast.tone === 'error') return
    const timer = setTimeout(() => dismissToast(toast.id), showMs)
    return () => clearTimeout(timer)
  }, [held, toast])
  const Icon = icons[toast.tone]
  return (
    <li className={styles.toast} data-tone={toast.tone} onPointerEnter={() => onHold(true)} onPointerLeave={() => onHold(false)}>
      <Icon aria-hidden="true" />
      <p role="alert">
        <Prose text={toast.message} />
      </p>
      {toast.action === undefined ? null : (
        <button
          type="button"
          className={styles.action}
          onClick={() => {
            toast.action?.run()
            dismissToast(toast.id)
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button type="button" className={styles.close} aria-label={text.frame.dismiss} onClick={() => dismissToast(toast.id)}>
        <X />
      </button>
    </li>
  )
}

/** What screen readers are told. Two regions take turns, so that the same words twice are two changes. */
export function LiveRegion() {
  const { words, urgent, turn } = useStore(announcements)
  return (
    <>
      <div className="said" aria-live="polite">
        {!urgent && turn % 2 === 0 ? words : ''}
      </div>
      <div className="said" aria-live="polite">
        {!urgent && turn % 2 === 1 ? words : ''}
      </div>
      <div className="said" role="alert">
        {urgent ? words : ''}
      </div>
    </>
  )
}
