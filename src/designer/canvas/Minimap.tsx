import { useEffect, useRef } from 'react'
import { useReactFlow, useStoreApi } from '@xyflow/react'
import { themeColours, watchTheme, type ThemeColours } from '../source/themeColours.ts'
import { operatorSize } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import type { CanvasNode, ChannelFlowEdge } from './flow.ts'
import styles from './canvas.module.css'

/**
 * The whole job in the corner of an eye, what is outside of the view dimmed. Dragging moves the view, the wheel zooms it.
 *
 * A picture of 84 × 26, drawn at most once a frame and without React. (As an SVG whose box follows the view, which is what React Flow has for this, every frame of a pan or a drag also made the browser put all
 * layers of the page together again.)
 */
export function Minimap() {
  const canvas = useRef<HTMLCanvasElement>(null)
  const store = useStoreApi<CanvasNode, ChannelFlowEdge>()
  const flow = useReactFlow<CanvasNode, ChannelFlowEdge>()
  useEffect(() => {
    const element = canvas.current!
    const context = element.getContext('2d')!
    let colours: ThemeColours | null = null
    let queued = 0
    /** Of the job to one of the picture. */
    let scale = 1
    const draw = (): void => {
      queued = 0
      colours ??= themeColours()
      const { nodes, transform, width: viewWidth, height: viewHeight } = store.getState()
      const [x, y, zoom] = transform
      const view = { left: -x / zoom, top: -y / zoom, right: (viewWidth - x) / zoom, bottom: (viewHeight - y) / zoom }
      const operators = nodes.filter((node) => node.type === 'operator')
      const left = operators.reduce((least, node) => Math.min(least, node.position.x), view.left)
      const top = operators.reduce((least, node) => Math.min(least, node.position.y), view.top)
      const right = operators.reduce((most, node) => Math.max(most, node.position.x + operatorSize.width), view.right)
      const bottom = operators.reduce((most, node) => Math.max(most, node.position.y + operatorSize.height), view.bottom)
      scale = Math.max((right - left) / (size.width - 2 * marginPx), (bottom - top) / (size.height - 2 * marginPx), 0.01)
      const across = (place: number): number => (place - (left + right) / 2) / scale + size.width / 2
      const down = (place: number): number => (place - (top + bottom) / 2) / scale + size.height / 2
      const [pixelsAcross, pixelsDown] = [Math.round(size.width * devicePixelRatio), Math.round(size.height * devicePixelRatio)]
      if (element.width !== pixelsAcross) element.width = pixelsAcross
      if (element.height !== pixelsDown) element.height = pixelsDown
      context.reset()
      context.scale(devicePixelRatio, devicePixelRatio)
      for (const node of operators) {
        context.fillStyle = `#${colours.hex(node.selected === true ? '--accent-line' : '--idle')}`
        context.beginPath()
        context.roundRect(across(node.position.x), down(node.position.y), operatorSize.width / scale, operatorSize.height / scale, 16 / scale)
        context.fill()
      }
      context.globalAlpha = 0.72
      context.fillStyle = `#${colours.hex('--panel')}`
      context.beginPath()
      context.rect(0, 0, size.width, size.height)
      context.rect(across(view.left), down(view.top), (view.right - view.left) / scale, (view.bottom - view.top) / scale)
      context.fill('evenodd')
    }
    const queue = (): void => {
      if (queued === 0) queued = requestAnimationFrame(draw)
    }
    const unsubscribe = store.subscribe((now, before) => {
      if (now.nodes !== before.nodes || now.transform !== before.transform || now.width !== before.width || now.height !== before.height) queue()
    })
    const unwatch = watchTheme(() => {
      colours = null
      queue()
    })
    draw()

    const move = (event: PointerEvent): void => {
      if (event.buttons === 0) return
      const { x, y, zoom } = flow.getViewport()
      void flow.setViewport({ x: x - event.movementX * scale * zoom, y: y - event.movementY * scale * zoom, zoom })
    }
    const press = (event: PointerEvent): void => element.setPointerCapture(event.pointerId)
    const wheel = (event: WheelEvent): void => {
      event.preventDefault()
      void flow.zoomTo(flow.getZoom() * 2 ** (-event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.05 : 0.002)))
    }
    element.addEventListener('pointerdown', press)
    element.addEventListener('pointermove', move)
    element.addEventListener('wheel', wheel, { passive: false })
    return () => {
      cancelAnimationFrame(queued)
      unsubscribe()
      unwatch()
      element.removeEventListener('pointerdown', press)
      element.removeEventListener('pointermove', move)
      element.removeEventListener('wheel', wheel)
    }
  }, [store, flow])
  return <canvas ref={canvas} className={styles.minimap} style={size} role="img" aria-label={t.canvas.minimap} />
}

const size = { width: 84, height: 26 }
const marginPx = 2
