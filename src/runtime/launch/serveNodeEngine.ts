import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { systemClock } from '../../deterministic/clock.ts'
import { EngineServer } from '../engineServer.ts'
import type { Operators } from '../engineThread.ts'

/** Makes the running worker thread an engine. */
export function serveNodeEngine(operators: Operators): void {
  const server = new EngineServer({
    clock: systemClock(),
    operators,
    // Messages are heard before the next immediate.
    hearMessages: () => new Promise((resolve) => void setImmediate(resolve)),
  })
  expose(server, nodeEndpoint(parentPort!))
}
