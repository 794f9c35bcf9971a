import { gatherUint8, type Column, type Float64Column } from '../../columnar/column.ts'
import { rowKind, type Batch } from '../../columnar/batch.ts'
import { RowError } from '../../columnar/rowError.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { gatherSide, PairList, selectPairs } from '../../engine/joinOutput.ts'
import { columnsText, KeyedRestore, schemaText } from '../../engine/keyedState.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { RowStore } from '../../engine/rowStore.ts'
import { Timers } from '../../engine/timers.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { pairsOf, type JoinType } from '../../job/joinConfig.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { compileJoin, type JoinExpressions } from '../joinExpressions.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { versionTime } from './definition.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new TemporalJoin(spec) }

const timerWidthMs = 1000
const garbageMin = 4096

/**
 * Event-time temporal join (Flink: TemporalRowTimeJoinOperator). A left row waits until the watermark of both sides has reached its time; then the version of its key with the greatest
 * time not above its own is true of it, unless that version is a delete. Of versions at one time the last that came holds. Updates on the right come as their new row; what an update takes
 * back says nothing of time and is passed over.
 *
 * Once the watermark has reached a version, older ones of its key go: no row in time can ask for them. A left row that comes too late for what is left finds nothing.
 */
class TemporalJoin implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #type: JoinType
  readonly #schemas: readonly [Schema, Schema]
  readonly #keyColumns: readonly (readonly number[])[]
  readonly #timeColumns: readonly [number, number]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  readonly #left: RowStore
  readonly #right: RowStore
  /** Left rows waiting for the watermark, by their time. */
  readonly #waiting = new Timers(timerWidthMs)
  /** Keys to be cleaned once the watermark has reached a version. */
  readonly #ripening = new Timers(timerWidthMs)
  /** By key: positions of versions, by time. */
  readonly #versions: number[][] = []
  #leftSlots: Int32Array = new Int32Array(1024)
  #leftKinds: Uint8Array = new Uint8Array(1024)
  #deleted: Uint8Array = new Uint8Array(1024)
  #versionTimes: Float64Array = new Float64Array(0)
  #leftTimes: Float64Array = new Float64Array(0)
  #versionsHeld = 0
  #slots: Int32Array = new Int32Array(0)
  #due: Int32Array = new Int32Array(256)
  #dueCount = 0
  #watermark = -Infinity
  #expressions!: JoinExpressions
  #context!: OperatorContext
  #evaluation!: EvaluationContext

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    this.#type = spec.config.type as JoinType
    this.#schemas = [spec.inputs[0]!.schema, spec.inputs[1]!.schema]
    const on = pairsOf(spec.config)
    this.#keyColumns = [on.map((pair) => fieldIndex(this.#schemas[0], pair.left)), on.map((pair) => fieldIndex(this.#schemas[1], pair.right))]
    this.#timeColumns = [fieldIndex(this.#schemas[0], spec.config.leftTime as string), versionTime(this.#schemas[1])!]
    this.#encoder = new KeyEncoder(this.#keyColumns[0]!.map((column) => this.#schemas[0].fields[column]!.type))
    this.#keys = new KeyTable(on.length)
    this.#left = new RowStore(this.#schemas[0])
    this.#right = new RowStore(this.#schemas[1])
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
    // Rows that have no version are padded after the condition was asked, so it sees whole pairs.
    this.#expressions = compileJoin(this.#spec, this.#type, this.#schemas[0], this.#schemas[1], this.#evaluation)
  }

  processBatch(input: number, batch: Batch): void {
    const { rowCount, watermarks } = batch
    if (rowCount === 0) return
    const times = this.#times(input, batch)
    const keyColumns = this.#keyColumns[input]!.map((column) => batch.columns[column]!)
    if (this.#slots.length < rowCount) this.#slots = new Int32Array(Math.max(1024, rowCount))
    this.#keys.slotsOf(this.#encoder.encode(keyColumns, rowCount), 0, rowCount, this.#slots)
    while (this.#versions.length < this.#keys.size) this.#versions.push([])
    const first = (input === 0 ? this.#left : this.#right).appendRange(batch, 0, rowCount)
    if (input === 0) this.#fitLeft(first + rowCount)
    else this.#fitRight(first + rowCount)
    for (let row = 0; row < rowCount; row++) {
      if (watermarks !== null && watermarks[row]! > this.#watermark) this.#advance(watermarks[row]!)
      // A key of NULL finds the versions of the key NULL: Flink's operator only compares keys of its state (docs/flink-facts.md).
      const slot = this.#slots[row]!
      const kind = batch.kinds === null ? rowKind.insert : batch.kinds[row]!
      if (input === 0) {
        this.#leftSlots[first + row] = slot
        this.#leftKinds[first + row] = kind
        this.#waiting.set(times[row]!, first + row)
      } else if (kind !== rowKind.updateBefore) this.#addVersion(slot, first + row, times[row]!, kind === rowKind.delete)
    }
    this.#sweep()
  }

  #times(input: number, batch: Batch): Float64Array {
    const column = this.#timeColumns[input as 0 | 1]
    const { values, nulls } = batch.columns[column] as Float64Column
    if (nulls !== null) {
      for (let row = 0; row < batch.rowCount; row++) {
        if (nulls[row] === 1) throw new RowError(row, `the time column ${this.#schemas[input as 0 | 1].fields[column]!.name} is NULL; event time must be set in every row`)
      }
    }
    return values
  }

  #addVersion(slot: number, position: number, time: number, deleted: boolean): void {
    const versions = this.#versions[slot]!
    this.#deleted[position] = deleted ? 1 : 0
    const at = this.#lastAtMost(versions, time)
    if (at >= 0 && this.#versionTimes[versions[at]!] === time) versions[at] = position
    else {
      versions.splice(at + 1, 0, position)
      this.#versionsHeld++
    }
    this.#ripening.set(time, slot)
  }

  /** Index of the last version at this time or before; -1 when there is none. */
  #lastAtMost(versions: readonly number[], time: number): number {
    let low = 0
    let high = versions.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#versionTimes[versions[middle]!]! <= time) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  onWatermark(watermark: number): number {
    this.#advance(watermark)
    this.#sweep()
    return watermark
  }

  #advance(watermark: number): void {
    const before = this.#watermark
    this.#watermark = watermark
    this.#evaluation.watermark = before
    this.#dueCount = 0
    this.#waiting.advance(watermark, this.#ring)
    if (this.#dueCount > 0) this.#join(before)
    this.#ripening.advance(watermark, this.#clean)
  }

  readonly #ring = (_time: number, position: number): void => {
    if (this.#dueCount === this.#due.length) {
      const grown = new Int32Array(this.#dueCount * 2)
      grown.set(this.#due)
      this.#due = grown
    }
    this.#due[this.#dueCount++] = position
  }

  /** Versions before the newest one that the watermark has reached can be asked for by late rows only. */
  readonly #clean = (_time: number, slot: number): void => {
    const versions = this.#versions[slot]!
    const newest = this.#lastAtMost(versions, this.#watermark)
    if (newest <= 0) return
    versions.splice(0, newest)
    this.#versionsHeld -= newest
  }

  /** Left rows that are due, in order of arrival. */
  #join(watermark: number): void {
    const count = this.#dueCount
    const due = this.#due.subarray(0, count).sort()
    const found = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      const slot = this.#leftSlots[due[i]!]!
      const versions = this.#versions[slot]!
      const at = this.#lastAtMost(versions, this.#leftTimes[due[i]!]!)
      found[i] = at < 0 || this.#deleted[versions[at]!] === 1 ? -1 : versions[at]!
    }
    this.#applyCondition(due, found, count)
    let kept = count
    const rows = due.slice()
    if (this.#type === 'inner') {
      kept = 0
      for (let i = 0; i < count; i++) {
        if (found[i]! < 0) continue
        rows[kept] = rows[i]!
        found[kept++] = found[i]!
      }
    }
    if (kept > 0) this.#emit(rows, found, kept, watermark)
  }

  #applyCondition(due: Int32Array, found: Int32Array, count: number): void {
    const { condition } = this.#expressions
    if (condition === null) return
    const pairs = new PairList()
    const asked: number[] = []
    for (let i = 0; i < count; i++) {
      if (found[i]! < 0) continue
      pairs.push(due[i]!, found[i]!)
      asked.push(i)
    }
    const rows = new Int32Array(pairs.count)
    const held = selectPairs(condition, this.#left.columns(), this.#right.columns(), pairs, rows)
    const versions = asked.map((i) => found[i]!)
    for (const i of asked) found[i] = -1
    for (let i = 0; i < held; i++) found[asked[rows[i]!]!] = versions[rows[i]!]!
  }

  #emit(rows: Int32Array, found: Int32Array, count: number, watermark: number): void {
    const sides = [gatherSide(this.#left.columns(), this.#schemas[0], rows, count, false), gatherSide(this.#right.columns(), this.#schemas[1], found, count, this.#type === 'left')] as const
    const columns: Column[] = this.#expressions.columns === null ? [...sides[0], ...sides[1]] : this.#expressions.columns.map((column) => column(sides, count))
    const kinds = gatherUint8(this.#leftKinds, rows, count)
    this.#context.emit(0, {
      schema: this.#spec.outputs[0]!.schema,
      columns,
      rowCount: count,
      kinds: kinds.every((kind) => kind === rowKind.insert) ? null : kinds,
      watermarks: new Float64Array(count).fill(watermark),
    })
  }

  #fitLeft(count: number): void {
    this.#leftTimes = (this.#left.column(this.#timeColumns[0]) as Float64Column).values
    if (this.#leftSlots.length >= count) return
    const length = Math.max(count, this.#leftSlots.length * 2)
    const slots = new Int32Array(length)
    slots.set(this.#leftSlots)
    this.#leftSlots = slots
    this.#leftKinds = grownUint8(this.#leftKinds, length)
  }

  #fitRight(count: number): void {
    this.#versionTimes = (this.#right.column(this.#timeColumns[1]) as Float64Column).values
    if (this.#deleted.length < count) this.#deleted = grownUint8(this.#deleted, Math.max(count, this.#deleted.length * 2))
  }

  #sweep(): void {
    if (this.#waiting.size === 0 && this.#left.rowCount > 0) this.#left.clear()
    else if (this.#left.rowCount - this.#waiting.size > Math.max(garbageMin, this.#waiting.size)) this.#sweepLeft()
    const { rowCount } = this.#right
    if (rowCount - this.#versionsHeld > Math.max(garbageMin, this.#versionsHeld)) this.#sweepRight(rowCount)
  }

  #sweepLeft(): void {
    const held = new Int32Array(this.#waiting.size)
    const times = new Float64Array(this.#waiting.size)
    let count = 0
    this.#waiting.advance(Infinity, (time, position) => {
      times[count] = time
      held[count++] = position
    })
    const timeOf = new Map<number, number>()
    for (let i = 0; i < count; i++) timeOf.set(held[i]!, times[i]!)
    held.sort()
    for (let i = 0; i < count; i++) {
      this.#leftSlots[i] = this.#leftSlots[held[i]!]!
      this.#leftKinds[i] = this.#leftKinds[held[i]!]!
      this.#waiting.set(timeOf.get(held[i]!)!, i)
    }
    this.#left.keep(held, count)
    this.#leftTimes = (this.#left.column(this.#timeColumns[0]) as Float64Column).values
  }

  #sweepRight(rowCount: number): void {
    const held = new Int32Array(this.#versionsHeld)
    let count = 0
    for (const versions of this.#versions) for (const position of versions) held[count++] = position
    held.sort()
    const moved = new Int32Array(rowCount)
    for (let i = 0; i < count; i++) {
      moved[held[i]!] = i
      this.#deleted[i] = this.#deleted[held[i]!]!
    }
    for (const versions of this.#versions) for (let i = 0; i < versions.length; i++) versions[i] = moved[versions[i]!]!
    this.#right.keep(held, count)
    this.#versionTimes = (this.#right.column(this.#timeColumns[1]) as Float64Column).values
  }

  stateSchema(): StateSchema {
    const [left, right] = this.#schemas
    return {
      'left key': columnsText(left, this.#keyColumns[0]!),
      'right key': columnsText(right, this.#keyColumns[1]!),
      times: `${left.fields[this.#timeColumns[0]]!.name} and ${right.fields[this.#timeColumns[1]]!.name}`,
      'left rows': schemaText(left),
      'right rows': schemaText(right),
    }
  }

  snapshot(writer: StateWriter): void {
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#left.snapshot(writer.at('left'))
    writer.int32('leftSlots', this.#leftSlots, this.#left.rowCount)
    writer.uint8('leftKinds', this.#leftKinds, this.#left.rowCount)
    this.#waiting.snapshot(writer.at('waiting'))
    this.#right.snapshot(writer.at('right'))
    writer.uint8('deleted', this.#deleted, this.#right.rowCount)
    const positions = new Int32Array(this.#versionsHeld)
    let at = 0
    for (const versions of this.#versions) for (const position of versions) positions[at++] = position
    writer.int32('sizes', Int32Array.from(this.#versions, (versions) => versions.length))
    writer.int32('versions', positions)
    this.#ripening.snapshot(writer.at('ripening'))
  }

  restore(reader: StateReader): void {
    const slots = new KeyedRestore(reader, reader.at('encoder'), this.#encoder).slots(reader.at('keys'), this.#keys)
    while (this.#versions.length < this.#keys.size) this.#versions.push([])
    this.#restoreLeft(reader, slots)
    this.#restoreRight(reader, slots)
    this.#watermark = reader.share.watermark
    this.#evaluation.watermark = reader.share.watermark
  }

  #restoreLeft(reader: StateReader, slots: Int32Array): void {
    const leftSlots = reader.int32('leftSlots')
    const leftKinds = reader.uint8('leftKinds')
    // Rows that wait keep their order of arrival; others have gone.
    const waits = reader.at('waiting').int32('payloads')
    const ours = waits.filter((position) => slots[leftSlots[position]!]! >= 0).sort()
    const first = this.#left.appendRows(this.#left.rowsIn(reader.at('left')), ours, ours.length)
    this.#fitLeft(first + ours.length)
    const moved = new Int32Array(leftSlots.length).fill(-1)
    for (let i = 0; i < ours.length; i++) {
      const position = ours[i]!
      moved[position] = first + i
      this.#leftSlots[first + i] = slots[leftSlots[position]!]!
      this.#leftKinds[first + i] = leftKinds[position]!
    }
    this.#waiting.restore(reader.at('waiting'), (position) => moved[position]!)
  }

  #restoreRight(reader: StateReader, slots: Int32Array): void {
    const sizes = reader.int32('sizes')
    const positions = reader.int32('versions')
    const deleted = reader.uint8('deleted')
    const ours = new Int32Array(positions.length)
    const first = this.#right.rowCount
    let count = 0
    let at = 0
    for (let old = 0; old < sizes.length; old++) {
      const end = at + sizes[old]!
      if (slots[old]! >= 0) {
        for (let i = at; i < end; i++) {
          this.#versions[slots[old]!]!.push(first + count)
          ours[count++] = positions[i]!
        }
      }
      at = end
    }
    this.#right.appendRows(this.#right.rowsIn(reader.at('right')), ours, count)
    this.#fitRight(first + count)
    for (let i = 0; i < count; i++) this.#deleted[first + i] = deleted[ours[i]!]!
    this.#versionsHeld += count
    this.#ripening.restore(reader.at('ripening'), (slot) => slots[slot]!)
  }

  stateBytes(): number {
    return this.#left.bytes + this.#right.bytes + this.#keys.bytes + this.#encoder.bytes + this.#waiting.bytes + this.#ripening.bytes
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldLeftRows: this.#waiting.size, heldVersions: this.#versionsHeld }
  }
}

function grownUint8(array: Uint8Array, length: number): Uint8Array {
  const grown = new Uint8Array(length)
  grown.set(array)
  return grown
}
