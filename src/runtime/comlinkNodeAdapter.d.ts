declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { Endpoint } from 'comlink'
  /** A worker or a port of node:worker_threads as an endpoint. */
  const nodeEndpoint: (worker: {
    postMessage(message: unknown, transfer?: unknown): void
    on(type: 'message', listener: (message: unknown) => void): unknown
    off(type: 'message', listener: (message: unknown) => void): unknown
  }) => Endpoint
  export default nodeEndpoint
}
