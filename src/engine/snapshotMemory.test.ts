import { describe, expect, it } from 'vitest'
import { SnapshotMemory } from './snapshotMemory.ts'

describe('memory of snapshots', () => {
  it('is used again when it was given back and is large enough', () => {
    const memory = new SnapshotMemory()
    const first = memory.take(1_000_000)
    const second = memory.take(1_000_000)
    expect(second).not.toBe(first)
    memory.give([first, second])
    expect([first, second]).toContain(memory.take(1_040_000))
    expect([first, second]).toContain(memory.take(1_040_000))
    expect([first, second]).not.toContain(memory.take(1_040_000))
  })

  it('gives the smallest piece that is enough, and lets go of one that is too small for its task', () => {
    const memory = new SnapshotMemory()
    const [small, large] = [memory.take(300_000), memory.take(3_000_000)]
    memory.give([large, small])
    expect(memory.take(300_000)).toBe(small)
    expect(memory.take(3_000_000)).toBe(large)
    memory.give([small])
    memory.take(20_000_000)
    expect(memory.take(300_000)).not.toBe(small)
  })

  it('keeps nothing of small states', () => {
    const memory = new SnapshotMemory()
    const piece = memory.take(1000)
    expect(piece.byteLength).toBe(1000)
    memory.give([piece])
    expect(memory.take(1000)).not.toBe(piece)
  })
})
