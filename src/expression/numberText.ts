/**
 * Approximate numbers as text, as Java writes them: `1.0`, `1.0E10`, `1.5E-5`, `NaN`.
 *
 * Digits are the fewest that give the number back (JDK 19 and later do the same; older ones write a digit more for a few values).
 */
export function doubleText(value: number): string {
  const shortest = String(Math.abs(value))
  // Java writes two digits at least, and the two that are nearest: 4.9E-324, not 5.0E-324.
  return javaText(value, /^\de/.test(shortest) ? Math.abs(value).toPrecision(2) : shortest)
}

export function floatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return javaText(value, '0')
  const magnitude = Math.abs(value)
  for (let digits = 2; digits < 9; digits++) {
    const text = magnitude.toPrecision(digits)
    if (Math.fround(Number(text)) === magnitude) return javaText(value, text)
  }
  return javaText(value, magnitude.toPrecision(9))
}

function javaText(value: number, shortest: string): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}Infinity`
  if (value === 0) return `${sign}0.0`
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(shortest)!
  const whole = match[1]!
  const fraction = match[2] ?? ''
  // The number is 0.DIGITS x 10^exponent.
  let digits = whole + fraction
  let exponent = whole.length + Number(match[3] ?? 0)
  const leading = /^0*/.exec(digits)![0].length
  digits = digits.slice(leading).replace(/0+$/, '')
  exponent -= leading
  const magnitude = Math.abs(value)
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    if (exponent <= 0) return `${sign}0.${'0'.repeat(-exponent)}${digits}`
    const padded = digits.padEnd(exponent, '0')
    return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent) || '0'}`
  }
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent - 1}`
}

/** A number's exact value of a text as Java's Double.parseDouble reads it, or null. */
export function parseDouble(text: string): number | null {
  const trimmed = text.trim()
  if (!/^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/.test(trimmed)) return null
  return Number(trimmed.replace(/[fFdD]$/, ''))
}
