import { designerState } from '../store/designerStore.ts'

/**
 * What is typed between asking for the search box and its being there: it is fetched when it is first asked for, and on a slow line or a busy machine a quick hand is faster. Such letters are meant for
 * the box; taken for keys of the canvas they would start, step or delete things.
 */
let typed = ''

/** True when the event was a letter for a box that is asked for and not drawn yet, and has been kept for it. */
export function keepTyped(event: KeyboardEvent): boolean {
  if (designerState().sheet !== 'palette' || document.querySelector('[role="dialog"][data-modal]') !== null) return false
  if (event.ctrlKey || event.metaKey || event.altKey || (event.key.length !== 1 && event.key !== 'Backspace')) return false
  typed = event.key === 'Backspace' ? typed.slice(0, -1) : typed + event.key
  event.preventDefault()
  return true
}

/** What was typed since. A drawing that React gives up asks again, so whoever stands in the end forgets it. */
export function typedAhead(): string {
  return typed
}

export function forgetTyped(): void {
  typed = ''
}
