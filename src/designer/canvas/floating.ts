import type { Position } from '../../job/job.ts'
import { operatorSize } from '../store/designerStore.ts'

/** Where a note about an operator can stand without covering another: below it, else above, else below all the same. Pure. */
export function spotBeside(place: Position, size: { readonly width: number; readonly height: number }, others: readonly Position[]): Position & { readonly side: 'below' | 'above' } {
  const x = place.x + shift
  const below = { x, y: place.y + operatorSize.height + gap, side: 'below' as const }
  const above = { x, y: place.y - gap - size.height, side: 'above' as const }
  const free = (spot: Position): boolean => !others.some((other) => overlaps(spot, size, other))
  return free(below) || !free(above) ? below : above
}

const gap = 18
/** Clear of the labels beside the channels that come in from the left. */
const shift = 12

function overlaps(spot: Position, size: { readonly width: number; readonly height: number }, node: Position): boolean {
  return spot.x < node.x + operatorSize.width && node.x < spot.x + size.width && spot.y < node.y + operatorSize.height && node.y < spot.y + size.height
}
