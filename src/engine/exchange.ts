import { Scratch } from '../columnar/arrays.ts'
import type { Batch } from '../columnar/batch.ts'
import type { Schema } from '../columnar/schema.ts'
import type { ChannelWriter, Element } from './channel.ts'
import type { CheckpointBarrier, InFlightReceiver } from './checkpoint.ts'
import { KeyPartition } from './partition.ts'
import { RowCollector } from './rowCollector.ts'
import { noWatermark } from './watermark.ts'

/**
 * What one subtask sends over one edge: rows to the right receivers, everything else to all of them.
 *
 * Rows are collected to batches of about 4096 for each receiver. What is collected goes out when it is full, when the sender runs dry (`flush`), before
 * idleness and the end, and at the latest after `roundsMax` batches and watermarks, so that a thin stream beside a thick one is not kept
 * waiting. Rows of one sender reach one receiver in their order; a watermark never overtakes a row, and no row loses the watermark it came behind.
 *
 * Rebalance deals out whole batches in turn, where Flink deals out rows: who gets which row is unspecified in both.
 */
export type ExchangeKind =
  | { readonly kind: 'forward' }
  | { readonly kind: 'hash'; readonly columns: readonly number[]; readonly maxParallelism: number }
  | { readonly kind: 'rebalance'; readonly first: number }
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'single' }

/** Where rows leave a task: an exchange, or the shell's end of a sink. */
export interface Outlet {
  /** Passes on what waits, as far as there is room; then: is there room for more? */
  hasCredit(): boolean
  /** Sends what is collected. True when there was something. */
  flush(): boolean
  idle(): void
  active(): void
  end(): void
  /** A checkpoint's barrier: what was sent before belongs to it, what is sent from now on does not. Returns, by receiver, what an unaligned one overtook. */
  barrier?(barrier: CheckpointBarrier): readonly (readonly Element[])[] | void
  /** Who the receiver is, for what is in flight. */
  receiver?(target: number): InFlightReceiver
  /** Sends again what was in flight to a receiver. */
  resend?(target: number, elementsOf: (schema: Schema) => readonly Element[]): void
}

export class ExchangeWriter implements Outlet {
  readonly #targets: readonly Target[]
  readonly #kind: ExchangeKind['kind']
  readonly #partition: KeyPartition | null
  readonly #schema: Schema
  readonly #receivers: readonly InFlightReceiver[]
  #turn: number

  /** `receivers`: by writer, for unaligned checkpoints that are restored under another plan. */
  constructor(exchange: ExchangeKind, schema: Schema, writers: readonly ChannelWriter[], receivers: readonly InFlightReceiver[] = []) {
    this.#schema = schema
    this.#receivers = receivers
    this.#kind = writers.length === 1 ? 'single' : exchange.kind
    this.#targets = writers.map((writer) => new Target(writer))
    this.#turn = exchange.kind === 'rebalance' ? exchange.first % writers.length : 0
    this.#partition = exchange.kind === 'hash' && writers.length > 1 ? new KeyPartition(schema, exchange.columns, writers.length, exchange.maxParallelism) : null
  }

  /** `watermark`: the sender's, before the batch. */
  write(batch: Batch, watermark: number): void {
    switch (this.#kind) {
      case 'hash': {
        const partition = this.#partition!
        partition.split(batch)
        for (let i = 0; i < this.#targets.length; i++) {
          const count = partition.counts[i]!
          if (count > 0) this.#targets[i]!.add(batch, count === batch.rowCount ? null : partition.rows[i]!.slice(0, count), count, watermark)
        }
        break
      }
      case 'rebalance':
        this.#targets[this.#turn]!.add(batch, null, batch.rowCount, watermark)
        this.#turn = (this.#turn + 1) % this.#targets.length
        break
      case 'broadcast':
        for (const target of this.#targets) target.add(batch, null, batch.rowCount, watermark)
        break
      case 'forward':
      case 'single':
        this.#targets[0]!.add(batch, null, batch.rowCount, watermark)
        break
    }
    for (const target of this.#targets) target.age()
  }

  watermark(watermark: number): void {
    for (const target of this.#targets) target.watermark(watermark)
  }

  idle(): void {
    for (const target of this.#targets) target.control('idle')
  }

  active(): void {
    for (const target of this.#targets) target.control('active')
  }

  end(): void {
    for (const target of this.#targets) target.control('end')
  }

  barrier(barrier: CheckpointBarrier): readonly (readonly Element[])[] {
    return this.#targets.map((target) => target.barrier(barrier))
  }

  receiver(target: number): InFlightReceiver {
    return this.#receivers[target] ?? { operator: '', input: 0, subtask: 0, channel: 0, types: '' }
  }

  resend(target: number, elementsOf: (schema: Schema) => readonly Element[]): void {
    for (const element of elementsOf(this.#schema)) this.#targets[target]!.writer.send(element)
  }

  flush(): boolean {
    let sent = false
    for (const target of this.#targets) if (target.flush()) sent = true
    return sent
  }

  hasCredit(): boolean {
    let credit = true
    // Every writer is asked, because asking is what moves its waiting elements.
    for (const target of this.#targets) if (!target.writer.hasCredit()) credit = false
    return credit
  }

  /** Share of the credit in use, of the fullest channel. */
  fill(): number {
    let fill = 0
    for (const target of this.#targets) fill = Math.max(fill, target.writer.fill())
    return fill
  }
}

/** Batches and watermarks a target may be kept waiting for while its rows are too few for a batch. */
const roundsMax = 32

/** Whole batches of so many rows are not put together with others where only references pass: copying their rows costs more than a hop. */
const passedRowsMin = 64

/** One for the thread: a batch is written before the next one is collected. */
const scratch = new Scratch()

class Target {
  readonly writer: ChannelWriter
  readonly #collector = new RowCollector()
  #sent = noWatermark
  #held = noWatermark
  #rounds = 0
  /** What is collected is one batch that goes as it is. */
  #passes = false

  constructor(writer: ChannelWriter) {
    this.writer = writer
  }

  add(batch: Batch, rows: Int32Array | null, count: number, watermark: number): void {
    const passes = rows === null && count >= passedRowsMin && this.writer.passesReferences === true
    // A full collector has waited for the watermark behind it; none came.
    if (this.#collector.isFull || passes || this.#passes) this.flush()
    // Rows that do not tell their watermarks need not be told them one by one, where the one that holds for all of them has gone before them.
    if (this.#collector.rowCount === 0 && watermark === this.#held && watermark > this.#sent && batch.watermarks === null && !batch.trailing) this.flush()
    this.#collector.add(batch, rows, count, watermark)
    this.#passes = passes
  }

  watermark(watermark: number): void {
    if (watermark <= this.#held) return
    this.#held = watermark
    if (this.#collector.isFull || this.#passes) this.flush()
    else this.age()
  }

  age(): void {
    if (++this.#rounds >= roundsMax) this.flush()
  }

  flush(): boolean {
    this.#rounds = 0
    this.#passes = false
    const rises = this.#held > this.#sent
    const batch = this.writer.copiesNow() ? this.#collector.finish(this.#sent, scratch.reset()) : this.#collector.finish(this.#sent)
    if (batch === null && !rises) return false
    if (batch !== null) this.writer.send({ kind: 'batch', batch, watermark: rises ? this.#held : noWatermark })
    else this.writer.send({ kind: 'watermark', watermark: this.#held })
    this.#sent = this.#held
    return true
  }

  barrier(barrier: CheckpointBarrier): readonly Element[] {
    this.flush()
    if (barrier.alignment === 'unaligned') return this.writer.overtake(barrier)
    this.writer.send({ kind: 'barrier', barrier })
    return []
  }

  control(kind: 'idle' | 'active' | 'end'): void {
    this.flush()
    this.writer.send({ kind })
  }
}
