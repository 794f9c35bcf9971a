import { useReactFlow } from '@xyflow/react'
import type { RefObject } from 'react'
import { inferSchemas } from '../../job/inferSchemas.ts'
import { useCanvasActions } from './canvasActions.ts'
import { provideInference } from './connecting.ts'
import { EdgePeek } from './EdgePeek.tsx'
import { Find } from './Find.tsx'
import type { CanvasNode, ChannelFlowEdge } from './flow.ts'
import { Floating } from './Floating.tsx'
import { KeyboardWireLine } from './KeyboardWireLine.tsx'
import { QuickAdd } from './QuickAdd.tsx'

provideInference(inferSchemas)

/** What the canvas does and shows when a gesture, a key or a run asks for it: fetched in one piece when the first picture stands. */
export function OverGraph({ box }: { readonly box: RefObject<HTMLDivElement | null> }) {
  const flow = useReactFlow<CanvasNode, ChannelFlowEdge>()
  useCanvasActions(flow, box)
  return (
    <>
      <Floating />
      <KeyboardWireLine />
    </>
  )
}

export function OverCanvas() {
  return (
    <>
      <Find />
      <QuickAdd />
      <EdgePeek />
    </>
  )
}
