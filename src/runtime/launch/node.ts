import { existsSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { transfer as transferred, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { Launcher } from '../launcher.ts'
import type { EngineControl } from '../wire.ts'

/**
 * What an engine's heap may come to, in MB, before it is collected whole for the first time. Most of an engine is arrays outside its heap, which V8 counts with it: with a heap of 10 MB, as it begins, every
 * 10 MB of results brought on a whole collection, 200 of them in 13 seconds (docs/decisions/0285).
 */
const firstCollectionMb = 128

/** Engines on Node worker threads. `script` is `launch/engineThread.ts` as built. */
export function nodeLauncher(script: URL = builtScript()): Launcher {
  // A worker takes its heap's size from the flags that hold when it starts.
  setFlagsFromString(`--initial-old-space-size=${firstCollectionMb}`)
  return {
    name: 'node',
    usesWorkers: true,
    launch(index, died) {
      const worker = new Worker(script, { name: `engine-${index}` })
      let ending = false
      let reason: string | null = null
      worker.on('error', (error: Error & { code?: string }) => {
        reason = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it ran out of memory.' : `${error.message}.`
      })
      worker.on('exit', (code) => {
        if (!ending) died(reason ?? `its thread ended with code ${code}.`)
      })
      const control = wrap<EngineControl>(nodeEndpoint(worker))
      return {
        control,
        deploy: (deployment, events, transfer) => control.deploy(transferred(deployment, [...transfer]), transferred(events, [events as unknown as Transferable])),
        terminate: async () => {
          ending = true
          await worker.terminate()
        },
      }
    },
  }
}

/** Beside the running file, or beside the folder of chunks that it is in. */
function builtScript(): URL {
  const beside = new URL('./engineThread.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('../engineThread.js', import.meta.url)
}
