import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Position } from '../../job/job.ts'
import { workerUrl } from '../../runtime/launch/workerUrl.ts'
import { currentJob, designerState, dispatch } from '../store/designerStore.ts'
import { placeOf } from '../store/places.ts'
import { moveMs } from './motion.ts'

/**
 * Tidies the selection, or everything: one step of history, laid out in a worker, thrown away if the graph changed meanwhile.
 *
 * The step is made at once; what glides is only the picture, from the old places to the new ones, so that undo, autosave and everything else never see a
 * layout in between.
 */
export async function tidy(): Promise<void> {
  const job = currentJob()
  const { selection } = designerState()
  const chosen = selection.operators.length > 1 ? new Set(selection.operators) : new Set(job.operators.map((operator) => operator.id))
  if (chosen.size === 0) return
  const nodes = job.operators.flatMap((operator) => (chosen.has(operator.id) ? [{ id: operator.id, position: placeOf(job, operator.id) }] : []))
  const worker = new Worker(workerUrl(new URL('./tidy.worker.ts', import.meta.url)), { type: 'module', name: 'tidy' })
  try {
    const positions = await new Promise<Record<string, Position>>((resolve, reject) => {
      worker.addEventListener('message', (event: MessageEvent<Record<string, Position>>) => resolve(event.data))
      worker.addEventListener('error', (event) => reject(new Error(event.message)))
      worker.postMessage({ nodes, edges: job.edges.map(({ from, fromPort, to, toPort }) => ({ from, fromPort, to, toPort })) })
    })
    const now = currentJob()
    if (now.operators !== job.operators || now.edges !== job.edges || now.layout !== job.layout) return
    const before = new Map(nodes.map(({ id, position }) => [id, position]))
    gliding.setState({ places: before })
    if (dispatch({ kind: 'tidy', positions })) glide(before, positions)
    else gliding.setState({ places: still })
  } finally {
    worker.terminate()
  }
}

const still: ReadonlyMap<string, Position> = new Map()
const gliding = createStore<{ readonly places: ReadonlyMap<string, Position> }>()(() => ({ places: still }))

/** Places that lie over the document's while a tidying glides. */
export function useGliding(): ReadonlyMap<string, Position> {
  return useStore(gliding, (state) => state.places)
}

const glideMs = 200
/** Above this a frame of the glide costs more than a frame; the jump is clearer then. */
const glideMax = 120

function glide(from: ReadonlyMap<string, Position>, to: Readonly<Record<string, Position>>): void {
  if (from.size > glideMax || moveMs(glideMs) === 0) {
    gliding.setState({ places: still })
    return
  }
  const begun = performance.now()
  const frame = (now: number): void => {
    const share = Math.min(1, Math.max(0, (now - begun) / glideMs))
    if (share === 1) {
      gliding.setState({ places: still })
      return
    }
    const eased = 1 - (1 - share) ** 3
    const places = new Map<string, Position>()
    for (const [id, start] of from) {
      const end = to[id]
      if (end !== undefined) places.set(id, { x: start.x + (end.x - start.x) * eased, y: start.y + (end.y - start.y) * eased })
    }
    gliding.setState({ places })
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}
