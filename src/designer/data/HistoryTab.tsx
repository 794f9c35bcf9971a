import { useEffect, useRef } from 'react'
import { travelTo, useDesigner } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import styles from './history.module.css'

/** Every step of the document by name; choosing one goes there. Steps after the present one are those that redo would bring back. */
export function HistoryTab() {
  const history = useDesigner((state) => state.history)
  const steps = [...history.past, ...history.future]
  const present = history.past.length - 1
  const here = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which an effect must not return.
    here.current?.scrollIntoView({ block: 'nearest' })
  }, [present])
  return (
    <ol className={styles.list} aria-label={t.data.historyLabel}>
      {[-1, ...steps.keys()].map((index) => (
        <li key={index + history.dropped}>
          <button
            ref={index === present ? here : undefined}
            type="button"
            className={styles.step}
            aria-current={index === present ? 'step' : undefined}
            data-future={index > present ? '' : undefined}
            onClick={() => travelTo(index)}
          >
            <span>{index < 0 ? t.data.historyStart : capitalised(steps[index]!.label)}</span>
            {index < 0 ? null : <time dateTime={new Date(steps[index]!.at).toISOString()}>{new Date(steps[index]!.at).toLocaleTimeString()}</time>}
          </button>
        </li>
      ))}
    </ol>
  )
}

function capitalised(label: string): string {
  return label === '' ? '' : label[0]!.toUpperCase() + label.slice(1)
}
