import type { ComponentProps, ReactNode } from 'react'
import styles from './Button.module.css'

/** The buttons of bar, sheets and dialogs. One `primary` a screen: what most people do next. */
export interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  readonly look?: 'plain' | 'outline' | 'primary' | 'danger'
  readonly size?: 'normal' | 'small'
  /** An icon alone; needs an `aria-label`, which is also its tooltip. */
  readonly iconOnly?: boolean
  readonly keys?: string | undefined
  readonly children: ReactNode
}

export function Button({ look = 'plain', size = 'normal', iconOnly = false, keys, className, children, ...rest }: ButtonProps) {
  const label = rest['aria-label']
  return (
    <button
      type="button"
      className={[styles.button, className].filter(Boolean).join(' ')}
      data-look={look}
      data-size={size}
      data-icon={iconOnly ? '' : undefined}
      title={label === undefined ? undefined : keys === undefined ? label : `${label} (${keys})`}
      {...rest}
    >
      {children}
      {keys !== undefined && !iconOnly ? <kbd aria-hidden="true">{keys}</kbd> : null}
    </button>
  )
}
