import { firstAfter, type Message } from './recording.ts'
import { appliedIn, lineOf, messagesIn, passes, writesIn, type Picture } from './spaceTime.ts'
import { growthOf, type Piece } from './growth.ts'
import { isLabelled, paintAxis, paintLabels, paintLines, paintMarks, paintPieces, placedLabels, placedMarks, type Label, type Scene } from './paintSpaceTime.ts'

/**
 * The past, painted once: messages as far as they have come, marks that have ended, labels of what was sent, and the axis. It lies on slices as high as the diagram, which are only shifted under the window. While a run plays, a frame
 * paints what was gone and what ended in it onto the one or two slices it touches; the thousands of lines of the past cost a copy of slices that nobody writes to any more. (One large sheet instead would itself be copied
 * with every frame: a canvas that is read and written in turn is kept twice.) All slices are painted anew when scale, filter, colours or history change, when the place goes back, or when the window leaves them to the left.
 *
 * Of more messages than can be told apart a slice takes every n-th; n stays for the life of a slice, so that nothing flickers.
 */
const drawnMax = 2_600
/** Device pixels. */
const sliceWidth = 256
/** Half the width of a tick's words: so far they reach out of their slice, and at the left out of the window. */
const wordsReach = 30

export class MessageLayer {
  readonly #slices = new Map<number, HTMLCanvasElement>()
  #key = ''
  /** The instant at which slice 0 begins, the earliest that is painted, and up to when messages have been. */
  #origin = 0
  #from = 0
  #until = -1
  #every = 1
  /** The newest slice that something has ended on. */
  #reached = 0
  /** The first slice that was not painted, being far to the right of the window. */
  #missing = Infinity
  /** Where the last tick and the last dot stand on each lane. */
  #last = new Float64Array(0)
  /** How far the lines of messages under way are painted (`growth.ts`). */
  readonly #grown = new Map<Message, number>()
  /** Of the labels: to where each lane is taken, and what has been said. */
  #taken = new Map<number, number>()
  #said = new Set<string>()

  get every(): number {
    return this.#every
  }

  /** Brings the slices up to the place and puts them under the window. */
  paint(context: CanvasRenderingContext2D, scene: Scene): void {
    const { picture, time, ratio } = scene
    const { window, left, right, width, bottom, height } = picture
    const key = keyOf(scene)
    const span = window.to - window.from
    const isBehind = this.#until >= 0 && time - this.#until > span
    if (key !== this.#key || window.from < this.#from || time < this.#until || isBehind || window.to > this.#timeAt(scene, this.#missing)) this.#begin(scene, key)
    this.#append(scene)
    const plot = width - left - right
    const skipped = Math.round((((window.from - this.#origin) * plot) / span) * ratio)
    context.save()
    context.setTransform(1, 0, 0, 1, 0, 0)
    const device = (length: number): number => Math.round(length * ratio)
    const words = device(bottom + 9)
    this.#copy(context, scene, skipped, device(left), device(left), device(width - right), 0, words)
    // The words of a tick at either edge reach over it.
    this.#copy(context, scene, skipped, device(left), device(left - wordsReach), device(width), words, device(height))
    context.restore()
    const first = Math.floor(skipped / sliceWidth) - Math.ceil(device(plot) / sliceWidth)
    for (const index of this.#slices.keys()) {
      if (index >= first) continue
      this.#slices.delete(index)
      this.#from = Math.max(this.#from, this.#timeAt(scene, index + 1))
    }
  }

  /** Copies what lies between x1 and x2 of the canvas, all in device pixels. */
  #copy(context: CanvasRenderingContext2D, scene: Scene, skipped: number, left: number, x1: number, x2: number, y1: number, y2: number): void {
    const from = x1 - left + skipped
    const to = x2 - left + skipped
    for (let index = Math.floor(from / sliceWidth); index * sliceWidth < to; index++) {
      const start = Math.max(from, index * sliceWidth)
      const wide = Math.min(to, (index + 1) * sliceWidth) - start
      context.drawImage(this.#slice(index, scene), start - index * sliceWidth, y1, wide, y2 - y1, start - skipped + left, y1, wide, y2 - y1)
    }
  }

  #begin(scene: Scene, key: string): void {
    const { window } = scene.picture
    this.#key = key
    this.#slices.clear()
    this.#origin = window.from
    this.#from = window.from
    this.#until = -1
    this.#reached = 0
    this.#missing = Infinity
    this.#last = new Float64Array(scene.recording.world.nodes * 2).fill(-100)
    this.#grown.clear()
    this.#taken.clear()
    this.#said.clear()
    this.#every = messagesIn(scene.recording, window, scene.filter, drawnMax).every
  }

  #timeAt({ picture: { window, width, left, right }, ratio }: Scene, index: number): number {
    return this.#origin + (((index * sliceWidth) / ratio) * (window.to - window.from)) / (width - left - right)
  }

  #slice(index: number, scene: Scene): HTMLCanvasElement {
    const known = this.#slices.get(index)
    if (known !== undefined) return known
    const { picture, ratio } = scene
    const slice = document.createElement('canvas')
    slice.width = sliceWidth
    slice.height = Math.round(picture.height * ratio)
    this.#slices.set(index, slice)
    const context = slice.getContext('2d')!
    context.setTransform(ratio, 0, 0, ratio, wordsReach * -ratio, 0)
    const reach = (wordsReach * (this.#timeAt(scene, 1) - this.#origin) * ratio) / sliceWidth
    const window = { from: this.#timeAt(scene, index) - reach, to: this.#timeAt(scene, index + 1) + reach }
    paintAxis(context, scene, { ...picture, window, width: sliceWidth / ratio + wordsReach * 2, left: 0, right: 0 })
    return slice
  }

  #append(scene: Scene): void {
    const { recording, filter, time, picture, ratio } = scene
    const { messages, longestFlight } = recording
    const since = Math.max(this.#until, this.#from - longestFlight)
    const sheet = { ...scene, picture: this.#sheet(picture) }
    const ended: Message[] = []
    const sent: Message[] = []
    const pieces: Piece[] = []
    // A label is said when its message is sent.
    const sentSince = Math.max(this.#until, this.#from - 1)
    for (let i = firstAfter(messages, since - longestFlight, (message) => message.sent); i < messages.length; i++) {
      const message = messages[i]!
      if (message.sent > time) break
      if (message.sent > sentSince && isLabelled(message) && passes(message, filter)) sent.push(message)
      if (message.arrives <= this.#until || message.arrives < this.#from || !passes(message, filter) || (i % this.#every !== 0 && !this.#grown.has(message))) continue
      if (message.arrives <= time) ended.push(message)
      const piece = growthOf(sheet.picture, message, time, ratio, this.#grown.get(message))
      if (piece === null) continue
      if (piece === 'shrunk') {
        // It turned out to be lost on the way when more of it was painted already.
        this.#begin(scene, this.#key)
        return this.#append(scene)
      }
      pieces.push(piece)
      if (message.arrives <= time) this.#grown.delete(message)
      else this.#grown.set(message, piece.to)
    }
    const passed = { from: Math.max(this.#until, this.#from), to: time }
    const marks = placedMarks(
      sheet,
      writesIn(recording, passed).filter((write) => write.to > this.#until && write.to <= time),
      appliedIn(recording, passed).filter((mark) => mark.time > this.#until),
      this.#last,
    )
    this.#until = time
    const labels = sent.length === 0 ? [] : placedLabels(this.#slice(this.#reached, scene).getContext('2d')!, sheet, sent, this.#taken, this.#said)
    const boxes = ended.map((message) => lineOf(sheet.picture, message, time))
    const every = sliceWidth / ratio
    const touched = new Set<number>()
    const touch = (x1: number, x2: number): void => {
      for (let index = Math.floor((x1 - 8) / every); index * every < x2 + 8; index++) touched.add(index)
    }
    for (const box of boxes) if (box !== null) touch(box[0], box[2])
    for (const { x1, x2 } of pieces) touch(x1, x2)
    for (const { x, wide } of labels) touch(x, x + wide)
    for (const { x1, x2 } of marks) touch(x1, x2)
    const onto = (x1: number, x2: number, index: number): boolean => x1 - 8 < (index + 1) * every && x2 + 8 > index * every
    const plotted = picture.width - picture.left - picture.right
    for (const index of touched) {
      const begins = this.#timeAt(scene, index)
      // What began before the window is nowhere to be seen; what runs far ahead of a window that stays is painted when it comes there.
      if (this.#timeAt(scene, index + 1) < this.#from) continue
      if (begins > picture.window.to * 2 - picture.window.from) {
        this.#missing = Math.min(this.#missing, index)
        continue
      }
      const context = this.#slice(index, scene).getContext('2d')!
      context.setTransform(ratio, 0, 0, ratio, -index * sliceWidth, 0)
      paintLabels(context, sheet, labels.filter(({ x, wide }: Label) => onto(x, x + wide, index)))
      paintMarks(context, sheet, marks.filter(({ x1, x2 }) => onto(x1, x2, index)))
      // Lines come under what is written and marked, whichever came first.
      context.globalCompositeOperation = 'destination-over'
      paintLines(context, sheet, ended.filter((_, i) => boxes[i] !== null && onto(boxes[i]![0], boxes[i]![2], index)), 'ended')
      context.setTransform(1, 0, 0, 1, -index * sliceWidth, 0)
      paintPieces(context, sheet, pieces.filter(({ x1, x2 }) => onto(x1, x2, index)))
      context.globalCompositeOperation = 'source-over'
      if (index <= this.#reached) continue
      this.#reached = index
      // How crowded it is now decides for the next slice.
      if (index * every > plotted) this.#every = messagesIn(recording, { from: time - (picture.window.to - picture.window.from), to: time }, filter, drawnMax).every
    }
  }

  /** All slices as one picture without a margin. */
  #sheet(picture: Picture): Picture {
    const { window, width, left, right } = picture
    return { ...picture, window: { from: this.#origin, to: this.#origin + window.to - window.from }, width: width - left - right, left: 0, right: 0 }
  }

  /** Is the line of this message painted here as it grows? */
  hasGrown(message: Message): boolean {
    return this.#grown.has(message)
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
