import type { Edge, Group, Job, JobTest, Note, Operator, Position, Settings } from '../../job/job.ts'

/**
 * The difference between two jobs, as plain data. Undo, redo and the journal are made of these, so a step costs what it changed and not a copy
 * of the document.
 *
 * `patchBetween(a, b)` applied to `a` gives `b`, for any two jobs: that is what makes every command undoable without each command knowing its own
 * inverse. Lists are compared by identity: commands share what they do not change, so a patch is small for a small change and merely larger, never wrong,
 * when nothing is shared. A part that is null was absent or becomes absent.
 */
export interface JobPatch {
  readonly name?: string
  readonly description?: string | null
  readonly settings?: Settings | null
  readonly tests?: readonly JobTest[] | null
  readonly operators?: readonly Splice<Operator>[]
  readonly edges?: readonly Splice<Edge>[]
  readonly layout?: LayoutPatch
}

export interface LayoutPatch {
  /** Whether the job has a `layout`, and a `layout.operators`, after the patch. */
  readonly present: boolean
  readonly positionsPresent: boolean
  readonly positions?: Readonly<Record<string, Position | null>>
  readonly notes?: readonly Note[] | null
  readonly groups?: readonly Group[] | null
}

/** At index `at` of the list as it is when this splice is applied, after those before it. */
export interface Splice<T> {
  readonly at: number
  readonly removed: number
  readonly inserted: readonly T[]
}

export const emptyPatch: JobPatch = {}

export function isEmptyPatch(patch: JobPatch): boolean {
  return Object.keys(patch).length === 0
}

export function patchBetween(before: Job, after: Job): JobPatch {
  const operators = before.operators === after.operators ? [] : splicesBetween(before.operators, after.operators)
  const edges = before.edges === after.edges ? [] : splicesBetween(before.edges, after.edges)
  const layout = layoutPatchBetween(before, after)
  return {
    ...(before.name === after.name ? {} : { name: after.name }),
    ...(before.description === after.description ? {} : { description: after.description ?? null }),
    ...(before.settings === after.settings ? {} : { settings: after.settings ?? null }),
    ...(before.tests === after.tests ? {} : { tests: after.tests ?? null }),
    ...(operators.length === 0 ? {} : { operators }),
    ...(edges.length === 0 ? {} : { edges }),
    ...(layout === null ? {} : { layout }),
  }
}

export function withPatch(job: Job, patch: JobPatch): Job {
  const description = patch.description === undefined ? job.description : (patch.description ?? undefined)
  const settings = patch.settings === undefined ? job.settings : (patch.settings ?? undefined)
  const tests = patch.tests === undefined ? job.tests : (patch.tests ?? undefined)
  const layout = patch.layout === undefined ? job.layout : withLayoutPatch(job, patch.layout)
  return {
    format: job.format,
    version: job.version,
    name: patch.name ?? job.name,
    ...(description === undefined ? {} : { description }),
    ...(settings === undefined ? {} : { settings }),
    operators: patch.operators === undefined ? job.operators : withSplices(job.operators, patch.operators),
    edges: patch.edges === undefined ? job.edges : withSplices(job.edges, patch.edges),
    ...(layout === undefined ? {} : { layout }),
    ...(tests === undefined ? {} : { tests }),
  }
}

/**
 * Elements that stand in both lists in the same order are kept; what lies between them is replaced. Found in one pass, so the result may be
 * larger than the smallest possible one, for example after a sort.
 */
function splicesBetween<T>(before: readonly T[], after: readonly T[]): Splice<T>[] {
  const places = new Map<T, number>()
  after.forEach((element, index) => places.set(element, index))
  const splices: Splice<T>[] = []
  let next = 0
  let removed = 0
  const flush = (upTo: number): void => {
    if (removed > 0 || upTo > next) splices.push({ at: next, removed, inserted: after.slice(next, upTo) })
    removed = 0
  }
  for (const element of before) {
    const place = places.get(element)
    if (place === undefined || place < next) removed += 1
    else {
      flush(place)
      next = place + 1
    }
  }
  flush(after.length)
  return splices
}

function withSplices<T>(list: readonly T[], splices: readonly Splice<T>[]): readonly T[] {
  const next = [...list]
  for (const splice of splices) next.splice(splice.at, splice.removed, ...splice.inserted)
  return next
}

function layoutPatchBetween(before: Job, after: Job): LayoutPatch | null {
  if (before.layout === after.layout) return null
  const from = before.layout?.operators
  const to = after.layout?.operators
  const positions: Record<string, Position | null> = {}
  if (from !== to) {
    for (const id of Object.keys(from ?? {})) if (to === undefined || !Object.hasOwn(to, id)) positions[id] = null
    for (const [id, position] of Object.entries(to ?? {})) {
      const old = from !== undefined && Object.hasOwn(from, id) ? from[id] : undefined
      if (old === undefined || old.x !== position.x || old.y !== position.y) positions[id] = position
    }
  }
  const notes = before.layout?.notes === after.layout?.notes ? {} : { notes: after.layout?.notes ?? null }
  const groups = before.layout?.groups === after.layout?.groups ? {} : { groups: after.layout?.groups ?? null }
  const same =
    Object.keys(positions).length === 0 && (before.layout === undefined) === (after.layout === undefined) && (from === undefined) === (to === undefined) && !('notes' in notes) && !('groups' in groups)
  if (same) return null
  return { present: after.layout !== undefined, positionsPresent: to !== undefined, ...(Object.keys(positions).length === 0 ? {} : { positions }), ...notes, ...groups }
}

function withLayoutPatch(job: Job, patch: LayoutPatch): Job['layout'] {
  if (!patch.present) return undefined
  const notes = patch.notes === undefined ? job.layout?.notes : (patch.notes ?? undefined)
  const groups = patch.groups === undefined ? job.layout?.groups : (patch.groups ?? undefined)
  const positions = patch.positionsPresent ? withPositions(job.layout?.operators ?? {}, patch.positions ?? {}) : undefined
  return {
    ...(positions === undefined ? {} : { operators: positions }),
    ...(notes === undefined ? {} : { notes }),
    ...(groups === undefined ? {} : { groups }),
  }
}

function withPositions(positions: Readonly<Record<string, Position>>, changes: Readonly<Record<string, Position | null>>): Readonly<Record<string, Position>> {
  const next: Record<string, Position> = {}
  for (const [id, position] of Object.entries(positions)) if (!Object.hasOwn(changes, id)) next[id] = position
  for (const [id, position] of Object.entries(changes)) if (position !== null) next[id] = position
  return next
}
