import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthOf, tracePiece, type Piece } from './growth.ts'
import type { Message } from './recording.ts'
import { pictureOf, type Picture } from './spaceTime.ts'

const picture: Picture = pictureOf(12, 7, { from: 0, to: 1_000_000 }, 1300, 520)

function message(from: number, to: number, sent: number, flight: number): Message {
  return { kind: 'proposal', from, to, payload: {}, sent, sentEvent: 1, arrives: sent + flight, arrivedEvent: Infinity, fate: 'underWay' }
}

const messages = fc
  .record({ from: fc.nat(11), to: fc.nat(11), sent: fc.integer({ min: 0, max: 900_000 }), flight: fc.integer({ min: 1, max: 400_000 }) })
  .filter(({ from, to }) => from !== to)
  .map(({ from, to, sent, flight }) => message(from, to, sent, flight))
const ratios = fc.constantFrom(1, 1.25, 2)
const shares = fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { maxLength: 12 }).map((list) => [...list.toSorted((a, b) => a - b), 1])

/** What a line is painted with when frames come at these shares of its way. */
function piecesOf(of: Message, times: readonly number[], ratio: number): Piece[] {
  const pieces: Piece[] = []
  for (const time of times) {
    const piece = growthOf(picture, of, time, ratio, pieces.at(-1)?.to)
    expect(piece).not.toBe('shrunk')
    if (piece !== null && piece !== 'shrunk') pieces.push(piece)
  }
  return pieces
}

const timesOf = ({ sent, arrives }: Message, all: readonly number[]): number[] => all.map((share) => sent + (arrives - sent) * share).toSorted((a, b) => a - b)

describe('a line that grows', () => {
  it('is painted from its beginning to its end, and no stretch twice', () => {
    fc.assert(
      fc.property(messages, shares, ratios, (of, all, ratio) => {
        const pieces = piecesOf(of, timesOf(of, all), ratio)
        const whole = growthOf(picture, of, of.arrives, ratio, undefined) as Piece
        expect(pieces[0]!.from).toBe(whole.from)
        expect(pieces.at(-1)!.to).toBe(whole.to)
        for (const [i, piece] of pieces.entries()) {
          if (i === 0) continue
          expect(piece.from).toBe(pieces[i - 1]!.to)
          expect(piece.acrossFrom).toBeCloseTo(pieces[i - 1]!.acrossTo, 6)
          // Where two meet, a row or column of pixels ends.
          expect(Number.isInteger(piece.from)).toBe(true)
        }
      }),
    )
  })

  it('is traced the same way round wherever it goes, with an area of its length by its width', () => {
    fc.assert(
      fc.property(messages, ratios, (of, ratio) => {
        const points: [number, number][] = []
        const piece = growthOf(picture, of, of.arrives, ratio, undefined) as Piece
        tracePiece({ moveTo: (x, y) => points.push([x, y]), lineTo: (x, y) => points.push([x, y]), closePath: () => undefined }, piece, 1.75, [])
        const area = points.reduce((sum, [x, y], i) => sum + x * points[(i + 1) % 4]![1] - y * points[(i + 1) % 4]![0], 0) / 2
        expect(area).toBeCloseTo(piece.length * 1.75, 4)
      }),
    )
  })

  it('has its dashes where they are when it is painted at once', () => {
    fc.assert(
      fc.property(messages, shares, ratios, (of, all, ratio) => {
        // Lengths along the way that are on, from where the whole begins; neighbours that touch are one.
        const dashesOf = (pieces: readonly Piece[]): number[] => {
          const ends: number[] = []
          for (const piece of pieces) {
            const rows: number[] = []
            tracePiece({ moveTo: (x, y) => rows.push(piece.isSteep ? y : x), lineTo: (x, y) => rows.push(piece.isSteep ? y : x), closePath: () => undefined }, piece, 1, [4 * ratio, 2 * ratio])
            for (let i = 0; i < rows.length; i += 4) {
              const gone = [Math.min(...rows.slice(i, i + 4)), Math.max(...rows.slice(i, i + 4))].map((row) => Math.abs(row - pieces[0]!.from) / piece.cosine).toSorted((a, b) => a - b)
              if (ends.length > 0 && gone[0]! - ends.at(-1)! < 1e-6) ends[ends.length - 1] = gone[1]!
              else ends.push(...gone)
            }
          }
          return ends
        }
        const whole = dashesOf([growthOf(picture, of, of.arrives, ratio, undefined) as Piece])
        const grown = dashesOf(piecesOf(of, timesOf(of, all), ratio))
        expect(grown.length).toBe(whole.length)
        for (const [i, end] of whole.entries()) expect(grown[i]).toBeCloseTo(end, 5)
      }),
    )
  })

  it('is nothing before a pixel is gone, and says when it was painted further than it came', () => {
    const of = message(0, 6, 0, 100_000)
    expect(growthOf(picture, of, 1, 1, undefined)).toBeNull()
    const most = growthOf(picture, of, 90_000, 1, undefined) as Piece
    of.fate = 'lostCut'
    expect(growthOf(picture, of, 100_000, 1, most.to)).toBe('shrunk')
  })
})
