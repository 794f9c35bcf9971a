import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { forkDocument, takeOverDocument, viewOnly } from '../persistence/documents.ts'
import { secondTab } from '../persistence/secondTab.ts'
import { agoText } from '../text/ago.ts'
import { text } from '../text/text.ts'
import { Button } from './Button.tsx'
import styles from './SecondTab.module.css'

/** The document is open for writing elsewhere: look, copy, or take it. Not modal: looking needs no answer. */
export function SecondTab() {
  const conflict = useStore(secondTab, (state) => state.conflict)
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (conflict === null) return
    const timer = setInterval(() => setNow(Date.now()), 5000)
    return () => clearInterval(timer)
  }, [conflict])
  if (conflict === null) return null
  return (
    <div className={styles.card} role="alertdialog" aria-labelledby="second-tab" aria-describedby="second-tab-why">
      <b id="second-tab">{text.persistence.otherTab(conflict.name)}</b>
      <p id="second-tab-why">{text.persistence.otherTabDetail(agoText(Math.max(now, conflict.changedAt) - conflict.changedAt))}</p>
      <div className={styles.choices}>
        <Button onClick={viewOnly}>{text.persistence.view}</Button>
        <Button onClick={() => void forkDocument()}>{text.persistence.fork}</Button>
        <Button look="outline" className={styles.take} onClick={() => void takeOverDocument()}>
          {text.persistence.takeOver}
        </Button>
      </div>
    </div>
  )
}
