import { ChevronDown } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { text } from '../text/text.ts'
import styles from './TopBar.module.css'

const load = (): Promise<typeof import('./DocumentMenu.tsx')> => import('./DocumentMenu.tsx')
const DocumentMenu = lazy(load)

/** The arrow behind the document's name. The menu is fetched when a pointer or the focus comes near: the first screen does not need it. */
export function DocumentMenuButton() {
  const [wanted, setWanted] = useState(false)
  const button = (
    <button type="button" className={styles.caret} aria-label={text.frame.documentMenu} aria-haspopup="menu" onPointerEnter={() => void load()} onFocus={() => void load()} onClick={() => setWanted(true)}>
      <ChevronDown />
    </button>
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <DocumentMenu>{button}</DocumentMenu>
    </Suspense>
  )
}
