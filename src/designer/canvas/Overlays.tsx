import { EdgePeek } from './EdgePeek.tsx'
import { Floating } from './Floating.tsx'
import { KeyboardWireLine } from './KeyboardWireLine.tsx'
import { QuickAdd } from './QuickAdd.tsx'

/** What lies over the canvas when a gesture, a key or a run asks for it: fetched in one piece when the first picture stands. */
export function OverGraph() {
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
      <QuickAdd />
      <EdgePeek />
    </>
  )
}
