import type { Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import { fieldIndex } from '../../columnar/schema.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import { nullColumn } from '../../engine/joinOutput.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { Accumulators, AggregateProgram } from './aggregateProgram.ts'

/** The groups of one slice (or of a window being put together): keys by slot, accumulators by the same slot. */
export interface GroupState {
  readonly keys: KeyTable
  readonly accumulators: Accumulators
}

/**
 * One grouping of the rows: all of `groupBy`, or one of the grouping sets. It knows which columns are its key, and hands out group states from a pool, because
 * slices come and go and their tables are worth keeping.
 */
export class Grouping {
  readonly #types
  readonly #columns: readonly number[]
  /** By position in `groupBy`, the key column that holds it; -1 where the set leaves it out. */
  readonly #keyOf: readonly number[]
  readonly #groupTypes
  readonly encoder: KeyEncoder
  readonly #program: AggregateProgram
  readonly #pool: GroupState[] = []
  #gathered: Float64Array[]

  constructor(spec: OperatorSpec, groupBy: readonly string[], set: readonly string[], program: AggregateProgram) {
    const { schema } = spec.inputs[0]!
    const kept = groupBy.filter((name) => set.includes(name))
    this.#columns = kept.map((name) => fieldIndex(schema, name))
    this.#keyOf = groupBy.map((name) => kept.indexOf(name))
    this.#types = this.#columns.map((column) => schema.fields[column]!.type)
    this.#groupTypes = groupBy.map((name) => schema.fields[fieldIndex(schema, name)]!.type)
    this.encoder = new KeyEncoder(this.#types)
    this.#program = program
    this.#gathered = this.#types.map(() => new Float64Array(0))
  }

  get keyWidth(): number {
    return this.#columns.length
  }

  open(): GroupState {
    return this.#pool.pop() ?? { keys: new KeyTable(this.#columns.length), accumulators: this.#program.accumulators() }
  }

  release(state: GroupState): void {
    // A burst of slices must not be kept for ever.
    if (this.#pool.length >= 16) return
    state.keys.clear()
    state.accumulators.clear()
    this.#pool.push(state)
  }

  encode(batch: Batch): readonly Float64Array[] {
    return this.encoder.encode(
      this.#columns.map((column) => batch.columns[column]!),
      batch.rowCount,
    )
  }

  /** The keys of some rows, gathered. Valid until the next call. */
  gatherKeys(keys: readonly Float64Array[], rows: Int32Array, count: number): readonly Float64Array[] {
    for (let column = 0; column < keys.length; column++) {
      let gathered = this.#gathered[column]!
      if (gathered.length < count) {
        gathered = new Float64Array(Math.max(1024, count))
        this.#gathered[column] = gathered
      }
      gatherInto(keys[column]!, rows, count, gathered)
    }
    return this.#gathered
  }

  /** The `groupBy` columns of the groups in these key arrays, `count` of them. */
  columnsOf(keys: readonly Float64Array[], count: number): Column[] {
    return this.#keyOf.map((key, i) => (key < 0 ? nullColumn(this.#groupTypes[i]!, count) : this.encoder.decode(key, keys[key]!, count)))
  }

  /** Adds the groups of `from` to `into`, merging accumulators. */
  mergeInto(into: GroupState, from: GroupState, slots: Int32Array): Int32Array {
    const { size } = from.keys
    const into32 = slots.length < size ? new Int32Array(Math.max(1024, size)) : slots
    into.keys.slotsOf(keysOf(from.keys), 0, size, into32)
    into.accumulators.merge(from.accumulators, into32, size, into.keys.size)
    return into32
  }
}

export function keysOf(table: KeyTable): Float64Array[] {
  return Array.from({ length: table.width }, (_, column) => table.keysOf(column))
}

function gatherInto(source: Float64Array, rows: Int32Array, count: number, target: Float64Array): void {
  for (let i = 0; i < count; i++) target[i] = source[rows[i]!]!
}
