import { expose } from 'comlink'
import { systemClock } from '../deterministic/clock.ts'
import { EngineServer } from './engineServer.ts'
import { installedOperators } from './installedOperators.ts'

// The browser's engine: see launch/browser.ts.
const echo = new MessageChannel()
let heard: (() => void) | null = null
echo.port1.onmessage = () => heard?.()

expose(
  new EngineServer({
    clock: systemClock(),
    operators: installedOperators,
    // A message to itself comes after those that are already there.
    hearMessages: () =>
      new Promise((resolve) => {
        heard = resolve
        echo.port2.postMessage(null)
      }),
  }),
)
