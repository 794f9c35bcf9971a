import { useEffect, useState } from 'react'
import { RotateCcw, Trash2 } from 'lucide-react'
import type { StoredCheckpoint } from '../../checkpoints/checkpointStore.ts'
import { timestampText } from '../../columnar/valueText.ts'
import { Button } from '../frame/Button.tsx'
import { byteText } from '../parts/format.ts'
import { useDesigner } from '../store/designerStore.ts'
import { restoreFrom } from '../store/runStore.ts'
import { checkpoints as words } from '../text/checkpoints.ts'
import styles from './checkpoints.module.css'

function localTime(ms: number): string {
  return timestampText(ms - new Date(ms).getTimezoneOffset() * 60_000, 0)
}

/** Checkpoints and savepoints of earlier runs of this document, to go on from or to delete. `shown`: those that the run on screen lists itself. */
export function StoredTable({ shown }: { readonly shown: readonly number[] }) {
  const document = useDesigner((state) => state.document.id)
  const [stored, setStored] = useState<readonly StoredCheckpoint[] | null>(null)
  // What the run's history has is not told twice; when that changes, storage has changed too.
  const known = shown.join(',')
  useEffect(() => {
    let isWanted = true
    void import('./storedCheckpoints.ts')
      .then(({ storedCheckpoints }) => storedCheckpoints(document))
      .then((found) => isWanted && setStored(found))
    return () => {
      isWanted = false
    }
  }, [document, known])
  const others = (stored ?? []).filter(({ pointer }) => !shown.includes(pointer.id))
  if (others.length === 0) return null
  const remove = async (checkpoint: StoredCheckpoint): Promise<void> => {
    const { deleteCheckpoint } = await import('./storedCheckpoints.ts')
    await deleteCheckpoint(document, checkpoint)
    setStored((before) => (before ?? []).filter((other) => other !== checkpoint))
  }
  const { columns } = words
  return (
    <div className={styles.scroller} tabIndex={0} role="region" aria-label={words.stored}>
      <table className={styles.history}>
        <caption className={styles.stored}>{words.storedWhat}</caption>
        <thead>
          <tr>
            <th scope="col">{columns.id}</th>
            <th scope="col">{columns.kind}</th>
            <th scope="col">{columns.started}</th>
            <th scope="col" data-number="">
              {columns.size}
            </th>
            <th scope="col" data-number="">
              {columns.parallelism}
            </th>
            <th scope="col">{columns.actions}</th>
          </tr>
        </thead>
        <tbody>
          {others.map((checkpoint) => {
            const { pointer, parallelism, damage } = checkpoint
            const { id, kind, name, triggeredAt, bytes } = pointer
            const title = words.title(kind, id)
            return (
              <tr key={id}>
                <td>{id}</td>
                <td>{name === null ? words.kind[kind] : words.named(name)}</td>
                <td data-mono="">{localTime(triggeredAt)}</td>
                <td data-number="">{byteText(bytes)}</td>
                <td data-number="">{parallelism ?? words.none}</td>
                <td>
                  {damage === null ? (
                    <Button look="outline" size="small" aria-label={words.restoreStored(title)} title={words.restoreStoredWhy} onClick={() => void restoreFrom(id)}>
                      <RotateCcw size={12} aria-hidden />
                      {words.restoreHere}
                    </Button>
                  ) : (
                    <span className={styles.quiet}>{words.damaged(damage)}</span>
                  )}{' '}
                  <Button look="outline" size="small" aria-label={words.deleteStored(title)} onClick={() => void remove(checkpoint)}>
                    <Trash2 size={12} aria-hidden />
                    {words.delete}
                  </Button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
