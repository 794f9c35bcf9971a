import type { Family } from '../../job/operatorDefinition.ts'
import { iconOf } from './icons.ts'
import styles from './parts.module.css'

/** The icon of a kind on its family's ground: the only place that wears the family's hue. */
export function FamilyChip(props: { readonly family: Family; readonly icon: string; readonly bare?: boolean }) {
  const Icon = iconOf(props.icon, props.family)
  return (
    <span className={styles.chip} data-family={props.family} data-bare={props.bare === true ? '' : undefined} aria-hidden>
      <Icon size={13} strokeWidth={2} />
    </span>
  )
}
