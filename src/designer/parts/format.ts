import { timestampText } from '../../columnar/valueText.ts'

/** Figures for people: short, two or three significant digits, units apart from numbers where they are set apart. */

/** 0, 12, 1.2k, 86k, 1.4M */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '∞'
  const size = Math.abs(value)
  if (size < 10 && !Number.isInteger(value)) return trimmed(value.toFixed(1))
  if (size < 1000) return String(Math.round(value))
  if (size < 999_500) return size < 99_950 ? `${trimmed((value / 1000).toFixed(1))}k` : `${Math.round(value / 1000)}k`
  if (size < 999_500_000) return size < 99_950_000 ? `${trimmed((value / 1e6).toFixed(1))}M` : `${Math.round(value / 1e6)}M`
  return `${trimmed((value / 1e9).toFixed(1))}G`
}

function trimmed(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text
}

/** 38 kB, 1.4 MB; units of 1000. */
export function byteText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`
  if (bytes < 999_500) return `${trimmed((bytes / 1000).toFixed(bytes < 9950 ? 1 : 0))} kB`
  if (bytes < 999_500_000) return `${trimmed((bytes / 1e6).toFixed(bytes < 9_950_000 ? 1 : 0))} MB`
  return `${trimmed((bytes / 1e9).toFixed(1))} GB`
}

/** Wall-clock part of an event time: 08:41:10. */
export function clockText(ms: number): string {
  return timestampText(ms, 0).slice(-8)
}

/** How far one event time is behind another, in the one unit that matters: 42 s, 2 min, 3 h. */
export function lagText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 36 * 3_600_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} d`
}
