import { DropdownMenu } from 'radix-ui'
import type { Position } from '../../job/job.ts'
import { printKeys } from '../frame/keys.ts'
import menu from '../frame/Menu.module.css'
import { useActions } from '../store/actions.ts'
import { text as t } from '../text/text.ts'

/** The open menu; fetched the first time one is wanted, as the first screen needs none. */
export default function CanvasMenuList({ at, groups: ids, onClose }: { readonly at: Position; readonly groups: readonly (readonly string[])[]; readonly onClose: () => void }) {
  const actions = useActions()
  const groups = ids.map((group) => group.flatMap((id) => actions.find((action) => action.id === id && (action.when === undefined || action.when())) ?? [])).filter((group) => group.length > 0)
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => (open ? undefined : onClose())}>
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
