import { useSyncExternalStore } from 'react'

/**
 * Which edges carry a moving dot: those in view, while they are few. Motion says that rows flow; forty dots say it as well as four hundred, and the
 * machine stays cool (an animated edge apiece kept GPUs at 90 % in other editors). None under reduced motion.
 */
const dotsMax = 40

let withDot: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()

export function setEdgesInView(keys: readonly string[]): void {
  const still = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches
  const next = still || keys.length > dotsMax ? new Set<string>() : new Set(keys)
  if (next.size === withDot.size && [...next].every((key) => withDot.has(key))) return
  withDot = next
  for (const listener of listeners) listener()
}

export function useHasDot(key: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => withDot.has(key),
  )
}

const pixelsPerSecond = 90

/** Moves an element along a path by transform alone, so that the browser can do it without us. Begins at rest. */
export function dotAnimation(dot: SVGElement, path: SVGPathElement): Animation | null {
  const length = path.getTotalLength()
  if (length < 24) return null
  const steps = Math.max(2, Math.min(40, Math.ceil(length / 8)))
  const frames = Array.from({ length: steps + 1 }, (_, i) => {
    const { x, y } = path.getPointAtLength((length * i) / steps)
    return { transform: `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)` }
  })
  const animation = dot.animate(frames, { duration: (length / pixelsPerSecond) * 1000, iterations: Infinity })
  animation.pause()
  return animation
}
