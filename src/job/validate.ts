import { isTimeZone } from '../columnar/timeZone.ts'
import { ordering, pieces } from './graph.ts'
import { defaultInputPort, defaultOutputPort, fromPortOf, inferSchemas, toPortOf, type InferenceMemory, type InferredSchemas } from './inferSchemas.ts'
import { operatorIdPattern, settingsDefaults, type Edge, type Job, type Operator } from './job.ts'
import type { DefinitionOf } from './operatorDefinition.ts'
import type { Finding, Place, Problem } from './problem.ts'
import { documentProblems, wiringProblems } from './problemCatalogue.ts'

/**
 * The whole check of a job: settings, wiring, every operator, tests. `validate`, the designer's problem list and the compiler all call this.
 *
 * It returns what it could find out and every Problem it met, in an order that does not depend on the order of editing: document, then
 * operators in topological order, then edges, then the job as a whole. It throws on nothing a document can hold.
 */
export interface CheckedJob extends InferredSchemas {
  /** Operator ids, topological then by id; operators on a cycle last. */
  readonly order: readonly string[]
  readonly problems: readonly Problem[]
}

export function checkJob(job: Job, definitionOf: DefinitionOf, memory?: InferenceMemory): CheckedJob {
  const problems: Problem[] = []
  const add = (place: Place, finding: Finding): void => void problems.push({ code: finding.code, severity: finding.severity, message: finding.message, place })

  checkSettings(job, add)
  const ids: string[] = []
  const operators = new Map<string, Operator>()
  job.operators.forEach((operator, i) => {
    if (!operatorIdPattern.test(operator.id)) add({ path: `operators[${i}].id` }, documentProblems.badOperatorId(JSON.stringify(operator.id)))
    if (operators.has(operator.id)) add({ path: `operators[${i}].id` }, documentProblems.duplicateOperatorId(operator.id))
    else {
      operators.set(operator.id, operator)
      ids.push(operator.id)
    }
  })

  const { order, cycles } = ordering(ids, job.edges)
  const inferred = inferSchemas(job, definitionOf, memory)
  const incoming = checkEdges(job, operators, definitionOf, add)
  for (const cycle of cycles) add({ operator: cycle[0]! }, wiringProblems.cycle(cycle))

  // Wiring problems of an operator stand with its own, so that the list reads operator by operator.
  const byOperator = new Map<string, Problem[]>()
  for (const problem of inferred.problems) {
    const list = byOperator.get(problem.place.operator ?? '')
    if (list === undefined) byOperator.set(problem.place.operator ?? '', [problem])
    else list.push(problem)
  }
  const connectedOutputs = new Set(job.edges.map((edge) => `${edge.from} ${fromPortOf(edge)}`))
  let sinks = 0
  for (const operator of operators.values()) if (definitionOf(operator.kind)?.family === 'sink') sinks++
  for (const id of order) {
    const operator = operators.get(id)!
    const definition = definitionOf(operator.kind)
    if (definition !== undefined) {
      for (const port of definition.inputs) {
        const count = incoming.get(`${id} ${port.name}`) ?? 0
        if (count === 0) add({ operator: id }, wiringProblems.inputMissing(port.name, definition.inputs.length > 1 ? ` (${port.title})` : ''))
        else if (count > 1 && port.many !== true) add({ operator: id }, wiringProblems.tooManyEdges(port.name, count))
      }
    }
    problems.push(...(byOperator.get(id) ?? []))
    if (definition !== undefined && sinks > 0) {
      for (const port of definition.outputs) {
        if (port.optional !== true && !connectedOutputs.has(`${id} ${port.name}`)) add({ operator: id }, wiringProblems.outputUnused(port.name))
      }
    }
  }

  if (job.operators.length === 0) add({}, wiringProblems.noOperators())
  else if (sinks === 0) add({}, wiringProblems.noSink())
  const links = linksOutside(job, definitionOf)
  // A circle through a topic never ends: what is read is written again.
  if (cycles.length === 0) for (const cycle of ordering(ids, [...job.edges, ...links.filter(({ waits }) => waits)]).cycles) add({ operator: cycle[0]! }, wiringProblems.cycleOutside(cycle))
  const parts = pieces(ids, [...job.edges, ...links])
  if (parts.length > 1 && parts.every((part) => part.length > 1)) add({}, wiringProblems.disjoint(parts))
  checkTests(job, operators, definitionOf, add)
  return { ...inferred, order, problems: withoutRepeats(problems) }
}

type Add = (place: Place, finding: Finding) => void

function checkSettings(job: Job, add: Add): void {
  const parallelismMax = job.settings?.maxParallelism ?? settingsDefaults.maxParallelism
  const parallelism = job.settings?.parallelism ?? settingsDefaults.parallelism
  if (parallelism > parallelismMax) add({ path: 'settings.parallelism' }, documentProblems.parallelismAboveMax(parallelism, parallelismMax))
  job.operators.forEach((operator, i) => {
    if (operator.parallelism !== undefined && operator.parallelism > parallelismMax) {
      add({ path: `operators[${i}].parallelism` }, documentProblems.parallelismAboveMax(operator.parallelism, parallelismMax))
    }
  })
  const zone = job.settings?.timeZone
  if (zone !== undefined && !isTimeZone(zone)) add({ path: 'settings.timeZone' }, documentProblems.unknownTimeZone(zone))
}

/** From each sink to the sources that read where it writes. */
function linksOutside(job: Job, definitionOf: DefinitionOf): readonly { readonly from: string; readonly to: string; readonly waits: boolean }[] {
  const meetings = job.operators.flatMap(({ id, kind, config }) => {
    const definition = definitionOf(kind)
    const meeting = definition?.meetsAt?.(config) ?? null
    return meeting === null ? [] : [{ id, isSource: definition!.family === 'source', ...meeting }]
  })
  const sources = meetings.filter(({ isSource }) => isSource)
  return meetings.flatMap((sink) => (sink.isSource ? [] : sources.filter(({ place }) => place === sink.place).map(({ id, waits }) => ({ from: sink.id, to: id, waits }))))
}


/** Reports edges that lead nowhere; returns how many edges reach each `id port`. */
function checkEdges(job: Job, operators: ReadonlyMap<string, Operator>, definitionOf: DefinitionOf, add: Add): Map<string, number> {
  const incoming = new Map<string, number>()
  const seen = new Set<string>()
  const ids = [...operators.keys()]
  job.edges.forEach((edge, i) => {
    const path = `edges[${i}]`
    const from = operators.get(edge.from)
    const to = operators.get(edge.to)
    if (from === undefined) add({ path: `${path}.from` }, wiringProblems.unknownOperator(edge.from, ids))
    if (to === undefined) add({ path: `${path}.to` }, wiringProblems.unknownOperator(edge.to, ids))
    const key = edgeKey(edge)
    if (seen.has(key)) return add({ path }, wiringProblems.duplicateEdge(edge.from, edge.to))
    seen.add(key)
    if (from !== undefined && edge.from === edge.to) return add({ operator: edge.from, path: '' }, wiringProblems.selfLoop(edge.from))
    const outputs = from === undefined ? undefined : definitionOf(from.kind)
    if (outputs !== undefined && !outputs.outputs.some((port) => port.name === fromPortOf(edge))) {
      add({ path: `${path}.fromPort` }, wiringProblems.unknownPort('output', fromPortOf(edge), outputs.title, outputs.outputs.map((port) => port.name)))
    }
    const inputs = to === undefined ? undefined : definitionOf(to.kind)
    if (inputs !== undefined && !inputs.inputs.some((port) => port.name === toPortOf(edge))) {
      add({ path: `${path}.toPort` }, wiringProblems.unknownPort('input', toPortOf(edge), inputs.title, inputs.inputs.map((port) => port.name)))
    }
    if (from !== undefined) incoming.set(`${edge.to} ${toPortOf(edge)}`, (incoming.get(`${edge.to} ${toPortOf(edge)}`) ?? 0) + 1)
  })
  return incoming
}

/** Two edges with equal keys are the same edge, whether or not they spell out default ports. */
export function edgeKey(edge: Edge): string {
  return `${edge.from} ${edge.fromPort ?? defaultOutputPort} ${edge.to} ${edge.toPort ?? defaultInputPort}`
}

function checkTests(job: Job, operators: ReadonlyMap<string, Operator>, definitionOf: DefinitionOf, add: Add): void {
  const tests = job.tests ?? []
  if (tests.length === 0) return
  const ofFamily = (family: string): string[] =>
    [...operators.values()].filter((operator) => definitionOf(operator.kind)?.family === family).map((operator) => operator.id)
  const sources = ofFamily('source')
  const sinks = ofFamily('sink')
  tests.forEach((test, i) => {
    for (const id of Object.keys(test.inputs ?? {})) {
      if (!sources.includes(id)) add({ path: `tests[${i}].inputs.${id}` }, documentProblems.testOfUnknownOperator(id, 'source', sources))
    }
    for (const id of Object.keys(test.expect)) {
      if (!sinks.includes(id)) add({ path: `tests[${i}].expect.${id}` }, documentProblems.testOfUnknownOperator(id, 'sink', sinks))
    }
  })
}

/** The same finding at the same place, said once: the generic check and a room may both notice it. */
function withoutRepeats(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter((problem) => {
    const { operator, path, span } = problem.place
    const key = `${problem.code} ${operator ?? ''} ${path ?? ''} ${span === undefined ? '' : span.start} ${problem.message}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}
