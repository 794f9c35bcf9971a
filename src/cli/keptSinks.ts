import { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import type { SinkWriters } from '../runtime/jobCheckpoints.ts'

/**
 * How far a run's sinks have written, for its checkpoints, where a sink may write twice: the rows that `--output` asks for go to a file, and what a topic or table of the store keeps goes to
 * another.
 *
 * A checkpoint has both, or the one there was; a run that goes on from it with other flags takes what it has a use for, and a file that the checkpoint does not know begins anew.
 */
export class KeptSinks implements SinkWriters {
  readonly #outputs: ReadonlyMap<string, Written>
  readonly #stores: SinkWriters

  constructor(outputs: ReadonlyMap<string, Written>, stores: SinkWriters) {
    this.#outputs = outputs
    this.#stores = stores
  }

  snapshot(operator: string): Uint8Array | null {
    const output = this.#outputs.get(operator)?.snapshot() ?? null
    const stored = this.#stores.snapshot(operator)
    if (output === null && stored === null) return null
    const writer = new StateWriter()
    if (output !== null) writer.uint8('output', output)
    if (stored !== null) writer.uint8('stored', stored)
    return writer.finish()
  }

  restore(operator: string, written: Uint8Array | null): void {
    const output = this.#outputs.get(operator)
    const reader = written === null ? null : StateReader.open(written)
    // Each is opened by itself, at the beginning of its own memory.
    const part = (name: string): Uint8Array | null => (reader?.has(name) === true ? reader.uint8(name).slice() : null)
    // Of a version that wrote only one: the output where there is one.
    const isOne = reader !== null && !reader.has('output') && !reader.has('stored')
    output?.restore(isOne ? written : part('output'))
    this.#stores.restore(operator, isOne && output === undefined ? written : part('stored'))
  }
}

/** What writes the rows of a sink to a file. */
export interface Written {
  snapshot(): Uint8Array
  restore(written: Uint8Array | null): void
}
