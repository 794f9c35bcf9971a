/**
 * LIKE patterns made into tests of a text: `%` stands for any run of characters, `_` for one, and a character after the escape for itself.
 *
 * Most patterns are a text with `%` at an end and become equality, startsWith, endsWith or includes; the others are matched piece by piece, leftmost
 * first, which is enough because pieces between `%` have a fixed length. There is no escape unless ESCAPE names one (Flink up to 2.2). `_` does
 * not stand for a line terminator, because Flink makes it the `.` of a Java regular expression.
 */
export type LikeTest = (text: string) => boolean

export interface LikeFault {
  readonly fault: string
}

type PieceChar = string | null
/** The code points between two `%`; null is `_`. */
type Piece = readonly PieceChar[]

export function likeTest(pattern: string, escape: string | null): LikeTest | LikeFault {
  if (escape !== null && Array.from(escape).length !== 1) return { fault: `ESCAPE takes one character, found ${escape === '' ? 'none' : `"${escape}"`}.` }
  const pieces = piecesOf(pattern, escape)
  if ('fault' in pieces) return pieces
  const texts = pieces.map((piece) => (piece.includes(null) ? null : piece.join('')))
  if (texts.every((text) => text !== null)) return plainTest(texts as string[])
  return wildTest(pieces)
}

function piecesOf(pattern: string, escape: string | null): Piece[] | LikeFault {
  const pieces: PieceChar[][] = [[]]
  const chars = Array.from(pattern)
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!
    if (char === escape) {
      const next = chars[++i]
      if (next !== '%' && next !== '_' && next !== escape) return { fault: `In the pattern "${pattern}" the escape "${escape}" must be followed by %, _ or itself. Write ${escape}${escape} for the character itself.` }
      pieces.at(-1)!.push(next)
    } else if (char === '%') pieces.push([])
    else pieces.at(-1)!.push(char === '_' ? null : char)
  }
  return pieces
}

function plainTest(texts: readonly string[]): LikeTest {
  const first = texts[0]!
  const last = texts.at(-1)!
  if (texts.length === 1) return (text) => text === first
  const inner = texts.slice(1, -1).filter((text) => text !== '')
  if (inner.length === 0) {
    if (last === '') return first === '' ? () => true : (text) => text.startsWith(first)
    if (first === '') return (text) => text.endsWith(last)
    return (text) => text.length >= first.length + last.length && text.startsWith(first) && text.endsWith(last)
  }
  if (inner.length === 1 && first === '' && last === '') {
    const only = inner[0]!
    return (text) => text.includes(only)
  }
  return (text) => {
    if (!text.startsWith(first)) return false
    let at = first.length
    for (const part of inner) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return text.length - at >= last.length && text.endsWith(last)
  }
}

function wildTest(pieces: readonly Piece[]): LikeTest {
  const first = pieces[0]!
  const last = pieces.at(-1)!
  const inner = pieces.slice(1, -1).filter((piece) => piece.length > 0)
  return (text) => {
    const chars = Array.from(text)
    if (pieces.length === 1) return chars.length === first.length && matchesAt(chars, 0, first)
    if (chars.length < first.length + last.length || !matchesAt(chars, 0, first)) return false
    const end = chars.length - last.length
    let at = first.length
    for (const piece of inner) {
      while (at + piece.length <= end && !matchesAt(chars, at, piece)) at++
      if (at + piece.length > end) return false
      at += piece.length
    }
    return matchesAt(chars, end, last)
  }
}

const lineTerminators = new Set(['\n', '\r', '\u0085', '\u2028', '\u2029'])

function matchesAt(chars: readonly string[], at: number, piece: Piece): boolean {
  for (let i = 0; i < piece.length; i++) {
    const wanted = piece[i]
    const char = chars[at + i]!
    if (wanted === null ? lineTerminators.has(char) : wanted !== char) return false
  }
  return true
}
