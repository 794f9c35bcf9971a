import { firstAfter, type Message } from './recording.ts'
import { appliedIn, messagesIn, passes, writesIn, type Picture } from './spaceTime.ts'
import { isLabelled, paintLabels, paintLines, paintMarks, type Scene } from './paintSpaceTime.ts'

/**
 * Messages and marks that have ended, and labels of what was sent, painted once each onto a transparent sheet twice as wide as the window, which is then only shifted under it. While a run plays, a frame paints
 * what ended in it and what is under way; thousands of lines of the past cost one copy. The sheet is painted anew when its scale, filter, colours or history change, when the place
 * goes back, or when the window leaves it.
 *
 * Of more messages than can be told apart it takes every n-th; n stays for the life of a sheet, so that nothing flickers.
 */
const drawnMax = 2_600

export class MessageLayer {
  readonly #canvas = document.createElement('canvas')
  #key = ''
  /** The instant at the sheet's left edge, and up to when messages have been painted. */
  #from = 0
  #until = -1
  #every = 1
  /** Where the last tick and the last dot stand on each lane. */
  #last = new Float64Array(0)
  /** Of the labels: to where each lane is taken, and what has been said. */
  #taken = new Map<number, number>()
  #said = new Set<string>()

  get every(): number {
    return this.#every
  }

  /** Brings the sheet up to the place and puts it under the window. */
  paint(context: CanvasRenderingContext2D, scene: Scene): void {
    const { picture, time, ratio } = scene
    const { window, left, right, width } = picture
    const plot = width - left - right
    const span = window.to - window.from
    const key = keyOf(scene)
    const fits = window.from >= this.#from && window.to <= this.#from + span * 2 + 1
    if (key !== this.#key || !fits || time < this.#until) this.#begin(scene, key)
    this.#append(scene)
    const perMicro = plot / span
    const skipped = Math.round((window.from - this.#from) * perMicro * ratio)
    const height = Math.round(picture.height * ratio)
    context.save()
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.drawImage(this.#canvas, skipped, 0, Math.round((plot + right) * ratio), height, Math.round(left * ratio), 0, Math.round((plot + right) * ratio), height)
    context.restore()
  }

  #begin(scene: Scene, key: string): void {
    const { picture, ratio, recording, filter } = scene
    const { window, left, right } = picture
    this.#key = key
    this.#from = window.from
    this.#until = -1
    this.#last = new Float64Array(recording.world.nodes * 2).fill(-100)
    this.#taken.clear()
    this.#said.clear()
    this.#every = messagesIn(recording, window, filter, drawnMax).every
    this.#canvas.width = Math.round(((picture.width - left - right) * 2 + right) * ratio)
    this.#canvas.height = Math.round(picture.height * ratio)
  }

  #append(scene: Scene): void {
    const { recording, filter, time, picture, ratio } = scene
    const { messages, longestFlight } = recording
    const since = Math.max(this.#until, this.#from - longestFlight)
    const ended: Message[] = []
    const labels: Message[] = []
    // A label is said when its message is sent.
    const sentSince = Math.max(this.#until, this.#from - 1)
    for (let i = firstAfter(messages, since - longestFlight, (message) => message.sent); i < messages.length; i++) {
      const message = messages[i]!
      if (message.sent > time) break
      if (message.sent > sentSince && isLabelled(message) && passes(message, filter)) labels.push(message)
      if (message.arrives > this.#until && message.arrives <= time && message.arrives >= this.#from && i % this.#every === 0 && passes(message, filter)) ended.push(message)
    }
    const passed = { from: Math.max(this.#until, this.#from), to: time }
    const writes = writesIn(recording, passed).filter((write) => write.to > this.#until && write.to <= time)
    const applied = appliedIn(recording, passed).filter((mark) => mark.time > this.#until)
    this.#until = time
    if (ended.length + writes.length + applied.length + labels.length === 0) return
    const context = this.#canvas.getContext('2d')!
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const sheet = { ...scene, picture: this.#sheet(picture) }
    if (ended.length > 0) paintLines(context, sheet, ended, false)
    if (labels.length > 0) paintLabels(context, sheet, labels, this.#taken, this.#said)
    if (writes.length + applied.length > 0) paintMarks(context, sheet, writes, applied, this.#last)
  }

  /** The sheet as a picture of its own: no margin, twice the time. */
  #sheet(picture: Picture): Picture {
    const { window, width, left, right } = picture
    return { ...picture, window: { from: this.#from, to: this.#from + (window.to - window.from) * 2 }, width: (width - left - right) * 2, left: 0, right: 0 }
  }

  /** Messages of the window that have not ended yet, and those of a future that is already known. */
  open({ recording, picture, filter, time }: Scene): { readonly underWay: readonly Message[]; readonly future: readonly Message[] } {
    const { messages, longestFlight } = recording
    const underWay: Message[] = []
    for (let i = firstAfter(messages, time - longestFlight, (message) => message.sent); i < messages.length && messages[i]!.sent <= time; i++) {
      const message = messages[i]!
      if (message.arrives > time && passes(message, filter)) underWay.push(message)
    }
    const future = picture.window.to <= time ? [] : messagesIn(recording, { from: time, to: picture.window.to }, filter, 800).messages.filter(({ sent }) => sent > time)
    return { underWay, future }
  }
}

function keyOf({ picture, filter, colours, recording, ratio }: Scene): string {
  const { window, width, height } = picture
  return [Math.round(window.to - window.from), width, height, ratio, [...filter.kinds].join('.'), filter.node, numberOf(colours), numberOf(recording), recording.generation].join(' ')
}

/** Objects that are compared by being the same one, as numbers. */
const numbers = new WeakMap<object, number>()
let next = 1
function numberOf(object: object): number {
  const known = numbers.get(object)
  if (known !== undefined) return known
  numbers.set(object, next)
  return next++
}
