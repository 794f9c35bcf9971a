import { describe, expect, it } from 'vitest'
import { StateWriter } from '../columnar/stateCodec.ts'
import { KeptSinks } from './keptSinks.ts'

/** Remembers what it is brought back to. */
class File {
  restored: string | null = 'nothing yet'
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }
  snapshot(): Uint8Array {
    const writer = new StateWriter()
    writer.text('name', this.#name)
    return writer.finish()
  }
  restore(written: Uint8Array | null): void {
    this.restored = written === null ? null : written.join() === this.snapshot().join() ? this.#name : 'something else'
  }
}

function sinks(outputs: readonly string[], stored: readonly string[]): { readonly kept: KeptSinks; readonly output: File; readonly store: File } {
  const output = new File('output')
  const store = new File('store')
  const stores = {
    snapshot: (operator: string) => (stored.includes(operator) ? store.snapshot() : null),
    restore: (operator: string, written: Uint8Array | null) => {
      if (stored.includes(operator)) store.restore(written)
    },
  }
  return { kept: new KeptSinks(new Map(outputs.map((id) => [id, output])), stores), output, store }
}

describe('what a run has written of a sink', () => {
  it('is nothing where nothing is written', () => {
    expect(sinks(['a'], ['a']).kept.snapshot('b')).toBeNull()
  })
  it('comes back to each of the two', () => {
    const { kept, output, store } = sinks(['a'], ['a'])
    kept.restore('a', kept.snapshot('a'))
    expect([output.restored, store.restored]).toEqual(['output', 'store'])
    kept.restore('a', null)
    expect([output.restored, store.restored]).toEqual([null, null])
  })
  it('comes back where the run that goes on has a use for it, and what the checkpoint does not know begins anew', () => {
    const one = sinks([], ['a'])
    one.kept.restore('a', sinks(['a'], ['a']).kept.snapshot('a'))
    expect(one.store.restored).toBe('store')
    const two = sinks(['a'], ['a'])
    two.kept.restore('a', one.kept.snapshot('a'))
    expect([two.output.restored, two.store.restored]).toEqual([null, 'store'])
  })
  it('comes back from a checkpoint that has only one, by itself', () => {
    const both = sinks(['a'], ['a'])
    both.kept.restore('a', new File('output').snapshot())
    expect([both.output.restored, both.store.restored]).toEqual(['output', null])
    const stored = sinks([], ['a'])
    stored.kept.restore('a', new File('store').snapshot())
    expect(stored.store.restored).toBe('store')
  })
})
