import { fieldOf, type Field } from '../../columnar/schema.ts'
import { checkAggregate, type AggregateCall } from '../../expression/aggregates.ts'
import { partialsOf } from '../../expression/aggregates/partials.ts'
import { traitsOf } from '../../expression/compile.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { TwoPhase, TwoPhaseContext } from '../../job/operatorDefinition.ts'
import { columnsOf } from '../../job/orderConfig.ts'

/**
 * When a group aggregate can be done in two phases, and what passes between them (Flink: MiniBatchLocalGroupAggFunction, MiniBatchGlobalGroupAggFunction; docs/decisions/0060, 0178).
 *
 * Only with mini-batches: without them each row is a change of its own. A partial row stands for the rows of one group in a mini-batch of one subtask; it carries how many they are and their partial aggregates. Not for grouping sets, whose sets have
 * keys of their own; not where what goes in depends on a clock; and not where an aggregate could come out differently (`expression/aggregates/partials.ts`).
 */
export function twoPhaseOf({ config, inputs, miniBatch }: TwoPhaseContext): TwoPhase | null {
  const schema = inputs.in?.[0] ?? null
  if (!miniBatch || schema === null || config.groupingSets !== undefined) return null
  const calls: AggregateCall[] = []
  for (const { expression } of namedExpressionsOf(config, 'aggregates') ?? []) {
    const { aggregate } = checkAggregate(expression, { inputs: [{ qualifier: null, schema }] })
    if (aggregate === null || partsOf(aggregate.calls).some((part) => traitsOf(part).contextual)) return null
    calls.push(...aggregate.calls)
  }
  const partials = partialsOf(calls)
  if (partials === null) return null
  const group: Field[] = []
  for (const name of columnsOf(config, 'groupBy')) {
    const field = fieldOf(schema, name)
    if (field === undefined) return null
    group.push({ name, type: field.type })
  }
  return {
    partial: { fields: [...group, ...partials.calls.map(({ type }, i): Field => ({ name: i === 0 ? '$rows' : `$${i}`, type }))] },
    text: 'is aggregated by group before the exchange, a mini-batch at a time, and put together behind it',
  }
}

/** What is computed of a row before it goes in. */
export function partsOf(calls: readonly AggregateCall[]): AggregateCall['args'] {
  return calls.flatMap(({ args, filter }) => [...args, ...(filter === null ? [] : [filter])])
}
