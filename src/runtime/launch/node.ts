import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { transfer as transferred, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { Launcher } from '../launcher.ts'
import type { EngineControl } from '../wire.ts'

/** Engines on Node worker threads. `script` is `launch/engineThread.ts` as built. */
export function nodeLauncher(script: URL = builtScript()): Launcher {
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
