import type { Column, DecimalColumn, Int64Column, Nulls, StringColumn, Value } from '../columnar/column.ts'
import type { TextUnion } from './textUnion.ts'
import { wideDecimal, wideInt64 } from './wide.ts'

/**
 * Putting one column together from rows of several: what CASE, COALESCE and GREATEST need. All columns have one storage.
 *
 * `choice[i]` says which source row i comes from. A source may be compact: then its row is the next one not yet used, in order (the rows a
 * branch was evaluated for); or full: then it is row i.
 */
export interface Source {
  readonly column: Column
  readonly compact: boolean
  /** The rows that come from it, where they are known: nobody has to look for them in `choice` then. */
  readonly rows?: Int32Array
}

/** Row i of `a` where `first[i]` is 1, else of `b`. Null masks are the caller's. */
export function chosen(first: Uint8Array, a: Column, b: Column, rowCount: number): Column {
  const choice = new Int32Array(rowCount)
  for (let i = 0; i < rowCount; i++) choice[i] = 1 - first[i]!
  return assembled(choice, [{ column: a, compact: false }, { column: b, compact: false }], rowCount)
}

/** `choice[i]` = `sources.length` gives NULL. `texts`, of a caller that knows the rows of each source, keeps one dictionary for strings from batch to batch. */
export function assembled(choice: Int32Array, sources: readonly Source[], rowCount: number, texts: TextUnion | null = null): Column {
  const nulls = assembledNulls(choice, sources, rowCount)
  const storage = sources[0]!.column.storage
  switch (storage) {
    case 'bool': {
      const values = new Uint8Array(rowCount)
      sources.forEach((source, k) => pickUint8(choice, k, (source.column as { values: Uint8Array }).values, source.compact, values, rowCount))
      return { storage, values, nulls }
    }
    case 'int32': {
      const values = new Int32Array(rowCount)
      sources.forEach((source, k) => pickInt32(choice, k, (source.column as { values: Int32Array }).values, source.compact, values, rowCount))
      return { storage, values, nulls }
    }
    case 'float64': {
      const values = new Float64Array(rowCount)
      sources.forEach((source, k) => pickFloat64(choice, k, (source.column as { values: Float64Array }).values, source.compact, values, rowCount))
      return { storage, values, nulls }
    }
    case 'int64': {
      const columns = sources.map((source) => source.column as Int64Column)
      if (columns.every((column) => column.values !== null)) {
        const values = new Float64Array(rowCount)
        columns.forEach((column, k) => pickFloat64(choice, k, column.values!, sources[k]!.compact, values, rowCount))
        return { storage, values, wide: null, nulls }
      }
      const wide = new BigInt64Array(rowCount)
      columns.forEach((column, k) => pickBigInt64(choice, k, wideInt64(column, lengthOf(choice, k, sources[k]!.compact, rowCount)), sources[k]!.compact, wide, rowCount))
      return { storage, values: null, wide, nulls }
    }
    case 'decimal': {
      const columns = sources.map((source) => source.column as DecimalColumn)
      if (columns.every((column) => column.values !== null)) {
        const values = new Float64Array(rowCount)
        columns.forEach((column, k) => pickFloat64(choice, k, column.values!, sources[k]!.compact, values, rowCount))
        return { storage, values, wide: null, nulls }
      }
      const wide = new Array<bigint>(rowCount).fill(0n)
      columns.forEach((column, k) => pickArray(choice, k, wideDecimal(column, lengthOf(choice, k, sources[k]!.compact, rowCount)), sources[k]!.compact, wide, rowCount))
      return { storage, values: null, wide, nulls }
    }
    case 'string':
      return assembledStrings(choice, sources, nulls, rowCount, texts)
    case 'object': {
      const values = new Array<Value>(rowCount).fill(null)
      sources.forEach((source, k) => pickArray(choice, k, (source.column as { values: Value[] }).values, source.compact, values, rowCount))
      return { storage, values, nulls }
    }
  }
}

function lengthOf(choice: Int32Array, k: number, compact: boolean, rowCount: number): number {
  if (!compact) return rowCount
  let count = 0
  for (let i = 0; i < rowCount; i++) if (choice[i] === k) count++
  return count
}

function assembledNulls(choice: Int32Array, sources: readonly Source[], rowCount: number): Nulls {
  let nulls: Uint8Array | null = null
  sources.forEach((source, k) => {
    const mask = source.column.nulls
    if (mask === null) return
    nulls ??= new Uint8Array(rowCount)
    if (source.rows === undefined) pickUint8(choice, k, mask, source.compact, nulls, rowCount)
    else writeUint8(mask, source.compact, source.rows, nulls)
  })
  let taken = 0
  for (const { rows } of sources) taken += rows === undefined ? 0 : rows.length
  if (taken === rowCount) return nulls
  for (let i = 0; i < rowCount; i++) {
    if (choice[i] === sources.length) {
      nulls ??= new Uint8Array(rowCount)
      nulls[i] = 1
    }
  }
  return nulls
}

function assembledStrings(choice: Int32Array, sources: readonly Source[], nulls: Nulls, rowCount: number, texts: TextUnion | null): StringColumn {
  const columns = sources.map((source) => source.column as StringColumn)
  const codes = new Int32Array(rowCount)
  if (columns.every((column) => column.dictionary === columns[0]!.dictionary)) {
    columns.forEach((column, k) => pickInt32(choice, k, column.codes, sources[k]!.compact, codes, rowCount))
    return { storage: 'string', codes, dictionary: columns[0]!.dictionary, nulls }
  }
  const dictionary = texts === null ? null : texts.of(columns)
  if (dictionary !== null) {
    columns.forEach((column, k) => texts!.write(column, sources[k]!.compact, sources[k]!.rows!, codes))
    return { storage: 'string', codes, dictionary, nulls }
  }
  // Entries of the sources, renumbered in the order they are met; large dictionaries contribute only what is used.
  const values: string[] = []
  columns.forEach((column, k) => {
    const few = column.dictionary.values.length <= rowCount * 4
    if (few) renumber(choice, k, column, sources[k]!.compact, values, codes, rowCount)
    else renumberSome(choice, k, column, sources[k]!.compact, values, codes, rowCount)
  })
  return { storage: 'string', codes, dictionary: { values, distinct: false }, nulls }
}

/** Codes of the rows that come from source `k`, whose entries are added to `values`: by a table of all its entries. */
function renumber(choice: Int32Array, k: number, { codes, dictionary, nulls }: StringColumn, compact: boolean, values: string[], out: Int32Array, rowCount: number): void {
  const known = new Int32Array(dictionary.values.length)
  let next = 0
  for (let i = 0; i < rowCount; i++) {
    if (choice[i] !== k) continue
    const row = compact ? next++ : i
    if (nulls !== null && nulls[row] === 1) continue
    const code = codes[row]!
    let renumbered = known[code]!
    if (renumbered === 0) {
      renumbered = values.push(dictionary.values[code]!)
      known[code] = renumbered
    }
    out[i] = renumbered - 1
  }
}

/** The same where most entries are not met. */
function renumberSome(choice: Int32Array, k: number, { codes, dictionary, nulls }: StringColumn, compact: boolean, values: string[], out: Int32Array, rowCount: number): void {
  const known = new Map<number, number>()
  let next = 0
  for (let i = 0; i < rowCount; i++) {
    if (choice[i] !== k) continue
    const row = compact ? next++ : i
    if (nulls !== null && nulls[row] === 1) continue
    const code = codes[row]!
    let renumbered = known.get(code)
    if (renumbered === undefined) {
      renumbered = values.push(dictionary.values[code]!) - 1
      known.set(code, renumbered)
    }
    out[i] = renumbered
  }
}

function writeUint8(source: Uint8Array, compact: boolean, rows: Int32Array, out: Uint8Array): void {
  if (compact) for (let i = 0; i < rows.length; i++) out[rows[i]!] = source[i]!
  else for (let i = 0; i < rows.length; i++) out[rows[i]!] = source[rows[i]!]!
}

// One loop per array class.

function pickUint8(choice: Int32Array, k: number, source: Uint8Array, compact: boolean, out: Uint8Array, n: number): void {
  let next = 0
  for (let i = 0; i < n; i++) if (choice[i] === k) out[i] = source[compact ? next++ : i]!
}
function pickInt32(choice: Int32Array, k: number, source: Int32Array, compact: boolean, out: Int32Array, n: number): void {
  let next = 0
  for (let i = 0; i < n; i++) if (choice[i] === k) out[i] = source[compact ? next++ : i]!
}
function pickFloat64(choice: Int32Array, k: number, source: Float64Array, compact: boolean, out: Float64Array, n: number): void {
  let next = 0
  for (let i = 0; i < n; i++) if (choice[i] === k) out[i] = source[compact ? next++ : i]!
}
function pickBigInt64(choice: Int32Array, k: number, source: BigInt64Array, compact: boolean, out: BigInt64Array, n: number): void {
  let next = 0
  for (let i = 0; i < n; i++) if (choice[i] === k) out[i] = source[compact ? next++ : i]!
}
function pickArray<T>(choice: Int32Array, k: number, source: readonly T[], compact: boolean, out: T[], n: number): void {
  let next = 0
  for (let i = 0; i < n; i++) if (choice[i] === k) out[i] = source[compact ? next++ : i]!
}
