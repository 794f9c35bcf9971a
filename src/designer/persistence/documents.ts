import type { Job } from '../../job/job.ts'
import { canonicalText } from '../../job/canonical.ts'
import { parseJob } from '../../job/parseJob.ts'
import { definitionOf } from '../store/definitions.ts'
import { currentJob, designerStore, dispatch, emptyJob, openDocument, setReadOnly } from '../store/designerStore.ts'
import { emptyHistory, stepsApplied } from '../store/history.ts'
import { toast } from '../store/toasts.ts'
import { text } from '../text/text.ts'
import { clearWitness, watchDatabase, withDatabase, witness, witnessed, type Database, type VersionRecord } from './database.ts'
import { keepCopy, storedCopy } from './lastCopy.ts'
import { restored, writesFor, type DocumentRecord, type Written } from './journal.ts'
import { newDocumentId, remember, storedChoice } from './lastDocument.ts'
import { setSavedState, type SavedState } from './savedState.ts'
import { claim, hearTabs, letGo, sayToTabs, tabId, takeOver } from './tabs.ts'
import { secondTab } from './secondTab.ts'

/**
 * Opening, saving and listing documents.
 *
 * Every change of the store is written in the next task, in one strict transaction that also checks who may write; writes never overlap, and what
 * changes meanwhile goes with the next one. "Saved" is shown when the commit is confirmed. A document that was only looked at (a sample, a blank one) is not
 * stored until it changes. Failure leaves the document in memory as it is and says what to do.
 */
let written: Written | null = null
let record: DocumentRecord | null = null
/** What is on disk is what `designerStore` held at this revision. */
let savedRevision = -1
let storing = false
let writer = true
let storageWorks = true
let flushing: Promise<void> | null = null
let timer: ReturnType<typeof setTimeout> | null = null


/**
 * Opens what the user had last, in this tab or any; a first visit gets what `first` gives. With `first` a revision, the page has put a document nobody stored on the
 * screen already, and this was its revision: it stays unless the user had one after all, and what was changed meanwhile is stored.
 */
export async function startPersistence(first: (() => Promise<Job | null>) | number): Promise<void> {
  watchDatabase(
    {
      onLost: () => void offerCopy(),
      onBlocked: () => toast({ tone: 'warning', message: text.persistence.blocked }),
      onReplaced: () => {
        storageWorks = false
        setSavedState({ kind: 'failed', why: text.persistence.replaced })
        toast({ tone: 'error', message: text.persistence.replaced, action: { label: text.persistence.reload, run: () => location.reload() } })
      },
    },
    flush,
  )
  designerStore.subscribe((state, before) => {
    if (state.document.job !== before.document.job || state.history !== before.history) changed()
  })
  hearTabs((message) => {
    const { document } = designerStore.getState()
    if (message.kind === 'yield' && message.id === document.id && writer) void flush().then(() => sayToTabs({ kind: 'yielded', id: message.id }))
    if (message.kind === 'saved' && message.id === document.id && !writer) void readAgain(message.id)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave()
  })
  addEventListener('pagehide', leave)

  const wanted = storedChoice()
  if (wanted !== null && (await openStored(wanted))) return
  let records: DocumentRecord[] = []
  try {
    records = await listDocuments()
  } catch (error) {
    noStorage(error)
  }
  const untouched = typeof first !== 'number' || designerStore.getState().document.revision === first
  for (const candidate of records) if (untouched && candidate.id !== wanted && (await openStored(candidate.id))) return
  if (typeof first === 'number') {
    savedRevision = first
    setSavedState(unstored())
    changed()
  } else openUnstored((await first()) ?? emptyJob)
}

// Opening

/** A document that is only looked at until it changes: a sample or a blank one. */
export function openUnstored(job: Job): void {
  become(null, null)
  show({ id: newDocumentId(), job })
  setSavedState(unstored())
}

function unstored(): SavedState {
  return storageWorks ? { kind: 'nothing' } : { kind: 'sessionOnly', why: text.persistence.noStorageWhy }
}

/** A new document that is stored at once: an import, a fork. */
export async function openNew(job: Job, readOnly: string | null = null): Promise<void> {
  await flush()
  become(null, null)
  show({ id: newDocumentId(), job, readOnly })
  if (readOnly !== null) return setSavedState({ kind: 'viewing' })
  storing = true
  savedRevision = -1
  await flush()
  sayToTabs({ kind: 'list' })
}

function become(nextRecord: DocumentRecord | null, nextWritten: Written | null): void {
  letGo()
  lockedId = ''
  secondTab.setState({ conflict: null })
  record = nextRecord
  written = nextWritten
  storing = nextRecord !== null
  writer = true
}

/** Puts a document on the screen without taking that for a change of it. */
function show(document: Parameters<typeof openDocument>[0]): void {
  showing = true
  openDocument(document)
  showing = false
  savedRevision = designerStore.getState().document.revision
}
let showing = false

/** Opens a stored document. False, with the reason said, when it is not there or cannot be read. */
export async function openStored(id: string): Promise<boolean> {
  await flush()
  try {
    const read = await readDocument(id)
    if (read === null) return false
    if ('damage' in read.document) {
      toast({ tone: 'error', message: text.persistence.damaged(read.record.name, read.document.damage) })
      return false
    }
    const known = witness()[id]
    if (known !== undefined && read.record.revision < known) toast({ tone: 'error', message: text.persistence.wentBack(known - read.record.revision) })
    const mine = await claim(id, taken)
    const { job, history, written: asWritten } = read.document
    record = read.record
    written = asWritten
    storing = true
    writer = mine
    lockedId = mine ? id : ''
    show({ id, job, history, readOnly: mine ? null : text.persistence.viewingWhy })
    if (mine) {
      secondTab.setState({ conflict: null })
      showSaved()
    } else {
      secondTab.setState({ conflict: { name: job.name, changedAt: read.record.changedAt } })
      setSavedState({ kind: 'viewing' })
    }
    remember(id)
    return true
  } catch (error) {
    noStorage(error)
    return false
  }
}

async function readDocument(id: string): Promise<{ readonly record: DocumentRecord; readonly document: ReturnType<typeof restored> } | null> {
  return withDatabase(async (db) => {
    const tx = db.transaction(['documents', 'snapshots', 'steps'])
    const [head, snapshot, steps] = await Promise.all([
      tx.objectStore('documents').get(id),
      tx.objectStore('snapshots').get(id),
      tx.objectStore('steps').getAll(IDBKeyRange.bound([id, -Infinity], [id, Infinity])),
    ])
    return head === undefined ? null : { record: head, document: restored(head, snapshot, steps) }
  })
}

/** As a viewer: shows what the writer has committed. */
async function readAgain(id: string): Promise<void> {
  const read = await readDocument(id).catch(() => null)
  if (read === null || 'damage' in read.document || designerStore.getState().document.id !== id || writer) return
  record = read.record
  written = read.document.written
  show({ id, job: read.document.job, history: read.document.history, readOnly: text.persistence.viewingWhy })
}

// Two tabs

function taken(): void {
  writer = false
  setReadOnly(text.persistence.takenWhy)
  setSavedState({ kind: 'viewing' })
  secondTab.setState({ conflict: { name: currentJob().name, changedAt: Date.now() } })
}

export function viewOnly(): void {
  secondTab.setState({ conflict: null })
}

export async function takeOverDocument(): Promise<void> {
  const { id } = designerStore.getState().document
  if (!(await takeOver(id, taken))) return
  const read = await readDocument(id).catch(() => null)
  if (read !== null && !('damage' in read.document)) {
    record = read.record
    written = read.document.written
    show({ id, job: read.document.job, history: read.document.history })
  }
  writer = true
  storing = true
  lockedId = id
  setReadOnly(null)
  secondTab.setState({ conflict: null })
  // Written at once, so that the fencing mark is this tab's before the other one can write again.
  savedRevision = -1
  await flush()
}

/** A copy under a name of its own, open in this tab. */
export async function forkDocument(): Promise<void> {
  const job = currentJob()
  await openNew({ ...job, name: text.persistence.copyOf(job.name) })
  toast({ tone: 'ok', message: text.persistence.forked(currentJob().name) })
}

// Writing

function changed(): void {
  const { document } = designerStore.getState()
  if (showing || !writer || document.readOnly !== null || document.revision === savedRevision) return
  storing = true
  if (!storageWorks) return
  setSavedState({ kind: 'saving' })
  timer ??= setTimeout(() => {
    timer = null
    void flush()
  }, 0)
}

/** Everything that is not yet committed, committed. */
export async function flush(): Promise<void> {
  if (timer !== null) clearTimeout(timer)
  timer = null
  // Changes that come while a write is under way go with one write after it.
  if (flushing !== null) {
    await flushing
    return flush()
  }
  if (!storing || !writer || !storageWorks || designerStore.getState().document.revision === savedRevision) return
  flushing = write().finally(() => {
    flushing = null
  })
  await flushing
}

async function write(): Promise<void> {
  const { document, history } = designerStore.getState()
  try {
    const done = await withDatabase((db) => commit(db, document.id, document.job, history))
    if (done === 'fenced') return taken()
    if (designerStore.getState().document.id !== document.id) return
    written = done.written
    record = done.record
    savedRevision = document.revision
    witnessed(document.id, done.record.revision)
    remember(document.id)
    if (done.snapshot !== null) keepCopy(document.id, document.job)
    sayToTabs({ kind: 'saved', id: document.id, revision: done.record.revision })
    if (!('locks' in navigator) || lockedId !== document.id) {
      lockedId = document.id
      void claim(document.id, taken)
    }
    if (designerStore.getState().document.revision === savedRevision) showSaved()
    else changed()
  } catch (error) {
    noStorage(error)
  }
}

let lockedId = ''

interface Committed {
  readonly record: DocumentRecord
  readonly written: Written
  readonly snapshot: { readonly text: string } | null
}

async function commit(db: Database, id: string, job: Job, history: typeof emptyHistory): Promise<Committed | 'fenced'> {
  const writes = writesFor(id, job, history, written)
  const tx = db.transaction(['documents', 'snapshots', 'steps'], 'readwrite', { durability: 'strict' })
  const heads = tx.objectStore('documents')
  const steps = tx.objectStore('steps')
  const old = await heads.get(id)
  if (old !== undefined && record !== null && old.owner !== tabId && old.revision !== record.revision) {
    tx.abort()
    await tx.done.catch(() => undefined)
    return 'fenced'
  }
  const now = Date.now()
  const next: DocumentRecord = {
    id,
    name: job.name,
    revision: (old?.revision ?? record?.revision ?? 0) + 1,
    owner: tabId,
    ...writes.head,
    createdAt: old?.createdAt ?? now,
    changedAt: now,
    version: old?.version ?? null,
    versionAt: old?.versionAt ?? null,
    operatorCount: job.operators.length,
  }
  for (const step of writes.put) void steps.put(step)
  if (written === null || writes.keepFrom > written.firstStep) void steps.delete(IDBKeyRange.bound([id, -Infinity], [id, writes.keepFrom], false, true))
  if (written === null || writes.keepTo < written.firstStep + written.steps.length) void steps.delete(IDBKeyRange.bound([id, writes.keepTo], [id, Infinity]))
  if (writes.snapshot !== null) void tx.objectStore('snapshots').put(writes.snapshot)
  void heads.put(next)
  await tx.done
  return { record: next, written: writes.written, snapshot: writes.snapshot }
}

/** The page goes away: what waits for the next task is written in this one. A tab that is killed gives no such notice; its last step is the journal's. */
function leave(): void {
  const { document } = designerStore.getState()
  keepCopy(document.id, document.job)
  void flush()
}

function showSaved(): void {
  const applied = stepsApplied(designerStore.getState().history)
  const version = record?.version ?? null
  setSavedState({ kind: 'saved', at: record?.changedAt ?? Date.now(), version, stepsSince: version === null ? 0 : Math.abs(applied - (record?.versionAt ?? applied)) })
}

function noStorage(error: unknown): void {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'QuotaExceededError') {
    setSavedState({ kind: 'failed', why: text.persistence.quota })
    toast({ tone: 'error', message: text.persistence.quota })
    return
  }
  storageWorks = false
  setSavedState({ kind: 'sessionOnly', why: text.persistence.noStorageWhy })
  toast({ tone: 'warning', message: text.persistence.noStorageWhy })
}

/** After a lost database: the copy of the last document that was kept elsewhere. */
async function offerCopy(): Promise<void> {
  clearWitness()
  const copy = storedCopy()
  if (copy === null) {
    toast({ tone: 'error', message: text.persistence.lost })
    return
  }
  toast({
    tone: 'error',
    message: text.persistence.lostWithCopy(copy.name),
    action: { label: text.persistence.restore, run: () => void openNew(copy.job) },
  })
}

// The list

/** Last changed first. */
export async function listDocuments(): Promise<DocumentRecord[]> {
  return withDatabase(async (db) => (await db.getAllFromIndex('documents', 'changedAt')).toReversed())
}

export async function deleteDocument(id: string): Promise<void> {
  await withDatabase(async (db) => {
    const tx = db.transaction(['documents', 'snapshots', 'steps', 'versions'], 'readwrite', { durability: 'strict' })
    void tx.objectStore('documents').delete(id)
    void tx.objectStore('snapshots').delete(id)
    void tx.objectStore('steps').delete(IDBKeyRange.bound([id, -Infinity], [id, Infinity]))
    void tx.objectStore('versions').delete(IDBKeyRange.bound([id, -Infinity], [id, Infinity]))
    await tx.done
  })
  witnessed(id, null)
  sayToTabs({ kind: 'list' })
  if (designerStore.getState().document.id === id) openUnstored(emptyJob)
}

// Named versions

/** Keeps the job as it is, for good, under the next number. */
export async function nameVersion(name: string): Promise<VersionRecord | null> {
  const { document } = designerStore.getState()
  if (document.readOnly !== null) {
    toast({ tone: 'plain', message: document.readOnly })
    return null
  }
  if (!storing) {
    storing = true
    savedRevision = -1
  }
  await flush()
  if (record === null) return null
  try {
    const made: VersionRecord = { id: document.id, number: (record.version ?? 0) + 1, name, at: Date.now(), text: canonicalText(currentJob(), definitionOf) }
    const next: DocumentRecord = { ...record, version: made.number, versionAt: record.applied }
    await withDatabase(async (db) => {
      const tx = db.transaction(['documents', 'versions'], 'readwrite', { durability: 'strict' })
      void tx.objectStore('versions').put(made)
      void tx.objectStore('documents').put(next)
      await tx.done
    })
    record = next
    showSaved()
    sayToTabs({ kind: 'list' })
    return made
  } catch (error) {
    noStorage(error)
    return null
  }
}

export async function renameVersion(version: VersionRecord, name: string): Promise<void> {
  await withDatabase((db) => db.put('versions', { ...version, name }))
}

/** Newest first. */
export async function listVersions(): Promise<VersionRecord[]> {
  const { id } = designerStore.getState().document
  return withDatabase(async (db) => (await db.getAll('versions', IDBKeyRange.bound([id, -Infinity], [id, Infinity]))).toReversed())
}

/** Puts the job back to a version, as one step that can be undone. */
export function goToVersion(version: VersionRecord): void {
  const parsed = parseJob(version.text)
  if (parsed.job === null) {
    toast({ tone: 'error', message: text.persistence.damaged(version.name, parsed.problems[0]?.message ?? '') })
    return
  }
  dispatch({ kind: 'replaceJob', job: parsed.job, reason: 'version' })
}
