import { useActions, type ActionSection } from '../store/actions.ts'
import { designerStore, useDesigner } from '../store/designerStore.ts'
import { sheets } from '../text/sheets.ts'
import { printKeys } from './keys.ts'
import { SheetShell } from './SheetShell.tsx'
import styles from './ShortcutSheet.module.css'

const sections: readonly ActionSection[] = ['canvas', 'edit', 'run', 'document', 'view', 'go']

/** Every key there is, from the same list that answers to them. */
export function ShortcutSheet() {
  const actions = useActions()
  const letterKeys = useDesigner((state) => state.letterKeys)
  return (
    <SheetShell
      title={sheets.shortcuts.title}
      detail={sheets.shortcuts.detail}
      size="centre"
      readOnly
      foot={
        <label className={styles.letters}>
          <input type="checkbox" checked={letterKeys} onChange={(event) => designerStore.setState({ letterKeys: event.currentTarget.checked })} />
          {sheets.shortcuts.letters}
        </label>
      }
    >
      <div className={styles.columns}>
        {sections.map((section) => {
          const shown = actions.filter((action) => action.section === section && action.keys !== undefined)
          if (shown.length === 0) return null
          return (
            <section key={section}>
              <h3>{sheets.shortcuts.sections[section]}</h3>
              <dl>
                {shown.map((action) => (
                  <div key={action.id}>
                    <dt>{action.title}</dt>
                    <dd>
                      {action.keys!.slice(0, 2).map((keys) => (
                        <kbd key={keys}>{printKeys(keys)}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          )
        })}
      </div>
    </SheetShell>
  )
}
