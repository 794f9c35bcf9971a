import { groupsOf } from './evaluator.ts'

/**
 * What operators over tables that are corrected leave in the end, said a second time: the changes are applied first, and what is asked is asked of the rows that are left, as a database
 * would be. What the engine does change by change must come to the same.
 */
export interface TableRow {
  readonly k: number | null
  readonly v: number | null
  readonly t: string | null
}

export interface Change {
  readonly kind: '+I' | '-U' | '+U' | '-D'
  readonly row: TableRow
}

/** The rows that are left. */
export function tableOf(changes: readonly Change[]): TableRow[] {
  const rows: TableRow[] = []
  for (const { kind, row } of changes) {
    if (kind === '+I' || kind === '+U') rows.push(row)
    else rows.splice(rows.findIndex((held) => held.k === row.k && held.v === row.v && held.t === row.t), 1)
  }
  return rows
}

export interface AggregateCall {
  readonly name: 'COUNT' | 'SUM' | 'MIN' | 'MAX' | 'AVG'
  readonly column: '*' | 'v' | 't'
  readonly distinct: boolean
  /** Only rows whose v is above this count. */
  readonly above: number | null
}

export function callText({ name, column, distinct, above }: AggregateCall): string {
  return `${name}(${distinct ? 'DISTINCT ' : ''}${column})${above === null ? '' : ` FILTER (WHERE v > ${above})`}`
}

export function aggregateOf({ name, column, distinct, above }: AggregateCall, all: readonly { readonly v: number | null; readonly t?: string | null }[]): number | string | null {
  const rows = all.filter(({ v }) => above === null || (v !== null && v > above))
  if (column === '*') return rows.length
  const some = rows.map((row) => (column === 'v' ? row.v : (row.t ?? null))).filter((value) => value !== null)
  const values = distinct ? [...new Set(some)] : some
  if (name === 'COUNT') return values.length
  if (values.length === 0) return null
  const sum = values.reduce<number>((total, value) => total + Number(value), 0)
  switch (name) {
    case 'SUM':
      return sum
    // Of whole numbers, a whole number.
    case 'AVG':
      return Math.trunc(sum / values.length) + 0
    case 'MIN':
      return values.reduce((least, value) => (value < least ? value : least))
    case 'MAX':
      return values.reduce((most, value) => (value > most ? value : most))
  }
}

export type GroupColumn = 'k' | 't'

export interface GroupRow {
  readonly group: readonly (number | string | null)[]
  readonly rows: readonly TableRow[]
}

/** One result for each group of each set that has rows; columns a set leaves out are NULL. Without groups and rows there is none, as a stream has none. */
export function groups(table: readonly TableRow[], groupBy: readonly GroupColumn[], sets: readonly (readonly GroupColumn[])[]): GroupRow[] {
  return sets.flatMap((set) => {
    const found = groupsOf(table, (row) => JSON.stringify(set.map((column) => row[column])))
    return found.map((rows) => ({ group: groupBy.map((column) => (set.includes(column) ? rows[0]![column] : null)), rows }))
  })
}

/** NULL comes before everything. */
export function compareValues(a: number | string | null, b: number | string | null): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1)
  return a < b ? -1 : a > b ? 1 : 0
}

/** The first n of each partition. Equal rows have ranks of their own. */
export function topN(table: readonly TableRow[], partitionBy: readonly GroupColumn[], order: readonly { readonly column: 'k' | 'v' | 't'; readonly descending: boolean }[], n: number): { row: TableRow; rank: number }[] {
  const compare = (a: TableRow, b: TableRow): number => {
    for (const { column, descending } of order) {
      const result = compareValues(a[column], b[column])
      if (result !== 0) return descending ? -result : result
    }
    return 0
  }
  return groupsOf(table, (row) => JSON.stringify(partitionBy.map((column) => row[column]))).flatMap((rows) => rows.toSorted(compare).slice(0, n).map((row, i) => ({ row, rank: i + 1 })))
}
