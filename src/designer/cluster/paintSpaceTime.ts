import type { ThemeColours } from './colours.ts'
import { cluster as t } from '../text/cluster.ts'
import { KeptPicture } from './keptPicture.ts'
import { tracePiece, type Piece } from './growth.ts'
import type { MessageLayer } from './messageLayer.ts'
import { stretchAt, type Applied, type DiskWrite, type Message, type MessageKind, type Recording } from './recording.ts'
import { lineOf, secondsText, ticksOf, xOf, type Filter, type Hit, type Picture } from './spaceTime.ts'
import type { Status } from './status.ts'
import { messageLabel } from './words.ts'

/**
 * Paints the space-time diagram. Kind is told by colour and by form: weight, dashes and arrow heads differ, so that nothing hangs on hue. Lines of one kind are one
 * path, which is what keeps thousands of them within a frame.
 */
export interface Scene {
  readonly recording: Recording
  readonly picture: Picture
  readonly filter: Filter
  readonly colours: ThemeColours
  /** The place in the run; what lies after it has not happened, or is faint. */
  readonly time: number
  /** How far the run has been played. */
  readonly end: number
  readonly hovered: Hit | null
  readonly chosen: Hit | null
  readonly violation: { readonly time: number; readonly node: number; readonly name: string } | null
  readonly ratio: number
}

interface Style {
  readonly colour: string
  readonly width: number
  readonly dash: readonly number[]
  readonly head: number
}

export function styleOf(kind: MessageKind, colours: ThemeColours): Style {
  const c = colours.of
  switch (kind) {
    case 'vote':
      return { colour: c('--warn'), width: 1.25, dash: [], head: 5 }
    case 'proposal':
      return { colour: c('--accent-line'), width: 1.75, dash: [], head: 6.5 }
    case 'ack':
      return { colour: c('--control'), width: 1.25, dash: [], head: 5 }
    case 'commit':
      return { colour: c('--ok'), width: 1.75, dash: [], head: 6.5 }
    case 'sync':
      return { colour: c('--fam-join'), width: 1.5, dash: [], head: 5.5 }
    case 'request':
      return { colour: c('--text-2'), width: 1, dash: [4, 2], head: 5 }
    case 'client':
      return { colour: c('--text-3'), width: 1, dash: [], head: 4 }
    case 'watch':
      return { colour: c('--late'), width: 1.25, dash: [1.5, 2], head: 5 }
    case 'job':
      return { colour: c('--fam-state'), width: 1.5, dash: [], head: 5.5 }
    case 'log':
      return { colour: c('--fam-sink'), width: 1.25, dash: [], head: 5 }
    case 'fetch':
      return { colour: c('--fam-sink'), width: 1, dash: [1.5, 2.5], head: 4 }
    case 'ping':
      return { colour: c('--idle'), width: 1, dash: [1, 3], head: 3 }
  }
}

export function isLabelled({ kind }: Message): boolean {
  return kind === 'proposal' || kind === 'sync'
}

const paintOrder: readonly MessageKind[] = ['ping', 'fetch', 'client', 'log', 'job', 'request', 'ack', 'vote', 'sync', 'watch', 'commit', 'proposal']

/** What one canvas keeps between its frames. */
export class Kept {
  readonly layer: MessageLayer
  readonly heads = new KeptPicture()
  readonly nothing = new KeptPicture()

  constructor(layer: MessageLayer) {
    this.layer = layer
  }
}

/** Tells how many messages one stroke stands for, and how many are drawn on their way. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, kept: Kept): { readonly every: number; readonly underWay: number } {
  const { picture, ratio, colours } = scene
  const { layer } = kept
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = colours.of('--panel')
  context.fillRect(0, 0, picture.width, picture.height)
  context.textBaseline = 'alphabetic'
  context.lineCap = 'butt'
  paintEras(context, scene)
  context.save()
  context.beginPath()
  context.rect(picture.left, 0, picture.width - picture.left - picture.right + 6, picture.height)
  context.clip()
  paintCuts(context, scene)
  paintLanes(context, scene)
  context.restore()
  layer.paint(context, scene)
  context.save()
  context.beginPath()
  context.rect(picture.left, 0, picture.width - picture.left - picture.right + 6, picture.height)
  context.clip()
  const { underWay, future } = layer.open(scene)
  paintLines(context, scene, future, 'future')
  const drawn = paintLines(context, scene, underWay, 'underWay', (message) => layer.hasGrown(message))
  paintFaults(context, scene)
  paintHits(context, scene)
  context.restore()
  paintPlace(context, scene, kept.nothing)
  paintViolation(context, scene)
  putLaneHeads(context, scene, kept.heads)
  return { every: layer.every, underWay: drawn }
}

const sans = (weight: number, size: number): string => `${weight} ${size}px "Inter Variable", Inter, system-ui, sans-serif`
const mono = (weight: number, size: number): string => `${weight} ${size}px "JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace`

function paintEras(context: CanvasRenderingContext2D, { picture, recording, colours, time }: Scene): void {
  const { window, left, top, bottom } = picture
  const right = picture.width - picture.right
  let labelFrom = left
  for (const era of recording.eras) {
    if (era.to < window.from || era.from > window.to || era.from > time) continue
    const x1 = Math.max(left, xOf(picture, era.from))
    const x2 = Math.min(right, xOf(picture, Math.min(era.to, Math.max(time, era.from))))
    if (era.kind === 'election' || era.kind === 'noQuorum') {
      context.fillStyle = colours.of(era.kind === 'election' ? '--warn-soft' : '--error-soft')
      context.globalAlpha = 0.65
      context.fillRect(x1, top - 8, x2 - x1, bottom - top + 8)
      context.globalAlpha = 1
    }
    if (era.from >= window.from) {
      context.strokeStyle = colours.of('--border')
      context.lineWidth = 1
      context.beginPath()
      context.moveTo(Math.round(x1) + 0.5, 4)
      context.lineTo(Math.round(x1) + 0.5, bottom)
      context.stroke()
    }
    const [name, detail] = t.eras[era.kind](era.number)
    context.font = sans(620, 11)
    const wide = context.measureText(name).width
    const x = Math.max(labelFrom, x1 + (era.from >= window.from ? 7 : 0))
    // A label that has no room leaves the line to its neighbour.
    if (x2 - x < wide + 4) continue
    context.fillStyle = colours.of(era.kind === 'noQuorum' ? '--error' : '--text')
    context.fillText(name, x, 14)
    context.font = sans(430, 11)
    const all = wide + 4 + context.measureText(detail).width
    if (detail !== '' && x2 - x > all + 4) {
      context.fillStyle = colours.of(era.kind === 'noQuorum' ? '--error' : '--text-2')
      context.fillText(detail, x + wide + 4, 14)
      labelFrom = x + all + 8
    } else labelFrom = x + wide + 8
  }
}

function paintCuts(context: CanvasRenderingContext2D, { picture, recording, colours, time }: Scene): void {
  const { window } = picture
  const band = laneGap(picture) * 0.36
  for (const cut of recording.cuts) {
    if (cut.to < window.from || cut.from > window.to || cut.from > time) continue
    const x1 = xOf(picture, cut.from)
    const x2 = xOf(picture, Math.min(cut.to, Math.max(time, cut.from)))
    context.strokeStyle = colours.of('--late-line')
    context.lineWidth = 1
    for (const node of cut.apart) {
      const y = picture.yOf[node]!
      context.save()
      context.beginPath()
      context.rect(x1, y - band, x2 - x1, band * 2)
      context.clip()
      context.fillStyle = colours.of('--late-soft')
      context.fillRect(x1, y - band, x2 - x1, band * 2)
      context.globalAlpha = 0.8
      context.beginPath()
      // Hatching stands still while the window moves over it.
      const start = Math.floor((x1 - band * 2) / 7) * 7
      for (let x = start; x < x2 + band * 2; x += 7) {
        context.moveTo(x, y + band)
        context.lineTo(x + band * 2, y - band)
      }
      context.stroke()
      context.restore()
    }
    context.font = sans(530, 11)
    context.fillStyle = colours.of('--late')
    const first = cut.apart[0]
    if (first !== undefined && x2 - x1 > 60) context.fillText(t.cutOff(cut.apart.length), Math.max(x1, picture.left) + 5, picture.yOf[first]! - band + 10)
  }
}

export function laneGap({ lanes }: Picture): number {
  const last = lanes[lanes.length - 1]
  const before = lanes[lanes.length - 2]
  return last === undefined || before === undefined ? 60 : last.y - before.y
}

/** Width of the line, dash, colour token. */
const laneLooks: Readonly<Record<Status, readonly [number, readonly number[], string]>> = {
  down: [1, [1.5, 4], '--error'],
  paused: [3, [2, 3], '--late-line'],
  looking: [1.5, [3.5, 2.5], '--warn'],
  waiting: [6, [], '--warn-line'],
  discovery: [1.5, [7, 2], '--fam-join'],
  sync: [1.5, [7, 2], '--fam-join'],
  following: [1.5, [], '--control'],
  observing: [1.5, [], '--idle'],
  leading: [5, [], '--accent-line'],
  connected: [1, [], '--border'],
  suspended: [1, [2, 3], '--control'],
  other: [1, [], '--border'],
}

function paintLanes(context: CanvasRenderingContext2D, { picture, recording, colours, time, end }: Scene): void {
  const { window } = picture
  for (const { node, y } of picture.lanes) {
    for (const stretch of recording.lives[node]!) {
      if (stretch.to < window.from || stretch.from > window.to) continue
      const [width, dash, token] = laneLooks[stretch.status]
      context.lineWidth = width
      context.setLineDash([...dash])
      context.strokeStyle = colours.of(token)
      const until = Math.min(stretch.to, end)
      for (const [from, to, alpha] of [
        [stretch.from, Math.min(until, time), 1],
        [Math.max(stretch.from, time), until, 0.4],
      ] as const) {
        if (to <= from) continue
        context.globalAlpha = alpha
        context.beginPath()
        context.moveTo(Math.max(picture.left, xOf(picture, from)), y)
        context.lineTo(xOf(picture, to), y)
        context.stroke()
      }
    }
  }
  context.globalAlpha = 1
  context.setLineDash([])
}

/**
 * Lines of messages with their heads: the whole way, or what has been gone of it; faint what lies in a future that is known. Of what has ended, and of what `isPainted`, only the end is painted:
 * the line has grown there (`paintPieces`). Tells how many were drawn. Each line is a stroke of its own: one path of hundreds that cross is filled at a quarter more of the processor's time.
 */
export function paintLines(context: CanvasRenderingContext2D, scene: Scene, messages: readonly Message[], which: 'future' | 'underWay' | 'ended', isPainted: (message: Message) => boolean = () => which === 'ended'): number {
  const { picture, colours } = scene
  const isFuture = which === 'future'
  const until = isFuture ? scene.end : scene.time
  const groups = new Map<MessageKind, Message[]>()
  for (const message of messages) {
    const group = groups.get(message.kind)
    if (group === undefined) groups.set(message.kind, [message])
    else group.push(message)
  }
  let drawn = 0
  context.globalAlpha = isFuture ? 0.22 : 1
  for (const kind of paintOrder) {
    const group = groups.get(kind)
    if (group === undefined) continue
    const { colour, width, dash, head } = styleOf(kind, colours)
    context.strokeStyle = colour
    context.fillStyle = colour
    context.lineWidth = width
    context.setLineDash([...dash])
    const heads: Line[] = []
    const lost: Line[] = []
    for (const message of group) {
      const line = lineOf(picture, message, until)
      if (line === null) continue
      drawn++
      if (!isPainted(message)) {
        context.beginPath()
        context.moveTo(line[0], line[1])
        context.lineTo(line[2], line[3])
        context.stroke()
      }
      if (message.fate.startsWith('lost') && message.arrives <= until) lost.push(line)
      else heads.push(line)
    }
    context.setLineDash([])
    if (heads.length > 0) {
      context.beginPath()
      for (const line of heads) arrow(context, line, head)
      context.fill()
    }
    if (lost.length === 0) continue
    context.lineWidth = 1.5
    context.strokeStyle = colours.of('--error')
    context.beginPath()
    for (const [, , x, y] of lost) {
      context.moveTo(x - 3, y - 3)
      context.lineTo(x + 3, y + 3)
      context.moveTo(x + 3, y - 3)
      context.lineTo(x - 3, y + 3)
    }
    context.stroke()
  }
  context.globalAlpha = 1
  return drawn
}

/** Pieces that lines have grown by, in device pixels. Many short ones are one path; a long one, which crosses many, is its own. */
export function paintPieces(context: CanvasRenderingContext2D, { colours, ratio }: Scene, pieces: readonly Piece[]): void {
  for (const kind of paintOrder) {
    const { colour, width, dash } = styleOf(kind, colours)
    const dashes = dash.map((length) => length * ratio)
    let isOpen = false
    for (const piece of pieces) {
      if (piece.kind !== kind) continue
      context.fillStyle = colour
      const isLong = piece.length > longPiece
      if (isLong && isOpen) context.fill()
      if (isLong || !isOpen) context.beginPath()
      tracePiece(context, piece, width * ratio, dashes)
      if (isLong) context.fill()
      isOpen = !isLong
    }
    if (isOpen) context.fill()
  }
}

const longPiece = 48

type Line = readonly [number, number, number, number]

function arrow(context: CanvasRenderingContext2D, [x1, y1, x2, y2]: readonly [number, number, number, number], size: number): void {
  const length = Math.hypot(x2 - x1, y2 - y1)
  if (length < size) return
  const ux = (x2 - x1) / length
  const uy = (y2 - y1) / length
  const bx = x2 - ux * size
  const by = y2 - uy * size
  context.moveTo(x2, y2)
  context.lineTo(bx - uy * size * 0.42, by + ux * size * 0.42)
  context.lineTo(bx + uy * size * 0.42, by - ux * size * 0.42)
  context.closePath()
}

export interface Label {
  readonly x: number
  readonly y: number
  readonly wide: number
  readonly text: string
}

/** The zxid where a proposal leaves and the epoch where NEWLEADER does, once per instant, where there is room. */
export function placedLabels(context: CanvasRenderingContext2D, { picture }: Scene, messages: readonly Message[], busyUntil: Map<number, number>, said: Set<string>): readonly Label[] {
  const labels: Label[] = []
  context.font = mono(500, 11)
  for (const message of messages) {
    const text = messageLabel(message)
    if (text === null) continue
    const key = `${message.from} ${text}`
    if (said.has(key)) continue
    said.add(key)
    const x = xOf(picture, message.sent)
    const y = picture.yOf[message.from]!
    if (x < (busyUntil.get(message.from) ?? -Infinity)) continue
    const wide = context.measureText(text).width
    // Under a low lane, unless the axis is there.
    const isUnder = y > (picture.top + picture.bottom) / 2 && y + 16 <= picture.bottom + 4
    // Left of where it is said, but not before the run began.
    labels.push({ x: Math.max(x - wide - 3, xOf(picture, 0) + 2), y: isUnder ? y + 16 : y - 8, wide, text })
    busyUntil.set(message.from, x + wide + 14)
  }
  return labels
}

export function paintLabels(context: CanvasRenderingContext2D, { colours }: Scene, labels: readonly Label[]): void {
  if (labels.length === 0) return
  context.font = mono(500, 11)
  context.fillStyle = colours.of('--text')
  context.strokeStyle = colours.of('--panel')
  context.lineWidth = 3
  context.lineJoin = 'round'
  for (const { x, y, text } of labels) {
    context.strokeText(text, x, y)
    context.fillText(text, x, y)
  }
}

/** A disk write with the time it took, the tick at its end, or a transaction that was applied. */
export interface Mark {
  readonly kind: 'took' | 'tick' | 'dot'
  readonly x1: number
  readonly x2: number
  readonly y: number
  readonly half: number
}

/** Disk writes that ended and transactions that were applied; of marks that would lie upon one another on a lane, the first. `last` has where that is. */
export function placedMarks({ picture }: Scene, writes: readonly DiskWrite[], applied: readonly Applied[], last: Float64Array): readonly Mark[] {
  const marks: Mark[] = []
  for (const write of writes) {
    const x1 = xOf(picture, write.from)
    const x2 = xOf(picture, write.to)
    const y = picture.yOf[write.node]!
    // A write that takes its time is seen taking it.
    if (x2 - x1 >= 3) marks.push({ kind: 'took', x1, x2, y: y + 3, half: 0 })
    if (write.fate !== 'done' || Math.abs(x2 - last[write.node * 2]!) < 2) continue
    last[write.node * 2] = x2
    marks.push({ kind: 'tick', x1: x2, x2, y, half: write.kind === 'fsync' ? 5 : 3.5 })
  }
  for (const { node, time } of applied) {
    const x = xOf(picture, time)
    if (Math.abs(x - last[node * 2 + 1]!) < 3) continue
    last[node * 2 + 1] = x
    marks.push({ kind: 'dot', x1: x, x2: x, y: picture.yOf[node]!, half: 3.6 })
  }
  return marks
}

export function paintMarks(context: CanvasRenderingContext2D, { colours }: Scene, marks: readonly Mark[]): void {
  context.lineWidth = 3
  context.strokeStyle = colours.of('--text-3')
  context.globalAlpha = 0.45
  context.beginPath()
  for (const { kind, x1, x2, y } of marks) {
    if (kind !== 'took') continue
    context.moveTo(x1, y)
    context.lineTo(x2, y)
  }
  context.stroke()
  context.globalAlpha = 1
  context.lineWidth = 2
  context.strokeStyle = colours.of('--text')
  context.beginPath()
  for (const { kind, x1, y, half } of marks) {
    if (kind !== 'tick') continue
    context.moveTo(x1, y - half)
    context.lineTo(x1, y + half)
  }
  context.stroke()
  context.fillStyle = colours.of('--ok')
  context.strokeStyle = colours.of('--panel')
  context.lineWidth = 1.5
  for (const { kind, x1, y, half } of marks) {
    if (kind !== 'dot') continue
    context.beginPath()
    context.arc(x1, y, half, 0, 7)
    context.fill()
    context.stroke()
  }
}

/** Crashes and restarts, where they happen. */
function paintFaults(context: CanvasRenderingContext2D, { picture, recording, colours, time }: Scene): void {
  const { window } = picture
  for (const { node, y } of picture.lanes) {
    const life = recording.lives[node]!
    for (const [i, stretch] of life.entries()) {
      if (stretch.from < window.from - 1 || stretch.from > window.to || stretch.from > time || i === 0) continue
      const before = life[i - 1]!.status
      const x = xOf(picture, stretch.from)
      if (stretch.status === 'down') {
        if (node < recording.world.servers) {
          context.strokeStyle = colours.of('--error')
          context.lineWidth = 1
          context.setLineDash([2, 3])
          context.beginPath()
          context.moveTo(Math.round(x) + 0.5, picture.top - 8)
          context.lineTo(Math.round(x) + 0.5, picture.bottom)
          context.stroke()
          context.setLineDash([])
        }
        context.fillStyle = colours.of('--panel')
        context.beginPath()
        context.arc(x, y, 8.5, 0, 7)
        context.fill()
        context.strokeStyle = colours.of('--error')
        context.lineWidth = 2.25
        context.beginPath()
        context.moveTo(x - 4.5, y - 4.5)
        context.lineTo(x + 4.5, y + 4.5)
        context.moveTo(x + 4.5, y - 4.5)
        context.lineTo(x - 4.5, y + 4.5)
        context.stroke()
      } else if (before === 'down') {
        context.fillStyle = colours.of('--panel')
        context.strokeStyle = colours.of('--ok')
        context.lineWidth = 2
        context.beginPath()
        context.arc(x, y, 5, 0, 7)
        context.fill()
        context.stroke()
      }
    }
  }
}

/** Over everything, where the run stopped. */
function paintViolation(context: CanvasRenderingContext2D, { picture, colours, time, violation }: Scene): void {
  const { window } = picture
  if (violation !== null && violation.time >= window.from && violation.time <= window.to && violation.time <= time) {
    const x = Math.round(xOf(picture, violation.time)) + 0.5
    context.strokeStyle = colours.of('--error')
    context.lineWidth = 2
    context.beginPath()
    context.moveTo(x, picture.top - 8)
    context.lineTo(x, picture.bottom)
    context.stroke()
    context.font = sans(620, 11)
    const wide = context.measureText(violation.name).width + 12
    context.fillStyle = colours.of('--error')
    const at = Math.min(x, picture.width - picture.right - wide)
    context.fillRect(at, picture.top - 8, wide, 17)
    context.fillStyle = colours.of('--panel')
    context.fillText(violation.name, at + 6, picture.top + 4)
  }
}

function paintHits(context: CanvasRenderingContext2D, { picture, colours, hovered, chosen, time, end }: Scene): void {
  for (const [hit, isChosen] of [
    [hovered, false],
    [chosen, true],
  ] as const) {
    if (hit === null) continue
    context.strokeStyle = colours.of('--accent')
    context.lineWidth = isChosen ? 3 : 2
    context.beginPath()
    if (hit.kind === 'message') {
      const line = lineOf(picture, hit.message, Math.max(time, Math.min(end, hit.message.arrives)))
      if (line === null) continue
      context.globalAlpha = isChosen ? 0.28 : 0.2
      context.lineWidth = 9
      context.lineCap = 'round'
      context.moveTo(line[0], line[1])
      context.lineTo(line[2], line[3])
      context.stroke()
      context.globalAlpha = 1
      context.lineCap = 'butt'
      if (isChosen) {
        context.lineWidth = 2
        context.beginPath()
        context.moveTo(line[0], line[1])
        context.lineTo(line[2], line[3])
        context.stroke()
      }
      continue
    }
    const [at, node] = hit.kind === 'write' ? [hit.write.to, hit.write.node] : [hit.applied.time, hit.applied.node]
    context.arc(xOf(picture, at), picture.yOf[node]!, 8, 0, 7)
    context.stroke()
  }
}

/** The axis with its ticks, which stand at instants and so never change. */
export function paintAxis(context: CanvasRenderingContext2D, { colours, picture: { window } }: Scene, picture: Picture): void {
  const { left, bottom, width, right } = picture
  context.strokeStyle = colours.of('--border')
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(left, bottom + 0.5)
  context.lineTo(width - right, bottom + 0.5)
  context.stroke()
  context.font = mono(450, 11)
  context.textAlign = 'center'
  context.fillStyle = colours.of('--text-3')
  context.strokeStyle = colours.of('--control')
  for (const tick of ticksOf(picture)) {
    if (tick < 0) continue
    const x = Math.round(xOf(picture, tick)) + 0.5
    context.beginPath()
    context.moveTo(x, bottom)
    context.lineTo(x, bottom + 4)
    context.stroke()
    context.fillText(secondsText(tick, window.to - window.from), x, bottom + 18)
  }
  context.textAlign = 'left'
}

const hatchGap = 8

/** Where the run stands, with its time; and beyond the newest moment, where there is nothing yet. */
function paintPlace(context: CanvasRenderingContext2D, { picture, colours, time, end, ratio }: Scene, nothing: KeptPicture): void {
  const { bottom, top, window, width } = picture
  const right = width - picture.right
  const span = window.to - window.from
  const endX = Math.ceil(xOf(picture, end))
  if (endX < right && end >= window.from) {
    const from = Math.max(endX, picture.left)
    const wide = right - from
    const high = bottom - top + 8
    const colour = colours.of('--hairline')
    nothing.put(context, `${colour} ${(from - endX) % hatchGap}`, from, top - 8, wide, high, ratio, (hatch) => {
      hatch.strokeStyle = colour
      hatch.beginPath()
      for (let x = (endX - from) % hatchGap; x < wide + high; x += hatchGap) {
        hatch.moveTo(x, 0)
        hatch.lineTo(x - high, high)
      }
      hatch.stroke()
    })
  }
  const x = Math.round(xOf(picture, time))
  const isShown = time >= window.from && time <= window.to
  // The words of a tick that comes too near make room, and so do those that an edge would cut.
  context.fillStyle = colours.of('--panel')
  const beyond = (40 * span) / (right - picture.left)
  const wider = { ...picture, window: { from: window.from - beyond, to: window.to + beyond }, left: picture.left - 40, right: picture.right - 40 }
  for (const tick of ticksOf(wider)) {
    const at = xOf(picture, tick)
    if (at < picture.left - 1 || at > right - 5 || (isShown && Math.abs(at - x) <= 48)) context.fillRect(Math.round(at) - 26, bottom + 6, 52, 20)
  }
  if (!isShown) return
  const label = secondsText(time, span)
  context.textAlign = 'center'
  context.font = mono(600, 11)
  const wide = label.length * 6.6 + 14
  context.strokeStyle = colours.of('--accent')
  context.lineWidth = 1.5
  context.beginPath()
  context.moveTo(x, 20)
  context.lineTo(x, bottom + 6)
  context.stroke()
  context.fillStyle = colours.of('--accent')
  context.beginPath()
  context.roundRect(x - wide / 2, bottom + 5, wide, 17, 4)
  context.fill()
  context.fillStyle = colours.of('--on-accent')
  context.fillText(label, x, bottom + 17.5)
  context.textAlign = 'left'
}

function putLaneHeads(context: CanvasRenderingContext2D, scene: Scene, heads: KeptPicture): void {
  const { picture, recording, colours, time, ratio } = scene
  const era = stretchAt(recording.eras, time)
  const states = picture.lanes.map(({ node, y }) => `${node}:${y}:${stretchAt(recording.lives[node]!, time)?.status ?? 'down'}`).join(' ')
  const key = `${states} ${era?.kind} ${era?.leader} ${colours.of('--panel')} ${recording.world.names.join()}`
  heads.put(context, key, 0, 0, picture.left, picture.height, ratio, (own) => paintLaneHeads(own, scene))
}

function paintLaneHeads(context: CanvasRenderingContext2D, { picture, recording, colours, time }: Scene): void {
  const { servers, observers } = recording.world
  // In a low panel lanes are close, and heads must not run into each other.
  const radius = Math.min(11, Math.max(7, laneGap(picture) / 2 - 1))
  context.textAlign = 'center'
  for (const { node, y } of picture.lanes) {
    const status = stretchAt(recording.lives[node]!, time)?.status ?? 'down'
    if (node >= servers + observers) {
      context.font = sans(530, 11)
      context.textAlign = 'left'
      context.fillStyle = colours.of(status === 'down' ? '--error' : '--text-2')
      context.fillText(t.laneName(recording.world.names[node]!), 4, y + 4)
      context.textAlign = 'center'
      continue
    }
    const era = stretchAt(recording.eras, time)
    const isDeposed = status === 'leading' && (era?.kind !== 'broadcast' || era.leader !== node)
    const isLeader = status === 'leading' && !isDeposed
    const isDown = status === 'down'
    context.beginPath()
    context.arc(20, y, radius, 0, 7)
    context.fillStyle = colours.of(isLeader ? '--accent' : isDown ? '--error-soft' : '--card')
    context.fill()
    context.lineWidth = 1.25
    context.setLineDash(isDown ? [2, 2] : node >= servers ? [4, 2] : [])
    context.strokeStyle = colours.of(isLeader ? '--accent' : isDown ? '--error' : status === 'looking' || status === 'waiting' || isDeposed ? '--warn' : '--control')
    context.stroke()
    context.setLineDash([])
    context.font = sans(620, radius < 10 ? 10 : 11.5)
    context.fillStyle = colours.of(isLeader ? '--on-accent' : isDown ? '--error' : '--text')
    context.fillText(String(node), 20, y + (radius < 10 ? 3.5 : 4))
  }
  context.textAlign = 'left'
}
