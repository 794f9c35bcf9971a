import { createRoot } from 'react-dom/client'
import { workerUrl } from '../runtime/launch/workerUrl.ts'
import { App } from './App.tsx'
import { registerFrameActions } from './frame/frameActions.ts'
import { Fence } from './frame/Region.tsx'
import { registerServiceWorker } from './offline/register.ts'
import { startArrangement } from './persistence/arrangement.ts'
import { startPersistence } from './persistence/documents.ts'
import { landingSampleId, loadSample } from './persistence/samples.ts'
import { startChecking } from './store/checking.ts'
import { setDefinitions } from './store/definitions.ts'
import { provideStartJob } from './store/runStore.ts'
import { prefetchRuntime, startInBrowser } from './store/startJob.ts'
import { toast } from './store/toasts.ts'
import { text } from './text/text.ts'
import './theme/base.css'

/** Puts the parts together: catalog, checker, storage, keys, then the page. */
void import('../operators/catalog.ts').then(({ definitions }) => setDefinitions(definitions))
startArrangement()
registerFrameActions()
provideStartJob(startInBrowser)
startChecking(() => new Worker(workerUrl(new URL('./store/check.worker.ts', import.meta.url)), { type: 'module', name: 'check' }))

const root = createRoot(document.querySelector('#root')!)
void startPersistence(async () => {
  const id = landingSampleId()
  return id === null ? null : ((await loadSample(id))?.job ?? null)
}).then(() => {
  root.render(
    <Fence label={text.frame.product}>
      <App />
    </Fence>,
  )
  prefetchRuntime()
  return undefined
})

void registerServiceWorker({ onUpdate: (activate) => toast({ tone: 'plain', message: text.frame.updateReady, action: { label: text.persistence.reload, run: activate } }) })
