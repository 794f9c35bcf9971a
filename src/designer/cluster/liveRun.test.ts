import { describe, expect, it } from 'vitest'
import { LiveEnsemble } from '../../ensemble/live.ts'
import { jobView } from './besides.ts'
import { ClusterRun, type LiveSource } from './clusterRun.ts'

/** A control plane whose clock is a number. */
function plane(seed = 7) {
  const live = new LiveEnsemble({ seed })
  let now = 0
  const source: LiveSource = {
    timeline: live.timeline,
    pump: () => live.advance(now),
    get nowMicros() {
      return now * 1000
    },
  }
  return {
    live,
    source,
    goTo(ms: number) {
      now = ms
      live.advance(ms)
    },
  }
}

const spec = { kind: 'live', run: 1, job: 'Bids' } as const

describe('the ensemble of a running job', () => {
  it('is listened to from its beginning, although nobody looked then', () => {
    const late = plane()
    late.live.startJob('job-1', '{}')
    late.goTo(4_000)
    const { recording } = new ClusterRun(spec, late.source)
    const early = plane()
    const first = new ClusterRun(spec, early.source)
    early.live.startJob('job-1', '{}')
    early.goTo(4_000)
    first.play(0)
    expect(recording.messages.length).toBeGreaterThan(100)
    expect(recording.messages.map(({ kind, from, to, sent, arrives, fate }) => [kind, from, to, sent, arrives, fate])).toEqual(first.recording.messages.map(({ kind, from, to, sent, arrives, fate }) => [kind, from, to, sent, arrives, fate]))
    expect(recording.eras.map(({ kind, number }) => [kind, number])).toEqual(first.recording.eras.map(({ kind, number }) => [kind, number]))
  })

  it('has the same history, whoever looks', () => {
    const [seen, unseen] = [plane(), plane()]
    const run = new ClusterRun(spec, seen.source)
    for (const each of [seen, unseen]) {
      each.live.startJob('job-1', '{}')
      each.goTo(3_000)
      each.live.commitPointer('job-1', 1, 'file')
      each.goTo(5_000)
    }
    run.play(100_000)
    run.seek(2_000_000)
    expect(seen.live.world.hash).toBe(unseen.live.world.hash)
    expect(jobView(run.head)?.completed).toBe(1)
  })

  it('goes on behind whoever stands still in it, and is entered again at its newest moment', () => {
    const { source, goTo } = plane()
    goTo(2_000)
    const run = new ClusterRun(spec, source)
    run.hold()
    const { events } = run.world
    goTo(3_000)
    expect(run.world.events).toBe(events)
    expect(run.head.events).toBeGreaterThan(events)
    run.play(100_000)
    expect(run.world.events).toBeGreaterThan(events)
    expect(run.isAtHead).toBe(false)
    run.toHead()
    run.play(0)
    expect(run.world).toBe(run.head)
  })

  it('shows no time in which something may still happen', () => {
    const { live, source, goTo } = plane()
    const run = new ClusterRun(spec, source)
    for (let ms = 0; ms < 3_000; ms += 40) {
      goTo(ms)
      run.play(1_000_000)
      expect(run.time).toBeLessThanOrEqual(ms * 1000)
      expect(live.world.queue.timeOfFirst()).toBeGreaterThan(run.time)
    }
  })

  it('takes what a hand does now, wherever one looks, and another JobManager leads', () => {
    const { live, source, goTo } = plane()
    live.startJob('job-1', '{}')
    goTo(3_000)
    const run = new ClusterRun(spec, source)
    const before = live.leader()
    run.seek(1_000_000)
    run.act({ kind: 'kill', node: before.jobManager })
    expect(run.isAtHead).toBe(true)
    expect(run.head.nodes[before.jobManager]!.up).toBe(false)
    goTo(6_000)
    expect(live.leader().jobManager).toBeGreaterThanOrEqual(0)
    expect(live.leader().jobManager).not.toBe(before.jobManager)
    expect(run.recording.lives[before.jobManager]!.at(-1)!.status).toBe('down')
    // The hand's choice is one of the timeline's: the past is as it was.
    expect(live.timeline.at(run.head.events).hash).toBe(run.head.hash)
    run.act({ kind: 'restart', node: before.jobManager })
    expect(run.head.nodes[before.jobManager]!.up).toBe(true)
  })
})
