import { gatherRows, type Batch } from '../columnar/batch.ts'
import { sliceBatch } from '../columnar/concat.ts'
import { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import type { OperatorRestore, RescaledInFlight, TaskPlace } from './checkpoint.ts'
import { decodeInFlight } from './inFlight.ts'
import { OperatorNode } from './operatorNode.ts'
import { KeyPartition } from './partition.ts'
import { WatermarkValve } from './watermark.ts'

/**
 * What was on its way to an operator when an unaligned checkpoint was taken, processed by subtasks of another parallelism: before anything that new channels bring.
 *
 * Flink reads the channels of every old subtask as virtual channels behind a demultiplexer and filters records by key group (FLIP-76, `RescalingStreamTaskNetworkInput`). Here each old subtask comes back for as long as its
 * channels hold something: a *twin* of the operator begins from that subtask's state, as far as its keys are ours now, with the watermark it had, and processes the rows that are ours with the watermarks they would have met.
 * Then all twins have come to where the senders stood before the barrier, as after an aligned one, and their states become the operator's. Taking the states together first would not do: old subtasks had come differently
 * far, and windows that one of them had given up would be opened or given up again by the watermark of another.
 *
 * Rows of several old subtasks are taken by their watermarks, the least first, and the operator forwards what all twins have forwarded; rows of one channel stay in their order. What is emitted waits in the channels, credit
 * or not: it is what follows from no more than the old channels held.
 */
export function processRescaled(node: OperatorNode, { parts, inFlight }: OperatorRestore, place: TaskPlace): void {
  const keepsState = node.runtime?.snapshot !== undefined && node.twin !== null
  const olds = inFlight.map((old) => {
    const part = parts.find(({ share }) => share.part === old.subtask)
    return { part, stream: rowsOf(node, old, place), node: keepsState ? twinOf(node, old, part) : node }
  })
  const nodes = [...new Set(olds.map((old) => old.node))]
  const advanceTo = (watermark: number): void => {
    for (const old of nodes) old.advance(watermark)
    node.forward(nodes.reduce((least, { forwarded }) => Math.min(least, forwarded), Infinity))
  }
  for (;;) {
    let least: (typeof olds)[number] | null = null
    for (const old of olds) if (!old.stream.isEmpty && (least === null || old.stream.next < least.stream.next)) least = old
    if (least === null) break
    advanceTo(least.stream.next)
    const { input, batch } = least.stream.take()
    least.node.receive(input, batch)
  }
  const reached = olds.reduce((min, { stream }) => Math.min(min, stream.reached), Infinity)
  advanceTo(reached)
  if (!keepsState) return
  const settled = new Set(olds.map(({ part }) => part))
  // Their keys are ours, and so is each element of a list.
  const own = { keyGroups: keyGroupsOf(parts, olds), maxParallelism: place.maxParallelism, part: 0, parts: 1, subtask: 0, parallelism: 1, watermark: reached }
  try {
    for (const { blob, share } of parts) if (!settled.has(parts.find((part) => part.share === share))) node.runtime!.restore!(StateReader.open(blob, { ...share, watermark: reached }))
    for (const old of olds) {
      old.node.flush()
      const writer = new StateWriter()
      old.node.runtime!.snapshot!(writer)
      node.runtime!.restore!(StateReader.open(writer.finish(), own))
    }
  } catch (error) {
    throw node.failureOf(error, null)
  }
  node.watermark = reached
}

/** Null where one old subtask becomes one new one: then its state is taken as it is. */
function keyGroupsOf(parts: OperatorRestore['parts'], olds: readonly unknown[]): { readonly first: number; readonly last: number } | null {
  if (olds.length === 1 && parts.length <= 1) return null
  return parts.find(({ share }) => share.keyGroups !== null)?.share.keyGroups ?? { first: 0, last: 2 ** 31 - 1 }
}

/** The operator as an old subtask had it, of what is ours now. */
function twinOf(node: OperatorNode, { watermark, forwarded }: RescaledInFlight, part: OperatorRestore['parts'][number] | undefined): OperatorNode {
  const twin = new OperatorNode(node.id, node.inputSchemas, node.twin!(), [])
  try {
    if (part !== undefined) twin.runtime!.restore!(StateReader.open(part.blob, { ...part.share, watermark }))
    else if (watermark > -Infinity) twin.runtime!.onWatermark(watermark)
  } catch (error) {
    throw node.failureOf(error, null)
  }
  twin.watermark = watermark
  twin.forwarded = forwarded
  return twin
}

interface Piece {
  readonly input: number
  readonly batch: Batch
  readonly watermarks: Float64Array
}

/** Rows of one old subtask that are ours, by that subtask's watermarks. */
class OldStream {
  readonly #pieces: readonly Piece[]
  readonly reached: number
  #piece = 0
  #row = 0

  constructor(pieces: readonly Piece[], reached: number) {
    this.#pieces = pieces
    this.reached = reached
  }

  get isEmpty(): boolean {
    return this.#piece === this.#pieces.length
  }

  /** The watermark of the next row. */
  get next(): number {
    return this.#pieces[this.#piece]!.watermarks[this.#row]!
  }

  /** The next rows with one watermark, which is the operator's by now. */
  take(): { readonly input: number; readonly batch: Batch } {
    const { input, batch, watermarks } = this.#pieces[this.#piece]!
    const start = this.#row
    let end = start + 1
    while (end < batch.rowCount && watermarks[end] === watermarks[start]) end++
    this.#row = end
    if (end === batch.rowCount) {
      this.#piece++
      this.#row = 0
    }
    return { input, batch: sliceBatch(batch, start, end) }
  }
}

function rowsOf(node: OperatorNode, { watermark, channels, parts, inputs }: RescaledInFlight, place: TaskPlace): OldStream {
  const valve = new WatermarkValve(channels.length)
  valve.restore(channels, watermark)
  const pieces: Piece[] = []
  const partitions = inputs.map((ours, input) => (typeof ours === 'string' ? null : new KeyPartition(node.inputSchemas[input]!, ours, place.parallelism, place.maxParallelism)))
  for (const part of parts) {
    const { input, channel } = part.to
    for (const element of decodeInFlight(part, node.inputSchemas[input]!, 'ends')) {
      switch (element.kind) {
        case 'batch': {
          const { batch } = element
          const moving = batch.watermarks === null ? null : valve.advanceRows(channel, batch.watermarks, batch.rowCount)
          const watermarks = moving ?? new Float64Array(batch.rowCount).fill(valve.watermark)
          const own = ownRows(batch, watermarks, inputs[input]!, partitions[input]!, place)
          if (own !== null) pieces.push({ input, ...own })
          valve.advance(channel, element.watermark)
          break
        }
        case 'watermark':
          valve.advance(channel, element.watermark)
          break
        case 'idle':
          valve.setIdle(channel)
          break
        case 'active':
          valve.setActive(channel)
          break
        case 'end':
          valve.setActive(channel)
          valve.advance(channel, Infinity)
          break
        case 'barrier':
      }
    }
  }
  return new OldStream(pieces, valve.watermark)
}

function ownRows(batch: Batch, watermarks: Float64Array, ours: RescaledInFlight['inputs'][number], partition: KeyPartition | null, { subtask }: TaskPlace): Pick<Piece, 'batch' | 'watermarks'> | null {
  if (ours === 'none') return null
  const plain = { ...batch, watermarks: null, inOrder: false }
  if (partition === null) return { batch: plain, watermarks }
  partition.split(batch)
  const count = partition.counts[subtask]!
  if (count === 0) return null
  if (count === batch.rowCount) return { batch: plain, watermarks }
  const rows = partition.rows[subtask]!
  return { batch: gatherRows(plain, rows.slice(0, count), count), watermarks: Float64Array.from({ length: count }, (_, i) => watermarks[rows[i]!]!) }
}
