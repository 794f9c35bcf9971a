import type { JsonObject } from '../../../../columnar/json.ts'
import { isComparable } from '../arbitraryExpression.ts'
import type { Chance } from '../chance.ts'
import type { Stream } from '../facet.ts'

/** Windows over a stream's time attribute, with sizes at which the sources' times meet their ends. */
export function eventTimeOf(stream: Stream): string | null {
  return stream.lacksTime ? null : (stream.schema.fields.find((field) => field.time === 'event')?.name ?? null)
}

export function carriesWindow(stream: Stream): boolean {
  return stream.windowed && ['window_start', 'window_end'].every((name) => stream.schema.fields.some((field) => field.name === name))
}

/** Has columns of such names that stand for no window any more: another window over them is no user's job. */
export function namesWindow(stream: Stream): boolean {
  return stream.schema.fields.some((field) => field.name.startsWith('window_'))
}

export function arbitraryWindow(chance: Chance, timeColumn: string, types: readonly string[] = ['tumble', 'hop', 'cumulate', 'session']): JsonObject {
  // Flink loses rows of windows whose offset is no multiple of what their slices measure (docs/flink-facts.md): of tumbling ones those can be told, of the others not without its very state.
  const offset = chance.happens(20) ? { offsetMs: chance.oneOf([1, 500, -500, 1000]) } : {}
  switch (chance.oneOf(types)) {
    case 'hop': {
      const slideMs = chance.oneOf([500, 1000, 2000])
      return { type: 'hop', timeColumn, sizeMs: slideMs * chance.integer(1, 4), slideMs }
    }
    case 'cumulate': {
      const stepMs = chance.oneOf([500, 1000, 2000])
      return { type: 'cumulate', timeColumn, sizeMs: stepMs * chance.integer(1, 4), stepMs }
    }
    case 'session':
      return { type: 'session', timeColumn, gapMs: chance.oneOf([500, 1000, 2000]) }
    default:
      return { type: 'tumble', timeColumn, sizeMs: chance.oneOf([1000, 2000, 5000, 10000]), ...offset }
  }
}

/** The window to give an operator over windows: its own, or none where the rows carry theirs. Null where neither is possible. */
export function windowPart(chance: Chance, stream: Stream, types: readonly string[]): JsonObject | null {
  const time = eventTimeOf(stream)
  if (carriesWindow(stream)) return {}
  if (namesWindow(stream)) return null
  return time === null ? null : { window: arbitraryWindow(chance, time, types) }
}

/** Columns that may be grouped and joined by. */
export function keyColumns(stream: Stream): string[] {
  return stream.schema.fields.filter((field) => field.time === undefined && isComparable(field.type) && field.type.kind !== 'DOUBLE' && field.type.kind !== 'FLOAT' && !field.name.startsWith('window_')).map((field) => field.name)
}

/** An order that arrival never decides where it is open: there, all columns. Null where a column cannot be ordered by. */
export function arbitraryOrder(chance: Chance, stream: Stream): JsonObject[] | null {
  const names = stream.schema.fields.filter((field) => isComparable(field.type)).map((field) => field.name)
  if (names.length === 0) return null
  const first = chance.oneOf(names)
  const rest = names.filter((name) => name !== first)
  if (!stream.ordered && names.length < stream.schema.fields.length) return null
  return [first, ...(stream.ordered ? chance.someOf(rest, 0, 1) : rest)].map((column) => ({ column, direction: chance.oneOf(['ASC', 'DESC']) }))
}
