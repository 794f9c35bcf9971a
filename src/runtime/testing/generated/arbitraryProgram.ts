import * as fc from 'fast-check'
import type { Json, JsonObject } from '../../../columnar/json.ts'
import { canonicalText } from '../../../job/canonical.ts'
import { toPortOf } from '../../../job/inferSchemas.ts'
import type { Edge, Job, Operator } from '../../../job/job.ts'
import { checkJob, hasErrors, type CheckedJob } from '../../../job/validate.ts'
import { definitionOf, kinds, type Kind } from '../../../operators/catalog.ts'
import { arbitrarySource } from './arbitrarySource.ts'
import { Chance } from './chance.ts'
import type { Stream } from './facet.ts'
import { facets } from './facets.ts'
import { throughTopics, topicEdges, topicIn } from './throughTopics.ts'

/**
 * Whole jobs with their rows: one to three sources, one to six operators, one or two sinks, a topic now and then between them, always valid. What comes out of them is settled, so that two engines, two ways to
 * cut batches and two degrees of parallelism must agree.
 *
 * A counter-example is shrunk as a job: operators are taken out, then rows, then what stands in lists of configs, then values; what the job's check refuses is left as it was.
 */
class ProgramArbitrary extends fc.Arbitrary<Job> {
  generate(random: fc.Random): fc.Value<Job> {
    return new fc.Value(generated(new Chance(random)), undefined)
  }

  canShrinkWithoutContext(_value: unknown): _value is Job {
    return true
  }

  shrink(job: Job): fc.Stream<fc.Value<Job>> {
    return new fc.Stream(smaller(job)).map((candidate) => new fc.Value(candidate, undefined))
  }
}

export const arbitraryProgram: fc.Arbitrary<Job> = new ProgramArbitrary()

/** Canonical text of a job, rows and all, for people. */
export function programText(job: Job): string {
  return canonicalText(job, definitionOf)
}

const between = kinds.filter((kind) => kind !== 'source' && kind !== 'sink')

function generated(chance: Chance): Job {
  const sourceCount = chance.oneOf([1, 1, 1, 2, 2, 3])
  const operators: Operator[] = []
  const edges: Edge[] = []
  const late = new Set<string>()
  const ordered = new Set<string>()
  const windowed = new Set<string>()
  const lacksTime = new Set<string>()
  const rowsMost = new Map<string, number>()
  const keyedByWindow = new Set<string>()
  let keyType: string | null = null
  for (let i = 0; i < sourceCount; i++) {
    const source = arbitrarySource(chance, `s${i}`, { keyType, mayBeLate: chance.happens(sourceCount === 1 ? 60 : 15) })
    keyType = ((source.operator.config.columns as readonly JsonObject[])[0]!.type as string)
    operators.push(source.operator)
    rowsMost.set(source.operator.id, ((source.operator.config.connector as JsonObject).rows as readonly Json[]).length)
    ordered.add(source.operator.id)
    if (source.late) late.add(source.operator.id)
  }
  let checked = checkJob(jobOf(operators, edges), definitionOf)
  const streams: { operator: string; port: string }[] = operators.map((operator) => ({ operator: operator.id, port: 'out' }))
  const wanted = chance.integer(1, 6)
  for (let attempt = 0, made = 0; attempt < 60 && made < wanted; attempt++) {
    const kind = chance.oneOf(between)
    const inputs = inputsFor(chance, kind, streams.map((stream) => streamOf(stream, checked, late, ordered, windowed, lacksTime, keyedByWindow)))
    if (inputs === null) continue
    const facet = facets[kind]
    const config = facet.config(chance, inputs.map(({ stream }) => stream))
    if (config === null) continue
    const id = `o${made}`
    const rows = rowsAtMost(kind, config, inputs.map(({ stream }) => rowsMost.get(stream.operator)!))
    if (rows > mostRows) continue
    const added = inputs.map(({ stream, port }): Edge => ({ from: stream.operator, to: id, ...(stream.port === 'out' ? {} : { fromPort: stream.port }), ...(port === 'in' ? {} : { toPort: port }) }))
    const now = checkJob(jobOf([...operators, { id, kind, config }], [...edges, ...added]), definitionOf)
    if (hasErrors(now.problems) || now.outputs.get(id)?.out === undefined) continue
    operators.push({ id, kind, config })
    rowsMost.set(id, rows)
    edges.push(...added)
    checked = now
    made++
    // What takes a row back has that row's time, which may be behind the watermark by then.
    if ((inputs.some(({ stream }) => stream.late) || kind === 'deduplicate') && staysLate(kind)) late.add(id)
    if (facet.keepsOrder === true && inputs.every(({ stream }) => stream.ordered)) ordered.add(id)
    const padsTime = ['left', 'right', 'full'].includes(String(config.type)) && ['interval-join', 'window-join', 'temporal-join'].includes(kind)
    if (['window-top-n', 'window-deduplicate'].includes(kind) || (!kind.endsWith('-aggregate') && inputs.some(({ stream }) => stream.keyedByWindow))) keyedByWindow.add(id)
    if (padsTime || inputs.some(({ stream }) => stream.lacksTime)) lacksTime.add(id)
    // The bounds of a full join's window may be NULL by their type on Flink, which then takes them for columns like any other.
    if ((kind.startsWith('window-') && !(kind === 'window-join' && config.type === 'full')) || (['filter', 'project'].includes(kind) && inputs.every(({ stream }) => stream.windowed))) windowed.add(id)
    // Mostly a chain: an input is used again only now and then.
    if (chance.happens(75)) for (const { stream } of inputs) streams.splice(streams.findIndex((known) => known.operator === stream.operator), 1)
    streams.push({ operator: id, port: 'out' })
  }
  const used = new Set(edges.map((edge) => edge.from))
  const ends = operators.filter((operator) => !used.has(operator.id)).slice(-2)
  ends.forEach(({ id }, i) => {
    operators.push({ id: `out${i}`, kind: 'sink', config: { connector: { type: 'collect' } } })
    edges.push({ from: id, to: `out${i}` })
  })
  return throughTopics(chance, withoutUnused(jobOf(operators, edges)))
}

/** Joins of joins of one source with itself square its rows each time: more than these say nothing more, and take minutes. */
const mostRows = 200_000

/** As many rows as an operator may give, and no fewer by much: each row of a join meets each of the other side, and each is in every window of its time. */
function rowsAtMost(kind: Kind, config: JsonObject, inputs: readonly number[]): number {
  const { type, sizeMs, slideMs, stepMs } = (config.window ?? {}) as { readonly type?: string; readonly sizeMs?: number; readonly slideMs?: number; readonly stepMs?: number }
  const windows = type === 'hop' || type === 'cumulate' ? sizeMs! / (slideMs ?? stepMs)! : 1
  const pairs = kind === 'regular-join' || kind === 'interval-join' || kind === 'window-join' || kind === 'lookup-join'
  return (pairs ? inputs.reduce((product, rows) => product * rows, 1) : inputs.reduce((sum, rows) => sum + rows, 0)) * windows
}

/** What windows give is never behind the watermark, nor what looks at all rows before and waits for it. */
function staysLate(kind: Kind): boolean {
  return !['window-aggregate', 'window-top-n', 'window-deduplicate', 'over-aggregate'].includes(kind)
}

function jobOf(operators: readonly Operator[], edges: readonly Edge[]): Job {
  return { format: 'millrace/job', version: 1, name: 'generated', settings: { parallelism: 1 }, operators, edges }
}

function streamOf({ operator, port }: { operator: string; port: string }, checked: CheckedJob, late: ReadonlySet<string>, ordered: ReadonlySet<string>, windowed: ReadonlySet<string>, lacksTime: ReadonlySet<string>, keyedByWindow: ReadonlySet<string>): Stream {
  return {
    operator,
    port,
    schema: checked.outputs.get(operator)![port]!,
    updating: (checked.rowKinds.get(operator) ?? ['+I']).some((kind) => kind !== '+I'),
    late: late.has(operator),
    ordered: ordered.has(operator),
    windowed: windowed.has(operator),
    lacksTime: lacksTime.has(operator),
    keyedByWindow: keyedByWindow.has(operator),
  }
}

function inputsFor(chance: Chance, kind: Kind, streams: readonly Stream[]): { readonly port: string; readonly stream: Stream }[] | null {
  const ports = facets[kind].inputs
  const insertOnly = new Set(definitionOf(kind)!.inputs.filter((port) => port.insertOnly === true).map((port) => port.name))
  const chosen: { port: string; stream: Stream }[] = []
  for (const { port, many } of ports) {
    const fitting = streams.filter((stream) => !(stream.updating && insertOnly.has(port)))
    if (fitting.length === 0) return null
    const count = many === true ? chance.integer(2, 3) : 1
    for (let i = 0; i < count; i++) {
      const others = fitting.filter((stream) => chosen.every((known) => known.stream !== stream))
      if (others.length === 0 && many === true) return null
      chosen.push({ port, stream: chance.oneOf(others.length === 0 ? fitting : others) })
    }
  }
  return chosen
}

/** Without operators that lead to no sink. */
function withoutUnused(job: Job): Job {
  const needed = new Set(job.operators.filter((operator) => operator.kind === 'sink').map((operator) => operator.id))
  for (let size = -1; size !== needed.size; ) {
    size = needed.size
    for (const edge of job.edges) if (needed.has(edge.to)) needed.add(edge.from)
  }
  return { ...job, operators: job.operators.filter((operator) => needed.has(operator.id)), edges: job.edges.filter((edge) => needed.has(edge.from) && needed.has(edge.to)) }
}

export function isValid(job: Job): boolean {
  return job.operators.some((operator) => operator.kind === 'sink') && !hasErrors(checkJob(job, definitionOf).problems)
}

/** Jobs a little smaller, largest steps first. */
function* smaller(job: Job): Generator<Job> {
  const candidates = function* (): Generator<Job> {
    const through = topicEdges(job)
    // What was written to a topic goes straight to its readers.
    for (const { from, to } of through) {
      const feeding = job.edges.find((edge) => edge.to === from)!
      const edges = job.edges.flatMap((edge): Edge[] => (edge.to === from ? [] : edge.from === to ? [{ ...feeding, to: edge.to, ...(edge.toPort === undefined ? {} : { toPort: edge.toPort }) }] : [edge]))
      yield withoutUnused({ ...job, operators: job.operators.filter(({ id }) => id !== from && id !== to), edges })
    }
    const sinks = job.operators.filter((operator) => operator.kind === 'sink' && !through.some(({ from }) => from === operator.id))
    if (sinks.length > 1) for (const sink of sinks) yield withoutUnused({ ...job, operators: job.operators.filter((operator) => operator !== sink), edges: job.edges.filter((edge) => edge.to !== sink.id) })
    // Each operator makes way for what feeds it.
    for (const operator of job.operators) {
      if (operator.kind === 'source' || operator.kind === 'sink') continue
      for (const feeding of job.edges.filter((edge) => edge.to === operator.id)) {
        const edges = job.edges.flatMap((edge): Edge[] => (edge.to === operator.id ? [] : edge.from === operator.id ? [{ ...feeding, to: edge.to, ...(toPortOf(edge) === 'in' ? {} : { toPort: toPortOf(edge) }) }] : [edge]))
        const bypass = edges.map((edge) => (toPortOf(edge) !== 'in' || job.edges.includes(edge) ? edge : { from: edge.from, to: edge.to, ...(edge.fromPort === undefined ? {} : { fromPort: edge.fromPort }) }))
        yield withoutUnused({ ...job, operators: job.operators.filter((other) => other !== operator), edges: bypass })
      }
    }
    for (const operator of job.operators) {
      const replaced = (config: JsonObject): Job => ({ ...job, operators: job.operators.map((other) => (other === operator ? { ...operator, config } : other)) })
      if (operator.kind === 'source' && topicIn(operator) === null) {
        const connector = operator.config.connector as JsonObject
        const rows = connector.rows as readonly (readonly Json[])[]
        for (let size = Math.ceil(rows.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
          for (let at = 0; at < rows.length; at += size) yield replaced({ ...operator.config, connector: { ...connector, rows: rows.toSpliced(at, size) } })
        }
        const columns = operator.config.columns as readonly JsonObject[]
        for (let column = 2; column < columns.length; column++) {
          yield replaced({ ...operator.config, columns: columns.toSpliced(column, 1), connector: { ...connector, rows: rows.map((row) => row.toSpliced(column, 1)) } })
        }
        for (const [i, row] of rows.entries()) {
          for (const [j, value] of row.entries()) if (j !== 1 && value !== null) yield replaced({ ...operator.config, connector: { ...connector, rows: rows.with(i, row.with(j, null)) } })
        }
      } else {
        for (const [key, value] of Object.entries(operator.config)) {
          if (Array.isArray(value)) for (let i = 0; i < value.length; i++) yield replaced({ ...operator.config, [key]: value.toSpliced(i, 1) })
        }
        const { rankColumn: _rank, ...unranked } = operator.config
        if (operator.config.rankColumn !== undefined) yield replaced(unranked)
      }
    }
  }
  for (const candidate of candidates()) if (isValid(candidate)) yield candidate
}
