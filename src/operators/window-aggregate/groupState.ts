import type { Arrays } from '../../columnar/arrays.ts'
import type { Batch } from '../../columnar/batch.ts'
import type { Column } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import { fieldIndex } from '../../columnar/schema.ts'
import type { StateReader, StateWriter } from '../../columnar/stateCodec.ts'
import { KeyedRestore, typesText } from '../../engine/keyedState.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import { nullColumn } from '../../engine/joinOutput.ts'
import type { SliceGroup } from '../../engine/slices.ts'
import type { AggregateTable } from '../../expression/aggregates.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import type { AggregateProgram, PreparedArguments } from './aggregateProgram.ts'

/** The groups of one slice (or of a window being put together): keys by slot, accumulators by the same slot. */
export interface GroupState {
  readonly keys: KeyTable
  readonly accumulators: AggregateTable
}

/** Groups that a fresh slice makes room for at most, before it has seen any. */
const sizeExpectedMax = 1 << 18

/**
 * One grouping of the rows: all of `groupBy`, or one of the grouping sets. It knows which columns are its key, and hands out group states from a pool, because
 * slices come and go and their tables are worth keeping.
 */
export class Grouping {
  readonly #columns: readonly number[]
  /** By position in `groupBy`, the key column that holds it; -1 where the set leaves it out. */
  readonly #keyOf: readonly number[]
  readonly #groupTypes: readonly DataType[]
  /** By position in `groupBy`, the column of the operator's rows. */
  readonly #groupColumns: readonly number[]
  /** Columns of the key that rows are distributed by: those that all grouping sets have. */
  readonly #distribution: readonly number[]
  readonly encoder: KeyEncoder
  readonly #program: AggregateProgram
  readonly #pool: GroupState[] = []
  #sizeExpected = 0
  #newest: GroupState | null = null
  #gathered: Float64Array[]

  constructor(spec: OperatorSpec, groupBy: readonly string[], set: readonly string[], program: AggregateProgram, distribution: readonly string[] = set) {
    const { schema } = spec.inputs[0]!
    // Partial rows have the group's columns elsewhere, and expressions speak of the rows behind them.
    const rows = spec.phase?.kind === 'global' ? spec.phase.rows : schema
    const kept = groupBy.filter((name) => set.includes(name))
    this.#columns = kept.map((name) => fieldIndex(schema, name))
    this.#distribution = groupBy.filter((name) => distribution.includes(name)).map((name) => kept.indexOf(name))
    this.#keyOf = groupBy.map((name) => kept.indexOf(name))
    this.#groupColumns = groupBy.map((name) => fieldIndex(rows, name))
    this.#groupTypes = this.#groupColumns.map((column) => rows.fields[column]!.type)
    this.encoder = new KeyEncoder(this.#columns.map((column) => schema.fields[column]!.type))
    this.#program = program
    this.#gathered = this.#columns.map(() => new Float64Array(0))
  }

  get keyWidth(): number {
    return this.#columns.length
  }

  /** A slice mostly has about as many groups as the one before it, so its arrays begin at that size. */
  open(): GroupState {
    const size = Math.min(sizeExpectedMax, Math.max(this.#sizeExpected, this.#newest?.keys.size ?? 0))
    const pooled = this.#pool.pop()
    const state = pooled ?? { keys: new KeyTable(this.#columns.length, size), accumulators: this.#program.table() }
    state.accumulators.ensure(size)
    this.#newest = state
    return state
  }

  /** What a slice needed is kept for those to come, unless a rare burst made it far too large. */
  release(state: GroupState): void {
    const { size } = state.keys
    this.#sizeExpected = Math.max(size, this.#sizeExpected >> 1)
    if (state === this.#newest) this.#newest = null
    // A burst of slices must not be kept for ever.
    if (this.#pool.length >= 16 || (state.accumulators.capacity > 4096 && size * 16 < state.accumulators.capacity)) return
    state.keys.clear()
    state.accumulators.reset()
    this.#pool.push(state)
  }

  /** For `stateSchema`: columns of the group and their types. */
  get text(): string {
    return typesText(this.encoder.types)
  }

  snapshot(writer: StateWriter, state: GroupState): void {
    state.keys.snapshot(writer.at('keys'))
    state.accumulators.snapshot(writer.at('accumulators'), state.keys.size)
  }

  /** Keys of a state, all of whose group states go with it: see `add` of what it gives. */
  restored(reader: StateReader): KeyedRestore {
    return new KeyedRestore(reader, reader.at('encoder'), this.encoder, this.#distribution)
  }

  /** Adds the groups of a written group state that are ours. */
  restore(reader: StateReader, keyed: KeyedRestore, state: GroupState): void {
    const isEmpty = state.keys.size === 0 && reader.share.keyGroups === null
    const slots = keyed.slots(reader.at('keys'), state.keys)
    state.accumulators.restore(reader.at('accumulators'), isEmpty ? null : slots, () => this.#program.table())
  }

  encode(batch: Batch): readonly Float64Array[] {
    return this.encoder.encode(
      this.#columns.map((column) => batch.columns[column]!),
      batch.rowCount,
    )
  }

  /** Adds the rows of a group of `groupBySlice`. `slots` is scratch with room for them. */
  add(state: GroupState, group: SliceGroup, prepared: PreparedArguments, keys: readonly Float64Array[], slots: Int32Array): void {
    const { first, count } = group
    if (group.contiguous) {
      state.keys.slotsOf(keys, first, first + count, slots)
      this.#program.add(state.accumulators, prepared, slots, first, count, state.keys.size)
    } else {
      state.keys.slotsOf(this.#gatherKeys(keys, group.rows, count), 0, count, slots)
      this.#program.addRows(state.accumulators, prepared, slots, group.rows, count, state.keys.size)
    }
  }

  /** The keys of some rows, gathered. Valid until the next call. */
  #gatherKeys(keys: readonly Float64Array[], rows: Int32Array, count: number): readonly Float64Array[] {
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
  columnsOf(keys: readonly Float64Array[], count: number, arrays?: Arrays): Column[] {
    return this.#keyOf.map((key, i) => (key < 0 ? nullColumn(this.#groupTypes[i]!, count) : this.encoder.decode(key, keys[key]!, count, arrays)))
  }

  /** The same columns by their place in the input, for expressions over them. */
  byInputColumn(groupColumns: readonly Column[]): Column[] {
    const columns: Column[] = []
    this.#groupColumns.forEach((column, i) => (columns[column] = groupColumns[i]!))
    return columns
  }

  /** Adds the groups of `from` to `into`, merging accumulators. `slots` is scratch; a larger one comes back when it was too small. */
  mergeInto(into: GroupState, from: GroupState, slots: Int32Array): Int32Array {
    const { size } = from.keys
    const targets = slots.length < size ? new Int32Array(Math.max(1024, size)) : slots
    into.keys.slotsOf(from.keys.keys, 0, size, targets)
    into.accumulators.ensure(into.keys.size)
    into.accumulators.mergeAll(targets, from.accumulators, size)
    return targets
  }
}

function gatherInto(source: Float64Array, rows: Int32Array, count: number, target: Float64Array): void {
  for (let i = 0; i < count; i++) target[i] = source[rows[i]!]!
}
