import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Setup, makeWorld, type World } from './world.ts'
import { append, AppendLog, Disk, flush, truncate, writeCell } from './disk.ts'
import type { NodeKind } from './node.ts'
import { WorldOptions } from './options.ts'

const idle: NodeKind = { name: 'idle', boot: () => {}, onTimer: () => {}, onDisk: () => {}, onMessage: () => {}, onConnect: () => false, onConnected: () => {}, onDisconnected: () => {} }

function machine(seed: number): World {
  const setup = new Setup()
  setup.options = new WorldOptions()
  setup.kinds = [idle]
  const disk = new Disk()
  disk.logs.push(new AppendLog())
  disk.cells.push(0)
  const world = makeWorld(setup, seed, [{ name: 'one', kind: 0, disk }])
  world.boot(world.nodes[0]!)
  return world
}

const entry = (n: number): object => ({ n })

describe('disk', () => {
  it('keeps of a crash everything flushed and a prefix of the rest', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(20), fc.nat(20), (seed, safe, unsafe) => {
        const world = machine(seed)
        const log = world.disks[0]!.logs[0]!
        const written = Array.from({ length: safe + unsafe }, (_, i) => entry(i))
        for (const each of written.slice(0, safe)) append(world, 0, 0, each)
        flush(world, 0, 0, 1)
        while (world.step());
        for (const each of written.slice(safe)) append(world, 0, 0, each)
        flush(world, 0, 0, 1)
        world.crash(world.nodes[0]!)
        expect(log.entries.length).toBeGreaterThanOrEqual(safe)
        expect(log.entries).toEqual(written.slice(0, log.entries.length))
        expect(log.durable).toBe(log.entries.length)
      }),
    )
  })

  it('makes durable only what was written when the flush began', () => {
    const world = machine(1)
    append(world, 0, 0, entry(1))
    flush(world, 0, 0, 1)
    append(world, 0, 0, entry(2))
    while (world.step());
    expect(world.disks[0]!.logs[0]!.durable).toBe(1)
  })

  it('does nothing for a machine that is down, and nothing late for one that has come back', () => {
    const world = machine(1)
    writeCell(world, 0, 0, 7, 1)
    world.crash(world.nodes[0]!)
    const after = world.disks[0]!.cells[0]
    writeCell(world, 0, 0, 8, 1)
    world.boot(world.nodes[0]!)
    while (world.step());
    expect(world.disks[0]!.cells[0]).toBe(after)
  })

  it('does not truncate while it is full', () => {
    const world = machine(1)
    for (let i = 0; i < 5; i++) append(world, 0, 0, entry(i))
    world.disks[0]!.full = true
    truncate(world, 0, 0, 2, 1)
    while (world.step());
    expect(world.disks[0]!.logs[0]!.entries.length).toBe(5)
    world.disks[0]!.full = false
    truncate(world, 0, 0, 2, 1)
    while (world.step());
    expect(world.disks[0]!.logs[0]!.entries.length).toBe(2)
  })
})
