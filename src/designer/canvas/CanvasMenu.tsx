import { DropdownMenu } from 'radix-ui'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Position } from '../../job/job.ts'
import { printKeys } from '../frame/keys.ts'
import menu from '../frame/Menu.module.css'
import { useActions } from '../store/actions.ts'
import { text as t } from '../text/text.ts'

/** The menu under the right button: what can be done with what is selected, or with the ground. Every entry is an action with its key beside it. */
export type MenuSubject = 'operator' | 'edge' | 'note' | 'ground'

const store = createStore<{ readonly at: Position | null; readonly subject: MenuSubject }>()(() => ({ at: null, subject: 'ground' }))

export function openCanvasMenu(at: Position, subject: MenuSubject): void {
  store.setState({ at, subject })
}

const entries: Readonly<Record<MenuSubject, readonly (readonly string[])[]>> = {
  operator: [
    ['canvas.addNext', 'canvas.connect', 'canvas.rename', 'go.inspector'],
    ['edit.copy', 'edit.cut', 'edit.duplicate', 'edit.group', 'edit.ungroup'],
    ['edit.delete', 'edit.deleteBridge'],
  ],
  edge: [['canvas.insert', 'go.inspector'], ['edit.delete']],
  note: [['edit.copy', 'edit.cut'], ['edit.delete']],
  ground: [
    ['canvas.add', 'canvas.note', 'edit.paste'],
    ['edit.selectAll', 'canvas.tidy', 'canvas.fit'],
  ],
}

export function CanvasMenu() {
  const { at, subject } = useStore(store)
  const actions = useActions()
  if (at === null) return null
  const groups = entries[subject].map((ids) => ids.flatMap((id) => actions.find((action) => action.id === id && (action.when === undefined || action.when())) ?? [])).filter((group) => group.length > 0)
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => (open ? undefined : store.setState({ at: null }))}>
      <DropdownMenu.Trigger asChild>
        <span style={{ position: 'fixed', left: at.x, top: at.y, width: 1, height: 1 }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu['menu']} align="start" sideOffset={2} collisionPadding={8} aria-label={t.canvas.menu} onCloseAutoFocus={(event) => event.preventDefault()}>
          {groups.map((group, i) => (
            <DropdownMenu.Group key={group[0]!.id}>
              {i > 0 ? <DropdownMenu.Separator className={menu['line']} /> : null}
              {group.map((action) => (
                <DropdownMenu.Item key={action.id} className={menu['item']} onSelect={() => setTimeout(action.run, 0)}>
                  {action.title}
                  {action.keys?.[0] === undefined ? null : <kbd>{printKeys(action.keys[0])}</kbd>}
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Group>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
