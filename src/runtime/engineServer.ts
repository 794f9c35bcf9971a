import { Scratch } from '../columnar/arrays.ts'
import { BatchEncoder } from '../columnar/batchCodec.ts'
import type { Batch } from '../columnar/batch.ts'
import type { Clock } from '../deterministic/clock.ts'
import { encodeTaskSnapshot, type CheckpointBarrier, type TaskSnapshot } from '../engine/checkpoint.ts'
import type { Outlet } from '../engine/exchange.ts'
import type { FileAccess, OpenFile } from '../engine/operatorRuntime.ts'
import { RemoteTopics } from './remoteTopics.ts'
import { RowCollector } from '../engine/rowCollector.ts'
import { SnapshotMemory } from '../engine/snapshotMemory.ts'
import { CarriedReader, CarriedWriter } from './carriedChannel.ts'
import { remoteChannelsOf, type ChannelPlace } from './channels.ts'
import { EngineReporter } from './engineReporter.ts'
import { EngineThread, type Operators } from './engineThread.ts'
import { restoreExactNumbers } from './exactNumbers.ts'
import type { RunFailure } from './jobRun.ts'
import { runFailureOf } from './runFailure.ts'
import { PoolReader, PoolWriter, RingReader, RingWriter, type PostPeer, type SlotReader, type SlotWriter } from './slots.ts'
import { mayShareMemory, ringBell, Waiting } from './waiting.ts'
import type { Deployment, EngineControl, EventPort, FromEngine, Pace, PeerMessage, ToEngine } from './wire.ts'

/**
 * An engine: one thread's subtasks, run in slices of a few milliseconds between which messages are heard.
 *
 * The slices are chained by messages to itself, never by timers; when nothing can move it waits for a bell, a message, or the next thing that is due.
 * It reports four times a second, and sends what sinks received in batches, at most a few unacknowledged at a time: a shell that is
 * slow holds the sinks back, and through them the job.
 */
export interface EngineHost {
  readonly clock: Clock
  readonly operators: Operators
  /** Resolves when messages that are already there have been heard. */
  hearMessages(): Promise<void>
}

const sliceMs = 8
const reportEveryMs = 250
const releaseEveryMs = 32
/** Twice as often as a table is drawn. */
const showEveryMs = 96
/** So many rows are worth a message of their own. */
const manyRows = 512
/** Batches a sink may have on their way to the shell. */
const sinkCredit = 8

export class EngineServer implements EngineControl {
  readonly #host: EngineHost
  #thread: EngineThread | null = null
  #reporter: EngineReporter | null = null
  #events: EventPort | null = null
  #waiting = new Waiting(null, 0)
  #pace: Pace | null = null
  #stopped = false
  #running: Promise<void> = Promise.resolve()
  #sinks: SinkOutlet[] = []
  #files: RemoteFiles | null = null
  #topics: RemoteTopics | null = null
  #ports: MessagePort[] = []
  readonly #snapshotMemory = new SnapshotMemory(mayShareMemory())
  #failed = false
  #haltAfterRows: number | null = null

  constructor(host: EngineHost) {
    this.#host = host
  }

  async deploy(deployment: Deployment, events: EventPort): Promise<RunFailure | null> {
    this.#events = events
    this.#files = new RemoteFiles((message) => this.#post(message))
    this.#topics = new RemoteTopics((message) => this.#post(message))
    events.onmessage = (event: MessageEvent) => this.#hear(event.data as ToEngine)
    let thread: EngineThread
    try {
      restoreExactNumbers(deployment.plan, deployment.exactNumbers)
      // Before the ports to others are opened: what arrives needs its readers.
      await this.#host.operators.fetchedFor?.(deployment.plan.chains.flatMap((chain) => chain.operators.map(({ spec }) => spec)))
      const carriers = this.#connect(deployment)
      thread = new EngineThread({
        plan: deployment.plan,
        subtasks: deployment.subtasks,
        operators: this.#host.operators,
        clock: this.#host.clock,
        eventTimeAsProcessingTime: deployment.eventTimeAsProcessingTime,
        files: this.#files,
        topics: this.#topics,
        splits: deployment.splits,
        writerTo: (place) => new CarriedWriter(carriers.writer(place)),
        readerFrom: (place, schema) => new CarriedReader(carriers.reader(place), schema),
        sink: (operator, subtask) => {
          const outlet = new SinkOutlet(operator, subtask, deployment.epoch, (message) => this.#post(message))
          this.#sinks.push(outlet)
          return { port: outlet, outlet }
        },
        poison: (operator, row, reason, text) => this.#reporter?.poison(operator, row, reason, text),
        sourceWaits: (ready) => {
          ready.then(
            () => this.#waiting.wake(),
            (error: unknown) => this.#fail(error),
          )
        },
        previewRows: deployment.previewRows,
        ...(deployment.checkpoints
          ? {
              snapshots: {
                memory: this.#snapshotMemory.take,
                acknowledge: (snapshot) => this.#acknowledge(snapshot),
                decline: (checkpoint, chain, subtask, reason) => this.#post({ kind: 'declined', checkpoint, task: { chain, subtask }, reason }),
              },
            }
          : {}),
      })
      this.#haltAfterRows = deployment.haltAfterRows
      this.#reporter = new EngineReporter(thread)
      this.#thread = thread
      await thread.open()
      await thread.restore(deployment.restores)
    } catch (error) {
      this.#stopped = true
      this.#close()
      return runFailureOf(error)
    }
    if (!this.#stopped) this.#running = this.#run(thread)
    return null
  }

  async position(): Promise<number | null> {
    this.#pace = null
    const thread = this.#thread!
    thread.gate.until = -Infinity
    // A source that is loading gets a moment; one that has nothing for longer does not hold up the others.
    const givesUpAt = this.#host.clock.now() + 1000
    for (;;) {
      this.#waiting.listen()
      let next: { readonly time: number | null; readonly loading: boolean }
      try {
        next = thread.nextTime()
      } catch (error) {
        this.#fail(error)
        return null
      }
      const left = givesUpAt - this.#host.clock.now()
      if (!next.loading || left <= 0 || this.#stopped) {
        this.#waiting.wake()
        return next.time
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  release(pace: Pace): Promise<void> {
    this.#pace = pace
    this.#waiting.wake()
    return Promise.resolve()
  }

  step(): Promise<void> {
    try {
      this.#thread!.step()
    } catch (error) {
      this.#fail(error)
    }
    this.#waiting.wake()
    return Promise.resolve()
  }

  watch(edge: number, rows: number): Promise<void> {
    this.#reporter?.watch(edge, rows)
    this.#waiting.wake()
    return Promise.resolve()
  }

  triggerCheckpoint(barrier: CheckpointBarrier): Promise<void> {
    if (this.#failed) return Promise.resolve()
    try {
      this.#thread!.triggerCheckpoint(barrier)
    } catch (error) {
      this.#fail(error)
    }
    this.#waiting.wake()
    return Promise.resolve()
  }

  abortCheckpoint(checkpoint: number): Promise<void> {
    this.#thread!.abortCheckpoint(checkpoint)
    this.#waiting.wake()
    return Promise.resolve()
  }

  async cancel(): Promise<void> {
    this.#stopped = true
    this.#waiting.wake()
    await this.#running
    this.#close()
  }

  async #run(thread: EngineThread): Promise<void> {
    const { clock } = this.#host
    // Rows of the first moments are worth showing soon.
    let reportAt = clock.now() + reportEveryMs / 5
    let showAt = -Infinity
    try {
      while (!this.#stopped) {
        this.#waiting.listen()
        const now = clock.now()
        if (this.#pace === null || now >= showAt) {
          showAt = now + showEveryMs
          for (const sink of this.#sinks) sink.mayShow()
        }
        if (this.#pace !== null) thread.gate.until = this.#pace.kind === 'max' ? Infinity : this.#pace.base + (now - this.#pace.since) * this.#pace.factor
        const more = this.#haltAfterRows === null ? thread.run(now + sliceMs) : thread.pass()
        if (this.#haltAfterRows !== null && thread.rowsRead() >= this.#haltAfterRows) {
          this.#stopped = true
          this.#post({ kind: 'halted' })
          return
        }
        let holdsRows = false
        for (const sink of this.#sinks) {
          sink.flush()
          holdsRows ||= sink.waits
        }
        if (thread.isFinished) break
        const after = clock.now()
        if (after >= reportAt) {
          this.#report()
          reportAt = after + reportEveryMs
        }
        if (more) await this.#host.hearMessages()
        else await this.#waiting.wait(Math.max(0, Math.min(reportAt, holdsRows ? showAt : Infinity, thread.nextWake(), this.#nextRelease(after)) - after))
      }
      this.#report()
      if (!this.#stopped) this.#post({ kind: 'finished' })
    } catch (error) {
      this.#fail(error)
    }
  }

  /** When the gate will have moved enough to matter: rows are shown a few times a second, and every pass of every engine is taken from the frames of the page. */
  #nextRelease(now: number): number {
    return this.#pace?.kind === 'factor' ? now + releaseEveryMs : Infinity
  }

  /** The bytes stay where they were copied to; whoever stores them reads them there, makes the checksum and gives the memory back. */
  #acknowledge(snapshot: TaskSnapshot): void {
    const { clock } = this.#host
    const begun = clock.now()
    const parts = encodeTaskSnapshot(snapshot)
    const { place, operators, splits, startDelayMs, alignmentMs, syncMs, finished } = snapshot
    this.#post({
      kind: 'acknowledged',
      checkpoint: snapshot.checkpoint,
      acknowledgement: {
        chain: place.chain,
        subtask: place.subtask,
        startDelayMs,
        alignmentMs,
        syncMs,
        asyncMs: clock.now() - begun,
        operators: operators.map(({ operator, blob }) => ({ operator, bytes: blob.length })),
        finished,
      },
      // A source is known by its positions, though they are no state of a run time.
      stateful: operators.flatMap(({ operator, blob }, i) => (blob.length > 0 || (i === 0 && splits.length > 0) ? [operator] : [])),
      snapshot: parts,
      loan: this.#snapshotMemory.lend(parts),
    })
  }

  #report(): void {
    this.#post({ kind: 'report', report: this.#reporter!.report(this.#host.clock.now()) })
  }

  #fail(error: unknown): void {
    if (this.#failed || this.#stopped) return
    this.#failed = true
    this.#stopped = true
    this.#waiting.wake()
    this.#reporter?.failed(error)
    if (this.#reporter !== null) this.#report()
    this.#post({ kind: 'failed', failure: runFailureOf(error) })
    this.#close()
  }

  #close(): void {
    this.#thread?.close()
    for (const port of this.#ports) port.close()
  }

  /** Nothing is transferred: in a thread in which one buffer was ever detached, every access to a typed array is checked (docs/decisions/0246). */
  #post(message: FromEngine): void {
    this.#events?.postMessage(message)
  }

  #hear(message: ToEngine): void {
    if (message.kind === 'sinkTaken') {
      for (const sink of this.#sinks) {
        if (sink.operator !== message.operator || sink.subtask !== message.subtask) continue
        // One that had credit left has done what it could: to wake for every batch taken doubled the passes of a paced job.
        if (!sink.hasCredit()) this.#waiting.wake()
        sink.taken()
      }
    } else if (message.kind === 'snapshotTaken') this.#snapshotMemory.giveBack(message.loan)
    else if (message.kind === 'topicOpened' || message.kind === 'topicFetched' || message.kind === 'topicFailed') {
      this.#topics!.hear(message)
      this.#waiting.wake()
    } else this.#files!.hear(message)
  }

  /** This worker's ends of the channels to and from others. */
  #connect({ plan, worker, carriers }: Deployment): { readonly writer: (place: ChannelPlace) => SlotWriter; readonly reader: (place: ChannelPlace) => SlotReader } {
    const places = remoteChannelsOf(plan)
    const numberOf = (place: ChannelPlace): number => places.findIndex((other) => other.exchange === place.exchange && other.from === place.from && other.to === place.to)
    switch (carriers.kind) {
      case 'none':
        return { writer: unreachable, reader: unreachable }
      case 'shared': {
        this.#waiting = new Waiting(carriers.bells, worker)
        const bells = new Int32Array(carriers.bells)
        const memory = new Map(carriers.rings.map((ring) => [ring.channel, ring.memory]))
        return {
          writer: (place) => new RingWriter(memory.get(numberOf(place))!, carriers.slotCount, () => ringBell(bells, place.to)),
          reader: (place) => new RingReader(memory.get(numberOf(place))!, carriers.slotCount, () => ringBell(bells, place.from)),
        }
      }
      case 'transferred': {
        const writers = new Map<number, PoolWriter>()
        const readers = new Map<number, PoolReader>()
        const posts = new Map<number, PostPeer>()
        for (const peer of carriers.peers) {
          this.#ports.push(peer.port)
          posts.set(peer.worker, (message, transfer) => peer.port.postMessage(message, transfer as ArrayBuffer[]))
          peer.port.onmessage = (event: MessageEvent) => {
            const message = event.data as PeerMessage
            if (message.kind === 'slot') readers.get(message.channel)!.arrive(message.buffer, message.byteLength)
            else writers.get(message.channel)!.returned(message.buffer)
            this.#waiting.wake()
          }
        }
        return {
          writer: (place) => {
            const writer = new PoolWriter(numberOf(place), carriers.slotCount, carriers.slotBytes, posts.get(place.to)!)
            writers.set(numberOf(place), writer)
            return writer
          },
          reader: (place) => {
            const reader = new PoolReader(numberOf(place), posts.get(place.from)!)
            readers.set(numberOf(place), reader)
            return reader
          },
        }
      }
    }
  }
}

function unreachable(): never {
  throw new Error('an engine that hosts every subtask has no channels to others')
}

/** A sink's batch is written to a buffer of its own before the next one is collected. */
const scratch = new Scratch()

/** A sink's way to the shell: small batches are put together, and only so many are on their way. */
class SinkOutlet implements Outlet {
  readonly operator: string
  readonly subtask: number
  readonly #post: (message: FromEngine) => void
  readonly #collector = new RowCollector()
  readonly #encoder = new BatchEncoder()
  #mayShow = true
  /** Of the last batch: batches are often of one size. */
  #buffer = new ArrayBuffer(0)
  #onTheWay = 0
  /** The last checkpoint whose barrier has passed. */
  #epoch: number

  constructor(operator: string, subtask: number, epoch: number, post: (message: FromEngine) => void) {
    this.operator = operator
    this.subtask = subtask
    this.#epoch = epoch
    this.#post = post
  }

  deliver(batch: Batch): void {
    if (this.#collector.isFull) this.#send()
    this.#collector.add(batch.watermarks === null ? batch : { ...batch, watermarks: null }, null, batch.rowCount, 0)
  }

  hasCredit(): boolean {
    return this.#onTheWay < sinkCredit
  }

  /**
   * Lets it send a few rows once, at once or when it has some. Where every pass brings a few they are put together until then, so that forty sinks do not take
   * the page's frames with their messages.
   */
  mayShow(): void {
    this.#mayShow = true
  }

  /** Holds rows that it will send when it may show them. */
  get waits(): boolean {
    return this.#collector.rowCount > 0 && this.hasCredit()
  }

  flush(): boolean {
    // What is collected waits for credit, as long as it is one batch: the task does not go on without credit either.
    const { rowCount } = this.#collector
    if (rowCount === 0 || !this.hasCredit() || (!this.#mayShow && rowCount < manyRows)) return false
    this.#mayShow = false
    return this.#send()
  }

  taken(): void {
    this.#onTheWay--
  }

  /** What came before the barrier leaves before it, credit or not: it belongs to this checkpoint. */
  barrier({ checkpoint }: CheckpointBarrier): void {
    this.#send()
    this.#epoch = checkpoint
  }

  idle(): void {}
  active(): void {}
  end(): void {
    this.#send()
    this.#post({ kind: 'sinkEnded', operator: this.operator, subtask: this.subtask })
  }

  #send(): boolean {
    const batch = this.#collector.finish(0, scratch.reset())
    if (batch === null) return false
    const byteLength = this.#encoder.prepare(batch)
    // Posting copies all of it.
    if (this.#buffer.byteLength < byteLength || this.#buffer.byteLength > byteLength * 1.25) this.#buffer = new ArrayBuffer(byteLength)
    this.#encoder.write(this.#buffer, 0)
    this.#onTheWay++
    this.#post({ kind: 'sink', operator: this.operator, subtask: this.subtask, epoch: this.#epoch, byteLength, buffer: this.#buffer })
    return true
  }
}

/** The shell's files, asked for over the port. */
class RemoteFiles implements FileAccess {
  readonly #post: (message: FromEngine) => void
  readonly #waiting = new Map<number, { readonly resolve: (message: ToEngine) => void; readonly reject: (error: Error) => void }>()
  #requests = 0

  constructor(post: (message: FromEngine) => void) {
    this.#post = post
  }

  async open(path: string): Promise<OpenFile> {
    const opened = await this.#ask((request) => ({ kind: 'openFile', request, path }))
    if (opened.kind !== 'fileOpened') throw new Error(`unexpected answer ${opened.kind}`)
    const { file, size } = opened
    return {
      size,
      read: async (start, end) => {
        const read = await this.#ask((request) => ({ kind: 'readFile', request, file, start, end }))
        if (read.kind !== 'fileRead') throw new Error(`unexpected answer ${read.kind}`)
        return read.bytes
      },
    }
  }

  hear(message: ToEngine): void {
    if (message.kind === 'sinkTaken' || message.kind === 'snapshotTaken' || message.kind === 'topicOpened' || message.kind === 'topicFetched' || message.kind === 'topicFailed') return
    const waiting = this.#waiting.get(message.request)
    this.#waiting.delete(message.request)
    if (message.kind === 'fileFailed') waiting?.reject(new Error(message.message))
    else waiting?.resolve(message)
  }

  #ask(message: (request: number) => FromEngine): Promise<ToEngine> {
    const request = ++this.#requests
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject })
      this.#post(message(request))
    })
  }
}
