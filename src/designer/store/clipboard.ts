import type { Json, JsonObject } from '../../columnar/json.ts'
import { printJsonIndented, readJson } from '../../columnar/jsonText.ts'
import { jobOfJson, parseJob } from '../../job/parseJob.ts'
import type { Edge, Job, Position } from '../../job/job.ts'
import { text } from '../text/text.ts'
import { announce } from './announcements.ts'
import { currentJob, designerStore, dispatch } from './designerStore.ts'
import { fragmentOf, type JobFragment } from './documentCommands.ts'
import { toast } from './toasts.ts'

/**
 * Copies are text on the system's clipboard, so they cross tabs, windows and versions, and can be read and mailed.
 *
 * A copy is a small job of its own inside an envelope that also keeps the wires it was cut from; it is read back by the same strict reader as any document, and
 * the text of a whole job can be pasted just as well. Secrets are references in the format, so none can be copied.
 */
const fragmentFormat = 'millrace/fragment'

export function fragmentText(job: Job, fragment: JobFragment): string {
  const inner: Job = {
    format: 'millrace/job',
    version: 1,
    name: job.name,
    operators: fragment.operators,
    edges: fragment.edges,
    layout: { operators: fragment.positions, ...(fragment.notes.length === 0 ? {} : { notes: fragment.notes }) },
  }
  return `${printJsonIndented({ format: fragmentFormat, version: 1, job: inner as unknown as Json, upstream: fragment.upstream as unknown as Json }, '')}\n`
}

/** What a clipboard text holds, or the reason why it holds nothing. */
export function fragmentOfText(content: string): { readonly fragment: JobFragment } | { readonly problem: string } {
  const read = readJson(content)
  if (read.kind === 'error') return { problem: text.commands.notAJob }
  const { value } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: text.commands.notAJob }
  const object = value as JsonObject
  if (object['format'] === fragmentFormat) {
    const { job, problems } = jobOfJson(object['job'] ?? null)
    if (job === null) return { problem: problems[0]?.message ?? text.commands.notAJob }
    return { fragment: { ...whole(job), upstream: edgesOf(object['upstream']) } }
  }
  if (object['format'] !== 'millrace/job') return { problem: text.commands.notAJob }
  const parsed = parseJob(content)
  if (parsed.job === null) return { problem: parsed.problems[0]?.message ?? text.commands.notAJob }
  return { fragment: whole(parsed.job) }
}

function whole(job: Job): JobFragment {
  return fragmentOf(job, job.operators.map((operator) => operator.id), (job.layout?.notes ?? []).map((note) => note.id))
}

function edgesOf(json: Json | undefined): Edge[] {
  if (!Array.isArray(json)) return []
  return (json as readonly Json[]).flatMap((element): Edge[] => {
    if (typeof element !== 'object' || element === null || Array.isArray(element)) return []
    const { from, fromPort, to, toPort } = element as JsonObject
    if (typeof from !== 'string' || typeof to !== 'string') return []
    return [{ from, ...(typeof fromPort === 'string' ? { fromPort } : {}), to, ...(typeof toPort === 'string' ? { toPort } : {}) }]
  })
}

/** The selection as text; null when nothing is selected. */
export function selectionText(): string | null {
  const { selection } = designerStore.getState()
  if (selection.operators.length === 0 && selection.notes.length === 0) return null
  return fragmentText(currentJob(), fragmentOf(currentJob(), selection.operators, selection.notes))
}

export async function copySelection(): Promise<boolean> {
  const content = selectionText()
  if (content === null) return false
  const { selection } = designerStore.getState()
  try {
    await navigator.clipboard.writeText(content)
  } catch {
    toast({ tone: 'warning', message: text.commands.clipboardRefused })
    return false
  }
  announce(text.commands.copied(selection.operators.length + selection.notes.length))
  return true
}

export async function cutSelection(): Promise<void> {
  const { selection } = designerStore.getState()
  if (await copySelection()) dispatch({ kind: 'remove', operators: selection.operators, edges: [], notes: selection.notes })
}

/** Pastes text at a place, by default a little below and right of what is selected, else in the middle of the view. */
export function pasteText(content: string, options: { readonly upstream?: boolean; readonly at?: Position } = {}): boolean {
  const read = fragmentOfText(content)
  if ('problem' in read) {
    toast({ tone: 'warning', message: read.problem })
    return false
  }
  return dispatch({ kind: 'paste', fragment: read.fragment, at: options.at ?? pastePlace(read.fragment), upstream: options.upstream ?? false })
}

const pasteShift = 32

/** Each paste of the same thing lands beside the last one, never exactly on it. */
function pastePlace(fragment: JobFragment): Position {
  const { viewCentre, document } = designerStore.getState()
  const places = Object.values(fragment.positions)
  const width = Math.max(0, ...places.map((place) => place.x)) + 144
  const height = Math.max(0, ...places.map((place) => place.y)) + 98
  const at = { x: Math.round(viewCentre.x - width / 2), y: Math.round(viewCentre.y - height / 2) }
  const taken = Object.values(document.job.layout?.operators ?? {})
  while (taken.some((place) => Math.abs(place.x - at.x) < 8 && Math.abs(place.y - at.y) < 8)) {
    at.x += pasteShift
    at.y += pasteShift
  }
  return at
}

/** `at` is where the middle of what is pasted comes to lie, such as under the pointer. */
export async function pasteFromClipboard(upstream: boolean, at: Position | null = null): Promise<void> {
  let content: string
  try {
    content = await navigator.clipboard.readText()
  } catch {
    toast({ tone: 'warning', message: text.commands.clipboardRefused })
    return
  }
  if (at === null) {
    pasteText(content, { upstream })
    return
  }
  const read = fragmentOfText(content)
  const places = 'fragment' in read ? Object.values(read.fragment.positions) : []
  const half = { x: (Math.max(0, ...places.map((place) => place.x)) + 144) / 2, y: (Math.max(0, ...places.map((place) => place.y)) + 98) / 2 }
  pasteText(content, { upstream, at: { x: Math.round(at.x - half.x), y: Math.round(at.y - half.y) } })
}
