import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useDesigner } from '../store/designerStore.ts'
import { useRun } from '../store/runStore.ts'
import { text } from '../text/text.ts'
import styles from './Hint.module.css'

const seenKey = 'millrace:hint-run'

/** One line over the canvas on a first visit. Gone for good once a job has been run, or it is dismissed. */
export function Hint() {
  const lesson = useDesigner((state) => /^[^.!?]*/.exec(state.document.job.description ?? '')?.[0].trim() ?? '')
  const changed = useDesigner((state) => state.history.past.length > 0)
  const { status } = useRun()
  const [seen, setSeen] = useState(wasSeen)
  const ran = status.kind !== 'idle'
  useEffect(() => {
    if (ran || seen) remember()
  }, [ran, seen])
  if (seen || ran || changed || lesson === '') return null
  return (
    <div className={styles.hint} role="note" data-hint="">
      <p>
        <b>{text.frame.hint}</b>
        {lesson}
      </p>
      <button type="button" aria-label={text.frame.dismiss} onClick={() => setSeen(true)}>
        <X />
      </button>
    </div>
  )
}

function wasSeen(): boolean {
  try {
    return localStorage.getItem(seenKey) !== null
  } catch {
    return true
  }
}

function remember(): void {
  try {
    localStorage.setItem(seenKey, 'yes')
  } catch {
    // Shown again next time, which does no harm.
  }
}
