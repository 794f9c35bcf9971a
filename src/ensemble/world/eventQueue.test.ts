import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyOf } from './copy.ts'
import { EventQueue } from './eventQueue.ts'

describe('event queue', () => {
  it('hands out by time, then in the order of scheduling, whatever is scheduled in between', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(20), fc.constant(-1)), { maxLength: 400 }), (steps) => {
        const queue = new EventQueue()
        const expected: { time: number; order: number }[] = []
        let order = 0
        let now = 0
        for (const step of steps) {
          if (step >= 0) {
            queue.schedule(now + step, 0, 0, order, 0, null)
            expected.push({ time: now + step, order: order++ })
            continue
          }
          expected.sort((a, b) => a.time - b.time || a.order - b.order)
          const first = expected.shift()
          expect(queue.timeOfFirst()).toBe(first?.time ?? Infinity)
          if (first === undefined) continue
          const slot = queue.take()
          expect({ time: queue.time[slot], order: queue.a[slot] }).toEqual(first)
          now = first.time
        }
        expect(queue.size).toBe(expected.length)
      }),
    )
  })

  it('brings back a held event under its old number, before later ones of the same time', () => {
    const queue = new EventQueue()
    queue.schedule(10, 0, 0, 1, 0, null)
    const held = queue.take()
    const seq = queue.seq[held]!
    queue.schedule(10, 0, 0, 2, 0, null)
    queue.scheduleAs(seq, 10, 0, 0, 1, 0, null)
    expect(queue.a[queue.take()]).toBe(1)
  })

  it('is copied without sharing', () => {
    const queue = new EventQueue()
    for (let i = 0; i < 1000; i++) queue.schedule(i % 7, 0, 0, i, 0, null)
    const copy = copyOf(queue)
    while (queue.size > 0) queue.take()
    expect(copy.size).toBe(1000)
    expect(copy.a[copy.take()]).toBe(0)
  })
})
