import type { Schema } from '../columnar/schema.ts'
import { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import type { ChannelReader, Element, OvertakingBarrier } from './channel.ts'
import type { InFlight, InFlightReceiver } from './checkpoint.ts'

/**
 * Elements on their way when an unaligned barrier overtook them: as bytes, and back into the channel they were in.
 *
 * Ends are kept for who wants to know how far a channel had come; otherwise a sender that had ended says so again. Barriers are not kept: they belong to a checkpoint that is over.
 */
export function encodeInFlight(side: InFlight['side'], channel: number, target: number, to: InFlightReceiver, elements: readonly Element[]): InFlight {
  const writer = new StateWriter()
  const kept = elements.filter(({ kind }) => kind !== 'barrier')
  writer.strings('kinds', kept.map(({ kind }) => kind))
  writer.numbers('watermarks', kept.map((element) => (element.kind === 'batch' || element.kind === 'watermark' ? element.watermark : Number.NaN)))
  let rows = 0
  kept.forEach((element, i) => {
    if (element.kind !== 'batch') return
    writer.batch(`${i}`, element.batch)
    rows += element.batch.rowCount
  })
  return { side, channel, target, rows, to, blob: writer.finish() }
}

export function decodeInFlight({ blob }: InFlight, schema: Schema, ends?: 'ends'): Element[] {
  const reader = StateReader.open(blob)
  const watermarks = reader.float64('watermarks')
  const kinds = reader.strings('kinds')
  return kinds.flatMap((kind, i): Element | readonly Element[] => {
    switch (kind) {
      case 'end':
        return ends === undefined ? [] : { kind }
      case 'batch':
        return { kind, batch: reader.batch(`${i}`, schema), watermark: watermarks[i]! }
      case 'watermark':
        return { kind, watermark: watermarks[i]! }
      case 'idle':
      case 'active':
        return { kind }
      default:
        throw new Error(`an element in flight is of the unknown kind ${kind}`)
    }
  })
}

/** A channel that begins with elements that were in it before: what was in flight, then what comes. */
export class ReplayedChannel implements ChannelReader {
  readonly #channel: ChannelReader
  #elements: readonly Element[]

  constructor(elements: readonly Element[], channel: ChannelReader) {
    this.#elements = elements
    this.#channel = channel
  }

  poll(passing = false): Element | null {
    const first = this.#elements[0]
    if (first === undefined) return this.#channel.poll(passing)
    this.#elements = this.#elements.slice(1)
    return first
  }

  waiting(): number {
    return this.#elements.length + this.#channel.waiting()
  }

  takeBarrier(checkpoint: number): OvertakingBarrier | null {
    const taken = this.#channel.takeBarrier(checkpoint)
    return taken === null ? null : { barrier: taken.barrier, overtaken: [...this.#elements, ...taken.overtaken] }
  }
}
