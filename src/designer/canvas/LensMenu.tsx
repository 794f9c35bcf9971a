import { Check } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import menu from '../frame/Menu.module.css'
import { setLens, useDesigner, type Lens } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import styles from './canvas.module.css'

const lenses: readonly Lens[] = ['rate', 'time', 'load', 'state']

/** The lenses to choose from, around the button that shows the present one; open when it arrives. */
export default function LensMenu({ children }: { readonly children: ReactNode }) {
  const lens = useDesigner((state) => state.lens)
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu['menu']} align="start" side="top" sideOffset={6} collisionPadding={8}>
          <DropdownMenu.RadioGroup value={lens} onValueChange={(value) => setLens(value as Lens)}>
            {lenses.map((name) => (
              <DropdownMenu.RadioItem key={name} value={name} className={menu['item']}>
                <span className={styles.lensName}>{t.canvas.lenses[name]}</span>
                <small className={styles.lensHint}>{t.canvas.lensHints[name]}</small>
                <DropdownMenu.ItemIndicator className={menu['mark']}>
                  <Check size={14} aria-hidden />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
