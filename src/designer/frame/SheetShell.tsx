import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { openSheet } from '../store/designerStore.ts'
import { text } from '../text/text.ts'
import { Button } from './Button.tsx'
import styles from './SheetShell.module.css'

/** The frame of a sheet: heading, what belongs beside it, body, and a foot for the one filled button. */
export function SheetShell({ title, detail, beside, foot, size, readOnly = false, children }: {
  readonly title: string
  readonly detail?: string
  readonly beside?: ReactNode
  readonly foot?: ReactNode
  readonly size: 'wide' | 'narrow' | 'centre'
  /** Holds nothing to operate: the body itself takes the focus, so that it can be scrolled by keyboard. */
  readonly readOnly?: boolean
  readonly children: ReactNode
}) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && openSheet(null)}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.scrim} />
        <Dialog.Content className={styles.sheet} data-size={size} data-modal=""
          onOpenAutoFocus={(event) => {
            // The sheet itself, so that Tab goes on from its beginning and no ring stands on the close button.
            event.preventDefault()
            ;(event.currentTarget as HTMLElement).focus()
          }}
          {...(detail === undefined ? { 'aria-describedby': undefined } : {})}>
          <div className={styles.head}>
            <div className={styles.titles}>
              <Dialog.Title className={styles.title}>{title}</Dialog.Title>
              {detail === undefined ? null : <Dialog.Description className={styles.detail}>{detail}</Dialog.Description>}
            </div>
            {beside}
            <Dialog.Close asChild>
              <Button iconOnly aria-label={text.frame.close} className={styles.close}>
                <X />
              </Button>
            </Dialog.Close>
          </div>
          <div className={styles.body} {...(readOnly ? { tabIndex: 0, role: 'group', 'aria-label': title } : {})}>
            {children}
          </div>
          {foot === undefined ? null : <div className={styles.foot}>{foot}</div>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
