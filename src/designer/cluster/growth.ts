import type { Message, MessageKind } from './recording.ts'
import { lineOf, type Picture } from './spaceTime.ts'

/**
 * A line that grows is painted piece by piece: of each message under way a frame paints only what was gone since the frame before. Between two pieces nothing is to be seen, because they meet at a whole row of device
 * pixels (steep lines) or a whole column (flat ones) and are cut along it: every pixel gets its share of the line from one piece alone. So the last pixel of the way is painted late, under the arrow head. Pure geometry,
 * in device pixels of the sheet.
 */
export interface Piece {
  readonly kind: MessageKind
  /** Along rows or along columns: where the piece begins and ends there, and what it is across at these places. */
  readonly isSteep: boolean
  readonly from: number
  readonly to: number
  readonly acrossFrom: number
  readonly acrossTo: number
  /** Cosine of the line against its axis. */
  readonly cosine: number
  readonly length: number
  /** How much of the way was gone where it begins: dashes are counted from the start. */
  readonly gone: number
  /** What it covers from left to right, in CSS pixels. */
  readonly x1: number
  readonly x2: number
}

/** What a message's line has grown by since it was painted up to `before` (along its axis; undefined: nothing is painted). Null when that is less than a pixel, `shrunk` when it is less than what is painted. */
export function growthOf(picture: Picture, message: Message, time: number, ratio: number, before: number | undefined): Piece | 'shrunk' | null {
  // From the whole way, which is the same in every frame.
  const way = lineOf(picture, message, Infinity)
  if (way === null) return null
  const [x1, y1, x2, y2] = way
  const dx = x2 - x1
  const dy = y2 - y1
  const isSteep = Math.abs(dy) >= Math.abs(dx)
  const begin = (isSteep ? y1 : x1) * ratio
  const end = (isSteep ? y2 : x2) * ratio
  const isForward = end > begin
  const share = message.arrives > time ? (time - message.sent) / (message.arrives - message.sent) : 1
  const tip = begin + (end - begin) * share
  const to = share === 1 ? end : isForward ? Math.floor(tip) : Math.ceil(tip)
  const from = before ?? begin
  const gone = isForward ? to - from : from - to
  if (before !== undefined && gone < -1) return 'shrunk'
  if (gone <= 0) return null
  const slope = isSteep ? dx / dy : dy / dx
  const base = (isSteep ? x1 : y1) * ratio
  const acrossFrom = base + (from - begin) * slope
  const acrossTo = base + (to - begin) * slope
  const [xFrom, xTo] = isSteep ? [acrossFrom, acrossTo] : [from, to]
  const cosine = 1 / Math.sqrt(1 + slope * slope)
  return { kind: message.kind, isSteep, from, to, acrossFrom, acrossTo, cosine, length: gone / cosine, gone: Math.abs(from - begin) / cosine, x1: Math.min(xFrom, xTo) / ratio, x2: Math.max(xFrom, xTo) / ratio }
}

type Path = Pick<CanvasRenderingContext2D, 'moveTo' | 'lineTo' | 'closePath'>

/** Adds the piece to the path, or of a dashed line what of it is on: a stroke and the gap behind it, in device pixels. */
export function tracePiece(path: Path, piece: Piece, width: number, [on, off]: readonly number[]): void {
  if (on === undefined || off === undefined) {
    traceStretch(path, piece, width, 0, 1)
    return
  }
  const { gone, length } = piece
  for (let at = Math.floor(gone / (on + off)) * (on + off); at < gone + length; at += on + off) {
    const from = Math.max(0, at - gone)
    const to = Math.min(length, at + on - gone)
    if (to > from) traceStretch(path, piece, width, from / length, to / length)
  }
}

/** From one share of the piece to another; always the same way round, so that pieces that cross add up. */
function traceStretch(path: Path, piece: Piece, width: number, begins: number, ends: number): void {
  const half = width / 2 / piece.cosine
  const along = piece.to - piece.from
  const across = piece.acrossTo - piece.acrossFrom
  const isForward = along > 0
  // The ends of the piece itself are taken as they are: they lie where pixels end.
  const [first, last] = isForward ? [begins, ends] : [ends, begins]
  const place = (share: number): number => (share === 0 ? piece.from : share === 1 ? piece.to : piece.from + along * share)
  const [low, high] = [place(first), place(last)]
  const [atLow, atHigh] = [piece.acrossFrom + across * first, piece.acrossFrom + across * last]
  if (piece.isSteep) {
    path.moveTo(atLow - half, low)
    path.lineTo(atLow + half, low)
    path.lineTo(atHigh + half, high)
    path.lineTo(atHigh - half, high)
  } else {
    path.moveTo(low, atLow - half)
    path.lineTo(high, atHigh - half)
    path.lineTo(high, atHigh + half)
    path.lineTo(low, atLow + half)
  }
  path.closePath()
}
