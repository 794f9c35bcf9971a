/** Where the servers of the ring stand. Pure. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface RingPlaces {
  readonly points: readonly Point[]
  readonly centre: Point
  readonly radius: number
  readonly serverRadius: number
}

export function ringOf(count: number, width: number, height: number): RingPlaces {
  const serverRadius = count > 7 ? 13 : count > 5 ? 15 : 17
  const centre = { x: width / 2, y: height / 2 + 3 }
  const radius = height / 2 - serverRadius - 24
  return { points: Array.from({ length: count }, (_, i) => pointAt(centre, radius, angleOf(i, count))), centre, radius, serverRadius }
}

/** The first stands at the top; the rest go round by the clock. */
function angleOf(index: number, count: number): number {
  return (index / count) * Math.PI * 2 - Math.PI / 2
}

function pointAt({ x, y }: Point, radius: number, angle: number): Point {
  return { x: round(x + Math.cos(angle) * radius), y: round(y + Math.sin(angle) * radius) }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** A server's share of the outer ring. */
export function arcPath(centre: Point, radius: number, index: number, count: number): string {
  const half = Math.PI / count
  const gap = 0.09
  const middle = angleOf(index, count)
  const from = pointAt(centre, radius, middle - half + gap)
  const to = pointAt(centre, radius, middle + half - gap)
  return `M${from.x} ${from.y}A${radius} ${radius} 0 ${half * 2 - gap * 2 > Math.PI ? 1 : 0} 1 ${to.x} ${to.y}`
}

/** From rim to rim instead of from centre to centre. */
export function shortened(from: Point, to: Point, by: number): readonly [Point, Point] {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  if (length <= by * 2) return [from, to]
  const ux = ((to.x - from.x) / length) * by
  const uy = ((to.y - from.y) / length) * by
  return [
    { x: round(from.x + ux), y: round(from.y + uy) },
    { x: round(to.x - ux), y: round(to.y - uy) },
  ]
}
