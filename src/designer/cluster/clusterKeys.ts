import { isTyping } from '../frame/keys.ts'
import { designerState } from '../store/designerStore.ts'
import { act, chooseTarget, clusterView, handActions, playOrPause, stepEvent } from './clusterStore.ts'

/** Keys of the Cluster page: letters act on the chosen machine, digits choose a server, Space plays. They give way to fields, dialogs and whoever switched letters off. */
export function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (document.querySelector('[role="dialog"][data-modal], [role="menu"]') !== null) return
    if (!take(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  addEventListener('keydown', onKey, { capture: true })
  return () => removeEventListener('keydown', onKey, { capture: true })
}

function take(event: KeyboardEvent): boolean {
  const onControl = event.target instanceof Element && event.target.closest('button, a[href], [role="slider"], [role="tab"], input, select, summary') !== null
  if (event.key === ' ' && !onControl) {
    playOrPause()
    return true
  }
  if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && !onControl && (event.target === document.body || event.target === null)) {
    stepEvent(event.key === 'ArrowRight' ? 1 : -1)
    return true
  }
  if (!designerState().letterKeys || event.key.length !== 1) return false
  const view = clusterView()
  if (/^\d$/.test(event.key)) {
    const id = Number(event.key)
    if (id >= view.run.recording.world.servers + view.run.recording.world.observers) return false
    chooseTarget(id)
    return true
  }
  const chosen = handActions(view).find(({ key }) => key === event.key.toUpperCase())
  if (chosen === undefined) return false
  if (chosen.action !== null) act(chosen.action)
  return true
}
