/**
 * One writer for each document, however many tabs show it.
 *
 * The writer holds a Web Lock by the document's name. The lock also keeps the browser from freezing the page while a job runs. Taking over steals it: the tab that had
 * it is told first, writes what it has, and turns to viewing. Where Web Locks are missing every tab may write, and the fencing mark in the
 * document's record decides.
 */
export type TabMessage =
  /** The writer committed: viewers read again. */
  | { readonly kind: 'saved'; readonly id: string; readonly revision: number }
  /** Somebody is about to take the document over. */
  | { readonly kind: 'yield'; readonly id: string }
  | { readonly kind: 'yielded'; readonly id: string }
  /** The list of documents changed. */
  | { readonly kind: 'list' }

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('millrace')
const listeners = new Set<(message: TabMessage) => void>()
channel?.addEventListener('message', (event: MessageEvent<TabMessage>) => {
  for (const listener of listeners) listener(event.data)
})

export function sayToTabs(message: TabMessage): void {
  channel?.postMessage(message)
}

export function hearTabs(listener: (message: TabMessage) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** This page, in fencing marks. */
export const tabId = crypto.randomUUID()

/** The lock that this tab has. */
interface Held {
  readonly id: string
  readonly end: () => void
  /** Resolves when the browser has given it to nobody, which is some time after `end`. */
  readonly gone: Promise<void>
}
let held: Held | null = null

/** Claims and releases follow one another: a lock that was let go is not there to be had at once, and a tab must not meet itself. */
let last: Promise<unknown> = Promise.resolve()
function inTurn<T>(step: () => Promise<T>): Promise<T> {
  const done = last.then(step)
  last = done.catch(() => undefined)
  return done
}

async function release(): Promise<void> {
  if (held === null) return
  const { end, gone } = held
  held = null
  end()
  await gone
}

function lockName(id: string): string {
  return `millrace document ${id}`
}

/** Tries to become the writer; it may be already. `onTaken` is called when another tab takes the document away. */
export function claim(id: string, onTaken: () => void): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true)
  return inTurn(async () => {
    if (held?.id === id) return true
    await release()
    return request(id, { ifAvailable: true }, onTaken)
  })
}

/** Becomes the writer whoever was it, after giving them a moment to write. */
export function takeOver(id: string, onTaken: () => void): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true)
  return inTurn(async () => {
    await release()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, yieldWaitMs)
      const stop = hearTabs((message) => {
        if (message.kind === 'yielded' && message.id === id) done()
      })
      function done(): void {
        clearTimeout(timer)
        stop()
        resolve()
      }
      sayToTabs({ kind: 'yield', id })
    })
    return request(id, { steal: true }, onTaken)
  })
}

/** A tab that does not answer in this time is frozen or gone. */
const yieldWaitMs = 500

function request(id: string, options: LockOptions, onTaken: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    let mine: Held | null = null
    const gone: Promise<void> = navigator.locks
      .request(lockName(id), options, (lock) => {
        if (lock === null) {
          resolve(false)
          return undefined
        }
        return new Promise<void>((end) => {
          mine = held = { id, end, gone }
          resolve(true)
        })
      })
      .catch(() => {
        // A stolen lock rejects the request that held it.
        resolve(false)
        if (mine === null || held !== mine) return
        held = null
        onTaken()
      })
  })
}

export function letGo(): void {
  void inTurn(release)
}
