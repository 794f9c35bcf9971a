import { useEffect, useRef, useState } from 'react'
import { themeColours, watchTheme, type ThemeColours } from '../source/themeColours.ts'
import styles from './transport.module.css'

export type DrawLane = (context: CanvasRenderingContext2D, width: number, height: number, colours: ThemeColours) => void

/** One lane of the timeline as a picture, drawn again whenever it is rendered or the theme changes; `label` says the same in words. */
export function LaneCanvas({ label, draw }: { readonly label: string; readonly draw: DrawLane }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const colours = useRef<ThemeColours | null>(null)
  const size = useRef({ width: 0, height: 0 })
  const [, redraw] = useState(0)
  useEffect(() => {
    const again = (): void => redraw((count) => count + 1)
    // Told when it changes: asking for it with every drawing would lay out the page in the middle of a frame.
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect
      if (width === size.current.width && height === size.current.height) return
      size.current = { width, height }
      again()
    })
    observer.observe(canvas.current!)
    const unwatch = watchTheme(() => {
      colours.current = null
      again()
    })
    return () => {
      observer.disconnect()
      unwatch()
    }
  }, [])
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d') ?? null
    if (element === null || context === null) return
    colours.current ??= themeColours()
    const { width, height } = size.current
    const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)]
    if (across === 0 || down === 0) return
    // Setting either makes a new picture, also to what it was.
    if (element.width !== across) element.width = across
    if (element.height !== down) element.height = down
    context.reset()
    context.scale(devicePixelRatio, devicePixelRatio)
    draw(context, width, height, colours.current)
  })
  return (
    <div className={styles.bars}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  )
}
