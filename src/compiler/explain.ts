import { printType } from '../columnar/dataType.ts'
import { durationText } from '../columnar/durationText.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Job } from '../job/job.ts'
import type { DefinitionOf, Distribution } from '../job/operatorDefinition.ts'
import { mergeSettings } from '../job/settings.ts'
import type { UpsertKeys } from '../job/upsertKeys.ts'
import type { CompiledJob } from './compile.ts'
import { costNotes } from './costNotes.ts'
import type { LogicalOperator } from './logicalPlan.ts'
import type { Exchange, PhysicalPlan } from './physicalPlan.ts'
import { regionsOf } from './regions.ts'
import { stateText } from './stateText.ts'

/**
 * Every stage of a compiled job as text: what `millrace explain` prints and what compiler tests compare.
 *
 * Made for reading and for diffs: one thing a line, ids first, nothing that depends on the machine.
 */
export function explain(compiled: CompiledJob, job: Job, definitionOf: DefinitionOf): string {
  const { logical, physical } = compiled
  if (logical === null || physical === null) return 'The job has errors or no operators, so there is no plan.\n'
  const settings = mergeSettings(job.settings)
  const { checkpoint } = settings
  const notes = costNotes(compiled, job.settings ?? {}, definitionOf)
  const lines = [
    `Job ${JSON.stringify(job.name)}`,
    `  parallelism ${settings.parallelism} · ${settings.maxParallelism} key groups · time zone ${settings.timeZone} · ${
      checkpoint.intervalMs === 0 ? 'no checkpoints' : `a checkpoint every ${durationText(checkpoint.intervalMs)}, ${checkpoint.mode}`
    }`,
    ...(settings.miniBatch.latencyMs === 0 ? [] : [`  mini-batches of up to ${settings.miniBatch.size} rows or ${durationText(settings.miniBatch.latencyMs)}`]),
    '',
    'Logical plan',
    ...logical.operators.flatMap((operator) => operatorLines(operator, compiled, definitionOf)),
    '',
    'Rewrites',
    ...(compiled.rewrites.length === 0 ? ['  none'] : compiled.rewrites.map((note) => `  ${note.rewrite}: ${note.operator} ${note.text}`)),
    '',
    'Physical plan',
    ...physical.chains.map((chain) => `  chain ${chain.id} ×${chain.parallelism}: ${chainText(chain.operators.map(({ spec }) => spec.id), chain.operators)}`),
    '',
    'Exchanges',
    ...(physical.exchanges.length === 0 ? ['  none'] : physical.exchanges.map((exchange) => exchangeText(exchange, physical))),
    ...regionLines(physical),
    ...(notes.length === 0 ? [] : ['', 'Costs', ...notes.map((note) => `  ${note}`)]),
  ]
  return `${lines.join('\n')}\n`
}

/** Where there are several: what fails together, and leaves the others alone. */
function regionLines(physical: PhysicalPlan): string[] {
  const regions = regionsOf(physical)
  if (regions.length < 2) return []
  return ['', 'Regions that fail and come back alone', ...regions.map((chains, i) => `  ${i + 1}: ${chains.length === 1 ? 'chain' : 'chains'} ${chains.map(({ id }) => id).join(', ')}`)]
}

function operatorLines(operator: LogicalOperator, compiled: CompiledJob, definitionOf: DefinitionOf): string[] {
  const { spec } = operator
  const definition = definitionOf(spec.kind)!
  const subtitle = definition.subtitle(spec.config)
  const feeds = compiled
    .logical!.edges.filter((edge) => edge.to === spec.id)
    .sort((a, b) => a.toInput - b.toInput)
    .map((edge) => {
      const from = compiled.logical!.operators.find((candidate) => candidate.spec.id === edge.from)!.spec
      const output = from.outputs[edge.fromOutput]!.port
      const port = spec.inputs[edge.toInput]!.port
      return `${port} ← ${edge.from}${output === 'out' ? '' : `.${output}`} (${distributionText(operator.distribution[edge.toInput]!)})`
    })
  const state = stateText(definition, spec)
  return [
    `  ${spec.id}: ${definition.title}${subtitle === '' ? '' : ` · ${subtitle}`} ×${operator.parallelism}`,
    ...feeds.map((feed) => `    ${feed}`),
    ...spec.outputs.map(({ port, schema }) => `    ${port} → ${schemaText(schema)}`),
    ...(spec.outputs.length === 0 ? [] : [`    rows ${rowKindsText(compiled, spec.id)}${keysText(compiled.changelog!.keys.get(spec.id) ?? [])}`]),
    ...(compiled.changelog!.materialised.has(spec.id) ? ['    keeps the rows of each key, because the changes are of other rows than its key says'] : []),
    ...(state === null ? [] : [`    state: ${state}`]),
  ]
}

function rowKindsText(compiled: CompiledJob, id: string): string {
  const kinds = compiled.checked.rowKinds.get(id) ?? []
  return (compiled.changelog!.withoutUpdateBefore.has(id) ? kinds.filter((kind) => kind !== '-U') : kinds).join(' ')
}

/** " · one row for each auction, or for each bidder" */
export function keysText(keys: UpsertKeys): string {
  return keys.length === 0 ? '' : ` · ${keys.map((key) => (key.length === 0 ? 'one row in all' : `one row for each ${key.join(', ')}`)).join(', or ')}`
}

function schemaText(schema: Schema): string {
  return schema.fields.map(({ name, type, time }) => `${name} ${printType(type)}${time === undefined ? '' : time === 'event' ? ' *event time*' : ' *processing time*'}`).join(', ')
}

function distributionText(distribution: Distribution): string {
  switch (distribution.kind) {
    case 'any':
      return 'as they come'
    case 'hash':
      return `by ${distribution.columns.join(', ')}`
    case 'single':
      return 'all in one subtask'
    case 'broadcast':
      return 'to every subtask'
  }
}

/** Ids in order, with `→` where each is fed by the one before it and its feeder named where it is not. */
function chainText(ids: readonly string[], operators: PhysicalPlan['chains'][number]['operators']): string {
  const feederOf = new Map<number, number>()
  operators.forEach((operator, i) => {
    for (const output of operator.outputs) if (output.kind === 'chained') feederOf.set(output.operator, i)
  })
  return ids.map((id, i) => (i === 0 ? id : feederOf.get(i) === i - 1 ? ` → ${id}` : `, ${ids[feederOf.get(i)!]} → ${id}`)).join('')
}

function exchangeText(exchange: Exchange, plan: PhysicalPlan): string {
  const from = plan.chains[exchange.fromChain]!
  const to = plan.chains[exchange.toChain]!
  const sender = from.operators.find((operator) => operator.outputs.some((output) => output.kind === 'exchange' && output.exchange === exchange.id))!
  const head = to.operators[0]!
  const { partitioning } = exchange
  const columns = head.spec.inputs[exchange.toInput]!.schema.fields
  const how = partitioning.kind === 'hash' ? `hash by ${partitioning.columns.map((column) => columns[column]!.name).join(', ')}` : partitioning.kind
  const channels = partitioning.kind === 'forward' ? from.parallelism : from.parallelism * to.parallelism
  return `  ${sender.spec.id} → ${head.spec.id}: ${how}, ${channels} ${channels === 1 ? 'channel' : 'channels'}`
}
