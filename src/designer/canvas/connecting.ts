import type { Schema } from '../../columnar/schema.ts'
import type { ConfigField } from '../../job/configField.ts'
import type { Edge, Job, Operator } from '../../job/job.ts'
import type { DefinitionOf, OperatorDefinition, OutputSchemas } from '../../job/operatorDefinition.ts'
import type { inferSchemas } from '../../job/inferSchemas.ts'
import { text as t } from '../text/text.ts'
import { edgeProblem, operatorName } from '../store/documentCommands.ts'
import { plainEdge } from '../store/edgeKey.ts'

/**
 * Where a wire may end, and if not, why, in words, with the way out.
 *
 * Two kinds of no. *Impossible*: the job would not be a job (a sink's output, a circle, the same wire twice). *Unfit*: the wire can be drawn but would not
 * run as things stand (the gate is taken, the rows carry no time, the rows update); then there is an offer, and the wire may be drawn anyway, because building
 * a job means passing through states that do not run. Told from definitions and schemas alone: no kind is named here.
 */
export interface WireEnd {
  readonly operator: string
  readonly port: string
  /** The side of the end that is held: `out` looks for an input. */
  readonly side: 'out' | 'in'
}

export type Verdict =
  | { readonly kind: 'legal'; readonly edge: Edge }
  | { readonly kind: 'unfit'; readonly edge: Edge; readonly reason: string; readonly offer: Offer | null }
  | { readonly kind: 'impossible'; readonly reason: string }

export type Offer =
  /** The gate's present wire gives way. */
  | { readonly kind: 'replace'; readonly edge: Edge; readonly instead: Edge }
  /** Both wires go through a new operator that takes any number of inputs. */
  | { readonly kind: 'merge'; readonly edge: Edge; readonly other: Edge; readonly through: OperatorDefinition }
  /** The sources whose rows carry no time. */
  | { readonly kind: 'giveTime'; readonly source: string; readonly name: string }

export interface Surroundings {
  readonly job: Job
  readonly outputs: ReadonlyMap<string, OutputSchemas>
  readonly definitions: readonly OperatorDefinition[]
  readonly definitionOf: DefinitionOf
}

/** What holds for every other operator, asked once when a wire is picked up. */
export function verdictsFor(from: WireEnd, around: Surroundings): Map<string, Verdict> {
  const updates = updatingOperators(around)
  const verdicts = new Map<string, Verdict>()
  for (const operator of around.job.operators) verdicts.set(operator.id, operator.id === from.operator ? { kind: 'impossible', reason: t.commands.selfLoop(nameOf(around, operator.id)) } : bestOf(from, operator, around, updates))
  return verdicts
}

/** For one gate: what a drop exactly on it means. */
export function gateVerdict(from: WireEnd, operator: string, port: string, around: Surroundings): Verdict {
  const edge = from.side === 'out' ? plainEdge(from.operator, from.port, operator, port) : plainEdge(operator, port, from.operator, from.port)
  return edgeVerdict(edge, around, updatingOperators(around))
}

function bestOf(from: WireEnd, operator: Operator, around: Surroundings, updates: ReadonlySet<string>): Verdict {
  const definition = around.definitionOf(operator.kind)
  const ports = from.side === 'out' ? (definition?.inputs ?? [{ name: 'in' }]) : (definition?.outputs ?? [{ name: 'out' }])
  if (ports.length === 0) {
    const name = nameOf(around, operator.id)
    return { kind: 'impossible', reason: from.side === 'out' ? t.commands.noInputs(name) : t.commands.noOutputs(name) }
  }
  let best: Verdict | null = null
  for (const port of ports) {
    const edge = from.side === 'out' ? plainEdge(from.operator, from.port, operator.id, port.name) : plainEdge(operator.id, port.name, from.operator, from.port)
    const verdict = edgeVerdict(edge, around, updates)
    if (verdict.kind === 'legal') return verdict
    if (best === null || (best.kind === 'impossible' && verdict.kind === 'unfit')) best = verdict
  }
  return best!
}

export function edgeVerdict(edge: Edge, around: Surroundings, updates: ReadonlySet<string> = updatingOperators(around)): Verdict {
  const { job, definitionOf } = around
  const impossible = edgeProblem(job, edge, definitionOf)
  if (impossible !== null) return { kind: 'impossible', reason: impossible }
  const target = job.operators.find((operator) => operator.id === edge.to)!
  const definition = definitionOf(target.kind)
  const toPort = edge.toPort ?? 'in'
  const gate = definition?.inputs.find((port) => port.name === toPort)
  const name = nameOf(around, edge.to)
  const taken = gate?.many === true ? undefined : job.edges.find((other) => other.to === edge.to && (other.toPort ?? 'in') === toPort)
  if (taken !== undefined) {
    const single = (definition?.inputs.length ?? 1) < 2
    const through = around.definitions.find((other) => other.inputs.some((port) => port.many === true) && other.outputs.length > 0)
    const feeder = nameOf(around, taken.from)
    return {
      kind: 'unfit',
      edge,
      reason: single ? t.canvas.connect.taken(name, feeder) : t.canvas.connect.portTaken(gate?.title ?? toPort, name, feeder),
      offer: through === undefined || taken.from === edge.from ? { kind: 'replace', edge, instead: taken } : { kind: 'merge', edge, other: taken, through },
    }
  }
  if (gate?.insertOnly === true && updates.has(edge.from)) return { kind: 'unfit', edge, reason: t.canvas.connect.updates(name, nameOf(around, edge.from)), offer: null }
  const schema: Schema | undefined = around.outputs.get(edge.from)?.[edge.fromPort ?? 'out']
  if (schema !== undefined && definition !== undefined && asksForTime(definition.fields, toPort) && !carriesTime(schema)) {
    const source = sourceWithoutTime(edge.from, around)
    return {
      kind: 'unfit',
      edge,
      reason: t.canvas.connect.noTime(name, nameOf(around, edge.from)),
      offer: source === null ? null : { kind: 'giveTime', source, name: nameOf(around, source) },
    }
  }
  return { kind: 'legal', edge }
}

/** A window in the rows' own columns is time too: what windows gave can be grouped by them again. */
function carriesTime(schema: Schema): boolean {
  return schema.fields.some((field) => field.time !== undefined || field.name === 'window_start')
}

function asksForTime(fields: readonly ConfigField[], port: string): boolean {
  return fields.some((field) => {
    if (field.control === 'column') return field.time === true && field.input === port && field.optional !== true
    if (field.control === 'object') return asksForTime(field.fields, port)
    // Whichever variant is chosen, it needs the time.
    if (field.control === 'variant') return field.variants.length > 0 && field.variants.every((variant) => asksForTime(variant.fields, port))
    return false
  })
}

/** A source upstream whose own rows carry no time; null when time was lost on the way. */
function sourceWithoutTime(from: string, { job, outputs }: Surroundings): string | null {
  const seen = new Set<string>()
  const open = [from]
  while (open.length > 0) {
    const id = open.pop()!
    if (seen.has(id)) continue
    seen.add(id)
    const feeders = job.edges.filter((edge) => edge.to === id)
    if (feeders.length > 0) open.push(...feeders.map((edge) => edge.from))
    else if (!Object.values(outputs.get(id) ?? {}).some(carriesTime)) return id
  }
  return null
}

const updating = new WeakMap<Job, ReadonlySet<string>>()

/** Comes with the overlays, after the catalog; before it no operator is known to update. */
let infer: typeof inferSchemas | null = null
export function provideInference(inference: typeof inferSchemas): void {
  infer = inference
}

/** Operators whose rows update or delete earlier ones. Asked with every move of a wire over gates, answered once for a job. */
function updatingOperators({ job, definitionOf }: Surroundings): ReadonlySet<string> {
  // A job without any operator that can update needs no inference.
  if (infer === null || !job.operators.some((operator) => definitionOf(operator.kind)?.rowKinds !== undefined)) return nobody
  let found = updating.get(job)
  if (found === undefined) {
    const { rowKinds } = infer(job, definitionOf)
    found = new Set([...rowKinds].filter(([, kinds]) => kinds.some((kind) => kind !== '+I')).map(([id]) => id))
    updating.set(job, found)
  }
  return found
}
const nobody: ReadonlySet<string> = new Set()

/** Why a new operator of this kind would not fit at the end of a wire, in words; null when it does. */
export function kindProblem(definition: OperatorDefinition, from: WireEnd, around: Surroundings): string | null {
  if (from.side === 'in') return definition.outputs.length === 0 ? t.commands.noOutputs(definition.title) : null
  const gate = definition.inputs[0]
  if (gate === undefined) return t.commands.noInputs(definition.title)
  if (gate.insertOnly === true && updatingOperators(around).has(from.operator)) return t.canvas.connect.updates(definition.title, nameOf(around, from.operator))
  const schema = around.outputs.get(from.operator)?.[from.port]
  return schema !== undefined && asksForTime(definition.fields, gate.name) && !carriesTime(schema) ? t.canvas.connect.noTime(definition.title, nameOf(around, from.operator)) : null
}

function nameOf(around: Surroundings, id: string): string {
  return operatorName(around.job, id, around.definitionOf)
}
