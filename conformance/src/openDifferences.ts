import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import type { Grid, GridExpression } from '../programs/grids.ts'
import { askMillrace, cellDifference, type CellAnswer } from './grid.ts'

/**
 * Expressions known to differ from Flink and not yet decided or followed: a list that may only become shorter. What differs and does not stand here fails.
 */
export function differencesOf(grid: Grid, answers: ReadonlyMap<string, CellAnswer>): { readonly expression: GridExpression; readonly text: string }[] {
  return grid.expressions.flatMap((expression) => {
    const flink = answers.get(expression.text)
    const text = flink === undefined ? null : cellDifference(flink, askMillrace(grid, expression))
    return text === null ? [] : [{ expression, text }]
  })
}

/** What kind of a difference it is, most serious first. */
export const differenceKinds = ['value', 'only Millrace fails', 'only Flink fails', 'type'] as const

export function kindOfDifference(text: string): (typeof differenceKinds)[number] {
  if (/(^|; )row \d+: /.test(text) || /^Flink has \d+ rows/.test(text)) return 'value'
  if (text.startsWith('Millrace fails')) return 'only Millrace fails'
  return text.startsWith('Flink fails') ? 'only Flink fails' : 'type'
}

type Open = Record<string, Record<string, readonly string[]>>

function pathOf(root: string): string {
  return join(root, 'conformance', 'fixtures', 'open.json')
}

function readOpen(root: string): Open {
  return existsSync(pathOf(root)) ? (JSON.parse(readFileSync(pathOf(root), 'utf8')) as Open) : {}
}

export function openOf(root: string, version: FlinkVersion, grid: string): ReadonlySet<string> {
  return new Set(readOpen(root)[version]?.[grid] ?? [])
}

export function keepOpen(root: string, version: FlinkVersion, grid: string, expressions: readonly string[]): void {
  const open = readOpen(root)
  writeFileSync(pathOf(root), `${JSON.stringify({ ...open, [version]: { ...open[version], [grid]: expressions } }, null, 1)}\n`)
}
