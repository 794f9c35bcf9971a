const rules = new Intl.PluralRules('en')

/** "1 operator", "3 operators". */
export function plural(count: number, one: string, other: string): string {
  return `${formatCount(count)} ${rules.select(count) === 'one' ? one : other}`
}

const counts = new Intl.NumberFormat('en')

/** 62,114 */
export function formatCount(count: number): string {
  return counts.format(count)
}
