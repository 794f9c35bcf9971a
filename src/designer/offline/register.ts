import { workerUrl } from '../../runtime/launch/workerUrl.ts'

/**
 * Puts the service worker in place: offline use, and isolation on hosts that send no headers. The first time, isolation needs one reload; it
 * happens only while the user has not touched the page, and never twice in a session (a forced reload leaves a page uncontrolled, which must
 * not become a loop).
 */
export interface OfflineEvents {
  /** A newer build is stored and waits; calling `activate` reloads into it. */
  onUpdate(activate: () => void): void
}

const reloadedFlag = 'millrace:reloaded-for-isolation'

export async function registerServiceWorker(events: OfflineEvents): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  const container = navigator.serviceWorker
  let registration: ServiceWorkerRegistration
  try {
    registration = await container.register(workerUrl(new URL('service-worker.js', document.baseURI)))
  } catch {
    // Private windows and some hosts refuse; the page works without, it only does not open offline.
    return
  }
  const offer = (): void => {
    const waiting = registration.waiting
    if (waiting === null || container.controller === null) return
    events.onUpdate(() => {
      container.addEventListener('controllerchange', () => location.reload(), { once: true })
      waiting.postMessage('millrace:activate')
    })
  }
  offer()
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer)
  })
  if (!globalThis.crossOriginIsolated) {
    await container.ready
    if (container.controller === null) await new Promise((resolve) => container.addEventListener('controllerchange', resolve, { once: true }))
    const touched = navigator.userActivation?.hasBeenActive ?? true
    if (!touched && sessionStorage.getItem(reloadedFlag) === null) {
      sessionStorage.setItem(reloadedFlag, 'yes')
      location.reload()
    }
  }
}
