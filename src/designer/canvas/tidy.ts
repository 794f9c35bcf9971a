import type { Position } from '../../job/job.ts'
import { currentJob, designerState, dispatch } from '../store/designerStore.ts'
import { positionOf } from './flow.ts'

/** Tidies the selection, or everything: one step, in a worker, thrown away if the graph changed meanwhile. */
export async function tidy(): Promise<void> {
  const job = currentJob()
  const { selection } = designerState()
  const chosen = selection.operators.length > 1 ? new Set(selection.operators) : new Set(job.operators.map((operator) => operator.id))
  if (chosen.size === 0) return
  const nodes = job.operators.flatMap((operator, index) => (chosen.has(operator.id) ? [{ id: operator.id, position: positionOf(job, operator.id, index) }] : []))
  const worker = new Worker(new URL('./tidy.worker.ts', import.meta.url), { type: 'module', name: 'tidy' })
  try {
    const positions = await new Promise<Record<string, Position>>((resolve, reject) => {
      worker.addEventListener('message', (event: MessageEvent<Record<string, Position>>) => resolve(event.data))
      worker.addEventListener('error', (event) => reject(new Error(event.message)))
      worker.postMessage({ nodes, edges: job.edges.map(({ from, to }) => ({ from, to })) })
    })
    const now = currentJob()
    if (now.operators !== job.operators || now.edges !== job.edges) return
    dispatch({ kind: 'tidy', positions })
  } finally {
    worker.terminate()
  }
}
