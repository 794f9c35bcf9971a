/**
 * The order of strings in Flink SQL: by their UTF-8 bytes, which is by code point.
 *
 * JavaScript compares UTF-16 units. The two orders differ only where one string has a surrogate and the other a unit of U+E000…U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return byCodePoint(x) - byCodePoint(y)
  }
  return a.length - b.length
}

/** Moves surrogates behind the rest of the plane, keeping order otherwise. */
function byCodePoint(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit
}
