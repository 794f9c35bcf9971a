import type { Json, JsonObject } from '../../columnar/json.ts'
import type { Edge, Group, Job, Note, Operator, Position, Settings } from '../../job/job.ts'
import type { DefinitionOf, OperatorDefinition } from '../../job/operatorDefinition.ts'
import { text } from '../text/text.ts'
import { edgeKey } from './edgeKey.ts'
import { withValueAtPath, type ConfigPath } from './configPath.ts'
import { freshId, takenIds } from './freshId.ts'
import { isEmptyPatch, patchBetween, withPatch, type JobPatch } from './jobPatch.ts'
import { withColumnRenamed } from './renameColumn.ts'
import { placeOf } from './places.ts'

/**
 * Every change of the document, as plain data, and the one pure function that makes it.
 *
 * A gesture is one command and one step of the history. `applyCommand` never throws on what a user can do: a command that makes no sense in this job
 * gives a sentence instead of a job. It keeps the job well formed (no edge without its ends, no position without its operator) but does not judge
 * it: a half-wired, half-filled job is a normal state and the checker's business. The inverse is a patch (`jobPatch.ts`), so undo is exact for every
 * command, including those not yet written.
 */
export type DocumentCommand =
  /** A new operator, with the edges that tie it to others in the same step. An occupied input gives up its edge. */
  | { readonly kind: 'addOperator'; readonly operator: Operator; readonly position: Position; readonly edges?: readonly Edge[] }
  /** `bridge` joins what fed each removed operator to what it fed. */
  | { readonly kind: 'removeOperators'; readonly operators: readonly string[]; readonly bridge?: boolean }
  /** A mixed selection. Edges by key. */
  | { readonly kind: 'remove'; readonly operators: readonly string[]; readonly edges: readonly string[]; readonly notes: readonly string[]; readonly bridge?: boolean }
  | { readonly kind: 'connect'; readonly edge: Edge }
  | { readonly kind: 'disconnect'; readonly edges: readonly string[] }
  /** Splits an edge: a → new → b, over the new operator's first input and output unless ports are named. */
  | { readonly kind: 'insertOnEdge'; readonly edge: string; readonly operator: Operator; readonly position: Position; readonly inPort?: string; readonly outPort?: string }
  /** The same with an operator that is already on the canvas and not wired at those ports. */
  | { readonly kind: 'moveOntoEdge'; readonly edge: string; readonly operator: string; readonly position: Position; readonly inPort?: string; readonly outPort?: string }
  | { readonly kind: 'reconnect'; readonly edge: string; readonly to: Edge }
  /** `undefined` removes the setting. */
  | { readonly kind: 'setConfig'; readonly operator: string; readonly path: ConfigPath; readonly value: Json | undefined }
  | { readonly kind: 'replaceConfig'; readonly operator: string; readonly config: JsonObject }
  /** An empty name goes back to the kind's title. */
  | { readonly kind: 'rename'; readonly operator: string; readonly name: string }
  | { readonly kind: 'setParallelism'; readonly operator: string; readonly parallelism: number | null }
  | { readonly kind: 'setSettings'; readonly settings: Settings | null }
  | { readonly kind: 'setName'; readonly name: string }
  | { readonly kind: 'setDescription'; readonly description: string }
  | { readonly kind: 'moveOperators'; readonly positions: Readonly<Record<string, Position>>; readonly notes?: Readonly<Record<string, Position>> }
  | { readonly kind: 'tidy'; readonly positions: Readonly<Record<string, Position>> }
  | { readonly kind: 'addNote'; readonly note: Note }
  | { readonly kind: 'editNote'; readonly note: string; readonly text?: string; readonly width?: number; readonly height?: number }
  | { readonly kind: 'removeNotes'; readonly notes: readonly string[] }
  | { readonly kind: 'group'; readonly operators: readonly string[]; readonly name?: string }
  | { readonly kind: 'ungroup'; readonly groups: readonly string[] }
  | { readonly kind: 'renameGroup'; readonly group: string; readonly name: string }
  /** Ids are always renewed. `upstream` also restores the wires that came from outside the fragment, where their ends still exist. */
  | { readonly kind: 'paste'; readonly fragment: JobFragment; readonly at: Position; readonly upstream?: boolean }
  | { readonly kind: 'duplicate'; readonly operators: readonly string[]; readonly offset: Position; readonly upstream?: boolean }
  /** A column that an operator gives a name at `path`: uses further down follow. */
  | { readonly kind: 'renameColumn'; readonly operator: string; readonly path: ConfigPath; readonly to: string }
  | { readonly kind: 'replaceJob'; readonly job: Job; readonly reason: 'import' | 'json' | 'sample' | 'version' }

/** What a copy holds: operators with the edges among them, and the edges that came in from outside. Positions are relative to the top left. */
export interface JobFragment {
  readonly operators: readonly Operator[]
  readonly edges: readonly Edge[]
  readonly upstream: readonly Edge[]
  readonly positions: Readonly<Record<string, Position>>
  readonly notes: readonly Note[]
}

export interface CommandContext {
  readonly definitionOf: DefinitionOf
}

export type CommandResult =
  | {
      readonly job: Job
      readonly forward: JobPatch
      readonly inverse: JobPatch
      readonly label: string
      /** What the command made, to be selected by the caller. */
      readonly made: { readonly operators: readonly string[]; readonly notes: readonly string[]; readonly groups: readonly string[] }
    }
  | { readonly problem: string }

/** The job after a command, with the patches that lead there and back. A command that changes nothing is a problem with an empty sentence. */
export function applyCommand(job: Job, command: DocumentCommand, context: CommandContext): CommandResult {
  const change = changedJob(job, command, context)
  if ('problem' in change) return change
  const forward = patchBetween(job, change.job)
  if (isEmptyPatch(forward)) return { problem: '' }
  return {
    job: change.job,
    forward,
    inverse: patchBetween(change.job, job),
    label: change.label,
    made: { operators: change.operators ?? [], notes: change.notes ?? [], groups: change.groups ?? [] },
  }
}

export function applyPatch(job: Job, patch: JobPatch): Job {
  return withPatch(job, patch)
}

interface Change {
  readonly job: Job
  readonly label: string
  readonly operators?: readonly string[]
  readonly notes?: readonly string[]
  readonly groups?: readonly string[]
}
type Changed = Change | { readonly problem: string }

function changedJob(job: Job, command: DocumentCommand, context: CommandContext): Changed {
  const nameOf = (id: string): string => operatorName(job, id, context.definitionOf)
  const steps = text.history
  switch (command.kind) {
    case 'addOperator': {
      if (hasId(job, command.operator.id)) return { problem: text.commands.idTaken(command.operator.id) }
      let next = withOperator(job, command.operator, command.position)
      for (const edge of command.edges ?? []) {
        const connected = withEdge(next, edge, context)
        if ('problem' in connected) return connected
        next = connected.job
      }
      return { job: next, label: steps.added(operatorName(next, command.operator.id, context.definitionOf)), operators: [command.operator.id] }
    }
    case 'removeOperators':
      return withoutItems(job, command.operators, [], [], command.bridge === true, context)
    case 'remove':
      return withoutItems(job, command.operators, command.edges, command.notes, command.bridge === true, context)
    case 'connect': {
      const connected = withEdge(job, command.edge, context)
      if ('problem' in connected) return connected
      return { job: connected.job, label: steps.connected(nameOf(command.edge.from), nameOf(command.edge.to)) }
    }
    case 'disconnect':
      return withoutItems(job, [], command.edges, [], false, context)
    case 'insertOnEdge': {
      if (hasId(job, command.operator.id)) return { problem: text.commands.idTaken(command.operator.id) }
      const added = withOperator(job, command.operator, command.position)
      const spliced = withOperatorOnEdge(added, command.edge, command.operator.id, command, context)
      if ('problem' in spliced) return spliced
      return { job: spliced.job, label: steps.inserted(operatorName(spliced.job, command.operator.id, context.definitionOf)), operators: [command.operator.id] }
    }
    case 'moveOntoEdge': {
      if (operatorOf(job, command.operator) === undefined) return { problem: text.commands.noOperator(command.operator) }
      const moved = withPositions(job, { [command.operator]: command.position })
      const spliced = withOperatorOnEdge(moved, command.edge, command.operator, command, context)
      if ('problem' in spliced) return spliced
      return { job: spliced.job, label: steps.inserted(nameOf(command.operator)) }
    }
    case 'reconnect': {
      const index = job.edges.findIndex((edge) => edgeKey(edge) === command.edge)
      if (index < 0) return { problem: text.commands.noEdge }
      if (edgeKey(command.to) === command.edge) return { job, label: '' }
      const without = { ...job, edges: job.edges.filter((_, other) => other !== index) }
      const connected = withEdge(without, command.to, context)
      if ('problem' in connected) return connected
      return { job: connected.job, label: steps.rewired(nameOf(command.to.from), nameOf(command.to.to)) }
    }
    case 'setConfig': {
      const operator = operatorOf(job, command.operator)
      if (operator === undefined) return { problem: text.commands.noOperator(command.operator) }
      const config = withValueAtPath(operator.config, command.path, command.value) as JsonObject | undefined
      if (sameJson(config ?? {}, operator.config)) return { job, label: '' }
      return { job: withOperatorChanged(job, { ...operator, config: config ?? {} }), label: steps.changed(fieldName(command.path), nameOf(command.operator)) }
    }
    case 'replaceConfig': {
      const operator = operatorOf(job, command.operator)
      if (operator === undefined) return { problem: text.commands.noOperator(command.operator) }
      if (sameJson(command.config, operator.config)) return { job, label: '' }
      return { job: withOperatorChanged(job, { ...operator, config: command.config }), label: steps.settingsOf(nameOf(command.operator)) }
    }
    case 'rename': {
      const operator = operatorOf(job, command.operator)
      if (operator === undefined) return { problem: text.commands.noOperator(command.operator) }
      const name = command.name.trim().slice(0, nameLengthMax)
      if (name === (operator.name ?? '')) return { job, label: '' }
      const { name: _, ...rest } = operator
      return { job: withOperatorChanged(job, name === '' ? rest : orderedOperator({ ...rest, name })), label: steps.renamed(nameOf(command.operator), name === '' ? operator.kind : name) }
    }
    case 'setParallelism': {
      const operator = operatorOf(job, command.operator)
      if (operator === undefined) return { problem: text.commands.noOperator(command.operator) }
      if (command.parallelism === (operator.parallelism ?? null)) return { job, label: '' }
      const { parallelism: _, ...rest } = operator
      const next = command.parallelism === null ? rest : orderedOperator({ ...rest, parallelism: command.parallelism })
      return { job: withOperatorChanged(job, next), label: steps.parallelism(nameOf(command.operator), command.parallelism) }
    }
    case 'setSettings': {
      if (sameJson((command.settings ?? {}) as unknown as Json, (job.settings ?? {}) as unknown as Json)) return { job, label: '' }
      const { settings: _, ...rest } = job
      return { job: command.settings === null ? rest : { ...rest, settings: command.settings }, label: steps.jobSettings }
    }
    case 'setName': {
      const name = command.name.trim().slice(0, nameLengthMax)
      if (name === '') return { problem: text.commands.emptyName }
      return { job: name === job.name ? job : { ...job, name }, label: steps.jobRenamed(name) }
    }
    case 'setDescription': {
      if (command.description === (job.description ?? '')) return { job, label: '' }
      const { description: _, ...rest } = job
      return { job: command.description === '' ? rest : { ...rest, description: command.description }, label: steps.description }
    }
    case 'moveOperators': {
      const known = onlyKnown(job, command.positions)
      let next = withPositions(job, known)
      const moved = command.notes ?? {}
      if (Object.keys(moved).length > 0) {
        next = withNotes(next, (next.layout?.notes ?? []).map((note) => (Object.hasOwn(moved, note.id) ? { ...note, ...rounded(moved[note.id]!) } : note)))
      }
      const names = Object.keys(known)
      return { job: next, label: names.length === 1 ? steps.moved(nameOf(names[0]!)) : steps.movedMany(names.length + Object.keys(moved).length) }
    }
    case 'tidy':
      return { job: withPositions(job, onlyKnown(job, command.positions)), label: steps.tidied }
    case 'addNote': {
      if (hasId(job, command.note.id)) return { problem: text.commands.idTaken(command.note.id) }
      return { job: withNotes(job, [...(job.layout?.notes ?? []), { ...command.note, ...rounded(command.note) }]), label: steps.noteAdded, notes: [command.note.id] }
    }
    case 'editNote': {
      const notes = job.layout?.notes ?? []
      if (!notes.some((note) => note.id === command.note)) return { problem: text.commands.noNote }
      const edited = notes.map((note) =>
        note.id !== command.note
          ? note
          : {
              ...note,
              ...(command.text === undefined ? {} : { text: command.text }),
              ...(command.width === undefined ? {} : { width: Math.round(command.width) }),
              ...(command.height === undefined ? {} : { height: Math.round(command.height) }),
            },
      )
      return sameJson(edited as unknown as Json, notes as unknown as Json) ? { job, label: '' } : { job: withNotes(job, edited), label: steps.noteEdited }
    }
    case 'removeNotes':
      return withoutItems(job, [], [], command.notes, false, context)
    case 'group': {
      const members = [...new Set(command.operators)].filter((id) => operatorOf(job, id) !== undefined)
      if (members.length === 0) return { problem: text.commands.nothingToGroup }
      const id = freshId(takenIds(job), 'group')
      const name = command.name ?? text.commands.groupName((job.layout?.groups?.length ?? 0) + 1)
      const others = withoutMembers(job.layout?.groups ?? [], new Set(members))
      return { job: withGroups(job, [...others, { id, name, operators: members }]), label: steps.grouped(name), groups: [id] }
    }
    case 'ungroup': {
      const gone = new Set(command.groups)
      const groups = job.layout?.groups ?? []
      const left = groups.filter((group) => !gone.has(group.id))
      if (left.length === groups.length) return { problem: text.commands.nothingToUngroup }
      return { job: withGroups(job, left), label: steps.ungrouped(groups.length - left.length), operators: groups.filter((group) => gone.has(group.id)).flatMap((group) => group.operators) }
    }
    case 'renameGroup': {
      const groups = job.layout?.groups ?? []
      if (!groups.some((group) => group.id === command.group)) return { problem: text.commands.nothingToUngroup }
      if (groups.some((group) => group.id === command.group && group.name === command.name)) return { job, label: '' }
      return { job: withGroups(job, groups.map((group) => (group.id === command.group ? { ...group, name: command.name } : group))), label: steps.groupRenamed(command.name) }
    }
    case 'paste':
      return withFragment(job, command.fragment, command.at, command.upstream === true, context, steps.pasted)
    case 'duplicate': {
      const fragment = fragmentOf(job, command.operators, [])
      if (fragment.operators.length === 0) return { problem: text.commands.nothingToCopy }
      const corner = cornerOf(job, command.operators)
      return withFragment(job, fragment, { x: corner.x + command.offset.x, y: corner.y + command.offset.y }, command.upstream === true, context, steps.duplicated)
    }
    case 'renameColumn': {
      const operator = operatorOf(job, command.operator)
      if (operator === undefined) return { problem: text.commands.noOperator(command.operator) }
      const renamed = withColumnRenamed(job, operator, command.path, command.to, context)
      return 'problem' in renamed ? renamed : { job: renamed.job, label: steps.columnRenamed(renamed.from, command.to, renamed.followers) }
    }
    case 'replaceJob':
      return { job: command.job, label: steps.replaced(command.reason) }
  }
}

/** The format's limit on names (reliability: limits). */
const nameLengthMax = 200

export function operatorOf(job: Job, id: string): Operator | undefined {
  return job.operators.find((operator) => operator.id === id)
}

/** What people see: the name, or the kind's title, or the kind. */
export function operatorName(job: Job, id: string, definitionOf: (kind: string) => Pick<OperatorDefinition, 'title'> | undefined): string {
  const operator = operatorOf(job, id)
  if (operator === undefined) return id
  return operator.name ?? definitionOf(operator.kind)?.title ?? operator.kind
}

/** The part of a job that a copy takes. Edges that came from outside are kept apart, for a paste that restores them. */
export function fragmentOf(job: Job, operators: readonly string[], notes: readonly string[]): JobFragment {
  const chosen = new Set(operators)
  const corner = cornerOf(job, operators, notes)
  const positions: Record<string, Position> = {}
  for (const id of operators) {
    const position = placeOf(job, id)
    positions[id] = { x: position.x - corner.x, y: position.y - corner.y }
  }
  return {
    operators: job.operators.filter((operator) => chosen.has(operator.id)),
    edges: job.edges.filter((edge) => chosen.has(edge.from) && chosen.has(edge.to)),
    upstream: job.edges.filter((edge) => !chosen.has(edge.from) && chosen.has(edge.to)),
    positions,
    notes: (job.layout?.notes ?? []).filter((note) => notes.includes(note.id)).map((note) => ({ ...note, x: note.x - corner.x, y: note.y - corner.y })),
  }
}

function cornerOf(job: Job, operators: readonly string[], notes: readonly string[] = []): Position {
  const places = [...operators.map((id) => placeOf(job, id)), ...(job.layout?.notes ?? []).filter((note) => notes.includes(note.id))]
  if (places.length === 0) return { x: 0, y: 0 }
  return { x: Math.min(...places.map((place) => place.x)), y: Math.min(...places.map((place) => place.y)) }
}

function hasId(job: Job, id: string): boolean {
  return takenIds(job).has(id)
}

function withOperator(job: Job, operator: Operator, position: Position): Job {
  return withPositions({ ...job, operators: [...job.operators, operator] }, { [operator.id]: position })
}

function withOperatorChanged(job: Job, operator: Operator): Job {
  return { ...job, operators: job.operators.map((other) => (other.id === operator.id ? operator : other)) }
}

function orderedOperator(operator: Operator): Operator {
  const { id, kind, name, parallelism, config } = operator
  return { id, kind, ...(name === undefined ? {} : { name }), ...(parallelism === undefined ? {} : { parallelism }), config }
}

/**
 * Adds an edge. An input that takes one edge gives up the one it has, as a plug pulled from its socket; an edge that is already there, a loop, or a
 * missing end or port is refused with the reason.
 */
function withEdge(job: Job, edge: Edge, context: CommandContext): { job: Job } | { problem: string } {
  const problem = edgeProblem(job, edge, context.definitionOf)
  if (problem !== null) return { problem }
  const plain: Edge = { from: edge.from, ...portPart('fromPort', edge.fromPort, 'out'), to: edge.to, ...portPart('toPort', edge.toPort, 'in') }
  const target = operatorOf(job, edge.to)!
  const port = context.definitionOf(target.kind)?.inputs.find((input) => input.name === (plain.toPort ?? 'in'))
  const kept = port?.many === true ? job.edges : job.edges.filter((other) => other.to !== plain.to || (other.toPort ?? 'in') !== (plain.toPort ?? 'in'))
  return { job: { ...job, edges: [...kept, plain] } }
}

function portPart<K extends 'fromPort' | 'toPort'>(key: K, port: string | undefined, common: string): { [P in K]?: string } {
  return (port === undefined || port === common ? {} : { [key]: port }) as { [P in K]?: string }
}

/**
 * Why an edge cannot be drawn, in words, or null. Says nothing about schemas: a join of unlike keys is drawn and then explained by the checker, because
 * the user may be about to mend it.
 */
export function edgeProblem(job: Job, edge: Edge, definitionOf: DefinitionOf): string | null {
  const from = operatorOf(job, edge.from)
  const to = operatorOf(job, edge.to)
  if (from === undefined) return text.commands.noOperator(edge.from)
  if (to === undefined) return text.commands.noOperator(edge.to)
  const name = (operator: Operator): string => operatorName(job, operator.id, definitionOf)
  const fromPort = edge.fromPort ?? 'out'
  const toPort = edge.toPort ?? 'in'
  const fromDefinition = definitionOf(from.kind)
  const toDefinition = definitionOf(to.kind)
  if (fromDefinition !== undefined && fromDefinition.outputs.length === 0) return text.commands.noOutputs(name(from))
  if (toDefinition !== undefined && toDefinition.inputs.length === 0) return text.commands.noInputs(name(to))
  if (fromDefinition !== undefined && !fromDefinition.outputs.some((port) => port.name === fromPort)) return text.commands.noPort(name(from), fromPort)
  if (toDefinition !== undefined && !toDefinition.inputs.some((port) => port.name === toPort)) return text.commands.noPort(name(to), toPort)
  if (edge.from === edge.to) return text.commands.selfLoop(name(from))
  if (job.edges.some((other) => edgeKey(other) === edgeKey(edge))) return text.commands.alreadyConnected
  if (reaches(job, edge.to, edge.from)) return text.commands.cycle(name(from), name(to))
  return null
}

/** Whether rows leaving `from` come to `to`. */
export function reaches(job: Job, from: string, to: string): boolean {
  const outgoing = new Map<string, string[]>()
  for (const edge of job.edges) {
    const list = outgoing.get(edge.from)
    if (list === undefined) outgoing.set(edge.from, [edge.to])
    else list.push(edge.to)
  }
  const seen = new Set<string>()
  const open = [from]
  while (open.length > 0) {
    const id = open.pop()!
    if (id === to) return true
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(outgoing.get(id) ?? []))
  }
  return false
}

function withOperatorOnEdge(
  job: Job,
  key: string,
  id: string,
  ports: { readonly inPort?: string; readonly outPort?: string },
  context: CommandContext,
): { job: Job } | { problem: string } {
  const edge = job.edges.find((other) => edgeKey(other) === key)
  if (edge === undefined) return { problem: text.commands.noEdge }
  if (edge.from === id || edge.to === id) return { problem: text.commands.alreadyConnected }
  const operator = operatorOf(job, id)!
  const definition = context.definitionOf(operator.kind)
  const inPort = ports.inPort ?? definition?.inputs[0]?.name
  const outPort = ports.outPort ?? definition?.outputs[0]?.name
  const name = operatorName(job, id, context.definitionOf)
  if (inPort === undefined) return { problem: text.commands.noInputs(name) }
  if (outPort === undefined) return { problem: text.commands.noOutputs(name) }
  const opened = { ...job, edges: job.edges.filter((other) => other !== edge) }
  const first = withEdge(opened, { from: edge.from, fromPort: edge.fromPort ?? 'out', to: id, toPort: inPort }, context)
  if ('problem' in first) return first
  return withEdge(first.job, { from: id, fromPort: outPort, to: edge.to, toPort: edge.toPort ?? 'in' }, context)
}

function withoutItems(job: Job, operators: readonly string[], edges: readonly string[], notes: readonly string[], bridge: boolean, context: CommandContext): Changed {
  const gone = new Set(operators.filter((id) => operatorOf(job, id) !== undefined))
  const cut = new Set(edges)
  const goneNotes = new Set(notes)
  const keptEdges = job.edges.filter((edge) => !gone.has(edge.from) && !gone.has(edge.to) && !cut.has(edgeKey(edge)))
  const keptNotes = (job.layout?.notes ?? []).filter((note) => !goneNotes.has(note.id))
  const cutCount = job.edges.filter((edge) => cut.has(edgeKey(edge))).length
  const noteCount = (job.layout?.notes?.length ?? 0) - keptNotes.length
  if (gone.size === 0 && cutCount === 0 && noteCount === 0) return { problem: text.commands.nothingToRemove }

  let next: Job = { ...job, edges: keptEdges.length === job.edges.length ? job.edges : keptEdges }
  if (gone.size > 0) next = { ...next, operators: job.operators.filter((operator) => !gone.has(operator.id)) }
  if (bridge && gone.size > 0) {
    for (const edge of bridgesOver(job, gone, cut)) {
      const connected = withEdgeIfFree(next, edge, context)
      if (connected !== null) next = connected
    }
  }
  const layout = next.layout
  if (layout !== undefined && (gone.size > 0 || noteCount > 0)) {
    next = {
      ...next,
      layout: {
        ...(layout.operators === undefined ? {} : { operators: Object.fromEntries(Object.entries(layout.operators).filter(([id]) => !gone.has(id))) }),
        ...(layout.notes === undefined ? {} : { notes: noteCount === 0 ? layout.notes : keptNotes }),
        ...(layout.groups === undefined ? {} : { groups: withoutMembers(layout.groups, gone) }),
      },
    }
  }
  const names = [...gone].map((id) => operatorName(job, id, context.definitionOf))
  const steps = text.history
  const label =
    names.length === 0
      ? noteCount > 0 && cutCount === 0
        ? steps.noteRemoved(noteCount)
        : steps.disconnected(cutCount)
      : bridge
        ? steps.removedBridging(names)
        : steps.removed(names)
  return { job: next, label }
}

/** One edge from each operator that fed the removed ones to each that was fed by them, over whatever was removed between. */
function bridgesOver(job: Job, gone: ReadonlySet<string>, cut: ReadonlySet<string>): Edge[] {
  const live = job.edges.filter((edge) => !cut.has(edgeKey(edge)))
  const bridges = new Map<string, Edge>()
  for (const incoming of live) {
    if (gone.has(incoming.from) || !gone.has(incoming.to)) continue
    const seen = new Set<string>()
    const open = [incoming.to]
    while (open.length > 0) {
      const id = open.pop()!
      if (seen.has(id)) continue
      seen.add(id)
      for (const outgoing of live) {
        if (outgoing.from !== id) continue
        if (gone.has(outgoing.to)) open.push(outgoing.to)
        else {
          const edge: Edge = { from: incoming.from, ...portPart('fromPort', incoming.fromPort, 'out'), to: outgoing.to, ...portPart('toPort', outgoing.toPort, 'in') }
          bridges.set(edgeKey(edge), edge)
        }
      }
    }
  }
  return [...bridges.values()]
}

/** A bridge never takes a socket from another edge. */
function withEdgeIfFree(job: Job, edge: Edge, context: CommandContext): Job | null {
  if (edgeProblem(job, edge, context.definitionOf) !== null) return null
  const many = context.definitionOf(operatorOf(job, edge.to)!.kind)?.inputs.find((input) => input.name === (edge.toPort ?? 'in'))?.many === true
  if (!many && job.edges.some((other) => other.to === edge.to && (other.toPort ?? 'in') === (edge.toPort ?? 'in'))) return null
  return { ...job, edges: [...job.edges, edge] }
}

function withFragment(job: Job, fragment: JobFragment, at: Position, upstream: boolean, context: CommandContext, label: (count: number) => string): Changed {
  if (fragment.operators.length === 0 && fragment.notes.length === 0) return { problem: text.commands.nothingToPaste }
  const taken = takenIds(job)
  const ids = new Map<string, string>()
  for (const operator of fragment.operators) {
    const id = freshId(taken, operator.id)
    taken.add(id)
    ids.set(operator.id, id)
  }
  const operators = fragment.operators.map((operator) => ({ ...operator, id: ids.get(operator.id)! }))
  const edges = fragment.edges.map((edge) => ({ ...edge, from: ids.get(edge.from) ?? edge.from, to: ids.get(edge.to) ?? edge.to }))
  const positions: Record<string, Position> = {}
  for (const operator of fragment.operators) {
    const offset = Object.hasOwn(fragment.positions, operator.id) ? fragment.positions[operator.id]! : { x: 0, y: 0 }
    positions[ids.get(operator.id)!] = { x: at.x + offset.x, y: at.y + offset.y }
  }
  const notes = fragment.notes.map((note) => {
    const id = freshId(taken, note.id)
    taken.add(id)
    return { ...note, id, ...rounded({ x: at.x + note.x, y: at.y + note.y }) }
  })
  let next: Job = { ...job, operators: [...job.operators, ...operators], edges: [...job.edges, ...edges] }
  next = withPositions(next, positions)
  if (notes.length > 0) next = withNotes(next, [...(next.layout?.notes ?? []), ...notes])
  if (upstream) {
    for (const edge of fragment.upstream) {
      const connected = withEdgeIfFree(next, { ...edge, to: ids.get(edge.to) ?? edge.to }, context)
      if (connected !== null) next = connected
    }
  }
  return { job: next, label: label(operators.length + notes.length), operators: operators.map((operator) => operator.id), notes: notes.map((note) => note.id) }
}

function withPositions(job: Job, positions: Readonly<Record<string, Position>>): Job {
  const old = job.layout?.operators ?? {}
  const changed: Record<string, Position> = {}
  for (const [id, position] of Object.entries(positions)) {
    const next = rounded(position)
    const before = Object.hasOwn(old, id) ? old[id]! : undefined
    if (before === undefined || before.x !== next.x || before.y !== next.y) changed[id] = next
  }
  if (Object.keys(changed).length === 0) return job
  return { ...job, layout: { ...job.layout, operators: { ...old, ...changed } } }
}

/** Whole numbers keep documents and their diffs quiet. */
function rounded(position: Position): Position {
  const whole = (value: number): number => (Number.isFinite(value) ? Math.round(value) + 0 : 0)
  return { x: whole(position.x), y: whole(position.y) }
}

function onlyKnown(job: Job, positions: Readonly<Record<string, Position>>): Readonly<Record<string, Position>> {
  const ids = new Set(job.operators.map((operator) => operator.id))
  return Object.fromEntries(Object.entries(positions).filter(([id]) => ids.has(id)))
}

function withNotes(job: Job, notes: readonly Note[]): Job {
  return { ...job, layout: { ...job.layout, notes } }
}

function withGroups(job: Job, groups: readonly Group[]): Job {
  return { ...job, layout: { ...job.layout, groups } }
}

function withoutMembers(groups: readonly Group[], gone: ReadonlySet<string>): readonly Group[] {
  if (!groups.some((group) => group.operators.some((id) => gone.has(id)))) return groups
  return groups
    .map((group) => (group.operators.some((id) => gone.has(id)) ? { ...group, operators: group.operators.filter((id) => !gone.has(id)) } : group))
    .filter((group) => group.operators.length > 0)
}

function fieldName(path: ConfigPath): string {
  const names = path.filter((part): part is string => typeof part === 'string')
  return names[names.length - 1] ?? String(path[0] ?? '')
}

/** JSON values by content; `ExactNumber`s compare by their text, as they are class instances with that one property. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || a === undefined || b === undefined) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a)
  if (left.length !== Object.keys(b).length) return false
  return left.every(([key, value]) => Object.hasOwn(b, key) && sameJson(value as Json, (b as JsonObject)[key]))
}
