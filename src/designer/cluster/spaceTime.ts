import { firstAfter, type Applied, type DiskWrite, type Message, type MessageKind, type Recording } from './recording.ts'

/**
 * The geometry of the space-time diagram: time runs to the right, each machine has a lane, a message is a line from where it was sent to where it arrived. Pure: what
 * is drawn and what a pointer hits follow from the recording, the window and the size alone.
 */
export interface Window {
  /** µs */
  readonly from: number
  readonly to: number
}

export interface Lane {
  readonly node: number
  readonly y: number
}

export interface Picture {
  readonly window: Window
  readonly width: number
  readonly height: number
  /** Where the lanes begin, and how much is left of them at the right. */
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly lanes: readonly Lane[]
  /** By node; NaN for one without a lane. */
  readonly yOf: readonly number[]
  /** Machines for whose lanes there is no room. */
  readonly without: number
}

export interface Filter {
  readonly kinds: ReadonlySet<MessageKind>
  /** Only what goes to or from this machine; −1 is all. */
  readonly node: number
}

export const spanMin = 4_000
export const spanMax = 120_000_000

const margin = { left: 46, right: 14, top: 30, bottom: 26 }

/** Least room for the lane of a server, and of another machine, that names can be read beside. */
const serverRoom = 17
const otherRoom = 13

/**
 * Clients above, the ensemble below, as requests fall and replies rise; what takes no part in any protocol has no lane (`kinds`, of every machine). Where there is no room for all, the ensemble has its lanes, then those who
 * lead others, then whoever fits.
 */
export function pictureOf(nodes: number, ensemble: number, window: Window, width: number, height: number, kinds: readonly string[] = []): Picture {
  const room = Math.max(40, height - margin.top - margin.bottom)
  const others = Array.from({ length: nodes - ensemble }, (_, i) => ensemble + i).filter((node) => kinds[node] !== 'outside')
  const fitting = Math.max(0, Math.floor((room - ensemble * serverRoom) / otherRoom))
  const shown = others.length <= fitting ? others : others.toSorted((a, b) => rankOf(kinds[a]) - rankOf(kinds[b]) || a - b).slice(0, fitting).toSorted((a, b) => a - b)
  const order = [...shown, ...Array.from({ length: ensemble }, (_, i) => i)]
  const clients = shown.length
  const least = Math.min(1, room / (ensemble * serverRoom + clients * otherRoom))
  // A client's lane needs less of what is to spare than a server's, between which most messages run.
  const spare = Math.max(0, room - ensemble * serverRoom - clients * otherRoom) / (ensemble + clients / 2)
  const yOf: number[] = Array.from({ length: nodes }, () => Number.NaN)
  const lanes: Lane[] = []
  let at = margin.top
  for (const [index, node] of order.entries()) {
    const share = index < clients ? otherRoom * least + spare / 2 : serverRoom * least + spare
    const y = Math.round(at + share / 2) + 0.5
    lanes.push({ node, y })
    yOf[node] = y
    at += share
  }
  return { window, width, height, ...margin, top: margin.top, bottom: height - margin.bottom, lanes, yOf, without: others.length - shown.length }
}

function rankOf(kind: string | undefined): number {
  return kind === 'JobManager' ? 0 : kind === 'broker' ? 1 : 2
}

export function xOf({ window, left, right, width }: Picture, time: number): number {
  return left + ((time - window.from) / (window.to - window.from)) * (width - left - right)
}

export function timeAt({ window, left, right, width }: Picture, x: number): number {
  return window.from + ((x - left) / (width - left - right)) * (window.to - window.from)
}

/** Messages that touch the window and pass the filter, at most so many: of more, every n-th. */
export function messagesIn(recording: Recording, window: Window, filter: Filter, max: number): { readonly messages: readonly Message[]; readonly every: number } {
  const { messages, longestFlight } = recording
  const first = firstAfter(messages, window.from - longestFlight, (message) => message.sent)
  const found: Message[] = []
  for (let i = first; i < messages.length; i++) {
    const message = messages[i]!
    if (message.sent > window.to) break
    if (message.arrives >= window.from && passes(message, filter)) found.push(message)
  }
  if (found.length <= max) return { messages: found, every: 1 }
  const every = Math.ceil(found.length / max)
  return { messages: found.filter((_, i) => i % every === 0), every }
}

/** How many messages touch the window and pass the filter. */
export function countIn(recording: Recording, window: Window, filter: Filter): number {
  const { messages, longestFlight } = recording
  let count = 0
  for (let i = firstAfter(messages, window.from - longestFlight, (message) => message.sent); i < messages.length && messages[i]!.sent <= window.to; i++) {
    if (messages[i]!.arrives >= window.from && passes(messages[i]!, filter)) count++
  }
  return count
}

export function passes(message: Message, { kinds, node }: Filter): boolean {
  return kinds.has(message.kind) && (node < 0 || message.from === node || message.to === node)
}

export function writesIn(recording: Recording, window: Window): readonly DiskWrite[] {
  // No write takes longer than a slow disk's worst.
  const first = firstAfter(recording.writes, window.from - 2_000_000, (write) => write.from)
  const found: DiskWrite[] = []
  for (let i = first; i < recording.writes.length && recording.writes[i]!.from <= window.to; i++) if (recording.writes[i]!.to >= window.from) found.push(recording.writes[i]!)
  return found
}

export function appliedIn(recording: Recording, window: Window): readonly Applied[] {
  const first = firstAfter(recording.applied, window.from, (mark) => mark.time)
  const found: Applied[] = []
  for (let i = first; i < recording.applied.length && recording.applied[i]!.time <= window.to; i++) found.push(recording.applied[i]!)
  return found
}

/** A message's line as far as it got by then: the whole way, or the part of it that has been gone. Null before it was sent. */
export function lineOf(picture: Picture, message: Message, now: number): readonly [number, number, number, number] | null {
  const x1 = xOf(picture, message.sent)
  const y1 = picture.yOf[message.from]!
  const y2 = picture.yOf[message.to]!
  if (message.sent > now || Number.isNaN(y1) || Number.isNaN(y2)) return null
  // What is lost at a machine's door is drawn up to there; what is lost on the way ends half-way.
  const share = message.fate === 'lostCut' ? 0.5 : 1
  const arrives = message.arrives > message.sent ? message.arrives : message.sent + 1
  const gone = Math.min(1, (now - message.sent) / (arrives - message.sent)) * share
  const x2 = xOf(picture, arrives)
  return [x1, y1, x1 + (x2 - x1) * gone, y1 + (y2 - y1) * gone]
}

export type Hit =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'write'; readonly write: DiskWrite }
  | { readonly kind: 'applied'; readonly applied: Applied }

/** What lies under the pointer: the nearest within reach. Marks on lanes come before lines, since lines cross. */
export function hitAt(recording: Recording, picture: Picture, filter: Filter, now: number, x: number, y: number, reach = 6): Hit | null {
  let best: Hit | null = null
  let distance = reach
  const near = (hit: Hit, away: number): void => {
    if (away >= distance) return
    best = hit
    distance = away
  }
  for (const applied of appliedIn(recording, picture.window)) {
    if (applied.time <= now) near({ kind: 'applied', applied }, Math.hypot(x - xOf(picture, applied.time), y - picture.yOf[applied.node]!))
  }
  for (const write of writesIn(recording, picture.window)) {
    if (write.to <= now) near({ kind: 'write', write }, Math.hypot(x - xOf(picture, write.to), y - picture.yOf[write.node]!) - 0.5)
  }
  if (best !== null) return best
  for (const message of messagesIn(recording, picture.window, filter, 6_000).messages) {
    const line = lineOf(picture, message, now)
    if (line !== null) near({ kind: 'message', message }, distanceTo(line, x, y))
  }
  return best
}

function distanceTo([x1, y1, x2, y2]: readonly [number, number, number, number], x: number, y: number): number {
  const dx = x2 - x1
  const dy = y2 - y1
  const length = dx * dx + dy * dy
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length))
  return Math.hypot(x - (x1 + t * dx), y - (y1 + t * dy))
}

/** Round instants for the axis, some 80 px apart. */
export function ticksOf(picture: Picture): readonly number[] {
  const { from, to } = picture.window
  const wanted = ((to - from) * 84) / Math.max(1, picture.width - picture.left - picture.right)
  const power = 10 ** Math.floor(Math.log10(wanted))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= wanted) ?? 10 * power
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(Math.round(at))
  return ticks
}

/** Seconds with as many decimals as tell neighbours apart. */
export function secondsText(micros: number, span: number): string {
  const decimals = span < 50_000 ? 4 : span < 20_000_000 ? 3 : 1
  return (micros / 1e6).toFixed(decimals)
}

/** A window of another length around a moment that stays where it is on the screen. */
export function zoomed(window: Window, factor: number, around: number): Window {
  const span = Math.min(spanMax, Math.max(spanMin, (window.to - window.from) * factor))
  const share = (around - window.from) / (window.to - window.from)
  const from = Math.max(-span * 0.1, around - share * span)
  return { from, to: from + span }
}

/** Where the window stands while it follows the place: the place at four fifths; in pages, it is turned when the place leaves it. */
export function following(window: Window, time: number, isPaged: boolean): Window {
  const span = window.to - window.from
  if (isPaged && time >= window.from && time <= window.from + span * 0.94) return window
  const from = isPaged ? Math.max(0, time - span * 0.12) : Math.max(0, time - span * 0.8)
  return { from, to: from + span }
}

/** Where the window stands after going somewhere: where it was, if the place is in it; else with what led there in sight. */
export function showing(window: Window, time: number): Window {
  const span = window.to - window.from
  if (time >= window.from && time <= window.to) return window
  const from = Math.max(0, time - span * 0.75)
  return { from, to: from + span }
}
