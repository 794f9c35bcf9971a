import { useEffect, useRef } from 'react'
import { useStore as useFlowStore, type FitViewOptions, type ReactFlowInstance, type Viewport } from '@xyflow/react'
import type { CanvasNode, ChannelFlowEdge } from './flow.ts'

/** What lies along the lower edge: the lens and the view's controls, and their margins. */
export const controlsPx = 48

/** A whole job in view: a little larger than life at most, and clear of the controls along the lower edge. */
export const wholeJob = { padding: { x: 0.06, top: 0.06, bottom: '64px' }, maxZoom: 1.26 } as const satisfies FitViewOptions

/**
 * Another document is looked at whole, and stays so while the room for it changes (the timeline opens with a run, the dock is drawn larger) until somebody moves the view: an edit
 * never does.
 */
export function useFitting(flow: ReactFlowInstance<CanvasNode, ChannelFlowEdge>, documentId: string): void {
  const fitted = useRef<Viewport | null>(null)
  const shown = useRef<string | null>(null)
  const width = useFlowStore((state) => state.width)
  const height = useFlowStore((state) => state.height)
  useEffect(() => {
    const { x, y, zoom } = flow.getViewport()
    // A view at rest stands on whole pixels.
    const untouched = fitted.current !== null && Math.abs(fitted.current.x - x) < 1 && Math.abs(fitted.current.y - y) < 1 && fitted.current.zoom === zoom
    if (shown.current === documentId && !untouched) return
    const frame = requestAnimationFrame(() => {
      void flow.fitView({ ...wholeJob, duration: 0 }).then(() => {
        shown.current = documentId
        // Nothing was looked at where there is nothing yet.
        fitted.current = flow.getNodes().length === 0 ? null : flow.getViewport()
      })
    })
    return () => cancelAnimationFrame(frame)
  }, [flow, documentId, width, height])
}
