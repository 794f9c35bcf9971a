/**
 * Characters as Flink counts them: by code point, because its strings are UTF-8 (BinaryStringData.numChars). JavaScript's lengths and offsets count
 * UTF-16 units, which is the same thing for every text without surrogates; that case is looked for first and costs one scan.
 */
function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}
function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}

/** A search for this is over at once where the engine holds a text with a byte for each unit, as it does most. */
const surrogate = /[\ud800-\udfff]/
export function hasSurrogates(text: string): boolean {
  return surrogate.test(text)
}

export function codePointCount(text: string): number {
  let count = text.length
  if (!hasSurrogates(text)) return count
  for (let i = 1; i < text.length; i++) if (isLow(text.charCodeAt(i)) && isHigh(text.charCodeAt(i - 1))) count--
  return count
}

/** Offset in UTF-16 units of the code point with this index; the text's length when there are fewer. */
function offsetOf(text: string, index: number): number {
  let offset = 0
  for (let k = 0; k < index && offset < text.length; k++) {
    offset += isHigh(text.charCodeAt(offset)) && offset + 1 < text.length && isLow(text.charCodeAt(offset + 1)) ? 2 : 1
  }
  return offset
}

/** Code points [start, end), both at least 0. */
export function codePointSlice(text: string, start: number, end: number): string {
  if (end <= start) return ''
  if (!hasSurrogates(text)) return text.slice(start, end)
  const from = offsetOf(text, start)
  return text.slice(from, from + offsetOf(text.slice(from), end - start))
}

/** Index of the first occurrence of `part` at or after code point `from`; -1 when there is none. */
export function codePointIndexOf(text: string, part: string, from = 0): number {
  if (part === '') return 0
  if (!hasSurrogates(text)) return text.indexOf(part, from)
  const found = text.indexOf(part, offsetOf(text, from))
  return found < 0 ? -1 : codePointCount(text.slice(0, found))
}

export function reversedCodePoints(text: string): string {
  if (!hasSurrogates(text)) {
    let reversed = ''
    for (let i = text.length - 1; i >= 0; i--) reversed += text[i]!
    return reversed
  }
  return Array.from(text).reverse().join('')
}

/** The text with every half of a surrogate pair that lost its other half as `?`: what Java's UTF-8 encoder makes of it. */
export function wellFormedText(text: string): string {
  if (!hasSurrogates(text)) return text
  return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '?')
}
