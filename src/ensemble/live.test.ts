import { describe, expect, it } from 'vitest'
import { fault } from './faults.ts'
import type { LiveEffect } from './jobmanager/liveMaster.ts'
import { LiveEnsemble } from './live.ts'

/** Runs until something of this kind is heard; what was heard on the way, and the virtual time. */
function until(live: LiveEnsemble, fromMs: number, kind: LiveEffect['kind'], withinMs = 20_000): { readonly heard: readonly LiveEffect[]; readonly at: number } {
  const heard: LiveEffect[] = []
  for (let at = fromMs; at <= fromMs + withinMs; at += 20) {
    live.advance(at)
    heard.push(...live.takeEffects())
    if (heard.some((effect) => effect.kind === kind)) return { heard, at }
  }
  throw new Error(`nothing of kind ${kind} within ${withinMs} ms; heard ${heard.map((effect) => effect.kind).join(', ')}; ${live.waitsFor() ?? 'nothing stands in the way'}`)
}

function started(seed: number): { readonly live: LiveEnsemble; readonly at: number } {
  const live = new LiveEnsemble({ seed })
  const { at } = until(live, 0, 'leader')
  live.startJob('job-1', '{}')
  return { live, at: until(live, at, 'done').at }
}

describe('the live control plane', () => {
  it('has a leading JobManager within two seconds and commits pointers in turn', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { live, at } = started(seed)
      expect(at).toBeLessThan(2_000)
      const first = live.commitPointer('job-1', 1, 'chk-1')
      const second = live.commitPointer('job-1', 2, 'chk-2')
      live.advance(at + 100)
      const done = { heard: live.takeEffects(), at: at + 100 }
      expect(done.heard).toMatchObject([
        { kind: 'done', ticket: first },
        { kind: 'done', ticket: second },
      ])
      expect(live.leader().pointers).toEqual([1, 2])
      expect(live.waitsFor()).toBeNull()
      live.releasePointers('job-1', [1])
      until(live, done.at, 'done')
      expect(live.leader().pointers).toEqual([2])
    }
  })

  it('commits in turn what was asked before anybody led', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const live = new LiveEnsemble({ seed })
      const tickets = [live.startJob('job-1', '{}'), live.commitPointer('job-1', 1, 'chk-1'), live.commitPointer('job-1', 2, 'chk-2')]
      const { heard, at } = until(live, 0, 'leader')
      live.advance(at + 200)
      expect([...heard, ...live.takeEffects()]).toMatchObject([{ kind: 'leader' }, ...tickets.map((ticket) => ({ kind: 'done', ticket }))])
      expect(live.leader().pointers).toEqual([1, 2])
    }
  })

  it('fails over within two seconds when the leading JobManager dies, with the newest pointer', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { live, at } = started(seed)
      live.commitPointer('job-1', 1, 'chk-1')
      const committed = until(live, at, 'done').at
      const before = live.leader()
      live.act(fault('crash', before.jobManager, 0))
      const { heard, at: over } = until(live, committed, 'leader')
      expect(heard.find((effect) => effect.kind === 'leader')).toMatchObject({ job: 'job-1', pointers: [1] })
      expect(live.leader().jobManager).not.toBe(before.jobManager)
      expect(live.leader().token).toBeGreaterThan(before.token)
      expect(over - committed).toBeLessThanOrEqual(1_600)
    }
  })

  it('completes nothing without a quorum, says why, and completes it when the quorum is back', () => {
    const { live, at } = started(3)
    live.act(fault('crash', 0, 4_000_000))
    live.act(fault('crash', 1, 4_000_000))
    const ticket = live.commitPointer('job-1', 1, 'chk-1')
    live.advance(at + 3_500)
    expect(live.takeEffects()).toEqual([])
    expect(live.waitsFor()).toContain('No quorum')
    expect(live.waitsFor()).toContain('2 of 3')
    expect(until(live, at + 3_500, 'done').heard).toMatchObject([{ kind: 'done', ticket }])
    expect(live.waitsFor()).toBeNull()
  })

  it('takes up what was asked of a paused JobManager when it goes on', () => {
    const { live, at } = started(4)
    live.act(fault('pause', live.leader().jobManager, 300_000))
    const ticket = live.commitPointer('job-1', 1, 'chk-1')
    expect(until(live, at, 'done', 1_000).heard).toMatchObject([{ kind: 'done', ticket }])
  })

  it('keeps its JobManager when the leader of the ensemble dies', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { live, at } = started(seed)
      const before = live.leader()
      live.act(fault('crash', -1, 10_000_000))
      const ticket = live.commitPointer('job-1', 1, 'chk-1')
      const { heard } = until(live, at, 'done')
      expect(heard).toMatchObject([{ kind: 'done', ticket }])
      expect(live.leader()).toMatchObject({ jobManager: before.jobManager, token: before.token })
    }
  })

  it('answers a commit that met a change of leader once, and truthfully', () => {
    let done = 0
    let refused = 0
    for (let seed = 1; seed <= 60; seed++) {
      const { live, at } = started(seed)
      const ticket = live.commitPointer('job-1', 1, 'chk-1')
      // Event by event: with the request on its way, being written, committed and not answered.
      live.timeline.advance(live.world.events + (seed % 14))
      const early = live.takeEffects()
      live.act(fault('crash', live.leader().jobManager, 0))
      const answers = [...early, ...until(live, at + 20, 'leader').heard, ...(live.advance(at + 6_000), live.takeEffects())].filter((effect) => effect.kind === 'done' || effect.kind === 'refused')
      expect(answers).toHaveLength(1)
      expect(answers[0]!.ticket).toBe(ticket)
      expect(live.leader().pointers).toEqual(answers[0]!.kind === 'done' ? [1] : [])
      if (answers[0]!.kind === 'done') done++
      else refused++
    }
    expect(done).toBeGreaterThan(5)
    expect(refused).toBeGreaterThan(2)
  })

  it('can be scrubbed: what came from outside is part of its history', () => {
    const { live, at } = started(5)
    live.commitPointer('job-1', 1, 'chk-1')
    live.act(fault('crash', live.leader().jobManager, 0))
    live.advance(at + 5_000)
    const { timeline } = live
    expect(timeline.at(timeline.head.events).hash).toBe(timeline.head.hash)
  })

  it('ends a job without leaving anything behind, and begins the next with the pointers it is given', () => {
    const { live, at } = started(6)
    live.commitPointer('job-1', 4, 'chk-4')
    const first = until(live, at, 'done').at
    live.endJob('job-1')
    const second = until(live, first, 'done').at
    live.startJob('job-2', '{}', [{ id: 8, location: 'chk-8' }])
    const third = until(live, second, 'done').at
    expect(live.leader().pointers).toEqual([8])
    live.act(fault('crash', live.leader().jobManager, 0))
    expect(until(live, third, 'leader').heard.at(-1)).toMatchObject({ job: 'job-2', pointers: [8] })
  })
})
