import { describe, expect, it } from 'vitest'
import { jobView, topicsView } from './besides.ts'
import { ClusterRun } from './clusterRun.ts'
import { momentsOf } from './marks.ts'
import { sessionRows } from './selectors.ts'
import { statusOf } from './status.ts'
import { describeMessage } from './words.ts'

const base = { kind: 'free', seed: 42, servers: 3, observers: 0, network: 'zones', load: 'quiet' } as const

describe('a job beside the ensemble', () => {
  it('shows one JobManager leading, the others in line, and checkpoints that complete', () => {
    const run = new ClusterRun({ ...base, beside: 'job' })
    run.play(15e6)
    const view = jobView(run.world)!
    expect(view.managers.filter(({ leads }) => leads).length).toBe(1)
    expect(view.managers.filter(({ waitsBehind }) => waitsBehind !== '').length).toBe(2)
    expect(view.completed).toBeGreaterThan(2)
    expect(view.tasks.every(({ subtask, committed }) => subtask >= 0 && committed > 0)).toBe(true)
    expect(momentsOf(run.recording).some(({ kind }) => kind === 'checkpoint')).toBe(true)
    expect(sessionRows(run.world).some(({ client }) => client.startsWith('JobManager'))).toBe(true)
    for (const message of run.recording.messages) expect(describeMessage(message).sentence, describeMessage(message).title).not.toBe('')
  })

  it('fails over to another JobManager with a later token, and goes on from a checkpoint', () => {
    const run = new ClusterRun({ ...base, beside: 'job' })
    run.play(12e6)
    const before = jobView(run.world)!
    const leader = before.managers.find(({ leads }) => leads)!
    run.act({ kind: 'kill', node: leader.node })
    run.play(20e6)
    const after = jobView(run.world)!
    const next = after.managers.find(({ leads }) => leads)!
    expect(next.node).not.toBe(leader.node)
    expect(next.token).toBeGreaterThan(leader.token)
    expect(after.completed).toBeGreaterThan(before.completed)
    expect(run.head.violation).toBeNull()
  })

  it('completes nothing without a quorum', () => {
    const run = new ClusterRun({ ...base, beside: 'job' })
    run.play(12e6)
    const { completed } = jobView(run.world)!
    run.act({ kind: 'kill', node: 0 })
    run.act({ kind: 'kill', node: 1 })
    run.play(4e6)
    expect(Math.max(completed, jobView(run.world)!.completed)).toBe(completed)
  })
})

describe('brokers beside the ensemble', () => {
  it('show partitions with a leader, replicas that follow and groups that share them', () => {
    const run = new ClusterRun({ ...base, beside: 'topics' })
    run.play(20e6)
    const view = topicsView(run.world)!
    expect(view.controller).toBeGreaterThanOrEqual(0)
    expect(view.partitions.map(({ name }) => name)).toEqual(['orders-0', 'orders-1', 'prices-0'])
    for (const { leader, isr, replicas, highWatermark, end } of view.partitions) {
      expect(isr).toContain(leader)
      expect(isr.length).toBe(3)
      expect(highWatermark).toBeLessThanOrEqual(end)
      expect(replicas.every((replica) => replica.end > 0)).toBe(true)
    }
    expect(view.groups.length).toBe(1)
    const held = view.groups[0]!.members.flatMap(({ holds }) => holds)
    expect(held.toSorted()).toEqual(['orders-0', 'orders-1', 'prices-0'])
    for (const message of run.recording.messages) expect(describeMessage(message).sentence, describeMessage(message).title).not.toBe('')
  })

  it('shrink the in-sync replicas and elect another leader when a broker dies', () => {
    const run = new ClusterRun({ ...base, beside: 'topics' })
    run.play(15e6)
    const before = topicsView(run.world)!
    const victim = before.partitions[0]!.leader
    expect(victim).toBeGreaterThanOrEqual(0)
    run.act({ kind: 'kill', node: 3 + victim })
    run.play(25e6)
    const after = topicsView(run.world)!
    expect(after.partitions[0]!.leader).not.toBe(victim)
    expect(after.partitions[0]!.leaderEpoch).toBeGreaterThan(before.partitions[0]!.leaderEpoch)
    expect(after.partitions[0]!.isr).not.toContain(victim)
    expect(statusOf(run.world, 3 + victim)).toBe('down')
    expect(run.head.violation).toBeNull()
  })
})
