import { useEffect, useRef, useState } from 'react'
import { themeColours, watchTheme, type ThemeColours } from '../source/themeColours.ts'
import styles from './transport.module.css'

export type DrawLane = (context: CanvasRenderingContext2D, width: number, height: number, colours: ThemeColours) => void

/** One lane of the timeline as a picture, drawn again whenever it is rendered or the theme changes; `label` says the same in words. */
export function LaneCanvas({ label, draw }: { readonly label: string; readonly draw: DrawLane }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const colours = useRef<ThemeColours | null>(null)
  const [, redraw] = useState(0)
  useEffect(
    () =>
      watchTheme(() => {
        colours.current = null
        redraw((count) => count + 1)
      }),
    [],
  )
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d') ?? null
    if (element === null || context === null) return
    colours.current ??= themeColours()
    const [width, height] = [element.clientWidth, element.clientHeight]
    element.width = Math.round(width * devicePixelRatio)
    element.height = Math.round(height * devicePixelRatio)
    context.scale(devicePixelRatio, devicePixelRatio)
    draw(context, width, height, colours.current)
  })
  return (
    <div className={styles.bars}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  )
}
