import { Component, type ReactNode } from 'react'
import { text } from '../text/text.ts'
import { Button } from './Button.tsx'
import styles from './Region.module.css'

/**
 * A part of the screen that F6 walks to, with a fence around it: a mistake of ours in one region leaves the others, and the document,
 * usable, and says so in words.
 */
export function Region({ name, label, className, children }: { readonly name: string; readonly label: string; readonly className?: string | undefined; readonly children: ReactNode }) {
  return (
    <section className={[styles.region, className].filter(Boolean).join(' ')} aria-label={label} data-region={name} tabIndex={-1}>
      <Fence label={label}>{children}</Fence>
    </section>
  )
}

/** Around the page as a whole it is the last one: a mistake outside every region, or in one that is being taken down. */
export class Fence extends Component<{ readonly label: string; readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null }
  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error }
  }
  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <div className={styles.broken} role="alert">
        <b>{text.frame.regionBroken(this.props.label)}</b>
        <p>{text.frame.regionBrokenWhy}</p>
        <code>{error.message}</code>
        <Button look="outline" onClick={() => this.setState({ error: null })}>
          {text.frame.tryAgain}
        </Button>
      </div>
    )
  }
}
