import { plural } from './plural.ts'

/** A span of time as people say it: "12 s", "3 min", "2 days". */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : plural(Math.round(hours / 24), 'day', 'days')
}
