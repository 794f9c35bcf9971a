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
import { known, PatternMatcher, SkipFailure, type Condition, type SkipTo, type TakenRow } from '../../engine/pattern/matcher.ts'
import { restoreRuns, RunsSnapshot } from '../../engine/pattern/runsState.ts'
import { firstVariables, patternStates, type PatternStates } from '../../engine/pattern/states.ts'
import { RowStore } from '../../engine/rowStore.ts'
import { Timers } from '../../engine/timers.ts'
import type { EvaluationContext } from '../../expression/expression.ts'
import { RowOrder } from '../../expression/rowOrder.ts'
import type { OperatorSpec } from '../../job/operatorSpec.ts'
import { columnsOf, orderOf } from '../../job/orderConfig.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { parseAfterMatch, parsePattern } from './pattern.ts'
import { PatternProgram } from './patternProgram.ts'
import { patternScope } from './patternScope.ts'
import { timeAlone, Turns } from './turns.ts'
import { WaitingRows } from './waitingRows.ts'

export const runtime: RuntimeFactory = { role: 'operator', create: (spec) => new Match(spec) }

const timerWidthMs = 1000
const garbageMin = 4096
const matchesPerBatch = 4096
const notLaidOut = -1
/** Fewer keys than this in a turn are not worth laying out what to ask. */
const turnMin = 8

/** A run at a row, the variable it asks about, and where what is known of it begins. Used again for each turn. */
interface Question {
  matcher: PatternMatcher
  run: number
  at: number
  position: number
  variable: number
}

/**
 * MATCH_RECOGNIZE (Flink: CepOperator). With event time, rows wait until the watermark has passed them and are then matched in order of time, further order columns and arrival; a row that is behind
 * the watermark is dropped and counted. With processing time, each row is matched as it comes, or after the millisecond it came in where further columns order rows.
 *
 * What has become due is worked off at the end of a batch or with a watermark, in turns (`turns.ts`): conditions that look back are asked for the runs of all keys of a turn in one call. Rows come out in the order of what became due.
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
  /** Variables that may take the first row of a match. */
  readonly #firstVariables: readonly number[]
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
  /** What has become due and is not matched yet. */
  readonly #turns = new Turns()
  /** Of the turn that is worked off: by its row, where the answers of its runs begin, and by run and variable what is known. */
  #answersAt: Int32Array = new Int32Array(1024)
  #ofRuns: Uint8Array = new Uint8Array(1024)
  #at = notLaidOut
  readonly #questions: Question[] = []
  /** Matches, and by which number of what was due each was found. */
  #matches: TakenRow[] = []
  #foundBy: number[] = []
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
    this.#firstVariables = firstVariables(this.#states)
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
      else this.#due(slot, first + i)
    }
    const last = watermarks === null ? -Infinity : watermarks[rowCount - 1]!
    if (last > this.#watermark) this.#advance(last)
    this.#matchDue()
    if (!this.#eventTime) this.#schedule()
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
    this.#turns.fitKeys(this.#keys.size)
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

  readonly #holds: Condition = (variable, position, past, run) => {
    const answer = this.#at === notLaidOut ? this.#answers[variable]![position]! : this.#ofRuns[this.#at + run * this.#answers.length + variable]!
    if (answer < known.ask) return answer === known.yes
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

  /** A row's turn to be matched has come. Where nothing has begun and it begins nothing, nobody need look at it. */
  #due(slot: number, position: number): void {
    const begins = this.#firstVariables.some((variable) => this.#answers[variable]![position] !== known.no)
    if (!begins && this.#matchers[slot] === null && !this.#turns.has(slot)) return
    const time = this.#times[position]!
    this.#turns.push(slot, position, time, this.#evaluation.watermark)
    if (begins && this.#withinMs > 0) this.#timers.set(time + this.#withinMs, slot)
  }

  /** Works off what is due and gives the matches. */
  #matchDue(): void {
    const turns = this.#turns
    if (turns.count === 0) return
    const now = this.#evaluation.watermark
    const { turns: wide, rest } = turns.take(this.#program.looksBack ? turnMin : Infinity)
    for (const numbers of wide) {
      if (this.#withinMs > 0) for (const number of numbers) this.#goOn(number)
      this.#askAhead(numbers)
      for (let i = 0; i < numbers.length; i++) {
        this.#at = this.#answersAt[i]!
        this.#match(numbers[i]!)
      }
    }
    this.#at = notLaidOut
    for (const number of rest) {
      if (this.#withinMs > 0) this.#goOn(number)
      this.#match(number)
    }
    this.#emit()
    this.#evaluation.watermark = now
    turns.clear()
  }

  /** Lays out what is known of a turn's rows for each run, and asks what is not: of the first variable that each run would ask about, then, knowing that, of the next, until all is known. */
  #askAhead(numbers: Int32Array): void {
    const { slots, positions } = this.#turns
    const variables = this.#answers.length
    if (this.#answersAt.length < numbers.length) this.#answersAt = new Int32Array(numbers.length * 2)
    let end = 0
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!
      this.#answersAt[i] = end
      if (positions[number] === timeAlone) continue
      const runs = this.#matchers[slots[number]!]?.runs.length ?? 1
      if (this.#ofRuns.length < end + runs * variables) this.#growAnswers(end + runs * variables)
      for (let run = 0; run < runs; run++) for (let variable = 0; variable < variables; variable++) this.#ofRuns[end++] = this.#answers[variable]![positions[number]!]!
    }
    let open = this.#questionsOf(numbers)
    while (open > 0) {
      this.#ask(open)
      open = this.#questionsLeft(open)
    }
  }

  /** The first question of each run. */
  #questionsOf(numbers: Int32Array): number {
    const { slots, positions } = this.#turns
    const variables = this.#answers.length
    const questions = this.#questions
    let open = 0
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!
      if (positions[number] === timeAlone) continue
      const matcher = this.#matchers[slots[number]!] ?? (this.#idle ??= this.#newMatcher())
      const count = matcher.runs.length
      for (let run = 0, at = this.#answersAt[i]!; run < count; run++, at += variables) {
        const variable = matcher.unknown(run, this.#ofRuns, at)
        if (variable < 0) continue
        if (open === questions.length) questions.push({ matcher, run, at, position: positions[number]!, variable })
        else {
          const question = questions[open]!
          question.matcher = matcher
          question.run = run
          question.at = at
          question.position = positions[number]!
          question.variable = variable
        }
        open++
      }
    }
    return open
  }

  /** The next question of each run that has one, moved to the front. */
  #questionsLeft(count: number): number {
    const questions = this.#questions
    let open = 0
    for (let i = 0; i < count; i++) {
      const question = questions[i]!
      const variable = question.matcher.unknown(question.run, this.#ofRuns, question.at)
      if (variable < 0) continue
      question.variable = variable
      questions[i] = questions[open]!
      questions[open++] = question
    }
    return open
  }

  #ask(count: number): void {
    const questions = this.#questions
    for (let variable = 0; variable < this.#answers.length; variable++) {
      const condition = this.#program.conditions[variable]!
      if (condition === null) continue
      condition.begin(count)
      for (let i = 0; i < count; i++) {
        const { matcher, run, position, variable: about } = questions[i]!
        if (about === variable) condition.add(position, matcher.runs[run]!.taken)
      }
      const answers = condition.askAdded()
      if (answers === null) continue
      for (let i = 0, next = 0; i < count; i++) {
        const { at, variable: about } = questions[i]!
        if (about === variable) this.#ofRuns[at + variable] = answers[next++]!
      }
    }
  }

  #growAnswers(length: number): void {
    const grown = new Uint8Array(length * 2)
    grown.set(this.#ofRuns)
    this.#ofRuns = grown
  }

  #newMatcher(): PatternMatcher {
    return new PatternMatcher(this.#states, this.#skip, this.#withinMs)
  }

  /** Runs of a key that have taken too long die. */
  #goOn(number: number): void {
    const slot = this.#turns.slots[number]!
    const matcher = this.#matchers[slot]!
    if (matcher === null) return
    const begun = matcher.runCount
    try {
      this.#found(matcher.advance(this.#turns.times[number]!), number)
    } catch (error) {
      throw this.#turns.positions[number] === timeAlone ? error : this.#failed(error, this.#turns.positions[number]!)
    }
    this.#settle(slot, matcher, begun)
  }

  /** Matches a row of a key, where there is one. */
  #match(number: number): void {
    const { slots, positions, times, watermarks } = this.#turns
    const slot = slots[number]!
    const position = positions[number]!
    if (position === timeAlone) return
    this.#evaluation.watermark = watermarks[number]!
    const matcher = this.#matchers[slot] ?? this.#idle ?? this.#newMatcher()
    const begun = matcher.runCount
    try {
      this.#found(matcher.take(position, times[number]!, this.#holds), number)
    } catch (error) {
      throw this.#failed(error, position)
    }
    this.#settle(slot, matcher, begun)
  }

  /** A key has its matcher while something has begun. */
  #settle(slot: number, matcher: PatternMatcher, begun: number): void {
    this.#begun += matcher.runCount - begun
    if (matcher.runCount === 0) {
      this.#matchers[slot] = null
      this.#idle = matcher
    } else if (this.#matchers[slot] === null) {
      this.#matchers[slot] = matcher
      this.#idle = null
    }
  }

  #found(matches: readonly TakenRow[], number: number): void {
    for (const match of matches) {
      this.#matches.push(match)
      this.#foundBy.push(number)
    }
  }

  onWatermark(watermark: number): number {
    this.#advance(watermark)
    this.#matchDue()
    this.#sweep()
    return watermark
  }

  /** Rows that the watermark lets out become due. */
  #advance(watermark: number): void {
    const before = this.#watermark
    if (watermark <= before) return
    this.#watermark = watermark
    this.#evaluation.watermark = this.#eventTime || watermark === Infinity ? before : watermark
    if (this.#eventTime) this.#timers.advance(watermark, this.#ring)
    // The input has ended: what waits for the clock is matched, as Flink fires the timers that are left.
    else if (watermark === Infinity) this.#timers.advance(Infinity, this.#ringClock)
  }

  readonly #ring = (_time: number, slot: number): void => {
    this.#dueUpTo(slot, this.#watermark)
  }

  /** A key's rows up to the watermark, in order; then its runs that have taken too long. */
  #dueUpTo(slot: number, upTo: number): void {
    const waiting = this.#waiting[slot]!
    for (let position = waiting.first; position >= 0 && this.#times[position]! <= upTo; position = waiting.first) {
      waiting.drop()
      this.#waitingCount--
      this.#due(slot, position)
    }
    if (this.#withinMs === 0 || (this.#matchers[slot] === null && !this.#turns.has(slot)) || this.#turns.endsAt(slot, upTo)) return
    this.#turns.push(slot, timeAlone, upTo, this.#evaluation.watermark)
  }

  #schedule(): void {
    const next = this.#timers.next()
    if (next === Infinity || (this.#scheduled > this.#context.processingTime() && this.#scheduled <= next + 1)) return
    // Rows of one millisecond are ordered among themselves, so they are looked at when it is over.
    this.#scheduled = next + 1
    this.#context.scheduleProcessingTimer(next + 1)
  }

  readonly #ringClock = (time: number, slot: number): void => {
    this.#dueUpTo(slot, time)
  }

  onProcessingTime(time: number): void {
    if (this.#eventTime) return
    this.#timers.advance(time - 1, this.#ringClock)
    this.#matchDue()
    this.#schedule()
    this.#sweep()
  }

  /** Matches come out as rows that were there before the watermark that let them out, in the order of what became due. */
  #emit(): void {
    const { watermarks } = this.#turns
    const foundBy = Int32Array.from(this.#foundBy)
    const order = Array.from(foundBy.keys()).sort((a, b) => foundBy[a]! - foundBy[b]!)
    for (let start = 0, end = 0; start < order.length; start = end) {
      const watermark = watermarks[foundBy[order[start]!]!]!
      end = Math.min(order.length, start + matchesPerBatch)
      if (this.#program.measuresContextual) {
        this.#evaluation.watermark = watermark
        for (let i = start; i < end; i++) if (watermarks[foundBy[order[i]!]!] !== watermark) end = i
      }
      const numbers = order.slice(start, end)
      const some = numbers.map((i) => this.#matches[i]!)
      const count = some.length
      const positions = Int32Array.from(some, (match) => match.position)
      const keys = this.#keyColumns.map((column) => gather(this.#store.column(column), positions, count))
      this.#context.emit(0, {
        schema: this.#outSchema,
        columns: [...keys, ...this.#measures(some)],
        rowCount: count,
        kinds: null,
        watermarks: Float64Array.from(numbers, (i) => watermarks[foundBy[i]!]!),
      })
    }
    this.#matches.length = 0
    this.#foundBy.length = 0
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
      return (this.#matchers[slot] = this.#newMatcher())
    })
    this.#begun = 0
    this.#matchers.forEach((matcher, slot) => {
      if (matcher === null) return
      this.#begun += matcher.runCount
      if (this.#withinMs > 0) for (const { taken, beganAt } of matcher.parts().runs) if (taken !== null) this.#timers.set(beganAt + this.#withinMs, slot)
    })
    this.#watermark = reader.share.watermark
    this.#evaluation.watermark = this.#watermark
    this.#compact()
  }

  stateBytes(): number {
    return this.#store.bytes + this.#keys.bytes + this.#encoder.bytes + this.#timers.bytes + this.#times.byteLength + this.#answers.length * this.#times.length + this.#begun * 96
  }

  gauges(): Readonly<Record<string, number>> {
    return { heldRows: this.#waitingCount, openMatches: this.#begun }
  }
}
