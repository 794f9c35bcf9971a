import { describe, expect, it } from 'vitest'
import { SnapshotMemory } from './snapshotMemory.ts'

/** Two parts of each piece, as a snapshot has them. */
const partsOf = (...pieces: readonly ArrayBufferLike[]): Uint8Array[] => pieces.flatMap((piece) => [new Uint8Array(piece, 0, 8), new Uint8Array(piece, 8)])

describe.each([true, false])('memory of snapshots, shared: %s', (isShared) => {
  it('is used again when it was given back and is large enough', () => {
    const memory = new SnapshotMemory(isShared)
    const first = memory.take(1_000_000)
    const second = memory.take(1_000_000)
    expect(second).not.toBe(first)
    memory.giveBack(memory.lend(partsOf(first, second)))
    expect([first, second]).toContain(memory.take(1_040_000))
    expect([first, second]).toContain(memory.take(1_040_000))
    expect([first, second]).not.toContain(memory.take(1_040_000))
  })

  it('gives the smallest piece that is enough, and lets go of one that is too small for its task', () => {
    const memory = new SnapshotMemory(isShared)
    const [small, large] = [memory.take(300_000), memory.take(3_000_000)]
    memory.giveBack(memory.lend(partsOf(large, small)))
    expect(memory.take(300_000)).toBe(small)
    expect(memory.take(3_000_000)).toBe(large)
    memory.giveBack(memory.lend(partsOf(small)))
    memory.take(20_000_000)
    expect(memory.take(300_000)).not.toBe(small)
  })

  it('is nobody else\'s while it is on loan, and comes back once', () => {
    const memory = new SnapshotMemory(isShared)
    const piece = memory.take(1_000_000)
    const loan = memory.lend(partsOf(piece))
    expect(memory.take(1_000_000)).not.toBe(piece)
    memory.giveBack(loan)
    memory.giveBack(loan)
    expect(memory.take(1_000_000)).toBe(piece)
    expect(memory.take(1_000_000)).not.toBe(piece)
  })

  it('keeps nothing of small states', () => {
    const memory = new SnapshotMemory(isShared)
    const piece = memory.take(1000)
    expect(piece.byteLength).toBe(1000)
    memory.giveBack(memory.lend(partsOf(piece)))
    expect(memory.take(1000)).not.toBe(piece)
  })
})
