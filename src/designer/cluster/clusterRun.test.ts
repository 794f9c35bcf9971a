import { describe, expect, it } from 'vitest'
import { scheduleOf } from '../../ensemble/scenarios/minimalSchedules.ts'
import { ClusterRun } from './clusterRun.ts'
import { defaultSpec, type RunSpec } from './runSpec.ts'
import { ensembleState } from './status.ts'

const free: RunSpec = { kind: 'free', seed: 7, servers: 3, observers: 0, network: 'zones', load: 'quiet', beside: 'clients' }

function played(seconds: number, spec: RunSpec = free): ClusterRun {
  const run = new ClusterRun(spec)
  run.play(seconds * 1e6)
  return run
}

const pictureText = (run: ClusterRun): string => {
  const { messages, writes, applied, lives, eras, cuts, notes } = run.recording
  const times = (list: readonly { readonly from: number; readonly to: number }[]): string => list.map(({ from, to }) => `${from}-${to}`).join(' ')
  return JSON.stringify([
    messages.map(({ kind, from, to, sent, arrives, fate, arrivedEvent }) => [kind, from, to, sent, arrives, fate, arrivedEvent]),
    writes.map(({ node, kind, from, to, fate }) => [node, kind, from, to, fate]),
    applied,
    lives.map((life) => life.map(({ status }) => status).join(' ') + times(life)),
    eras.map(({ kind, number }) => `${kind} ${number}`),
    times(cuts),
    notes,
  ])
}

describe('a run on the page', () => {
  it('has the history it would have with nobody listening', () => {
    const watched = played(20)
    const alone = new ClusterRun(free)
    // Steps through the same engine, one frame at a time.
    for (let i = 0; i < 20_000; i++) alone.play(1_000)
    expect(alone.head.hash).toBe(watched.head.hash)
    expect(pictureText(alone)).toBe(pictureText(watched))
  })

  it('elects a leader and then another with a higher epoch when that one is killed', () => {
    const run = played(3)
    const before = ensembleState(run.world)
    expect(before.kind).toBe('broadcast')
    run.act({ kind: 'kill', node: before.leader })
    expect(ensembleState(run.world).kind).not.toBe('broadcast')
    run.play(4e6)
    const after = ensembleState(run.world)
    expect(after.kind).toBe('broadcast')
    expect(after.leader).not.toBe(before.leader)
    expect(after.number).toBeGreaterThan(before.number)
    expect(run.recording.eras.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['election', 'sync', 'broadcast']))
  })

  it('comes to the same world by going back and forth, faults of the hand included', () => {
    const run = played(3)
    run.act({ kind: 'kill', node: ensembleState(run.world).leader })
    run.play(5e6)
    run.act({ kind: 'cut', node: 0, other: 1 })
    run.play(3e6)
    const { hash, events } = run.head
    for (const time of [2.5e6, 3.2e6, 8.1e6, 0, 10.9e6, 3.0001e6]) run.seek(time)
    expect(run.isAtHead).toBe(false)
    run.play(30e6)
    while (run.world.events < events) run.step()
    run.seekEvent(events - 1)
    run.step()
    const again = played(3)
    again.act({ kind: 'kill', node: ensembleState(again.world).leader })
    again.play(5e6)
    again.act({ kind: 'cut', node: 0, other: 1 })
    again.play(3e6)
    expect(again.head.hash).toBe(hash)
    // Played in the past from the beginning, step by step, the place meets the head.
    again.seekEvent(0)
    while (!again.isAtHead) {
      again.step()
      expect(again.world.events).toBeLessThanOrEqual(events)
    }
    expect(again.world.hash).toBe(hash)
  })

  it('makes another future when somebody acts in the past, with one picture of both', () => {
    const run = played(6)
    run.seek(3e6)
    run.act({ kind: 'kill', node: ensembleState(run.world).leader })
    run.play(3e6)
    const straight = played(3)
    straight.act({ kind: 'kill', node: ensembleState(straight.world).leader })
    straight.play(3e6)
    expect(run.head.hash).toBe(straight.head.hash)
    expect(pictureText(run)).toBe(pictureText(straight))
  })

  it('forgets what a hand did after the place when acting before it', () => {
    const run = played(3)
    run.act({ kind: 'kill', node: 0 })
    run.play(2e6)
    run.seek(1.5e6)
    run.act({ kind: 'pause', node: 1 })
    expect(run.actions.map(({ action }) => action.kind)).toEqual(['pause'])
    expect(run.recording.lives[0]!.at(-1)!.status).not.toBe('down')
  })

  it('stops at a broken invariant and stays there', () => {
    const run = new ClusterRun({ kind: 'card', id: 'lock-herd', seed: 1, servers: 3, isDeeper: false, isFixed: false })
    run.play(60e6)
    expect(run.head.violation?.invariant).toBe('LOCK-4')
    const { time } = run
    run.play(5e6)
    expect(run.time).toBe(time)
    const fixed = new ClusterRun({ kind: 'card', id: 'lock-herd', seed: 1, servers: 3, isDeeper: false, isFixed: true })
    fixed.play(60e6)
    expect(fixed.head.violation).toBeNull()
  })

  it('plays minimal schedules, and replays them from any moment', () => {
    for (const id of ['ZOOKEEPER-3911', 'ZOOKEEPER-4643', 'ZOOKEEPER-1154']) {
      const { seconds, breaks } = scheduleOf(id)!
      const run = new ClusterRun({ kind: 'schedule', id, isFixed: false })
      run.play(seconds * 1e6)
      expect(run.head.violation?.invariant, id).toBe(breaks)
      const { events } = run.head
      // Points that were passed are counted in the world, so a moment gone back to knows of those before it.
      for (const share of [0.9, 0.3, 0.999]) {
        const event = Math.floor(events * share)
        run.seekEvent(event)
        const straight = new ClusterRun({ kind: 'schedule', id, isFixed: false })
        while (straight.head.events < event) straight.step()
        expect(run.world.hash, `${id} at event ${event}`).toBe(straight.head.hash)
      }
      const fixed = new ClusterRun({ kind: 'schedule', id, isFixed: true })
      fixed.play(seconds * 1e6)
      expect(fixed.head.violation, id).toBeNull()
    }
  })

  it('breaks no invariant with its own clients, whatever a hand does', () => {
    for (const servers of [3, 5, 7] as const) {
      for (let seed = 1; seed <= 8; seed++) {
        const run = new ClusterRun({ kind: 'free', seed, servers, observers: 0, network: seed % 2 === 0 ? 'rack' : 'zones', load: 'quiet', beside: 'clients' })
        run.play(3e6)
        const { leader } = ensembleState(run.world)
        const session = [...(run.world.nodes[leader]!.state as { tree: { sessions: Map<number, number> } }).tree.sessions.keys()][0] ?? 0
        run.act({ kind: 'expireSession', session })
        run.play(2e6)
        run.act({ kind: 'loseTail', node: leader })
        run.play(4e6)
        run.act({ kind: 'restart', node: leader })
        run.act({ kind: 'cutOneWay', node: 0, other: 2 })
        run.play(15e6)
        run.act({ kind: 'isolate', node: 1 })
        run.act({ kind: 'slowDisk', node: 2 })
        run.play(15e6)
        run.act({ kind: 'heal' })
        run.act({ kind: 'pause', node: 2 })
        run.play(10e6)
        run.act({ kind: 'resume', node: 2 })
        run.play(30e6)
        expect(run.head.violation, `seed ${seed}, ${servers} servers`).toBeNull()
        expect(ensembleState(run.world).kind, `seed ${seed}, ${servers} servers`).toBe('broadcast')
      }
    }
  })

  it('starts with the same run for everybody', () => {
    expect(defaultSpec).toEqual({ kind: 'free', seed: 42, servers: 3, observers: 0, network: 'zones', load: 'quiet', beside: 'clients' })
  })
})
