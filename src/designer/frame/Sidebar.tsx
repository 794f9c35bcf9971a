import { ClipboardPaste, FileUp, Keyboard, LayoutGrid, type LucideIcon } from 'lucide-react'
import { useActions } from '../store/actions.ts'
import Outline from '../outline/Outline.tsx'
import Palette from '../palette/Palette.tsx'
import { printKeys } from './keys.ts'
import styles from './Sidebar.module.css'

/** Region B: what can be added above, what is there below; on a blank document the ways to begin instead. */
export default function Sidebar({ blank }: { readonly blank: boolean }) {
  return (
    <div className={styles.stack}>
      <div className={styles.palette}>
        <Palette />
      </div>
      {blank ? (
        <Begin />
      ) : (
        <div className={styles.outline}>
          <Outline />
        </div>
      )}
    </div>
  )
}

const ways: readonly (readonly [string, LucideIcon])[] = [
  ['document.open', FileUp],
  ['document.paste', ClipboardPaste],
  ['document.gallery', LayoutGrid],
  ['go.shortcuts', Keyboard],
]

function Begin() {
  const actions = useActions()
  return (
    <ul className={styles.ways}>
      {ways.map(([id, Icon]) => {
        const action = actions.find((other) => other.id === id)
        if (action === undefined) return null
        return (
          <li key={id}>
            <button type="button" data-begin="" onClick={() => action.run()}>
              <Icon />
              {action.title}
              {action.keys?.[0] === undefined ? null : <kbd>{printKeys(action.keys[0])}</kbd>}
            </button>
          </li>
        )
      })}
    </ul>
  )
}
