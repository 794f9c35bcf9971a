import { Fragment, type ReactNode } from 'react'
import styles from './prose.module.css'

/** A sentence of the job's or of a field's help: what stands between backticks is code, and looks like it. The backticks stay: in SQL they are part of a name. */
export function Prose({ text }: { readonly text: string }): ReactNode {
  const parts = text.split('`')
  // An odd backtick is one that somebody wrote.
  if (parts.length % 2 === 0) return text
  return parts.map((part, i) => (i % 2 === 0 ? <Fragment key={i}>{part}</Fragment> : <code key={i} className={styles.code}>{`\`${part}\``}</code>))
}
