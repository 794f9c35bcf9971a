import type { BoolColumn, Column, Dictionary, Int32Column, Nulls, StringColumn, Value } from '../columnar/column.ts'
import type { CallSite, Kernel } from './functionDefinition.ts'

/**
 * What kernels are built from: null masks, constant arguments, and functions of strings.
 *
 * String functions are evaluated once per dictionary entry when that is fewer entries than rows have come with it, and the answers are kept
 * for as long as the dictionary lives; dictionaries are append-only, so an answer never goes stale. Loops here see one array class each.
 */

/** The value of a literal argument (null for NULL), or undefined when the argument is not a literal or absent. */
export function constantArgument(call: CallSite, index: number): Value | undefined {
  const argument = call.args[index]
  return argument?.kind === 'literal' ? argument.value : undefined
}

/** NULL where any column is. Shares a mask when only one column has one. */
export function unionNulls(columns: readonly Column[], rowCount: number): Nulls {
  let nulls: Nulls = null
  for (const column of columns) nulls = unionMasks(nulls, column.nulls, rowCount)
  return nulls
}

export function unionMasks(a: Nulls, b: Nulls, rowCount: number): Nulls {
  if (a === null || a === b) return b
  if (b === null) return a
  const union = new Uint8Array(rowCount)
  for (let i = 0; i < rowCount; i++) union[i] = a[i]! | b[i]!
  return union
}

/** A mask of nothing but NULLs. */
export function allNulls(rowCount: number): Uint8Array {
  return new Uint8Array(rowCount).fill(1)
}

/** The text in one row, which must not be NULL. */
export function textAt(column: StringColumn, row: number): string {
  return column.dictionary.values[column.codes[row]!]!
}

/** A string column of fresh values; null is NULL. */
export function stringColumn(values: readonly (string | null)[]): StringColumn {
  const codes = new Int32Array(values.length)
  const texts: string[] = []
  let nulls: Uint8Array | null = null
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value === null) {
      nulls ??= new Uint8Array(values.length)
      nulls[i] = 1
    } else {
      codes[i] = texts.length
      texts.push(value)
    }
  }
  return { storage: 'string', codes, dictionary: { values: texts, distinct: false }, nulls }
}

/** What a function of one string has answered so far for a dictionary's entries; `answers` is aligned with its codes. */
interface Answers<A> {
  answers: A[]
}

/**
 * Whether to ask about all unknown entries of a dictionary now: as soon as there are no more of them than rows, those of earlier batches among them that were asked about one by one. So asking costs at most
 * twice what the better of both ways had cost.
 */
function paysOff(): (dictionary: Dictionary, unknown: number, rowCount: number) => boolean {
  const asked = new WeakMap<Dictionary, number>()
  return (dictionary, unknown, rowCount) => {
    if (unknown <= rowCount) return true
    const before = asked.get(dictionary) ?? 0
    asked.set(dictionary, before + rowCount)
    return unknown <= before
  }
}

/**
 * A kernel for a function of argument 0, a string, whose other arguments are constants closed over by `f`. NULL in gives NULL out; `f` may give
 * null and must not throw: it is also asked about entries that are in the dictionary but not in the batch.
 */
export function stringToString(f: (text: string) => string | null): Kernel {
  const kept = new WeakMap<Dictionary, { dictionary: { values: string[]; distinct: false }; nullCodes: Uint8Array | null }>()
  const asksAll = paysOff()
  return (columns, rowCount) => {
    const column = columns[0] as StringColumn
    const source = column.dictionary.values
    let entry = kept.get(column.dictionary)
    if (!asksAll(column.dictionary, source.length - (entry?.dictionary.values.length ?? 0), rowCount)) {
      const texts = new Array<string | null>(rowCount)
      for (let i = 0; i < rowCount; i++) texts[i] = column.nulls !== null && column.nulls[i] === 1 ? null : f(source[column.codes[i]!]!)
      return stringColumn(texts)
    }
    if (entry === undefined) {
      entry = { dictionary: { values: [], distinct: false }, nullCodes: null }
      kept.set(column.dictionary, entry)
    }
    const mapped = entry.dictionary.values
    for (let code = mapped.length; code < source.length; code++) {
      const answer = f(source[code]!)
      mapped.push(answer ?? '')
      if (answer === null) {
        entry.nullCodes = withRoom(entry.nullCodes, source.length)
        entry.nullCodes[code] = 1
      }
    }
    let nulls = column.nulls
    if (entry.nullCodes !== null) {
      entry.nullCodes = withRoom(entry.nullCodes, source.length)
      const marked = new Uint8Array(rowCount)
      lookUp(entry.nullCodes, column.codes, marked, rowCount)
      if (nulls !== null) for (let i = 0; i < rowCount; i++) marked[i]! |= nulls[i]!
      nulls = marked
    }
    return { storage: 'string', codes: column.codes, dictionary: entry.dictionary, nulls }
  }
}

function withRoom(flags: Uint8Array | null, length: number): Uint8Array {
  if (flags !== null && flags.length >= length) return flags
  const grown = new Uint8Array(Math.max(length, 2 * (flags?.length ?? 0)))
  if (flags !== null) grown.set(flags)
  return grown
}

/** As `stringToString`, for a function that gives a number stored as int32 (INT, SMALLINT, DATE…). */
export function stringToInt32(call: CallSite, f: (text: string) => number | null): Kernel {
  const answersOf = answersByEntry(f)
  return (columns, rowCount) => {
    const column = columns[0] as StringColumn
    const values = call.buffers.int32(rowCount)
    const known = answersOf(column.dictionary, rowCount)
    let nulls: Nulls = column.nulls
    for (let i = 0; i < rowCount; i++) {
      if (column.nulls !== null && column.nulls[i] === 1) {
        values[i] = 0
        continue
      }
      const code = column.codes[i]!
      const answer = known === null ? f(column.dictionary.values[code]!) : known[code]!
      if (answer === null) {
        if (nulls === column.nulls) nulls = ownMask(column.nulls, rowCount)
        nulls![i] = 1
        values[i] = 0
      } else values[i] = answer
    }
    return { storage: 'int32', values, nulls } satisfies Int32Column
  }
}

/** Answers by code: 0 and 1, and 2 for NULL. */
export interface TruthTable {
  answers: Uint8Array
  count: number
  anyNull: boolean
}

/** The truths of `f` for all entries of a dictionary, kept and extended as it grows; null when asking row by row is less work. */
export function truthTables(f: (text: string) => boolean | null): (dictionary: Dictionary, rowCount: number) => TruthTable | null {
  const kept = new WeakMap<Dictionary, TruthTable>()
  const asksAll = paysOff()
  return (dictionary, rowCount) => {
    const source = dictionary.values
    let table = kept.get(dictionary)
    if (!asksAll(dictionary, source.length - (table?.count ?? 0), rowCount)) return null
    if (table === undefined) {
      table = { answers: new Uint8Array(Math.max(16, source.length)), count: 0, anyNull: false }
      kept.set(dictionary, table)
    }
    if (table.answers.length < source.length) {
      const grown = new Uint8Array(Math.max(source.length, 2 * table.answers.length))
      grown.set(table.answers)
      table.answers = grown
    }
    for (; table.count < source.length; table.count++) {
      const answer = f(source[table.count]!)
      table.answers[table.count] = answer === null ? 2 : answer ? 1 : 0
      if (answer === null) table.anyNull = true
    }
    return table
  }
}

/** As `stringToString`, for a function that gives a truth value. */
export function stringToBool(call: CallSite, f: (text: string) => boolean | null): Kernel {
  const tableOf = truthTables(f)
  return (columns, rowCount) => {
    const column = columns[0] as StringColumn
    const values = call.buffers.uint8(rowCount)
    const table = tableOf(column.dictionary, rowCount)
    if (table === null) return boolByRow(column, f, values, rowCount)
    lookUp(table.answers, column.codes, values, rowCount)
    let nulls: Nulls = column.nulls
    if (table.anyNull) {
      nulls = ownMask(nulls, rowCount)
      for (let i = 0; i < rowCount; i++) {
        if (values[i] === 2) {
          values[i] = 0
          nulls[i] = 1
        }
      }
    }
    return { storage: 'bool', values, nulls }
  }
}

function lookUp(answers: Uint8Array, codes: Int32Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = answers[codes[i]!]!
}

function boolByRow(column: StringColumn, f: (text: string) => boolean | null, values: Uint8Array, rowCount: number): BoolColumn {
  let nulls: Nulls = column.nulls
  for (let i = 0; i < rowCount; i++) {
    values[i] = 0
    if (column.nulls !== null && column.nulls[i] === 1) continue
    const answer = f(textAt(column, i))
    if (answer === null) {
      if (nulls === column.nulls) nulls = ownMask(column.nulls, rowCount)
      nulls![i] = 1
    } else if (answer) values[i] = 1
  }
  return { storage: 'bool', values, nulls }
}

/** As `stringToString`, for a function that gives a double or a timestamp. */
export function stringToFloat64(call: CallSite, f: (text: string) => number | null): Kernel {
  const answersOf = answersByEntry(f)
  return (columns, rowCount) => {
    const column = columns[0] as StringColumn
    const values = call.buffers.float64(rowCount)
    const known = answersOf(column.dictionary, rowCount)
    let nulls: Nulls = column.nulls
    for (let i = 0; i < rowCount; i++) {
      if (column.nulls !== null && column.nulls[i] === 1) {
        values[i] = 0
        continue
      }
      const code = column.codes[i]!
      const answer = known === null ? f(column.dictionary.values[code]!) : known[code]!
      if (answer === null) {
        if (nulls === column.nulls) nulls = ownMask(column.nulls, rowCount)
        nulls![i] = 1
        values[i] = 0
      } else values[i] = answer
    }
    return { storage: 'float64', values, nulls }
  }
}

/** A private copy of a mask, or a fresh one. */
export function ownMask(nulls: Nulls, rowCount: number): Uint8Array {
  return nulls === null ? new Uint8Array(rowCount) : nulls.slice(0, rowCount)
}

/**
 * For any mix of arguments where speed is not the point: `f` gets the texts of all arguments, which must be strings, and gives a string or null.
 * NULL in any argument gives NULL.
 */
export function stringsToString(f: (...texts: string[]) => string | null): Kernel {
  return (columns, rowCount) => {
    const nulls = unionNulls(columns, rowCount)
    const out = new Array<string | null>(rowCount)
    const texts = new Array<string>(columns.length)
    for (let i = 0; i < rowCount; i++) {
      if (nulls !== null && nulls[i] === 1) {
        out[i] = null
        continue
      }
      for (let k = 0; k < columns.length; k++) texts[k] = textAt(columns[k] as StringColumn, i)
      out[i] = f(...texts)
    }
    return stringColumn(out)
  }
}

/** Answers by code for a whole dictionary, or null when asking row by row is less work. */
function answersByEntry<A>(f: (text: string) => A): (dictionary: Dictionary, rowCount: number) => readonly A[] | null {
  const kept = new WeakMap<Dictionary, Answers<A>>()
  const asksAll = paysOff()
  return (dictionary, rowCount) => {
    let entry = kept.get(dictionary)
    const source = dictionary.values
    if (!asksAll(dictionary, source.length - (entry?.answers.length ?? 0), rowCount)) return null
    if (entry === undefined) {
      entry = { answers: [] }
      kept.set(dictionary, entry)
    }
    for (let code = entry.answers.length; code < source.length; code++) entry.answers.push(f(source[code]!))
    return entry.answers
  }
}
