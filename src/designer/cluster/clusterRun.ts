import { Timeline } from '../../ensemble/timeline.ts'
import type { World } from '../../ensemble/world/world.ts'
import { applyHandFault, HandFault, type HandAction } from './handFaults.ts'
import { Recorder } from './recorder.ts'
import { Recording } from './recording.ts'
import { makeRun, type RunSpec } from './runSpec.ts'

/** A run that somebody else drives, such as the control plane of a running job: looked at, gone back in, acted on at its newest moment only. */
export interface LiveSource {
  readonly timeline: Timeline
  /** Brings it to where the clock is. */
  pump(): void
  /** Where that is, in the world's µs: everything due until then has happened. */
  readonly nowMicros: number
}

/** Older events of a live run have no picture: what came before was not listened to. */
const recordedEvents = 60_000

const handed = new WeakSet<object>()

/** A hand's faults among the usual choices of this world. */
function takesHands({ setup }: World): void {
  if (handed.has(setup)) return
  handed.add(setup)
  const usual = setup.applyFault
  setup.applyFault = (world, choice) => (choice instanceof HandFault ? applyHandFault(world, choice) : usual(world, choice))
}

/** What has happened so far, listened to a second time. */
function recordingOf(timeline: Timeline): Recording {
  const { head, choices } = timeline
  const world = timeline.at(Math.max(0, head.events - recordedEvents))
  const recording = new Recording(world)
  recording.completeFrom = world.events === 0 ? 0 : world.now
  const recorder = new Recorder(world, recording)
  let next = choices.findIndex((choice) => choice.event >= world.events)
  for (;;) {
    while (next >= 0 && next < choices.length && choices[next]!.event === world.events) {
      const { fault } = choices[next++]!
      recorder.acting(() => world.setup.applyFault(world, fault))
    }
    if (world.events >= head.events || !world.step()) break
  }
  return recording
}

/**
 * One run with a place in it. The run grows at its head; the place, `time`, is anywhere between the beginning and there, and `world` is the world at that place.
 * Playing in the past replays; playing at the head makes new history; acting in the past drops what came after it and makes another future from there.
 *
 * Pure: it knows no clock of the page. Whoever plays it says by how much.
 */
export class ClusterRun {
  readonly spec: RunSpec
  /** Where a run that lives on its own comes from; null when this one is played here. */
  readonly live: LiveSource | null
  readonly recording: Recording
  /** The place, in the world's microseconds. Runs on between events. */
  time = 0
  #timeline: Timeline
  #recorder: Recorder
  /** The world at a place in the past; null at the head. */
  #past: World | null = null
  /** Counts changes of the place, of the world there, or of the past itself. */
  version = 0

  constructor(spec: RunSpec, live: LiveSource | null = null) {
    this.spec = spec
    this.live = live
    if (live === null) {
      const world = makeRun(spec)
      this.recording = new Recording(world)
      this.#timeline = new Timeline(world, 2_048)
    } else {
      takesHands(live.timeline.head)
      this.#timeline = live.timeline
      this.recording = recordingOf(live.timeline)
      this.time = this.head.now
    }
    this.#recorder = new Recorder(this.head, this.recording)
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
    if (this.live !== null) {
      // It has moved on by itself. Time never runs ahead of it: what is drawn up to a time is drawn for good.
      this.live.pump()
      this.time = Math.max(this.time, head.now, this.live.nowMicros)
      this.#endTime = this.time
      return true
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
    if (this.#past === null && this.live === null) this.#timeline.advance(this.head.events + 1)
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

  /** A live run goes on behind whoever looks: from here on the place is a moment of it. */
  hold(): void {
    if (this.live === null || this.#past !== null) return
    this.version++
    this.time = this.head.now
    this.#past = this.#timeline.at(this.head.events)
  }

  /** The newest moment, and with it the run as it goes on. */
  toHead(): void {
    this.version++
    this.#past = null
    this.time = Math.max(this.head.now, this.live === null ? this.#endTime : 0)
  }

  /** Does something to the world at the place. In the past this drops the future that was; what lives elsewhere has one future, and is acted on now. */
  act(action: HandAction): void {
    this.version++
    if (this.live !== null) {
      this.live.pump()
      this.toHead()
      this.#recorder.acting(() => this.#timeline.act(new HandFault(action, 0)))
      return
    }
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
