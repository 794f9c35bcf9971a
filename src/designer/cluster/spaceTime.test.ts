import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClusterRun } from './clusterRun.ts'
import { messageKinds, type Message } from './recording.ts'
import { following, hitAt, lineOf, messagesIn, pictureOf, secondsText, showing, spanMax, spanMin, ticksOf, timeAt, xOf, zoomed, type Filter } from './spaceTime.ts'
import { ensembleState } from './status.ts'

const everything: Filter = { kinds: new Set(messageKinds), node: -1 }
const run = new ClusterRun({ kind: 'free', seed: 3, servers: 5, observers: 0, network: 'zones', load: 'quiet', beside: 'clients' })
run.play(6e6)
const { recording } = run
const { world } = recording
const picture = pictureOf(world.nodes, world.servers, { from: 1e6, to: 2.2e6 }, 900, 420)

describe('the space-time diagram', () => {
  it('gives every machine a lane of its own, clients above servers', () => {
    const ys = picture.lanes.map(({ y }) => y)
    expect(ys).toEqual(ys.toSorted((a, b) => a - b))
    expect(new Set(ys).size).toBe(world.nodes)
    expect(picture.yOf[world.servers]!).toBeLessThan(picture.yOf[0]!)
    for (const y of ys) expect(y > picture.top && y < picture.bottom).toBe(true)
  })

  it('gives lanes to those who lead where there is no room for all, and says how many are without', () => {
    const kinds = [...Array.from({ length: 3 }, () => 'server'), 'broker', 'broker', 'broker', 'log client', 'outside', 'JobManager', 'JobManager']
    for (let height = 100; height <= 400; height += 5) {
      const { lanes, without, top, bottom } = pictureOf(10, 3, { from: 0, to: 1e6 }, 900, height, kinds)
      const shown = lanes.map(({ node }) => node)
      expect(shown).not.toContain(7)
      expect(shown.length + without).toBe(9)
      // Whoever is there stands in order, servers below; a JobManager goes last of the others.
      expect(shown.slice(-3)).toEqual([0, 1, 2])
      expect(shown.some((node) => node === 3 || node === 6) && !(shown.includes(8) && shown.includes(9))).toBe(false)
      const gaps = lanes.slice(1).map(({ y }, i) => y - lanes[i]!.y)
      if (bottom - top >= 3 * 17) expect(Math.min(...gaps)).toBeGreaterThanOrEqual(11)
    }
    expect(pictureOf(10, 3, { from: 0, to: 1e6 }, 900, 300, kinds).without).toBe(0)
  })

  it('goes from times to pixels and back', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 6e6, noNaN: true }), (time) => Math.abs(timeAt(picture, xOf(picture, time)) - time) < 1e-3))
  })

  it('finds the messages that touch a window, those sent before it included', () => {
    const half = recording.messages.find(({ sent }) => sent > 1e6)!
    const window = { from: (half.sent + half.arrives) / 2, to: 2.2e6 }
    const { messages, every } = messagesIn(recording, window, everything, Number.POSITIVE_INFINITY)
    expect(every).toBe(1)
    expect(messages).toEqual(recording.messages.filter(({ sent, arrives }) => sent <= window.to && arrives >= window.from))
    expect(messages).toContain(half)
  })

  it('leaves out what the filter leaves out, and draws one in so many of too many', () => {
    const votes = messagesIn(recording, { from: 0, to: 6e6 }, { kinds: new Set(['vote']), node: 2 }, 1e9).messages
    expect(votes.length).toBeGreaterThan(0)
    expect(votes.every(({ kind, from, to }) => kind === 'vote' && (from === 2 || to === 2))).toBe(true)
    const thinned = messagesIn(recording, { from: 0, to: 6e6 }, everything, 100)
    expect(thinned.messages.length).toBeLessThanOrEqual(100)
    expect(thinned.every).toBeGreaterThan(1)
  })

  it('draws a line as far as it has gone', () => {
    const message = recording.messages.find(({ kind, sent }) => kind === 'proposal' && sent > 1e6)!
    const half = (message.sent + message.arrives) / 2
    expect(lineOf(picture, message, message.sent - 1)).toBeNull()
    const [x1, y1, x2, y2] = lineOf(picture, message, half)!
    expect(x1).toBeCloseTo(xOf(picture, message.sent))
    expect(x2).toBeCloseTo(xOf(picture, half))
    expect(y2).toBeCloseTo((y1 + picture.yOf[message.to]!) / 2)
    expect(lineOf(picture, message, 6e6)![2]).toBeCloseTo(xOf(picture, message.arrives))
  })

  it('hits the message under the pointer anywhere along its line', () => {
    const sent = recording.messages.filter(({ sent: at, arrives, from, to }) => at > 1.1e6 && arrives < 2.1e6 && from !== to)
    expect(sent.length).toBeGreaterThan(20)
    let own = 0
    for (const message of sent) {
      const [x1, y1, x2, y2] = lineOf(picture, message, 6e6)!
      const hit = hitAt(recording, picture, everything, 6e6, x1 + (x2 - x1) * 0.37, y1 + (y2 - y1) * 0.37)
      expect(hit).not.toBeNull()
      if (hit!.kind === 'message' && hit!.message === message) own++
    }
    // Lines cross, and two may lie upon one another.
    expect(own / sent.length).toBeGreaterThan(0.7)
    expect(hitAt(recording, picture, everything, 6e6, 5, 5)).toBeNull()
  })

  it('hits nothing that has not happened yet', () => {
    const [x1, y1, x2, y2] = lineOf(picture, recording.messages.find(({ sent, kind }) => sent > 1.9e6 && kind === 'proposal')!, 6e6)!
    expect(hitAt(recording, picture, everything, 1.2e6, (x1 + x2) / 2, (y1 + y2) / 2)).toBeNull()
  })

  it('marks round instants, some way apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: spanMin, max: spanMax }), fc.integer({ min: 300, max: 2_400 }), (from, span, width) => {
        const of = pictureOf(7, 3, { from, to: from + span }, width, 300)
        const ticks = ticksOf(of)
        for (let i = 1; i < ticks.length; i++) expect(xOf(of, ticks[i]!) - xOf(of, ticks[i - 1]!)).toBeGreaterThan(60)
        expect(ticks.length).toBeLessThan(width / 60)
      }),
    )
  })

  it('zooms about a moment that stays where it is, within bounds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (factor, share) => {
        const window = { from: 10e6, to: 12e6 }
        const around = window.from + share * 2e6
        const to = zoomed(window, factor, around)
        const span = to.to - to.from
        expect(span).toBeGreaterThanOrEqual(spanMin - 1)
        expect(span).toBeLessThanOrEqual(spanMax + 1)
        if (to.from > -span * 0.1) expect((around - to.from) / span).toBeCloseTo(share, 6)
      }),
    )
  })

  it('follows the place, by scrolling or in pages, and shows a place gone to', () => {
    const window = { from: 5e6, to: 6e6 }
    for (const time of [0, 5.5e6, 6.5e6, 40e6]) {
      for (const next of [following(window, time, false), following(window, time, true), showing(window, time)]) {
        expect(next.to - next.from).toBe(1e6)
        expect(time >= next.from && time <= next.to).toBe(true)
      }
    }
    expect(following(window, 5.5e6, true)).toBe(window)
    expect(showing(window, 5.99e6)).toBe(window)
  })

  it('writes seconds with the decimals that tell neighbours apart', () => {
    expect([secondsText(1_234_567, 10_000), secondsText(1_234_567, 1e6), secondsText(61_234_567, 60e6)]).toEqual(['1.2346', '1.235', '61.2'])
  })
})

describe('the fate of a message', () => {
  it('is told for each: arrived, or lost and why, with as many arrivals as the world delivered', () => {
    const hit = new ClusterRun({ kind: 'free', seed: 5, servers: 3, observers: 0, network: 'zones', load: 'quiet', beside: 'clients' })
    hit.play(2e6)
    const { leader } = ensembleState(hit.world)
    hit.act({ kind: 'kill', node: leader })
    hit.play(1e6)
    hit.act({ kind: 'pause', node: 1 })
    hit.play(2e6)
    const fates = (of: (message: Message) => boolean): ReadonlySet<string> => new Set(hit.recording.messages.filter(of).map(({ fate }) => fate))
    expect(fates(({ to, sent }) => to === leader && sent > 2.1e6).has('delivered')).toBe(false)
    expect(fates(() => true).has('lostDown') || fates(() => true).has('lostBroken')).toBe(true)
    expect(fates(({ to }) => to === 1).has('held')).toBe(true)
    hit.act({ kind: 'resume', node: 1 })
    hit.play(1e6)
    expect(fates(({ to, sent }) => to === 1 && sent < 4.9e6).has('held')).toBe(false)
    hit.act({ kind: 'isolate', node: 0 })
    // Votes go out once it has given its leader up.
    hit.play(16e6)
    expect(fates(({ kind, from, to }) => kind === 'vote' && (from === 0) !== (to === 0)).has('lostCut')).toBe(true)
    for (const { sent, arrives, fate, arrivedEvent } of hit.recording.messages) {
      expect(arrives).toBeGreaterThanOrEqual(sent)
      if (fate === 'delivered') expect(Number.isFinite(arrivedEvent)).toBe(true)
      if (fate === 'underWay') expect(arrives).toBeGreaterThan(hit.head.now)
    }
  })
})
