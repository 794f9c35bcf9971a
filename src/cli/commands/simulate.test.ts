import { describe, expect, it } from 'vitest'
import { runCommandLine } from '../program.ts'

async function call(...args: readonly string[]): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let out = ''
  let err = ''
  const exit = await runCommandLine(['simulate', ...args], {
    out: (text) => (out += text),
    err: (text) => (err += text),
    isInteractive: false,
    stdin: () => Promise.resolve(new Uint8Array()),
    engineScript: null,
    now: () => 0,
    onInterrupt: () => () => {},
  })
  return { exit, out, err }
}

describe('millrace simulate', () => {
  it('runs seeds of the fixed ensemble without a violation and says so as JSON', async () => {
    const { exit, out } = await call('--seeds', '5', '--seed', '11', '--json')
    expect(exit).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ seeds: 5, seed: 11, violations: [] })
  })

  it('finds a bug, names invariant, seed and event, and replays that seed exactly', async () => {
    const { exit, out } = await call('--bug', 'ZOOKEEPER-4646', '--seeds', '2', '--json')
    expect(exit).toBe(1)
    const { violations } = JSON.parse(out) as { violations: { invariant: string; seed: number; event: number; detail: string }[] }
    expect(violations[0]).toMatchObject({ invariant: 'ZAB-12', seed: 1 })
    const again = await call('--bug', '4646', '--seed', '1', '--json')
    expect((JSON.parse(again.out) as { violations: unknown[] }).violations).toEqual([violations[0]])
    const told = await call('--bug', '4646', '--seed', '1', '--trace')
    expect(told.exit).toBe(1)
    expect(told.out).toContain(`breaks ZAB-12: ${violations[0]!.detail}`)
  })

  it('tells a scenario and fails where one is about a mistake', async () => {
    const fenced = await call('--scenario', 'fenced-lock')
    expect(fenced.exit).toBe(0)
    expect(fenced.out).toContain('refused')
    const unfenced = await call('--scenario', 'unfenced-lock')
    expect(unfenced.exit).toBe(1)
    expect(unfenced.out).toContain('LOCK-2 is broken')
  })

  it('tells the minimal schedule of a bug card, and that its fix holds', async () => {
    const told = await call('--scenario', 'ZOOKEEPER-3911')
    expect(told.exit).toBe(1)
    expect(told.out).toContain('ZAB-12 is broken')
    expect(told.out).toContain('without the mistake breaks nothing')
    expect(JSON.parse((await call('--scenario', '3911', '--json')).out)).toMatchObject({ violations: [{ invariant: 'ZAB-12' }] })
    // One that is judged by what does not happen.
    expect(JSON.parse((await call('--scenario', 'ZOOKEEPER-1805', '--json')).out)).toMatchObject({ violations: [{ invariant: 'FLE-6' }] })
    expect(JSON.parse((await call('--scenario', 'KIP-380', '--json')).out)).toMatchObject({ violations: [{ invariant: 'REP-3' }] })
  })

  it('prints what the contract says and nothing else', async () => {
    const printed = JSON.parse((await call('--bug', '4646', '--seed', '1', '--json')).out) as { violations: object[] }
    expect(Object.keys(printed)).toEqual(['seeds', 'seed', 'events', 'faults', 'simulatedMs', 'violations'])
    expect(Object.keys(printed.violations[0]!)).toEqual(['invariant', 'seed', 'event', 'detail'])
  })

  it('takes the faults by either name, and says how to replay with them', async () => {
    const [faults, profile] = [await call('--faults', 'storm', '--seed', '3', '--json'), await call('--profile', 'storm', '--seed', '3', '--json')]
    expect(faults).toEqual(profile)
    expect(faults.out).not.toBe((await call('--seed', '3', '--json')).out)
    expect((await call('--faults', 'storm', '--profile', 'disk')).exit).toBe(2)
    expect((await call('--bug', '4646', '--seed', '1', '--faults', 'points', '--no-liveness')).out).toContain('--seed 1 --faults points --bug 4646 --no-liveness --trace')
  })

  it('puts JobManagers where the faults are for them', async () => {
    expect((await call('--faults', 'jobs', '--seed', '2', '--no-liveness', '--trace')).out).toContain('JobManager 0')
  })

  it('lists what there is', async () => {
    const { exit, out } = await call('--list')
    expect(exit).toBe(0)
    for (const name of ['swarm', 'ZOOKEEPER-4646', 'leader-dies', 'doubleBarrier', 'ZAB-7']) expect(out).toContain(name)
  })

  it('refuses what it does not know, with what there is', async () => {
    expect(await call('--profile', 'earthquake')).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('swarm') as string })
    expect((await call('--bug', 'ZOOKEEPER-1')).exit).toBe(2)
    expect((await call('--servers', '4')).err).toContain('3, 5 or 7')
    expect((await call('--seeds', 'many')).err).toContain('--seeds')
    expect((await call('--scenario', 'toConstructor')).exit).toBe(2)
  })
})
