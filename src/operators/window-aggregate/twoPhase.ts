import { timestampType } from '../../columnar/dataType.ts'
import { fieldOf, type Field } from '../../columnar/schema.ts'
import { sessionTime } from '../../engine/sessionTime.ts'
import type { GridWindow } from '../../engine/windows.ts'
import { checkAggregate, type AggregateCall } from '../../expression/aggregates.ts'
import { partialsOf } from '../../expression/aggregates/partials.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { TwoPhase, TwoPhaseContext } from '../../job/operatorDefinition.ts'
import { isSoundWindow, windowOf, type WindowConfig } from '../../job/windowConfig.ts'

/**
 * When a window aggregate can be done in two phases, and what passes between them (Flink's local and global window aggregate; docs/decisions/0060).
 *
 * A partial row stands for rows of one group in one slice that came one after another while no window over that slice fired; it carries how many they are and their partial
 * aggregates. Everything that a row's time and the watermark before it decide, they decide for all of them alike, so it is left to the global phase, lateness too.
 *
 * Not for sessions and for windows that rows bring along, which have no slices; not for processing time; not where a late row is a row of the output (the `late` port) or
 * corrects a result by itself (allowed lateness); not for grouping sets, whose sets have keys of their own; not where the session's time zone moves its clocks, since
 * windows do not then fire in steps of the grid; and not where an aggregate could come out differently (`expression/aggregates/partials.ts`).
 */
export function twoPhaseOf({ config, inputs, listened, timeZone }: TwoPhaseContext): TwoPhase | null {
  const schema = inputs.in?.[0] ?? null
  const window = gridWindowOf(windowOf(config))
  if (schema === null || window === null || !isSoundWindow(window)) return null
  const time = fieldOf(schema, window.timeColumn)
  if (time?.time !== 'event' || (time.type.kind !== 'TIMESTAMP' && !sessionTime(timeZone).identity)) return null
  if (config.groupingSets !== undefined || listened.has('late') || (typeof config.allowedLatenessMs === 'number' && config.allowedLatenessMs > 0)) return null
  const calls: AggregateCall[] = []
  for (const { expression } of namedExpressionsOf(config, 'aggregates') ?? []) {
    const { aggregate } = checkAggregate(expression, { inputs: [{ qualifier: null, schema }] })
    if (aggregate === null) return null
    calls.push(...aggregate.calls)
  }
  const partials = partialsOf(calls)
  if (partials === null) return null
  const group: Field[] = []
  for (const name of (config.groupBy as readonly string[] | undefined) ?? []) {
    const field = fieldOf(schema, name)
    if (field === undefined) return null
    group.push({ name, type: field.type })
  }
  return {
    partial: {
      fields: [
        ...group,
        { name: '$slice', type: timestampType },
        ...partials.calls.map(({ type }, i): Field => ({ name: i === 0 ? '$rows' : `$${i}`, type })),
      ],
    },
    text: 'is aggregated by group and slice before the exchange, and put together behind it',
  }
}

export type GridWindowConfig = GridWindow & { readonly timeColumn: string }

export function gridWindowOf(window: WindowConfig | null): GridWindowConfig | null {
  return window === null || window.type === 'session' ? null : window
}

/** Where things are in partial rows: the group's columns, a time in the slice (its start), then what `PartialCalls.calls` give. */
export interface PartialColumns {
  readonly slice: number
  /** Also the first of the calls. */
  readonly rows: number
}

export function partialColumns(groupColumns: number): PartialColumns {
  return { slice: groupColumns, rows: groupColumns + 1 }
}
