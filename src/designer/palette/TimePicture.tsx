import type { Family } from '../../job/operatorDefinition.ts'
import styles from './palette.module.css'

/** What a kind does to time, in 26 × 11: decoration beside its name. Kinds without a picture of their own show none. */
export function TimePicture({ kind, family }: { readonly kind: string; readonly family: Family }) {
  const path = pictures[kind]
  if (path === undefined) return null
  return (
    <svg className={styles.picture} data-family={family} viewBox="0 0 26 11" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}

const pictures: Readonly<Record<string, string>> = {
  source: 'M1 6h4M9 6h4M17 6h8',
  filter: 'M1 6h4M12 6h3M22 6h3',
  project: 'M1 3h10M1 9h10M15 6h10',
  union: 'M1 2h9M1 9h9M14 6h11',
  'window-aggregate': 'M1 3h7M10 3h6M18 3h7M7 9h12',
  'window-join': 'M1 3h10M1 9h10M15 3h10M15 9h10',
  'interval-join': 'M1 3h7M5 9h12M17 3h8',
  'window-top-n': 'M3 9V3M9 9V5M15 9V2M21 9V6',
  'over-aggregate': 'M1 9h8M9 9V3M9 3h16',
  sink: 'M1 6h14M20 2v8',
}
