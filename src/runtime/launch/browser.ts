import { transfer as transferred, wrap } from 'comlink'
import type { Launcher } from '../launcher.ts'
import type { EngineControl } from '../wire.ts'
import { workerUrl } from './workerUrl.ts'

/**
 * Engines in Web Workers of the page.
 *
 * Starting a worker costs a sixth of a second, most of it compiling the engine, so some stand ready: `keepWarm` starts them, the next run takes them, and
 * when it has ended new ones are started. An engine never serves two runs, and while a job runs there are exactly the workers that it uses, and those of `standBy` while nobody leads it.
 */
export const browserLauncher: Launcher = {
  name: 'browser',
  usesWorkers: true,
  launch(_index, died) {
    const worker = spares.shift() ?? startWorker()
    engines++
    // A run launches all its engines in one go; what it did not take is of no use to it.
    queueMicrotask(dismissSpares)
    worker.onerror = (event) => died(`${event.message || 'its script could not be loaded'}.`)
    worker.onmessageerror = () => died('a message to it could not be read.')
    const control = wrap<EngineControl>(worker)
    return {
      control,
      deploy: (deployment, events, transfer) => control.deploy(transferred(deployment, [...transfer]), transferred(events, [events as unknown as Transferable])),
      terminate: () => {
        worker.terminate()
        engines--
        if (engines === 0) fillWhenIdle()
        return Promise.resolve()
      },
    }
  },
}

/** Engines that wait for a run. */
const spares: Worker[] = []
let sparesWanted = 0
/** Workers that belong to runs. */
let engines = 0

/** Keeps this many engines ready for the next run. One that cannot be started is forgotten: the run that needs it tries again and says why. */
export function keepWarm(count: number): void {
  sparesWanted = count
  fill()
}

/** A running job lost its leader: whoever leads next begins its engines anew, and finds so many started. */
export function standBy(count: number): void {
  start(count)
}

function fill(): void {
  if (engines === 0) start(sparesWanted)
}

function start(count: number): void {
  try {
    while (spares.length < count) {
      const worker = startWorker()
      worker.onerror = () => {
        worker.terminate()
        const place = spares.indexOf(worker)
        if (place >= 0) spares.splice(place, 1)
      }
      spares.push(worker)
    }
  } catch {
    sparesWanted = spares.length
  }
}

/** Not at once: the page has the end of a run to draw. */
function fillWhenIdle(): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(fill, { timeout: 2000 })
  else setTimeout(fill, 500)
}

function dismissSpares(): void {
  for (const worker of spares.splice(0)) worker.terminate()
}

function startWorker(): Worker {
  return new Worker(workerUrl(new URL('../engine.worker.ts', import.meta.url)), { type: 'module', name: 'engine' })
}
