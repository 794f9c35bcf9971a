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
  function: 'M1 6h6M19 6h6M10 9l6-6',
  unnest: 'M1 6h9M14 2h11M14 6h11M14 10h11',
  'window-aggregate': 'M1 3h7M10 3h6M18 3h7M7 9h12',
  'window-join': 'M1 3h10M1 9h10M15 3h10M15 9h10',
  'interval-join': 'M1 3h7M5 9h12M17 3h8',
  'window-top-n': 'M3 9V3M9 9V5M15 9V2M21 9V6',
  'window-assign': 'M1 2h7M10 2h6M18 2h7M5 6h7M14 6h8M9 10h10',
  'window-deduplicate': 'M1 3h3M6 3h3M13 3h3M20 3h3M1 9h3M13 9h3M20 9h3',
  'temporal-join': 'M1 3h8V9h9V3h7',
  'lookup-join': 'M1 3h10M15 3h4M23 3h2M15 9h10',
  'regular-join': 'M1 3h24M1 9h24M13 3v6',
  'group-aggregate': 'M1 9h5V6h6V4h6V2h7',
  'top-n': 'M3 9V2M9 9V4M15 9V6M21 9V8',
  deduplicate: 'M1 3h3M6 3h3M13 3h3M1 9h3M13 9h3',
  match: 'M1 9l4-6 4 6M13 6h2M19 6h6',
  'over-aggregate': 'M1 9h8M9 9V3M9 3h16',
  sink: 'M1 6h14M20 2v8',
}
