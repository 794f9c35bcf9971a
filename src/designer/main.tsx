import { createRoot } from 'react-dom/client'
import faces from 'virtual:operator-faces'
import { workerUrl } from '../runtime/launch/workerUrl.ts'
import { App, prefetchScreens } from './App.tsx'
import { isTyping } from './frame/keys.ts'
import { Fence } from './frame/Region.tsx'
import { startArrangement } from './persistence/arrangement.ts'
import { newDocumentId, storedChoice } from './persistence/lastDocument.ts'
import { definitionsReady, setDefinitions, setFaces } from './store/definitions.ts'
import { designerState, openDocument } from './store/designerStore.ts'
import { provideStartJob } from './store/runStore.ts'
import { toast } from './store/toasts.ts'
import { text } from './text/text.ts'
import './theme/base.css'

/**
 * Puts the parts together, in the order in which they are wanted. First the document and the regions that show it; a first visit shows the landing sample, a later
 * one what was open, and so fetches the storage first. Then what makes the page alive: actions, storage, catalog, checker. Then, while it is idle, what the first press
 * of Run and the next screens need, and the copy for offline use.
 */
setFaces(faces)
startArrangement()
// A job is started by what is fetched below; a press of Run before that waits for it.
provideStartJob(async (job, options) => (await import('./store/startJob.ts')).startInBrowser(job, options))
const hearEarlyKeys = keepEarlyKeys()
takeDroppedFiles()

/** Of a document that is on the screen before the storage is there; null when the storage opened one. */
let shownRevision: number | null = null
void showDocument().then(() => {
  // A later visit has everything on this machine, so nothing is saved by waiting.
  if (navigator.serviceWorker?.controller != null) checksStarted().catch(partMissing)
  createRoot(document.querySelector('#root')!).render(
    <Fence label={text.frame.product}>
      <App onDrawn={fetchTheRest} />
    </Fence>,
  )
  // Whatever keeps the canvas from being drawn, the rest is there.
  setTimeout(fetchTheRest, 4000)
  return undefined
})

async function showDocument(): Promise<void> {
  const linked = isLink()
  if (storedChoice() === null && !linked) {
    const { default: job } = await import('virtual:landing-job')
    openDocument({ id: newDocumentId(), job })
    shownRevision = designerState().document.revision
    return
  }
  const [{ startPersistence }, { landingSampleId, loadSample }] = await Promise.all([import('./persistence/documents.ts'), import('./persistence/samples.ts')])
  await startPersistence(async () => {
    const id = landingSampleId()
    return id === null ? null : ((await loadSample(id))?.job ?? null)
  })
  if (linked) await openLinked()
}

/** As `persistence/link.ts` writes them; it is fetched only where one is opened. */
function isLink(): boolean {
  return location.hash.startsWith('#job=')
}

async function openLinked(): Promise<void> {
  const { openLink } = await import('./persistence/link.ts')
  await openLink()
}

let asked = false
function fetchTheRest(): void {
  if (asked) return
  asked = true
  // The first picture goes to the screen before anything else is begun: in one frame the canvas measures its nodes, in the next it shows them.
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => void rest(), 0)))
}

async function rest(): Promise<void> {
  // Keys are heard as soon as may be; the longest way is that to the schemas on the edges, subtitles and problems.
  const heard = actionsHeard()
  await checksStarted().catch(partMissing)
  await Promise.all([heard, startStorage()].map((part) => part.catch(partMissing)))
  await idle()
  const { prepareRuns, startInBrowser } = await import('./store/startJob.ts')
  provideStartJob(startInBrowser)
  await prepareRuns()
  await idle()
  await prefetchScreens()
  const { registerServiceWorker } = await import('./offline/register.ts')
  await registerServiceWorker({ onUpdate: (activate) => toast({ tone: 'plain', message: text.frame.updateReady, action: { label: text.persistence.reload, run: activate } }) })
}

let actions: Promise<void> | null = null
function actionsHeard(): Promise<void> {
  return (actions ??= hearActions())
}

async function hearActions(): Promise<void> {
  const { registerFrameActions } = await import('./frame/frameActions.ts')
  registerFrameActions()
  hearEarlyKeys()
  addEventListener('hashchange', () => void (isLink() && openLinked()))
}

async function startStorage(): Promise<void> {
  if (shownRevision === null) return
  const { startPersistence } = await import('./persistence/documents.ts')
  await startPersistence(shownRevision)
}

let checks: Promise<void> | null = null
function checksStarted(): Promise<void> {
  return (checks ??= startChecks())
}

async function startChecks(): Promise<void> {
  const checker = startedChecker()
  const catalog = import('../operators/catalog.ts')
  const { startChecking } = await import('./store/checking.ts')
  startChecking(checker)
  // The canvas adds its actions when it knows the definitions; those of the page stand before them.
  const [{ definitions }] = await Promise.all([catalog, actionsHeard().catch(() => undefined)])
  setDefinitions(definitions)
}

/** Started before the one who speaks with it has been fetched; one that fails meanwhile is none. */
function startedChecker(): () => Worker | null {
  let worker: Worker | null = null
  try {
    worker = new Worker(workerUrl(new URL('./store/check.worker.ts', import.meta.url)), { type: 'module', name: 'check' })
    worker.addEventListener('error', () => (worker = null))
  } catch {
    worker = null
  }
  return () => worker
}

function partMissing(): void {
  toast({ tone: 'error', message: text.frame.partMissing, action: { label: text.persistence.reload, run: () => location.reload() } })
}

/** Shortcuts pressed before the actions are there: kept from the browser, which has meanings of its own for some, and heard when they are. */
function keepEarlyKeys(): () => void {
  const kept: KeyboardEvent[] = []
  const keep = (event: KeyboardEvent): void => {
    const held = event.ctrlKey || event.metaKey
    const typing = isTyping(event.target)
    const letter = !held && !event.altKey && event.key.length === 1 && event.key !== ' ' && !typing
    // In a field undoing is the field's; copying and pasting are the browser's, whose events are heard when they come.
    const shortcut = held && (/^([kosef]|Enter)$/i.test(event.key) || (!typing && /^[zydg]$/i.test(event.key)))
    const region = event.altKey && !held && /^[0-4]$/.test(event.key)
    if (!/^F[268]$/.test(event.key) && !letter && !shortcut && !region) return
    event.preventDefault()
    event.stopImmediatePropagation()
    kept.push(new KeyboardEvent('keydown', { key: event.key, ctrlKey: event.ctrlKey, metaKey: event.metaKey, shiftKey: event.shiftKey, altKey: event.altKey }))
  }
  addEventListener('keydown', keep, { capture: true })
  return () => {
    removeEventListener('keydown', keep, { capture: true })
    // To all who listen: the Cluster view has keys of its own.
    for (const event of kept) dispatchEvent(event)
  }
}

/** A file may be dropped anywhere, from the first moment: a job opens, data becomes a source. A browser left to itself would show the file in place of the page. */
function takeDroppedFiles(): void {
  const filesOf = (event: DragEvent): DataTransfer | null => {
    if (event.dataTransfer?.types.includes('Files') !== true) return null
    event.preventDefault()
    return event.dataTransfer
  }
  addEventListener('dragover', (event: DragEvent) => {
    const files = filesOf(event)
    if (files !== null) files.dropEffect = 'copy'
  })
  addEventListener('drop', (event: DragEvent) => {
    const files = [...(filesOf(event)?.files ?? [])]
    if (files.length > 0) void Promise.all([import('./persistence/openFiles.ts'), definitionsReady]).then(([{ openFiles }]) => openFiles(files))
  })
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 2000 })
    else setTimeout(resolve, 300)
  })
}
