import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timers } from './timers.ts'

describe('timers', () => {
  it('ring by time, then in the order in which they were set, and never early', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 20 }))), fc.integer({ min: 1, max: 30 }), (steps, width) => {
        const timers = new Timers(width)
        const waiting: { time: number; payload: number }[] = []
        let now = -100
        steps.forEach(([time, forward], payload) => {
          timers.set(time, payload)
          waiting.push({ time, payload })
          now += forward
          const rung: number[] = []
          timers.advance(now, (_time, rings) => rung.push(rings))
          const due = waiting.filter((timer) => timer.time <= now).toSorted((a, b) => a.time - b.time)
          expect(rung).toEqual(due.map((timer) => timer.payload))
          for (const timer of due) waiting.splice(waiting.indexOf(timer), 1)
          expect(timers.size).toBe(waiting.length)
        })
        const least = Math.min(...waiting.map((timer) => timer.time))
        expect(timers.next()).toBe(least)
        expect(timers.earliest <= least).toBe(true)
      }),
    )
  })

  it('ring in the same call when set while ringing', () => {
    const timers = new Timers(10)
    const rung: number[] = []
    timers.set(5, 1)
    timers.advance(100, (time, payload) => {
      rung.push(payload)
      if (payload < 4) timers.set(time + 7, payload + 1)
    })
    expect(rung).toEqual([1, 2, 3, 4])
    expect(timers.size).toBe(0)
  })
})
