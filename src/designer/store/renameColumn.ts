import type { Schema } from '../../columnar/schema.ts'
import { ordering } from '../../job/graph.ts'
import type { Job, Operator } from '../../job/job.ts'
import type { InputSchemas, OutputSchemas } from '../../job/operatorDefinition.ts'
import { text } from '../text/text.ts'
import { valueAtPath, withValueAtPath, type ConfigPath } from './configPath.ts'
import type { CommandContext } from './documentCommands.ts'
import type { JsonObject } from '../../columnar/json.ts'

/**
 * A column renamed where it is named, and its uses further down renamed with it.
 *
 * No operator is known here. Each says how a renamed input column changes its config (`renameColumn` of its definition); what then comes out is
 * found by inferring its outputs before and after and comparing them place by place. A column that keeps its place and changes its name is renamed for the next
 * operator, and so on in flow order. A source also mends the places of its own config that name the column again. An operator whose outputs cannot be inferred ends the walk on its branch: its users then show the ordinary
 * "unknown column" problem.
 */
export function withColumnRenamed(
  job: Job,
  operator: Operator,
  path: ConfigPath,
  to: string,
  context: CommandContext,
): { readonly job: Job; readonly from: string; readonly followers: number } | { readonly problem: string } {
  const from = valueAtPath(operator.config, path)
  if (typeof from !== 'string') return { problem: text.commands.noColumn }
  const configs = new Map<string, JsonObject>(job.operators.map((other) => [other.id, other.config]))
  const named = withValueAtPath(operator.config, path, to) as JsonObject
  const own = context.definitionOf(operator.kind)
  configs.set(operator.id, own?.inputs.length === 0 && own.renameColumn !== undefined ? own.renameColumn(named, '', from, to) : named)

  const before = new Map<string, OutputSchemas>()
  const after = new Map<string, OutputSchemas>()
  let followers = 0
  for (const current of inFlowOrder(job)) {
    const definition = context.definitionOf(current.kind)
    if (definition === undefined) continue
    const inputsBefore = inputsOf(job, current, before, definition.inputs)
    const inputsAfter = inputsOf(job, current, after, definition.inputs)
    let config = configs.get(current.id)!
    if (current.id !== operator.id && definition.renameColumn !== undefined) {
      for (const port of definition.inputs) {
        const old = inputsBefore[port.name]?.[0] ?? null
        const renamed = inputsAfter[port.name]?.[0] ?? null
        for (const [oldName, newName] of renamesBetween(old, renamed)) {
          const next = definition.renameColumn(config, port.name, oldName, newName)
          if (next !== config) config = next
        }
      }
      if (config !== current.config) {
        followers += 1
        configs.set(current.id, config)
      }
    }
    const infer = (inputs: InputSchemas, used: JsonObject): OutputSchemas => {
      try {
        return definition.infer({ config: used, inputs, settings: job.settings ?? {}, report: () => undefined })
      } catch {
        // `infer` is called with shapes the checker may not have passed yet; an operator that cannot stand them tells us nothing.
        return {}
      }
    }
    before.set(current.id, infer(inputsBefore, current.config))
    after.set(current.id, infer(inputsAfter, config))
  }
  return {
    job: { ...job, operators: job.operators.map((other) => (configs.get(other.id) === other.config ? other : { ...other, config: configs.get(other.id)! })) },
    from,
    followers,
  }
}

function renamesBetween(before: Schema | null, after: Schema | null): [string, string][] {
  if (before === null || after === null || before.fields.length !== after.fields.length) return []
  const renames: [string, string][] = []
  before.fields.forEach((field, index) => {
    const now = after.fields[index]!
    if (now.name !== field.name) renames.push([field.name, now.name])
  })
  return renames
}

function inputsOf(job: Job, operator: Operator, outputs: ReadonlyMap<string, OutputSchemas>, ports: readonly { readonly name: string }[]): InputSchemas {
  return Object.fromEntries(
    ports.map((port) => [
      port.name,
      job.edges.filter((edge) => edge.to === operator.id && (edge.toPort ?? 'in') === port.name).map((edge) => outputs.get(edge.from)?.[edge.fromPort ?? 'out'] ?? null),
    ]),
  )
}

/** Operators after everything that feeds them; those on a cycle come last. */
export function inFlowOrder(job: Job): Operator[] {
  const byId = new Map(job.operators.map((operator) => [operator.id, operator]))
  return ordering([...byId.keys()], job.edges).order.map((id) => byId.get(id)!)
}
