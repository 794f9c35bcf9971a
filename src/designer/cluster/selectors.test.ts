import { describe, expect, it } from 'vitest'
import { ClusterRun } from './clusterRun.ts'
import { momentFrom, momentsOf } from './marks.ts'
import { ringOf, shortened } from './ring.ts'
import { logsSideBySide, newestServer, serverRows, sessionRows, watchesOn, whyWon, znodeRows } from './selectors.ts'
import { ensembleState } from './status.ts'
import { describeMessage, fateText, messageLabel, sessionText } from './words.ts'

function played(seconds: number, seed = 42): ClusterRun {
  const run = new ClusterRun({ kind: 'free', seed, servers: 3, observers: 0, network: 'zones', load: 'quiet', beside: 'clients' })
  run.play(seconds * 1e6)
  return run
}

describe('what the panels show', () => {
  it('is a row for each server with its epochs and its vote', () => {
    const { world } = played(4)
    const rows = serverRows(world)
    expect(rows.map(({ status }) => status).toSorted()).toEqual(['following', 'following', 'leading'])
    expect(new Set(rows.map(({ voteFor }) => voteFor)).size).toBe(1)
    expect(rows.every(({ accepted, current }) => accepted === 1 && current === 1)).toBe(true)
  })

  it('knows observers: they serve clients, have no vote and are not of the quorum', () => {
    const run = new ClusterRun({ kind: 'free', seed: 42, servers: 3, observers: 2, network: 'zones', load: 'busy', beside: 'clients' })
    run.play(4e6)
    expect(serverRows(run.world).map(({ status }) => status).toSorted()).toEqual(['following', 'following', 'leading', 'observing', 'observing'])
    expect(whyWon(run.world)!.candidates.map(({ id }) => id)).toEqual([0, 1, 2])
    expect(sessionRows(run.world).some(({ server }) => server >= 3)).toBe(true)
    const { leader } = ensembleState(run.world)
    for (const voter of [0, 1, 2]) if (voter !== leader) run.act({ kind: 'kill', node: voter })
    run.play(3e6)
    expect(ensembleState(run.world)).toMatchObject({ quorum: 2, kind: 'noQuorum' })
  })

  it('says of an isolated leader that it only believes it leads', () => {
    const run = played(4)
    const { leader } = ensembleState(run.world)
    run.act({ kind: 'isolate', node: leader })
    run.play(1e6)
    expect(serverRows(run.world)[leader]!.isDeposed).toBe(true)
    expect(ensembleState(run.world).together).toEqual([leader])
  })

  it('tells by what each candidate lost', () => {
    const run = played(4)
    const why = whyWon(run.world)!
    expect(why.winner).toBe(2)
    expect(why.candidates.map(({ losesBy }) => losesBy)).toEqual(['id', 'id', null])
  })

  it('lays logs side by side: committed in all, a proposal without its quorum, a suffix that nobody else has', () => {
    const run = played(4)
    const { leader } = ensembleState(run.world)
    const before = logsSideBySide(run.world, 30)
    expect(before.rows.every(({ zxid }, i, all) => i === 0 || zxid > all[i - 1]!.zxid)).toBe(true)
    expect(before.rows[0]!.state).toBe('committed')
    expect(before.rows[0]!.held).toEqual(['applied', 'applied', 'applied'])
    run.act({ kind: 'isolate', node: leader })
    // Its own clients go on asking it; what it proposes reaches nobody.
    run.play(5e6)
    const apart = logsSideBySide(run.world, 30).rows.filter(({ state }) => state === 'waiting')
    expect(apart.length).toBeGreaterThan(0)
    expect(apart.every(({ held }) => held.filter((each) => each !== 'missing').length === 1)).toBe(true)
    run.play(20e6)
    expect(ensembleState(run.world).leader).not.toBe(leader)
    expect(logsSideBySide(run.world, 200).rows.some(({ state }) => state === 'extra')).toBe(true)
    run.act({ kind: 'heal' })
    run.play(20e6)
    expect(logsSideBySide(run.world, 400).rows.some(({ state }) => state === 'extra')).toBe(false)
  })

  it('has the tree of one server with owners and watches', () => {
    const { world } = played(6)
    const rows = znodeRows(world, 0)
    const lock = rows.find(({ path }) => path === '/lock')!
    expect(lock.depth).toBe(0)
    const waiting = rows.filter(({ path }) => path.startsWith('/lock/'))
    expect(waiting.length).toBeGreaterThan(0)
    expect(waiting.every(({ owner, depth }) => owner.startsWith('client') && depth === 1)).toBe(true)
    const watched = rows.find(({ watches }) => watches > 0)!
    expect(watchesOn(world, watched.path).length).toBe(watched.watches)
    expect(newestServer(world)).toBeGreaterThanOrEqual(0)
  })

  it('counts sessions down once their client is gone, and drops them', () => {
    const run = played(4)
    const [first] = sessionRows(run.world)
    run.act({ kind: 'kill', node: first!.node })
    run.play(3e6)
    const later = sessionRows(run.world).find(({ session }) => session === first!.session)!
    expect(later.state).toBe('down')
    expect(later.leftMs!).toBeLessThan(first!.leftMs!)
    run.play(8e6)
    expect(sessionRows(run.world).some(({ session }) => session === first!.session)).toBe(false)
  })

  it('closes a session by hand with its ephemerals', () => {
    const run = played(4)
    const row = sessionRows(run.world).find(({ ephemerals }) => ephemerals > 0)!
    run.act({ kind: 'expireSession', session: row.session })
    run.play(0.5e6)
    expect(sessionRows(run.world).some(({ session }) => session === row.session)).toBe(false)
    expect(znodeRows(run.world, ensembleState(run.world).leader).some(({ stat }) => stat.ephemeralOwner === row.session)).toBe(false)
  })

  it('finds elections and faults to go to', () => {
    const run = played(3)
    run.act({ kind: 'kill', node: ensembleState(run.world).leader })
    run.play(3e6)
    const kinds = momentsOf(run.recording).map(({ kind }) => kind)
    expect(kinds).toEqual(['election', 'fault', 'election'])
    expect(momentFrom(run.recording, run.time, 'fault', -1)!.time).toBe(3e6)
    expect(momentFrom(run.recording, 3e6, 'fault', 1)).toBeNull()
  })
})

describe('words', () => {
  it('has a name, fields and a meaning for every message of an eventful run', () => {
    const run = played(3)
    run.act({ kind: 'kill', node: ensembleState(run.world).leader })
    run.play(4e6)
    run.act({ kind: 'restart', node: 2 })
    run.play(20e6)
    const titles = new Set<string>()
    for (const message of run.recording.messages) {
      const { title, fields, sentence } = describeMessage(message)
      expect(title).not.toBe('')
      expect(sentence, title).not.toBe('')
      for (const [label, value] of fields) expect(label !== '' && value !== 'undefined' && value !== 'NaN', `${title}: ${label}`).toBe(true)
      expect(fateText(message.fate)).not.toBe('')
      titles.add(title.split(' ')[0]!)
    }
    expect([...titles]).toEqual(expect.arrayContaining(['Vote', 'PROPOSAL', 'ACK', 'COMMIT', 'FOLLOWERINFO', 'LEADERINFO', 'ACKEPOCH', 'DIFF', 'NEWLEADER', 'UPTODATE', 'PING', 'REQUEST', 'Reply']))
    expect(run.recording.messages.some((message) => messageLabel(message)?.startsWith('NEWLEADER') === true)).toBe(true)
  })

  it('shortens sessions to what tells them apart', () => {
    expect([sessionText(0), sessionText(0x6000_01f0_0001), sessionText(0x12)]).toEqual(['none', '0x60…0001', '0x12'])
  })
})

describe('the ring', () => {
  it('has the first server at the top and room between any two', () => {
    for (const count of [3, 5, 7, 9]) {
      const { points, serverRadius } = ringOf(count, 288, 226)
      expect(points[0]!.x).toBe(144)
      for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) expect(Math.hypot(points[i]!.x - points[j]!.x, points[i]!.y - points[j]!.y)).toBeGreaterThan(serverRadius * 2 + 4)
      const [from, to] = shortened(points[0]!, points[1]!, serverRadius)
      expect(Math.hypot(from.x - points[0]!.x, from.y - points[0]!.y)).toBeCloseTo(serverRadius, 0)
      expect(Math.hypot(to.x - points[1]!.x, to.y - points[1]!.y)).toBeCloseTo(serverRadius, 0)
    }
  })
})
