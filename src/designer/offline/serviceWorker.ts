/**
 * The page's own service worker. It does two things: it keeps the built page so that Millrace opens without a network after the first visit,
 * and it adds the headers that a static host cannot send: cross-origin isolation, so that engine workers may share memory, and the content
 * security policy on worker scripts, which do not inherit the page's.
 *
 * It never touches another origin, and a new version waits until the page asks for it: a running job must not lose its scripts.
 */
interface WorkerScope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void
  addEventListener(
    type: 'fetch',
    listener: (event: { readonly request: Request; respondWith(response: Promise<Response>): void }) => void,
  ): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
}

const scope = self as unknown as WorkerScope

/** Replaced by the build with a hash of all files, so that a new build is a new worker and a new cache. */
declare const __MILLRACE_BUILD__: string
declare const __MILLRACE_CSP__: string
const cacheName = `millrace-${__MILLRACE_BUILD__}`

scope.addEventListener('install', (event) => {
  event.waitUntil(fillCache())
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith('millrace-') && name !== cacheName) await caches.delete(name)
      await scope.clients.claim()
    })(),
  )
})

scope.addEventListener('message', (event) => {
  if (event.data === 'millrace:activate') void scope.skipWaiting()
})

scope.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || !url.href.startsWith(scope.registration.scope)) return
  event.respondWith(answer(event.request))
})

async function fillCache(): Promise<void> {
  const cache = await caches.open(cacheName)
  const list = (await (await fetch(new URL('assets.json', scope.registration.scope), { cache: 'no-cache' })).json()) as { files: string[] }
  for (const file of ['', ...list.files]) {
    const url = new URL(file, scope.registration.scope)
    const response = await fetch(url, { cache: 'no-cache' })
    if (!response.ok) throw new Error(`${url.pathname} answered ${response.status} while Millrace was stored for offline use`)
    await cache.put(url, response)
  }
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName)
  const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true })
  if (kept !== undefined) return withHeaders(kept)
  try {
    return withHeaders(await fetch(request))
  } catch (error) {
    // A navigation below the scope opens the page itself.
    const page = request.mode === 'navigate' ? await cache.match(new URL('', scope.registration.scope)) : undefined
    if (page !== undefined) return withHeaders(page)
    throw error
  }
}

function withHeaders(response: Response): Response {
  if (response.type === 'opaque' || response.type === 'error') return response
  const headers = new Headers(response.headers)
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  headers.set('Content-Security-Policy', __MILLRACE_CSP__)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

export {}
