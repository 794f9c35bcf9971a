import { FileDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { text } from '../text/text.ts'
import styles from './DropTarget.module.css'

/** Says that files may be dropped here, while some are over the page; `main.tsx` takes them. Drags that carry no files are left alone. */
export function DropTarget() {
  const [over, setOver] = useState(false)
  useEffect(() => {
    let depth = 0
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      depth += 1
      setOver(true)
    }
    const leave = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const drop = (): void => {
      depth = 0
      setOver(false)
    }
    addEventListener('dragenter', enter)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragenter', enter)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [])
  if (!over) return null
  return (
    <div className={styles.veil} aria-hidden="true">
      <div>
        <FileDown />
        <b>{text.frame.drop.title}</b>
        <span>{text.frame.drop.detail}</span>
      </div>
    </div>
  )
}
