import type { Schema } from '../../columnar/schema.ts'
import type { Job } from '../../job/job.ts'
import type { OutputSchemas } from '../../job/operatorDefinition.ts'
import type { CheckedJob } from '../../job/validate.ts'
import type { Checker } from './checker.ts'
import { messageText, type CheckAnswer, type CheckRequest } from './checkMessages.ts'
import { definitionOf, definitionsReady } from './definitions.ts'
import { designerStore, type CheckState } from './designerStore.ts'
import { edgeKey } from './edgeKey.ts'
import { isEmptyPatch, patchBetween } from './jobPatch.ts'

/**
 * Keeps `check` true of the document: after every change the job is checked off the main thread and the newest answer is put into the store.
 *
 * One question is under way at a time; changes meanwhile make one next question, so a fast typist is never more than one check behind. Schemas that did not
 * change keep their identity, so that an edit re-renders the edges it touched. Without a worker (tests, very old browsers, a worker that cannot start) the check
 * runs here, once the catalog is here.
 */
export function startChecking(startWorker: () => Worker | null): () => void {
  let worker: Worker | null = null
  try {
    worker = startWorker()
  } catch {
    worker = null
  }
  let local: Checker | null = null
  const here = async (request: CheckRequest): Promise<CheckAnswer | null> => {
    if (local === null) {
      const [{ Checker: Here }] = await Promise.all([import('./checker.ts'), definitionsReady])
      local ??= new Here(definitionOf)
    }
    return local.answer(request)
  }
  let sent: Job | null = null
  let underWay = false
  let stopped = false

  const ask = (): void => {
    if (underWay || stopped) return
    const { document, check } = designerStore.getState()
    if (document.job === sent && check.revision === document.revision) return
    const patch = sent === null ? null : patchBetween(sent, document.job)
    if (patch !== null && isEmptyPatch(patch)) {
      if (check.revision !== document.revision && check.revision >= 0) designerStore.setState({ check: { ...check, revision: document.revision } })
      if (check.revision >= 0) return
    }
    const request: CheckRequest =
      patch === null || check.revision < 0
        ? { kind: 'job', text: messageText(document.job), revision: document.revision }
        : { kind: 'patch', text: messageText(patch), revision: document.revision }
    const job = document.job
    sent = job
    underWay = true
    if (worker !== null) worker.postMessage(request)
    else void here(request).then(receive, () => receive(null))
  }

  const receive = (answer: CheckAnswer | null): void => {
    underWay = false
    if (stopped) return
    if (answer !== null && sent !== null) {
      const { check } = designerStore.getState()
      designerStore.setState({ check: checkState(sent, answer.checked, answer.revision, check) })
      // For those who measure a first visit (scripts/firstScreen.mjs).
      if (check.revision < 0) performance.mark('millrace:checked')
    }
    if (designerStore.getState().document.job !== sent) ask()
  }

  worker?.addEventListener('message', (event: MessageEvent<CheckAnswer>) => receive(event.data))
  worker?.addEventListener('error', () => {
    // The worker could not be loaded or died: from now on the check runs on this thread.
    worker?.terminate()
    worker = null
    underWay = false
    sent = null
    designerStore.setState((state) => ({ check: { ...state.check, revision: -1 } }))
    ask()
  })
  const unsubscribe = designerStore.subscribe((state, before) => {
    if (state.document.job !== before.document.job) ask()
  })
  ask()
  return () => {
    stopped = true
    unsubscribe()
    worker?.terminate()
  }
}

export function checkState(job: Job, checked: CheckedJob, revision: number, old: CheckState): CheckState {
  const outputs = new Map<string, OutputSchemas>()
  for (const [id, ports] of checked.outputs) {
    const before = old.outputs.get(id)
    const kept = Object.fromEntries(Object.entries(ports).map(([port, schema]) => [port, sameSchema(schema, before?.[port])]))
    const same = before !== undefined && Object.keys(before).length === Object.keys(kept).length && Object.entries(kept).every(([port, schema]) => before[port] === schema)
    outputs.set(id, same ? before : kept)
  }
  const edges = new Map<string, Schema | null>()
  job.edges.forEach((edge) => edges.set(edgeKey(edge), outputs.get(edge.from)?.[edge.fromPort ?? 'out'] ?? null))
  return { problems: checked.problems, inputs: checked.inputs, outputs, edges, order: checked.order, revision }
}

function sameSchema(schema: Schema, before: Schema | undefined): Schema {
  return before !== undefined && JSON.stringify(schema) === JSON.stringify(before) ? before : schema
}
