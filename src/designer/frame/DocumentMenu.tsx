import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { useActions, type Action } from '../store/actions.ts'
import { designerStore, togglePanel, useDesigner } from '../store/designerStore.ts'
import { text } from '../text/text.ts'
import { printKeys } from './keys.ts'
import styles from './Menu.module.css'

/** The menu behind the document's name. Every entry is an action, so keys and words agree with the palette. */
export default function DocumentMenu({ children }: { readonly children: ReactNode }) {
  const theme = useDesigner((state) => state.theme)
  const panels = useDesigner((state) => state.panels)
  const actions = useActions()
  const entry = (id: string): ReactNode => {
    const action = actions.find((other) => other.id === id)
    return action === undefined ? null : <Entry key={id} action={action} />
  }
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align="start" sideOffset={6} collisionPadding={8}>
          {['document.new', 'document.open', 'document.paste', 'document.gallery'].map(entry)}
          <DropdownMenu.Separator className={styles.line} />
          {['document.version', 'document.versions', 'document.duplicate'].map(entry)}
          <DropdownMenu.Separator className={styles.line} />
          {['document.export', 'document.copy', 'document.download'].map(entry)}
          <DropdownMenu.Separator className={styles.line} />
          <DropdownMenu.Sub>
            <DropdownMenu.SubTrigger className={styles.item}>
              {text.frame.appearance}
              <span className={styles.more}>›</span>
            </DropdownMenu.SubTrigger>
            <DropdownMenu.Portal>
              <DropdownMenu.SubContent className={styles.menu} sideOffset={4} collisionPadding={8}>
                <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => designerStore.setState({ theme: value as typeof theme })}>
                  {(['system', 'light', 'dark'] as const).map((value) => (
                    <DropdownMenu.RadioItem key={value} value={value} className={styles.item}>
                      {text.frame.themes[value]}
                      <DropdownMenu.ItemIndicator className={styles.mark}>✓</DropdownMenu.ItemIndicator>
                    </DropdownMenu.RadioItem>
                  ))}
                </DropdownMenu.RadioGroup>
              </DropdownMenu.SubContent>
            </DropdownMenu.Portal>
          </DropdownMenu.Sub>
          <DropdownMenu.Sub>
            <DropdownMenu.SubTrigger className={styles.item}>
              {text.frame.view}
              <span className={styles.more}>›</span>
            </DropdownMenu.SubTrigger>
            <DropdownMenu.Portal>
              <DropdownMenu.SubContent className={styles.menu} sideOffset={4} collisionPadding={8}>
                {(['left', 'inspector', 'dock', 'timeline'] as const).map((name, index) => (
                  <DropdownMenu.CheckboxItem key={name} className={styles.item} checked={panels[name].open} onCheckedChange={() => togglePanel(name)}>
                    {text.frame.regions[name]}
                    <DropdownMenu.ItemIndicator className={styles.mark}>✓</DropdownMenu.ItemIndicator>
                    <kbd>{printKeys(`Alt+${index + 1}`)}</kbd>
                  </DropdownMenu.CheckboxItem>
                ))}
                <DropdownMenu.Separator className={styles.line} />
                {entry('view.focus')}
              </DropdownMenu.SubContent>
            </DropdownMenu.Portal>
          </DropdownMenu.Sub>
          {['go.shortcuts'].map(entry)}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Entry({ action }: { readonly action: Action }) {
  return (
    <DropdownMenu.Item className={styles.item} disabled={action.when?.() === false} onSelect={() => action.run()}>
      {action.title}
      {action.keys?.[0] === undefined ? null : <kbd>{printKeys(action.keys[0])}</kbd>}
    </DropdownMenu.Item>
  )
}
