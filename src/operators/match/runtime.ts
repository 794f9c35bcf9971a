import { rowAt, type Batch } from '../../columnar/batch.ts'
import { gather, type Column, type Float64Column } from '../../columnar/column.ts'
import { RowError } from '../../columnar/rowError.ts'
import { fieldIndex, type Schema } from '../../columnar/schema.ts'
import type { StateReader, StateSchema, StateWriter } from '../../columnar/stateCodec.ts'
import { KeyedRestore, schemaText, typesText } from '../../engine/keyedState.ts'
import { KeyEncoder } from '../../engine/keyEncoder.ts'
import { KeyTable } from '../../engine/keyTable.ts'
import { TaskFailure } from '../../engine/operatorNode.ts'
import type { OperatorContext, OperatorRuntime } from '../../engine/operatorRuntime.ts'
import { PatternMatcher, SkipFailure, type Condition, type SkipTo, type TakenRow } from '../../engine/pattern/matcher.ts'
import { restoreRuns, RunsSnapshot } from '../../engine/pattern/runsState.ts'
import { patternStates, type PatternStates } from '../../engine/pattern/states.ts'
import { RowStore } from '../../engine/rowStore.ts'
import { Timers } from '../../engine/timers.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { RowOrder } from '../../expression/rowOrder.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { parseAfterMatch, parsePattern } from './pattern.ts'
import { known, PatternProgram } from './patternProgram.ts'
import { patternScope } from './patternScope.ts'
import { WaitingRows } from './waitingRows.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new Match(spec) }

const timerWidthMs = 1000
const garbageMin = 4096
const matchesPerBatch = 4096

/**
 * MATCH_RECOGNIZE (Flink: CepOperator). With event time, rows wait until the watermark has passed them and are then matched in order of time, further order columns and arrival; a row that is behind
 * the watermark is dropped and counted. With processing time, each row is matched as it comes, or after the millisecond it came in where further columns order rows.
 *
 * A key costs a matcher only while a match has begun in it. Rows lie in one store and are known by position; it is swept when more than half of it is rows that nobody holds any more.
 */
class Match implements OperatorRuntime {
  readonly #spec: OperatorSpec
  readonly #inSchema: Schema
  readonly #outSchema: Schema
  readonly #timeColumn: number
  readonly #eventTime: boolean
  /** Among rows of one time; null: by arrival. */
  readonly #order: RowOrder | null
  readonly #states: PatternStates
  readonly #skip: SkipTo
  readonly #withinMs: number
  readonly #keyColumns: readonly number[]
  readonly #encoder: KeyEncoder
  readonly #keys: KeyTable
  readonly #store: RowStore
  /** When keys have rows to match, or matches that end by time. */
  readonly #timers = new Timers(timerWidthMs)
  /** By slot of the key: rows that wait, in the order in which they will be matched, and what has begun. */
  readonly #waiting: WaitingRows[] = []
  readonly #matchers: (PatternMatcher | null)[] = []
  /** One in which nothing has begun: most rows begin nothing, and need no matcher of their own. */
  #idle: PatternMatcher | null = null
  /** By position: when a row is, and by variable what is known of it. */
  #times: Float64Array = new Float64Array(1024)
  readonly #answers: Uint8Array[]
  #waitingCount = 0
  #begun = 0
  #sweepAt = garbageMin
  #sweeps = 0
  #slots: Int32Array = new Int32Array(0)
  #accepted: Int32Array = new Int32Array(0)
  #watermark = -Infinity
  #scheduled = -Infinity
  #matches: TakenRow[] = []
  #program!: PatternProgram
  #context!: OperatorContext
  #evaluation!: EvaluationContext

  constructor(spec: OperatorSpec) {
    this.#spec = spec
    const { config } = spec
    this.#inSchema = spec.inputs[0]!.schema
    this.#outSchema = spec.outputs[0]!.schema
    const order = orderOf(config).map(({ column, descending }) => ({ column: fieldIndex(this.#inSchema, column), descending }))
    this.#timeColumn = order[0]!.column
    this.#eventTime = this.#inSchema.fields[this.#timeColumn]!.time === 'event'
    this.#order = order.length === 1 ? null : new RowOrder(order.slice(1), this.#inSchema)
    const { variables } = parsePattern(config.pattern as string)
    this.#states = patternStates(variables)
    this.#answers = variables.map(() => new Uint8Array(1024))
    const { skip } = parseAfterMatch((config.afterMatch as string | undefined) ?? 'SKIP PAST LAST ROW')
    this.#skip = 'variable' in skip! ? { kind: skip.kind, variable: variables.findIndex(({ name }) => name === skip.variable) } : skip!
    this.#withinMs = (config.withinMs as number | undefined) ?? 0
    this.#keyColumns = columnsOf(config, 'partitionBy').map((name) => fieldIndex(this.#inSchema, name))
    this.#encoder = new KeyEncoder(this.#keyColumns.map((column) => this.#inSchema.fields[column]!.type))
    this.#keys = new KeyTable(this.#keyColumns.length)
    this.#store = new RowStore(this.#inSchema)
  }

  open(context: OperatorContext): void {
    this.#context = context
    this.#evaluation = { timeZone: context.timeZone, processingTime: () => context.processingTime(), watermarks: null, watermark: -Infinity }
    const { config } = this.#spec
    const variables = parsePattern(config.pattern as string).variables.map(({ name }) => name)
    this.#program = new PatternProgram(this.#spec, patternScope(this.#inSchema, variables, orderOf(config)[0]?.column), this.#store, this.#evaluation)
  }

  processBatch(_input: number, batch: Batch): void {
    const { rowCount, watermarks } = batch
    if (rowCount === 0) return
    this.#fitRows(rowCount)
    const times = this.#eventTime ? this.#eventTimes(batch) : null
    const accepted = this.#accepted
    let count = 0
    let watermark = this.#watermark
    for (let row = 0; row < rowCount; row++) {
      if (watermarks !== null && watermarks[row]! > watermark) watermark = watermarks[row]!
      if (times !== null && times[row]! <= watermark) this.#context.counters.lateRows++
      else accepted[count++] = row
    }
    const first = this.#append(batch, times, count)
    const slots = this.#slots
    this.#keys.slotsOf(this.#encoder.encode(this.#keyColumns.map((column) => batch.columns[column]!), rowCount), 0, rowCount, slots)
    this.#fitKeys()
    const columns = this.#store.columns()
    for (let i = 0; i < count; i++) {
      const row = accepted[i]!
      if (watermarks !== null && watermarks[row]! > this.#watermark) this.#advance(watermarks[row]!)
      const slot = slots[row]!
      if (this.#eventTime || this.#order !== null) this.#wait(slot, first + i, columns)
      else this.#take(slot, first + i)
    }
    const last = watermarks === null ? -Infinity : watermarks[rowCount - 1]!
    if (last > this.#watermark) this.#advance(last)
    if (!this.#eventTime) {
      this.#emit(this.#watermark)
      this.#schedule()
    }
    this.#sweep()
  }

  #fitRows(rowCount: number): void {
    if (this.#slots.length >= rowCount) return
    this.#slots = new Int32Array(Math.max(1024, rowCount))
    this.#accepted = new Int32Array(this.#slots.length)
  }

  #fitKeys(): void {
    while (this.#waiting.length < this.#keys.size) {
      this.#waiting.push(new WaitingRows())
      this.#matchers.push(null)
    }
  }

  #wait(slot: number, position: number, columns: readonly Column[]): void {
    this.#timers.set(this.#times[position]!, slot)
    this.#waiting[slot]!.insert(position, this.#times, this.#order, columns)
    this.#waitingCount++
  }

  #eventTimes(batch: Batch): Float64Array {
    const { values, nulls } = batch.columns[this.#timeColumn] as Float64Column
    if (nulls !== null) {
      for (let row = 0; row < batch.rowCount; row++) {
        if (nulls[row] === 1) throw new RowError(row, `the time column ${this.#inSchema.fields[this.#timeColumn]!.name} is NULL; event time must be set in every row`)
      }
    }
    return values
  }

  /** Stores the accepted rows of a batch, with their times and what conditions say of them ahead. */
  #append(batch: Batch, times: Float64Array | null, count: number): number {
    const first = this.#store.appendRows(batch, this.#accepted, count)
    const needed = first + count
    if (this.#times.length < needed) {
      const length = Math.max(needed, this.#times.length * 2)
      const grown = new Float64Array(length)
      grown.set(this.#times)
      this.#times = grown
      this.#answers.forEach((answers, variable) => {
        const grownAnswers = new Uint8Array(length)
        grownAnswers.set(answers)
        this.#answers[variable] = grownAnswers
      })
    }
    const now = times === null ? this.#context.processingTime() : 0
    const positions = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      this.#times[first + i] = times === null ? now : times[this.#accepted[i]!]!
      positions[i] = first + i
    }
    this.#program.conditions.forEach((condition, variable) => {
      if (condition === null) this.#answers[variable]!.fill(known.yes, first, needed)
      else condition.lookAhead(this.#answers[variable]!, first, positions)
    })
    return first
  }

  readonly #holds: Condition = (variable, position, past) => {
    const answer = this.#answers[variable]![position]!
    if (answer !== known.ask) return answer === known.yes
    try {
      return this.#program.conditions[variable]!.ask(position, past)
    } catch (error) {
      throw this.#failed(error, position)
    }
  }

  #failed(error: unknown, position: number): unknown {
    if (!(error instanceof RowError) && !(error instanceof SkipFailure)) return error
    const row = { schema: this.#inSchema, columns: this.#store.columns(), rowCount: this.#store.rowCount, kinds: null, watermarks: null }
    return new TaskFailure('row', this.#spec.id, error.message, { schema: this.#inSchema, values: rowAt(row, position) })
  }

  /** Matches one row of a key. */
  #take(slot: number, position: number): void {
    const time = this.#times[position]!
    const before = this.#matchers[slot]!
    const matcher = before ?? this.#idle ?? new PatternMatcher(this.#states, this.#skip, this.#withinMs)
    const begun = matcher.runCount
    try {
      this.#found(matcher.advance(time))
      this.#found(matcher.take(position, time, this.#holds))
    } catch (error) {
      throw this.#failed(error, position)
    }
    this.#begun += matcher.runCount - begun
    if (matcher.runCount > begun && this.#withinMs > 0) this.#timers.set(time + this.#withinMs, slot)
    if (matcher.runCount === 0) {
      this.#matchers[slot] = null
      this.#idle = matcher
    } else if (before === null) {
      this.#matchers[slot] = matcher
      this.#idle = null
    }
  }

  #found(matches: readonly TakenRow[]): void {
    for (const match of matches) this.#matches.push(match)
  }

  onWatermark(watermark: number): number {
    this.#advance(watermark)
    this.#sweep()
    return watermark
  }

  #advance(watermark: number): void {
    const before = this.#watermark
    if (watermark <= before) return
    this.#watermark = watermark
    this.#evaluation.watermark = before
    if (this.#eventTime) {
      this.#timers.advance(watermark, this.#ring)
      this.#emit(before)
    } else if (watermark === Infinity) {
      // The input has ended: what waits for the clock is matched, as Flink fires the timers that are left.
      this.#timers.advance(Infinity, this.#ringClock)
      this.#emit(before)
    }
  }

  /** A key's rows up to the watermark, in order; then its runs that have taken too long. */
  readonly #ring = (_time: number, slot: number): void => {
    this.#matchWaiting(slot, this.#watermark)
  }

  #matchWaiting(slot: number, upTo: number): void {
    const waiting = this.#waiting[slot]!
    for (let position = waiting.first; position >= 0 && this.#times[position]! <= upTo; position = waiting.first) {
      waiting.drop()
      this.#waitingCount--
      this.#take(slot, position)
    }
    const matcher = this.#matchers[slot]!
    if (matcher === null) return
    const begun = matcher.runCount
    this.#found(matcher.advance(upTo))
    this.#begun += matcher.runCount - begun
    if (matcher.runCount === 0) this.#matchers[slot] = null
  }

  #schedule(): void {
    const next = this.#timers.next()
    if (next === Infinity || (this.#scheduled > this.#context.processingTime() && this.#scheduled <= next + 1)) return
    // Rows of one millisecond are ordered among themselves, so they are looked at when it is over.
    this.#scheduled = next + 1
    this.#context.scheduleProcessingTimer(next + 1)
  }

  readonly #ringClock = (time: number, slot: number): void => {
    this.#matchWaiting(slot, time)
  }

  onProcessingTime(time: number): void {
    if (this.#eventTime) return
    this.#timers.advance(time - 1, this.#ringClock)
    this.#emit(this.#watermark)
    this.#schedule()
    this.#sweep()
  }

  /** Matches come out as rows that were there before the watermark that let them out. */
  #emit(watermark: number): void {
    const matches = this.#matches
    for (let start = 0; start < matches.length; start += matchesPerBatch) {
      const some = matches.slice(start, start + matchesPerBatch)
      const count = some.length
      const positions = Int32Array.from(some, (match) => match.position)
      const keys = this.#keyColumns.map((column) => gather(this.#store.column(column), positions, count))
      this.#context.emit(0, {
        schema: this.#outSchema,
        columns: [...keys, ...this.#measures(some)],
        rowCount: count,
        kinds: null,
        watermarks: new Float64Array(count).fill(watermark),
      })
    }
    matches.length = 0
  }

  #measures(matches: readonly TakenRow[]) {
    try {
      return this.#program.measures(matches)
    } catch (error) {
      throw error instanceof RowError ? this.#failed(error, matches[Math.min(error.row, matches.length - 1)]!.position) : error
    }
  }

  /** Clears rows away that nothing waits for and no run holds. */
  #sweep(): void {
    if (this.#store.rowCount >= this.#sweepAt) this.#compact()
  }

  #compact(): void {
    const { rowCount } = this.#store
    const sweep = ++this.#sweeps
    const held = new Uint8Array(rowCount)
    for (const waiting of this.#waiting) waiting.each((position) => (held[position] = 1))
    for (const matcher of this.#matchers) {
      matcher?.renumber(2 * sweep, (position) => {
        held[position] = 1
        return position
      })
    }
    const positions = new Int32Array(rowCount)
    const moved = new Int32Array(rowCount)
    let count = 0
    for (let position = 0; position < rowCount; position++) {
      if (held[position] === 0) continue
      this.#times[count] = this.#times[position]!
      for (const answers of this.#answers) answers[count] = answers[position]!
      moved[position] = count
      positions[count++] = position
    }
    for (const waiting of this.#waiting) waiting.renumber(moved)
    for (const matcher of this.#matchers) matcher?.renumber(2 * sweep + 1, (position) => moved[position]!)
    this.#store.keep(positions, count)
    this.#sweepAt = Math.max(garbageMin, count * 2, this.#keys.size)
    if (this.#encoder.wantsShrink(this.#keys.size)) this.#encoder.shrink([this.#keys])
  }

  stateSchema(): StateSchema {
    const order = orderOf(this.#spec.config).map(({ column, descending }) => (descending ? `${column} DESC` : column))
    return {
      key: typesText(this.#encoder.types),
      rows: schemaText(this.#inSchema),
      order: order.join(', '),
      // A run is known by the state it is in.
      pattern: parsePattern(this.#spec.config.pattern as string).variables.map(({ name, least, most, greedy }) => `${name}{${least},${most ?? ''}}${greedy ? '' : '?'}`).join(' '),
    }
  }

  snapshot(writer: StateWriter): void {
    this.#compact()
    this.#encoder.snapshot(writer.at('encoder'))
    this.#keys.snapshot(writer.at('keys'))
    this.#store.snapshot(writer.at('store'))
    writer.float64('times', this.#times, this.#store.rowCount)
    const waiting: number[] = []
    const waitingSlots: number[] = []
    this.#waiting.forEach((rows, slot) =>
      rows.each((position) => {
        waiting.push(position)
        waitingSlots.push(slot)
      }),
    )
    writer.int32('waiting', Int32Array.from(waiting))
    writer.int32('waitingSlots', Int32Array.from(waitingSlots))
    const runs = new RunsSnapshot()
    this.#matchers.forEach((matcher, slot) => {
      if (matcher !== null) runs.add(slot, matcher)
    })
    runs.write(writer.at('runs'))
  }

  restore(reader: StateReader): void {
    const keyed = new KeyedRestore(reader, reader.at('encoder'), this.#encoder)
    const slots = keyed.slots(reader.at('keys'), this.#keys)
    this.#fitKeys()
    const rows = this.#store.rowsIn(reader.at('store'))
    const times = reader.float64('times')
    this.#fitRows(rows.rowCount)
    for (let row = 0; row < rows.rowCount; row++) this.#accepted[row] = row
    // Rows of other subtasks' keys come too, and go again at once.
    const first = this.#append(rows, times, rows.rowCount)
    const columns = this.#store.columns()
    const waiting = reader.int32('waiting')
    const waitingSlots = reader.int32('waitingSlots')
    for (let i = 0; i < waiting.length; i++) {
      const slot = slots[waitingSlots[i]!]!
      if (slot >= 0) this.#wait(slot, first + waiting[i]!, columns)
    }
    restoreRuns(reader.at('runs'), first, (old) => {
      const slot = slots[old]!
      if (slot < 0) return null
      return (this.#matchers[slot] = new PatternMatcher(this.#states, this.#skip, this.#withinMs))
    })
    this.#begun = 0
    this.#matchers.forEach((matcher, slot) => {
      if (matcher === null) return
      this.#begun += matcher.runCount
      if (this.#withinMs > 0) for (const { taken, beganAt } of matcher.parts().runs) if (taken !== null) this.#timers.set(beganAt + this.#withinMs, slot)
    })
    this.#watermark = reader.share.watermark
    this.#compact()
  }

  stateBytes(): number {
    return this.#store.bytes + this.#keys.bytes + this.#encoder.bytes + this.#timers.bytes + this.#times.byteLength + this.#answers.length * this.#times.length + this.#begun * 96
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldRows: this.#waitingCount, openMatches: this.#begun }
  }
}
