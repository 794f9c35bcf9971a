import { useLayoutEffect, useRef } from 'react'
import { useStoreApi } from '@xyflow/react'
import styles from './canvas.module.css'

/**
 * The dots behind the job. They repeat, so following the view takes a shift of less than one gap, which the browser does without drawing them again; only another zoom draws them anew. (React Flow's
 * own background renders and paints the whole ground with every frame of a pan.)
 */
export function Ground() {
  const store = useStoreApi()
  const ground = useRef<SVGSVGElement>(null)
  useLayoutEffect(() => {
    const svg = ground.current!
    const pattern = svg.querySelector('pattern')!
    let drawn = 0
    const follow = ({ transform: [x, y, zoom] }: { readonly transform: readonly [number, number, number] }): void => {
      const gap = gapPx * zoom
      if (zoom !== drawn) {
        drawn = zoom
        for (const side of ['x', 'y']) pattern.setAttribute(side, String(marginPx - gap / 2))
        for (const side of ['width', 'height']) pattern.setAttribute(side, String(gap))
        for (const name of ['cx', 'cy', 'r']) pattern.firstElementChild!.setAttribute(name, String(zoom / 2))
      }
      svg.style.transform = `translate(${Math.round(within(x, gap))}px, ${Math.round(within(y, gap))}px)`
    }
    follow(store.getState())
    return store.subscribe(follow)
  }, [store])
  return (
    <svg ref={ground} className={styles.ground} style={{ left: -marginPx, top: -marginPx, width: `calc(100% + ${marginPx}px)`, height: `calc(100% + ${marginPx}px)` }} aria-hidden="true">
      <pattern id="ground-dots" patternUnits="userSpaceOnUse">
        <circle />
      </pattern>
      <rect width="100%" height="100%" fill="url(#ground-dots)" />
    </svg>
  )
}

const gapPx = 24
/** The widest gap, at twice life's size. */
const marginPx = 48

function within(place: number, gap: number): number {
  return ((place % gap) + gap) % gap
}
