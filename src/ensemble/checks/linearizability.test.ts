import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { profileNamed } from '../faults.ts'
import { worldOf } from '../simulate.ts'
import { chaosEnd, runUntil } from '../simulation.ts'
import { badVersion, nodeExists, noNode, ok } from '../znodes/types.ts'
import { registerModel, RegisterRecorder, unorderedRead, unreadRegisterModel, withObserved, type RegisterHistory, type RegisterInput, type RegisterOutput } from './histories.ts'
import { linearize, type Operation } from './linearizability.ts'

type Op = Operation<RegisterInput, RegisterOutput>

const op = (client: number, call: number, end: number, kind: RegisterInput['op'], value: string, output: RegisterOutput | null, version = -1): Op => ({ client, call, end, input: { op: kind, value, version }, output })
const done = (version: number, value = ''): RegisterOutput => ({ error: ok, value, version })

describe('the search for an order', () => {
  it('finds one where calls overlap, and none where real time forbids it', () => {
    const made = op(0, 0, 1, 'create', 'a', done(0))
    const first = op(1, 2, 9, 'set', 'b', done(2))
    const second = op(2, 3, 8, 'set', 'c', done(1))
    expect(linearize([made, first, second], registerModel)).toMatchObject({ verdict: 'linearizable', order: [0, 2, 1] })
    // The same results, one after the other: the second to return cannot be the first to have happened.
    expect(linearize([made, op(1, 2, 4, 'set', 'b', done(2)), op(2, 5, 8, 'set', 'c', done(1))], registerModel).verdict).toBe('not linearizable')
  })

  it('lets what has no answer have happened, or not, or much later', () => {
    const made = op(0, 0, 1, 'create', 'a', done(0))
    const unknown = op(1, 2, Infinity, 'set', 'b', null)
    const read = (at: number, value: string, version: number): Op => op(2, at, at + 1, 'read', '', done(version, value))
    expect(linearize([made, unknown, read(10, 'a', 0)], registerModel).verdict).toBe('linearizable')
    expect(linearize([made, unknown, read(10, 'a', 0), read(20, 'b', 1)], registerModel).verdict).toBe('linearizable')
    expect(linearize([made, unknown, read(10, 'b', 1), read(20, 'a', 0)], registerModel).verdict).toBe('not linearizable')
  })

  it('agrees with trying every order on small histories', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ call: fc.nat(8), length: fc.integer({ min: 1, max: 6 }), kind: fc.constantFrom('set', 'read'), version: fc.nat(3), known: fc.boolean() }), { maxLength: 6 }),
        (drawn) => {
          const history = [op(0, 0, 1, 'create', 'v', done(0)), ...drawn.map(({ call, length, kind, version, known }, i): Op => {
            const isKnown = known || kind === 'read'
            return op(i + 1, call + 2, isKnown ? call + 2 + length : Infinity, kind as 'set' | 'read', 'v', isKnown ? done(version, 'v') : null)
          })]
          expect(linearize(history, registerModel).verdict).toBe(someOrder(history) ? 'linearizable' : 'not linearizable')
        },
      ),
      { numRuns: 400 },
    )
  })

  it('agrees with trying every order where nobody reads and effects are told alike', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ call: fc.nat(8), length: fc.integer({ min: 1, max: 6 }), kind: fc.constantFrom('set', 'delete', 'create'), asked: fc.integer({ min: -1, max: 2 }), version: fc.nat(3), known: fc.boolean(), isRefused: fc.boolean() }), { maxLength: 7 }),
        (drawn) => {
          const history = drawn.map(({ call, length, kind, asked, version, known, isRefused }, i): Op => {
            const refusal = kind === 'create' ? nodeExists : asked >= 0 ? badVersion : noNode
            const output = isRefused ? { error: refusal, value: '', version: -1 } : done(kind === 'set' ? version : 0)
            return op(i, call, known ? call + length : Infinity, kind as 'set', `v${i}`, known ? output : null, kind === 'create' ? -1 : asked)
          })
          expect(linearize(history, unreadRegisterModel).verdict).toBe(someOrder(history) ? 'linearizable' : 'not linearizable')
        },
      ),
      { numRuns: 600 },
    )
  })
})

/** Every order of every subset that holds all answered operations. */
function someOrder(history: readonly Op[]): boolean {
  const tryFrom = (left: readonly Op[], state: typeof registerModel.initial): boolean => {
    if (left.every(({ end }) => end === Infinity)) return true
    return left.some((next) => {
      if (left.some((other) => other !== next && other.end < next.call)) return false
      const after = registerModel.step(state, next.input, next.output)
      return after !== null && tryFrom(left.filter((other) => other !== next), after)
    })
  }
  return tryFrom(history, registerModel.initial)
}

function recorded(seed: number, profile: string, bugs: Parameters<typeof worldOf>[0]['bugs'] = []): RegisterHistory {
  const recorder = new RegisterRecorder()
  const world = worldOf({ seed, servers: 3, clients: 4, profile: profileNamed(profile)!, programs: [recorder.program()], bugs, only: [], options: { thinkMicros: 60_000 } })
  runUntil(world, chaosEnd(world))
  return recorder.history()
}

describe('histories of simulated clients', () => {
  it('have linearizable writes, and reads that never go back', () => {
    let operations = 0
    for (const profile of ['calm', 'swarm', 'points', 'clients']) {
      for (let seed = 1; seed <= 5; seed++) {
        const history = recorded(seed, profile)
        const { reads } = history
        const writes = withObserved(history)
        operations += writes.length + reads.length
        const { verdict, order } = linearize(writes, unreadRegisterModel)
        expect({ profile, seed, verdict }).toEqual({ profile, seed, verdict: 'linearizable' })
        expect({ profile, seed, read: unorderedRead(writes, order, reads) }).toEqual({ profile, seed, read: null })
      }
    }
    expect(operations).toBeGreaterThan(8_000)
  }, 120_000)

  // Two of these had too many orders to be tried while every unanswered write was another: the search must decide each, and by little trying.
  it('are decided, every one of a hundred', () => {
    let most = 0
    for (let seed = 1; seed <= 100; seed++) {
      const history = recorded(seed, 'swarm')
      const { verdict, states } = linearize(withObserved(history), unreadRegisterModel, 20_000)
      expect({ seed, verdict }).toEqual({ seed, verdict: 'linearizable' })
      most = Math.max(most, states)
    }
    expect(most).toBeGreaterThan(1_000)
  }, 120_000)

  it('show a planted mistake: versions ignored, and commits without a quorum', () => {
    const found = (bug: 'versionIgnored' | 'commitWithOneAckLess', profile: string): boolean => {
      for (let seed = 1; seed <= 12; seed++) if (linearize(recorded(seed, profile, [bug]).writes, unreadRegisterModel, 200_000).verdict === 'not linearizable') return true
      return false
    }
    expect(found('versionIgnored', 'calm')).toBe(true)
    expect(found('commitWithOneAckLess', 'storm')).toBe(true)
  })

  it('are told from histories in which one answer was changed', () => {
    const { writes } = recorded(1, 'calm')
    const at = writes.findIndex(({ input, output }, i) => i > 20 && input.op === 'set' && output?.error === ok)
    const changed = writes.map((each, i) => (i === at ? { ...each, output: { error: badVersion, value: '', version: -1 } } : each))
    expect(linearize(changed, unreadRegisterModel, 200_000).verdict).toBe('not linearizable')
  })

  it('show what a sync does not promise only to those who ask a deposed leader', () => {
    // Without cuts nobody is deposed and goes on: reads behind a sync fit into the order of the writes.
    for (let seed = 1; seed <= 4; seed++) {
      const { writes, syncedReads } = recorded(seed, 'calm')
      expect(linearize([...writes, ...syncedReads], registerModel).verdict).toBe('linearizable')
    }
  })
})
