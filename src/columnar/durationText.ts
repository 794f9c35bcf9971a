/**
 * Durations as people write them: `1 min`, `1 h 30 min`, `250 ms`. One form for node subtitles, inspector fields, plans and messages.
 */
const units = [
  { ms: 86_400_000, text: 'd', names: ['d', 'day', 'days'] },
  { ms: 3_600_000, text: 'h', names: ['h', 'hr', 'hour', 'hours'] },
  { ms: 60_000, text: 'min', names: ['m', 'min', 'mins', 'minute', 'minutes'] },
  { ms: 1000, text: 's', names: ['s', 'sec', 'secs', 'second', 'seconds'] },
  { ms: 1, text: 'ms', names: ['ms', 'milli', 'millis', 'millisecond', 'milliseconds'] },
] as const

/** 5400000 is `1 h 30 min`; 0 is `0 s`; negative durations carry a minus sign. Exact: every millisecond is told. */
export function durationText(ms: number): string {
  if (ms === 0) return '0 s'
  if (ms < 0) return `-${durationText(-ms)}`
  const parts: string[] = []
  let rest = ms
  for (const unit of units) {
    const count = Math.floor(rest / unit.ms)
    if (count > 0) parts.push(`${count} ${unit.text}`)
    rest -= count * unit.ms
  }
  return parts.join(' ')
}

/** Milliseconds of `1 min`, `1.5h`, `1 h 30 min`, `-5s`; a bare number is seconds. Null for anything else. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim().toLowerCase()
  const negative = trimmed.startsWith('-')
  const body = trimmed.replace(/^[-+]/, '').trim()
  if (body === '') return null
  if (/^\d+(\.\d+)?$/.test(body)) return sign(Math.round(Number(body) * 1000), negative)
  if (!/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(body)) return null
  let total = 0
  for (const [, count, name] of body.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = units.find((candidate) => (candidate.names as readonly string[]).includes(name!))
    if (unit === undefined) return null
    total += Number(count) * unit.ms
  }
  return sign(Math.round(total), negative)
}

function sign(ms: number, negative: boolean): number {
  return negative && ms !== 0 ? -ms : ms
}
