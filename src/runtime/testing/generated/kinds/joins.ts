import type { JsonObject } from '../../../../columnar/json.ts'
import { sameType } from '../../../../columnar/dataType.ts'
import type { Chance } from '../chance.ts'
import type { Stream } from '../facet.ts'
import { keyColumns } from './windows.ts'

/** Equal columns of two streams, one or two; null where none are of one type. */
export function arbitraryPairs(chance: Chance, left: Stream, right: Stream): JsonObject[] | null {
  const typeOf = (stream: Stream, name: string) => stream.schema.fields.find((field) => field.name === name)!.type
  const pairs = keyColumns(left).flatMap((l) => keyColumns(right).filter((r) => sameType(typeOf(left, l), typeOf(right, r))).map((r) => ({ left: l, right: r })))
  if (pairs.length === 0) return null
  const key = pairs.find((pair) => pair.left === 'k' && pair.right === 'k')
  return key !== undefined && chance.happens(70) ? [key] : [chance.oneOf(pairs)]
}

export const twoInputs = [{ port: 'left' }, { port: 'right' }] as const

/** Where two inputs meet it is open which comes first, so rows behind the watermark are not for them. */
export function meet(inputs: readonly Stream[]): inputs is readonly [Stream, Stream] {
  return inputs.length === 2 && inputs.every((input) => !input.late)
}
