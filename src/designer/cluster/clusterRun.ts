import { Timeline } from '../../ensemble/timeline.ts'
import type { World } from '../../ensemble/world/world.ts'
import { HandFault, type HandAction } from './handFaults.ts'
import { Recorder } from './recorder.ts'
import { Recording } from './recording.ts'
import { makeRun, type RunSpec } from './runSpec.ts'

/**
 * One run with a place in it. The run grows at its head; the place, `time`, is anywhere between the beginning and there, and `world` is the world at that place.
 * Playing in the past replays; playing at the head makes new history; acting in the past drops what came after it and makes another future from there.
 *
 * Pure: it knows no clock of the page. Whoever plays it says by how much.
 */
export class ClusterRun {
  readonly spec: RunSpec
  readonly recording: Recording
  /** The place, in the world's microseconds. Runs on between events. */
  time = 0
  #timeline: Timeline
  #recorder: Recorder
  /** The world at a place in the past; null at the head. */
  #past: World | null = null
  /** Counts changes of the place, of the world there, or of the past itself. */
  version = 0

  constructor(spec: RunSpec) {
    this.spec = spec
    const world = makeRun(spec)
    this.recording = new Recording(world)
    this.#timeline = new Timeline(world, 2_048)
    this.#recorder = new Recorder(world, this.recording)
  }

  get head(): World {
    return this.#timeline.head
  }

  /** The world at the place. Only to be read. */
  get world(): World {
    return this.#past ?? this.head
  }

  get isAtHead(): boolean {
    return this.#past === null
  }

  /** How far the run has been played. */
  get end(): number {
    return this.#past === null ? Math.max(this.head.now, this.time) : Math.max(this.head.now, this.#endTime)
  }

  #endTime = 0

  /** What a hand did, in order. */
  get actions(): readonly { readonly event: number; readonly action: HandAction }[] {
    return this.#timeline.choices.flatMap(({ event, fault }) => (fault instanceof HandFault ? [{ event, action: fault.action }] : []))
  }

  /** Lets this much time pass; at most so many events of new history, so that a frame stays a frame. Tells whether all of it passed. */
  play(micros: number, eventsMax = Infinity): boolean {
    this.version++
    const { head } = this
    const until = this.time + micros
    if (this.#past !== null) {
      if (until < head.now) {
        this.#replayTo(this.#past, (world) => world.queue.timeOfFirst() <= until)
        this.time = until
        return true
      }
      this.#past = null
    }
    if (head.violation !== null) {
      this.time = Math.max(head.now, Math.min(until, head.now))
      return true
    }
    const eventsBefore = head.events
    this.#timeline.advance(eventsBefore + eventsMax, until)
    const isWhole = head.events - eventsBefore < eventsMax && head.violation === null
    this.time = isWhole ? until : head.now
    this.#endTime = this.time
    return isWhole
  }

  /** Lets exactly one event happen. */
  step(): void {
    this.version++
    if (this.#past !== null && this.#past.events + 1 < this.head.events) {
      const target = this.#past.events + 1
      this.#replayTo(this.#past, (world) => world.events < target)
      this.time = this.#past.now
      return
    }
    if (this.#past === null) this.#timeline.advance(this.head.events + 1)
    this.#past = null
    this.time = this.head.now
    this.#endTime = this.time
  }

  stepBack(): void {
    if (this.world.events > 0) this.seekEvent(this.world.events - 1)
  }

  /** Goes to a moment; beyond the head there is only the head. */
  seek(time: number): void {
    this.version++
    const { head } = this
    if (this.#past === null) this.#endTime = Math.max(this.#endTime, this.time)
    if (time >= head.now) {
      this.#past = null
      this.time = Math.min(time, Math.max(head.now, this.#endTime))
      return
    }
    this.time = Math.max(0, time)
    this.#past = this.#timeline.atTime(this.time)
  }

  seekEvent(events: number): void {
    this.version++
    const { head } = this
    if (this.#past === null) this.#endTime = Math.max(this.#endTime, this.time)
    if (events >= head.events) {
      this.#past = null
      this.time = head.now
      return
    }
    this.#past = this.#timeline.at(Math.max(0, events))
    this.time = this.#past.now
  }

  /** Does something to the world at the place. In the past this drops the future that was. */
  act(action: HandAction): void {
    this.version++
    if (this.#past !== null) this.#branch(this.#past.events)
    this.#recorder.acting(() => this.#timeline.act(new HandFault(action, this.time)))
  }

  #branch(events: number): void {
    const { time } = this
    this.#timeline = this.#timeline.branch(events)
    this.recording.forget(events)
    this.#recorder = new Recorder(this.head, this.recording)
    this.#past = null
    this.time = Math.max(time, this.head.now)
    this.#endTime = this.time
  }

  /** Replays with what was done from outside. */
  #replayTo(world: World, goesOn: (world: World) => boolean): void {
    const { choices } = this.#timeline
    let next = choices.findIndex((choice) => choice.event >= world.events)
    while (next >= 0 && goesOn(world) && world.events < this.head.events) {
      while (next < choices.length && choices[next]!.event === world.events) world.setup.applyFault(world, choices[next++]!.fault)
      world.step()
    }
    while (next < 0 && goesOn(world) && world.events < this.head.events) world.step()
  }
}
