import type { Arrays } from '../../columnar/arrays.ts'
import { columnOf } from '../../columnar/batchBuilder.ts'
import { gather, gatherUint8, isNullAt, valueAt, type Column, type Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'

/**
 * One aggregate call's accumulators, by slot: a window operator's key table numbers its groups, and the accumulators lie in arrays under those numbers.
 *
 * The contract keeps hot loops in one place: one call per batch, one array class per loop, nothing allocated per row. A slot that was never touched or was cleared is
 * the empty aggregate.
 */
export interface Accumulator {
  /** Makes room for slots below `count`. */
  ensure(count: number): void
  /**
   * Takes rows [0, rowCount) of `values` into `slots[row]`. Rows with `mask[row] === 0` are passed over (FILTER, DISTINCT), as are NULLs. Rows whose kind is -U or -D are
   * taken back; only accumulators that can do so may be given `kinds`.
   */
  add(slots: Int32Array, values: Column | null, rowCount: number, mask: Uint8Array | null, kinds: Uint8Array | null): void
  /** Takes rows [0, rowCount) of `values`, none of which is passed over or taken back, into one slot; false, with nothing added, where it has no quicker way than `add`. */
  addAllTo?(slot: number, values: Column | null, rowCount: number): boolean
  /**
   * Takes rows as `add` does, without any that is taken back, and gives the result of `slots[row]` after each. Null, with nothing added, where values are too large for that; absent where the rows have to be taken one by one.
   */
  running?(slots: Int32Array, values: Column | null, rowCount: number, mask: Uint8Array | null): Column | null
  /** Adds slot `source` of another table of the same call to slot `target`. */
  merge(target: number, other: this, source: number): void
  /** Adds slots 0 … count − 1 of another table of the same call to `targets`. */
  mergeAll(targets: Int32Array, other: this, count: number): void
  /**
   * Takes what the partial calls of this call gave elsewhere (`partials.ts`): row i of `columns`, of which there is one for each partial call, into `slots[i]`. Absent where a call cannot be
   * taken in parts.
   */
  addPartials?(slots: Int32Array, columns: readonly Column[], rowCount: number): void
  clear(slot: number): void
  /** Clears all slots and keeps the room. */
  reset(): void
  /** Results of the given slots. Numbers may be in an array of `arrays`; absent, it is their own. */
  read(slots: Int32Array, count: number, arrays?: Arrays): Column
  bytes(): number
  /** Writes the slots 0 … count − 1, for which there is room. */
  snapshot(writer: StateWriter, count: number): void
  /** Takes the slots 0 … count − 1 that `snapshot` wrote. There must be room for them, and nothing in them. */
  restore(reader: StateReader, count: number): void
}

/** `running` for any accumulator, whose results are of `type`: row by row. */
export function runningByRow(accumulator: Accumulator, type: DataType, slots: Int32Array, values: Column | null, rowCount: number, mask: Uint8Array | null): Column {
  const row = new Int32Array(1)
  const slot = new Int32Array(1)
  const results: Value[] = []
  for (let i = 0; i < rowCount; i++) {
    row[0] = i
    slot[0] = slots[i]!
    accumulator.add(slot, values === null ? null : gather(values, row, 1), 1, mask === null ? null : gatherUint8(mask, row, 1), null)
    const result = accumulator.read(slot, 1)
    results.push(isNullAt(result, 0) ? null : valueAt(result, 0))
  }
  return columnOf(type, results)
}

/** Rows that take something back: -U and -D. */
export function retracts(kind: number): boolean {
  return kind === 1 || kind === 3
}

export function grownFloat64(array: Float64Array, count: number): Float64Array {
  if (array.length >= count) return array
  const grown = new Float64Array(Math.max(count, array.length * 2))
  grown.set(array)
  return grown
}

export function grownInt32(array: Int32Array, count: number): Int32Array {
  if (array.length >= count) return array
  const grown = new Int32Array(Math.max(count, array.length * 2))
  grown.set(array)
  return grown
}

/** Masks of the slots that hold nothing; null when all hold something. */
export function emptyMask(counts: Float64Array, slots: Int32Array, count: number): Uint8Array | null {
  let mask: Uint8Array | null = null
  for (let i = 0; i < count; i++) {
    if (counts[slots[i]!]! !== 0) continue
    mask ??= new Uint8Array(count)
    mask[i] = 1
  }
  return mask
}
