import { transfer as transferred, wrap } from 'comlink'
import type { Launcher } from '../launcher.ts'
import type { EngineControl } from '../wire.ts'
import { workerUrl } from './workerUrl.ts'

/** Engines in Web Workers of the page. */
export const browserLauncher: Launcher = {
  name: 'browser',
  usesWorkers: true,
  launch(_index, died) {
    const worker = new Worker(workerUrl(new URL('../engine.worker.ts', import.meta.url)), { type: 'module', name: 'engine' })
    worker.addEventListener('error', (event) => died(`${event.message || 'its script could not be loaded'}.`))
    worker.addEventListener('messageerror', () => died('a message to it could not be read.'))
    const control = wrap<EngineControl>(worker)
    return {
      control,
      deploy: (deployment, events, transfer) => control.deploy(transferred(deployment, [...transfer]), transferred(events, [events as unknown as Transferable])),
      terminate: () => {
        worker.terminate()
        return Promise.resolve()
      },
    }
  },
}
