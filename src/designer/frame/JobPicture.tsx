import type { Job, Position } from '../../job/job.ts'
import { faceOf } from '../store/definitions.ts'
import { placeOf } from '../store/places.ts'
import styles from './JobPicture.module.css'

/**
 * A job as a small drawing: its own layout, boxes with the family's colour, channels with a bed and a flow. Decoration: the card beside it says
 * everything in words.
 */
export function JobPicture({ job }: { readonly job: Job }) {
  const places = placesOf(job)
  const box = { width: 30, height: 14 }
  return (
    <svg className={styles.picture} viewBox="0 0 232 92" fill="none" aria-hidden="true">
      {job.edges.map((edge) => {
        const from = places.get(edge.from)
        const to = places.get(edge.to)
        if (from === undefined || to === undefined) return null
        const path = channel({ x: from.x + box.width, y: from.y + box.height / 2 }, { x: to.x, y: to.y + box.height / 2 })
        return (
          <g key={`${edge.from} ${edge.fromPort ?? ''} ${edge.to} ${edge.toPort ?? ''}`}>
            <path d={path} stroke="var(--channel)" strokeWidth="5" />
            <path d={path} stroke={edge.fromPort === 'late' ? 'var(--late)' : 'var(--accent-line)'} strokeWidth="1.75" />
          </g>
        )
      })}
      {job.operators.map((operator) => {
        const { x, y } = places.get(operator.id)!
        return (
          <g key={operator.id}>
            <rect x={x} y={y} width={box.width} height={box.height} rx="3.5" fill="var(--card)" stroke="var(--control)" />
            <rect x={x + 4} y={y + 4} width="6" height="6" rx="1.5" fill={`var(--fam-${faceOf(operator.kind)?.family ?? 'shape'})`} />
            <path d={`M${x + 13} ${y + 7}h12`} stroke="var(--idle)" strokeWidth="2" strokeLinecap="round" />
          </g>
        )
      })}
    </svg>
  )
}

/** The job's own layout, scaled into the picture; columns at least a box and a channel apart. */
function placesOf(job: Job): Map<string, Position> {
  const raw = job.operators.map(({ id }) => [id, placeOf(job, id)] as const)
  if (raw.length === 0) return new Map()
  const xs = raw.map(([, place]) => place.x)
  const ys = raw.map(([, place]) => place.y)
  const left = Math.min(...xs)
  const top = Math.min(...ys)
  const wide = Math.max(...xs) - left
  const high = Math.max(...ys) - top
  const scaleX = wide === 0 ? 0 : Math.min(178 / wide, 58 / 193)
  const scaleY = high === 0 ? 0 : Math.min(58 / high, 28 / 110)
  const offsetX = (232 - (wide * scaleX + 30)) / 2
  const offsetY = (92 - (high * scaleY + 14)) / 2
  return new Map(raw.map(([id, place]) => [id, { x: offsetX + (place.x - left) * scaleX, y: offsetY + (place.y - top) * scaleY }]))
}

function channel(from: Position, to: Position): string {
  if (Math.abs(from.y - to.y) < 0.5) return `M${from.x} ${from.y}H${to.x}`
  const middle = (from.x + to.x) / 2
  const bend = Math.min(6, Math.abs(to.y - from.y) / 2, Math.max(0, (to.x - from.x) / 2))
  const down = to.y > from.y ? 1 : -1
  return `M${from.x} ${from.y}H${middle - bend}Q${middle} ${from.y} ${middle} ${from.y + down * bend}V${to.y - down * bend}Q${middle} ${to.y} ${middle + bend} ${to.y}H${to.x}`
}
