import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Json } from '../../columnar/json.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { Edge, Job, Operator, Position } from '../../job/job.ts'
import type { InputSchemas, OutputSchemas } from '../../job/operatorDefinition.ts'
import type { Problem } from '../../job/problem.ts'
import { text } from '../text/text.ts'
import { announce } from './announcements.ts'
import { definitionOf, definitionsReady, faceOf } from './definitions.ts'
import { applyCommand, applyPatch, sameJson, type DocumentCommand } from './documentCommands.ts'
import { valueAtPath, type ConfigPath } from './configPath.ts'
import { edgeKey } from './edgeKey.ts'
import { freshId, takenIds } from './freshId.ts'
import { emptyHistory, redone, undone, withGestureEnded, withStep, type History } from './history.ts'
import { indexOf } from './jobIndex.ts'
import { patchBetween, type JobPatch } from './jobPatch.ts'
import { toast } from './toasts.ts'

/**
 * What the designer knows, apart from the numbers of a run (`runStore.ts`): the document with its history, what is selected, what the checker found, and how the
 * screen is arranged.
 *
 * The document changes only through `dispatch`, `undo`, `redo` and `openDocument`; everything else is looked at, never owned, by the panels. Values are
 * immutable: a selector that returns a part of the state re-renders only when that part changed.
 */
export interface DesignerState {
  readonly document: DocumentState
  readonly history: History
  readonly selection: Selection
  readonly check: CheckState
  readonly panels: Panels
  readonly lens: Lens
  /** The item the views should bring on screen; `count` grows with each wish, so that the same item can be wished for again. */
  readonly reveal: { readonly item: Item | null; readonly count: number }
  /** Where a new operator goes when nobody says: the middle of what the canvas shows. Kept up to date by the canvas. */
  readonly viewCentre: Position
  readonly sheet: Sheet | null
  readonly theme: 'system' | 'light' | 'dark'
  /** Single-letter shortcuts. */
  readonly letterKeys: boolean
}

export interface DocumentState {
  /** Identity in this browser's storage; not part of the job. */
  readonly id: string
  readonly job: Job
  /** Why the document cannot be changed, in words; null when it can. */
  readonly readOnly: string | null
  /** Counts every change of `job`, undo included. */
  readonly revision: number
}

/** Something on the canvas. Edges by `edgeKey`. */
export type Item = { readonly kind: 'operator'; readonly id: string } | { readonly kind: 'edge'; readonly key: string } | { readonly kind: 'note'; readonly id: string }

export interface Selection {
  readonly operators: readonly string[]
  readonly edges: readonly string[]
  readonly notes: readonly string[]
  /** The one the inspector shows and keys act on: the last one selected. */
  readonly focused: Item | null
}

export interface CheckState {
  readonly problems: readonly Problem[]
  /** By operator id, then port, in order of the job's edges. */
  readonly inputs: ReadonlyMap<string, InputSchemas>
  readonly outputs: ReadonlyMap<string, OutputSchemas>
  /** By `edgeKey`; null when not known. */
  readonly edges: ReadonlyMap<string, Schema | null>
  /** Operators in flow order. */
  readonly order: readonly string[]
  /** The `document.revision` this is true of. */
  readonly revision: number
}

export interface Panels {
  readonly left: PanelState
  readonly inspector: PanelState
  readonly dock: PanelState
  readonly timeline: PanelState
  readonly dockTab: DockTab
  /** Hides all but canvas and timeline. */
  readonly focus: boolean
}
export interface PanelState {
  readonly open: boolean
  /** px */
  readonly size: number
}
export type PanelName = 'left' | 'inspector' | 'dock' | 'timeline'
export type DockTab = 'data' | 'problems' | 'tests' | 'plan' | 'json' | 'sql' | 'history' | 'checkpoints' | 'cluster'
export type Lens = 'rate' | 'time' | 'load' | 'state'
export type Sheet = 'export' | 'gallery' | 'shortcuts' | 'palette' | 'versions' | 'open'

export const nothingSelected: Selection = { operators: [], edges: [], notes: [], focused: null }
export const uncheckedState: CheckState = { problems: [], inputs: new Map(), outputs: new Map(), edges: new Map(), order: [], revision: -1 }
export const emptyJob: Job = { format: 'millrace/job', version: 1, name: text.frame.untitled, operators: [], edges: [] }
export const defaultPanels: Panels = {
  left: { open: true, size: 200 },
  inspector: { open: true, size: 292 },
  dock: { open: true, size: 222 },
  timeline: { open: true, size: 186 },
  dockTab: 'data',
  focus: false,
}

function initialState(): DesignerState {
  return {
    document: { id: '', job: emptyJob, readOnly: null, revision: 0 },
    history: emptyHistory,
    selection: nothingSelected,
    check: uncheckedState,
    panels: defaultPanels,
    lens: 'rate',
    reveal: { item: null, count: 0 },
    viewCentre: { x: 400, y: 240 },
    sheet: null,
    theme: 'system',
    letterKeys: true,
  }
}

export const designerStore = createStore<DesignerState>()(initialState)

export function useDesigner<T>(selector: (state: DesignerState) => T): T {
  return useStore(designerStore, selector)
}

export function designerState(): DesignerState {
  return designerStore.getState()
}

export function currentJob(): Job {
  return designerStore.getState().document.job
}

// Changing the document

export interface DispatchOptions {
  /** Commands with the same gesture, sent without a long pause, are one step: typing in one field, one drag. End it with `endGesture`. */
  readonly gesture?: string
  /** Select what the command made. Default true for adding, pasting, duplicating. */
  readonly select?: boolean
  /** Say it in the live region; default true except inside a gesture. */
  readonly announce?: boolean
}

/** Carries out a command as one named step. False, with the reason in a toast, when it cannot be. */
export function dispatch(command: DocumentCommand, options: DispatchOptions = {}): boolean {
  const state = designerStore.getState()
  if (state.document.readOnly !== null) {
    toast({ tone: 'plain', message: state.document.readOnly })
    return false
  }
  const before = state.document.job
  const result = applyCommand(before, command, { definitionOf })
  if ('problem' in result) {
    if (result.problem !== '') toast({ tone: 'warning', message: result.problem })
    return false
  }
  const gesture = options.gesture ?? defaultGesture(command)
  const step = { label: result.label, forward: result.forward, inverse: result.inverse, at: Date.now(), ...(gesture === undefined ? {} : { gesture }) }
  typing = command.kind === 'setConfig' && gesture !== undefined && namesColumn(command.path) ? { gesture, operator: command.operator, path: command.path } : null
  const made = result.made.operators.length + result.made.notes.length > 0 && options.select !== false
  designerStore.setState({
    document: { ...state.document, job: result.job, revision: state.document.revision + 1 },
    history: withStep(state.history, before, result.job, step),
    selection: made ? selectionOf(result.made.operators, [], result.made.notes) : prunedSelection(state.selection, result.job),
  })
  if (options.announce ?? gesture === undefined) announce(capitalised(result.label))
  return true
}

function defaultGesture(command: DocumentCommand): string | undefined {
  switch (command.kind) {
    case 'setConfig':
      return `config ${command.operator} ${command.path.join('.')}`
    case 'rename':
      return `rename ${command.operator}`
    case 'setName':
      return 'name'
    case 'setDescription':
      return 'description'
    case 'editNote':
      return `note ${command.note}`
    default:
      return undefined
  }
}

/** Call on blur and on Enter: what is typed next is a step of its own. A name that was typed is now whole: uses of the column follow it. */
export function endGesture(): void {
  followNewName()
  const history = withGestureEnded(designerStore.getState().history)
  if (history !== designerStore.getState().history) designerStore.setState({ history })
}

let typing: { readonly gesture: string; readonly operator: string; readonly path: ConfigPath } | null = null

/**
 * The name of a column in a list of named things (`columns[0].name`, `aggregates[2].name`) has been typed. Following every letter would tie it to any
 * column it equals on the way, so the uses follow at the end, inside the same step.
 */
function followNewName(): void {
  const { document, history, selection } = designerStore.getState()
  const last = history.past[history.past.length - 1]
  if (typing === null || last === undefined || last.gesture !== typing.gesture || document.readOnly !== null) return
  const { operator, path } = typing
  typing = null
  const now = document.job.operators.find((other) => other.id === operator)
  const name = now === undefined ? undefined : valueAtPath(now.config, path)
  if (typeof name !== 'string' || name === '') return
  const start = applyPatch(document.job, last.inverse)
  const result = applyCommand(start, { kind: 'renameColumn', operator, path, to: name }, { definitionOf })
  if ('problem' in result) return
  const forward = patchBetween(start, result.job)
  if (samePatch(forward, last.forward)) return
  designerStore.setState({
    document: { ...document, job: result.job, revision: document.revision + 1 },
    history: { ...history, past: [...history.past.slice(0, -1), { ...last, label: result.label, forward, inverse: patchBetween(result.job, start) }] },
    selection: prunedSelection(selection, result.job),
  })
  announce(capitalised(result.label))
}

function namesColumn(path: ConfigPath): boolean {
  return path[path.length - 1] === 'name' && typeof path[path.length - 2] === 'number'
}

function samePatch(a: JobPatch, b: JobPatch): boolean {
  return sameJson(a as unknown as Json, b as unknown as Json)
}

export function undo(): void {
  travel('back')
}

export function redo(): void {
  travel('forward')
}

function travel(direction: 'back' | 'forward'): void {
  const state = designerStore.getState()
  if (state.document.readOnly !== null) return toast({ tone: 'plain', message: state.document.readOnly })
  const moved = direction === 'back' ? undone(state.history, state.document.job) : redone(state.history, state.document.job)
  if (moved === null) return announce(direction === 'back' ? text.frame.nothingToUndo : text.frame.nothingToRedo)
  designerStore.setState({
    document: { ...state.document, job: moved.job, revision: state.document.revision + 1 },
    history: moved.history,
    selection: prunedSelection(state.selection, moved.job),
  })
  announce(direction === 'back' ? text.frame.undone(moved.label) : text.frame.redone(moved.label))
}

/** Goes to the state after step `index` of the whole list past + future; -1 is before the first. For the history panel. */
export function travelTo(index: number): void {
  for (;;) {
    const { history, document } = designerStore.getState()
    const here = history.past.length - 1
    if (document.readOnly !== null || here === index) return
    if (here > index && history.past.length > 0) undo()
    else if (here < index && history.future.length > 0) redo()
    else return
  }
}

/** Shows another document in place of the present one, whose journal has already been written. */
export function openDocument(document: { readonly id: string; readonly job: Job; readonly history?: History; readonly readOnly?: string | null }): void {
  const revision = designerStore.getState().document.revision + 1
  designerStore.setState({
    document: { id: document.id, job: document.job, readOnly: document.readOnly ?? null, revision },
    history: document.history ?? emptyHistory,
    selection: nothingSelected,
    check: uncheckedState,
    reveal: { item: null, count: designerStore.getState().reveal.count },
  })
}

export function setReadOnly(readOnly: string | null): void {
  const { document } = designerStore.getState()
  if (document.readOnly !== readOnly) designerStore.setState({ document: { ...document, readOnly } })
}

// Adding

export interface AddWhere {
  /** Default: right of `after`, else the middle of the view. */
  readonly position?: Position
  /** There, or below what stands there. */
  readonly near?: Position
  /** Wires the new operator's first input to this output. */
  readonly after?: { readonly operator: string; readonly port?: string }
  /** Wires the new operator's first output to this input. */
  readonly before?: { readonly operator: string; readonly port?: string }
  /** Puts it into this edge instead. */
  readonly onEdge?: string
  /** Instead of the config that is guessed from what feeds it. */
  readonly config?: Operator['config']
  readonly name?: string
}

/** Columns of the canvas grid, from one operator's left edge to the next one's. */
export const columnWidth = 193
export const operatorSize = { width: 144, height: 98 } as const

/** Adds an operator of this kind as one step, configured as well as can be guessed from what feeds it. Its id, or null when it could not be added. */
export function addOperator(kind: string, where: AddWhere = {}): string | null {
  const state = designerStore.getState()
  const definition = definitionOf(kind)
  if (definition === undefined) {
    // Asked for before the catalog has come: it is added when it has.
    if (faceOf(kind) !== undefined) void definitionsReady.then(() => addOperator(kind, where))
    return null
  }
  const { job } = state.document
  const edge = where.onEdge === undefined ? undefined : job.edges.find((other) => edgeKey(other) === where.onEdge)
  const after = edge === undefined ? where.after : { operator: edge.from, port: edge.fromPort ?? 'out' }
  const id = freshId(takenIds(job), kind)
  const firstInput = definition.inputs[0]?.name
  const arriving = after === undefined ? null : (state.check.outputs.get(after.operator)?.[after.port ?? 'out'] ?? null)
  const inputs: InputSchemas = Object.fromEntries(definition.inputs.map((port) => [port.name, port.name === firstInput && after !== undefined ? [arriving] : []]))
  const config = where.config ?? definition.initialConfig({ inputs })
  const operator: Operator = { id, kind, ...(where.name === undefined ? {} : { name: where.name }), config }
  const position = where.position ?? freePosition(job, after?.operator, state.viewCentre, where.near)
  if (edge !== undefined) return dispatch({ kind: 'insertOnEdge', edge: where.onEdge!, operator, position }) ? id : null
  const edges: Edge[] = []
  if (after !== undefined && firstInput !== undefined) edges.push({ from: after.operator, fromPort: after.port ?? 'out', to: id, toPort: firstInput })
  const firstOutput = definition.outputs[0]?.name
  if (where.before !== undefined && firstOutput !== undefined) edges.push({ from: id, fromPort: firstOutput, to: where.before.operator, toPort: where.before.port ?? 'in' })
  return dispatch({ kind: 'addOperator', operator, position, edges }) ? id : null
}

/** Right of its feeder, or the middle of the view, moved down until it covers nothing. */
function freePosition(job: Job, after: string | undefined, centre: Position, near?: Position): Position {
  const places = Object.values(job.layout?.operators ?? {})
  const feeder = after === undefined ? undefined : job.layout?.operators?.[after]
  const start = near ?? (feeder === undefined ? { x: centre.x - operatorSize.width / 2, y: centre.y - operatorSize.height / 2 } : { x: feeder.x + columnWidth, y: feeder.y })
  let { y } = start
  const covers = (top: number): boolean => places.some((place) => Math.abs(place.x - start.x) < operatorSize.width + 8 && Math.abs(place.y - top) < operatorSize.height + 8)
  while (covers(y)) y += operatorSize.height + 34
  return { x: start.x, y }
}

// Selecting

export function select(selection: { readonly operators?: readonly string[]; readonly edges?: readonly string[]; readonly notes?: readonly string[]; readonly focused?: Item | null }): void {
  const next = selectionOf(selection.operators ?? [], selection.edges ?? [], selection.notes ?? [], selection.focused)
  if (!sameSelection(next, designerStore.getState().selection)) designerStore.setState({ selection: next })
}

export function selectItem(item: Item | null): void {
  if (item === null) return select({})
  if (item.kind === 'operator') return select({ operators: [item.id], focused: item })
  if (item.kind === 'edge') return select({ edges: [item.key], focused: item })
  select({ notes: [item.id], focused: item })
}

export function selectAll(): void {
  const { job } = designerStore.getState().document
  select({ operators: job.operators.map((operator) => operator.id), edges: job.edges.map(edgeKey), notes: (job.layout?.notes ?? []).map((note) => note.id) })
}

/** Selects an item and asks the views to bring it on screen. */
export function reveal(item: Item): void {
  selectItem(item)
  designerStore.setState((state) => ({ reveal: { item, count: state.reveal.count + 1 } }))
}

function selectionOf(operators: readonly string[], edges: readonly string[], notes: readonly string[], focused?: Item | null): Selection {
  const last = operators[operators.length - 1]
  const guess: Item | null =
    last !== undefined
      ? { kind: 'operator', id: last }
      : edges.length > 0
        ? { kind: 'edge', key: edges[edges.length - 1]! }
        : notes.length > 0
          ? { kind: 'note', id: notes[notes.length - 1]! }
          : null
  return { operators, edges, notes, focused: focused === undefined ? guess : focused }
}

function prunedSelection(selection: Selection, job: Job): Selection {
  const operators = new Set(job.operators.map((operator) => operator.id))
  const edges = new Set(job.edges.map(edgeKey))
  const notes = new Set((job.layout?.notes ?? []).map((note) => note.id))
  const { focused } = selection
  const focusedStays = focused === null || (focused.kind === 'operator' ? operators.has(focused.id) : focused.kind === 'edge' ? edges.has(focused.key) : notes.has(focused.id))
  if (focusedStays && selection.operators.every((id) => operators.has(id)) && selection.edges.every((key) => edges.has(key)) && selection.notes.every((id) => notes.has(id))) return selection
  return selectionOf(
    selection.operators.filter((id) => operators.has(id)),
    selection.edges.filter((key) => edges.has(key)),
    selection.notes.filter((id) => notes.has(id)),
    focusedStays ? focused : undefined,
  )
}

function sameSelection(a: Selection, b: Selection): boolean {
  const same = (left: readonly string[], right: readonly string[]): boolean => left.length === right.length && left.every((value, index) => value === right[index])
  return same(a.operators, b.operators) && same(a.edges, b.edges) && same(a.notes, b.notes) && itemKey(a.focused) === itemKey(b.focused)
}

export function itemKey(item: Item | null): string {
  return item === null ? '' : item.kind === 'edge' ? `edge ${item.key}` : `${item.kind} ${item.id}`
}

// Arranging

export function setPanel(name: PanelName, change: Partial<PanelState>): void {
  designerStore.setState((state) => ({ panels: { ...state.panels, [name]: { ...state.panels[name], ...change } } }))
}

export function togglePanel(name: PanelName): void {
  designerStore.setState((state) => ({ panels: { ...state.panels, focus: false, [name]: { ...state.panels[name], open: !state.panels[name].open } } }))
}

export function toggleFocusMode(): void {
  designerStore.setState((state) => ({ panels: { ...state.panels, focus: !state.panels.focus } }))
}

export function showDockTab(dockTab: DockTab): void {
  designerStore.setState((state) => ({ panels: { ...state.panels, dockTab, focus: false, dock: { ...state.panels.dock, open: true } } }))
}

export function setLens(lens: Lens): void {
  designerStore.setState({ lens })
}

export function setViewCentre(viewCentre: Position): void {
  designerStore.setState({ viewCentre })
}

export function openSheet(sheet: Sheet | null): void {
  designerStore.setState({ sheet })
}

// Reading

export function useJob(): Job {
  return useDesigner((state) => state.document.job)
}

export function useOperator(id: string): Operator | undefined {
  return useDesigner((state) => indexOf(state.document.job).operators.get(id))
}

export function useEdgeSchema(key: string): Schema | null {
  return useDesigner((state) => state.check.edges.get(key) ?? null)
}

const noProblems: readonly Problem[] = []
const problemsByOperator = new WeakMap<readonly Problem[], Map<string, readonly Problem[]>>()

/** Problems of one operator; `null` gives those of the document as a whole. */
export function problemsOf(problems: readonly Problem[], operator: string | null): readonly Problem[] {
  let groups = problemsByOperator.get(problems)
  if (groups === undefined) {
    const made = new Map<string, Problem[]>()
    for (const problem of problems) {
      const key = problem.place.operator ?? ''
      const list = made.get(key)
      if (list === undefined) made.set(key, [problem])
      else list.push(problem)
    }
    groups = made
    problemsByOperator.set(problems, groups)
  }
  return groups.get(operator ?? '') ?? noProblems
}

export function useProblemsOf(operator: string | null): readonly Problem[] {
  return useDesigner((state) => problemsOf(state.check.problems, operator))
}

export function nameOf(id: string): string {
  const operator = indexOf(currentJob()).operators.get(id)
  return operator === undefined ? id : (operator.name ?? faceOf(operator.kind)?.title ?? operator.kind)
}

function capitalised(label: string): string {
  return label === '' ? '' : label[0]!.toUpperCase() + label.slice(1)
}

/** For tests: the state of a page just opened. */
export function resetDesigner(): void {
  designerStore.setState(initialState(), true)
}
