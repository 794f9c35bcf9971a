import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { columnOf } from '../../src/columnar/batchBuilder.ts'
import { valueAt, type Column, type Value } from '../../src/columnar/column.ts'
import { printType } from '../../src/columnar/dataType.ts'
import type { Json, JsonObject } from '../../src/columnar/json.ts'
import { printJson, readJson } from '../../src/columnar/jsonText.ts'
import { NotOfType, valueOfJson } from '../../src/columnar/valueJson.ts'
import { compileScalar } from '../../src/expression/compile.ts'
import { parseType } from '../../src/expression/parse.ts'
import { checkScalar } from '../../src/expression/typeOf.ts'
import type { Job } from '../../src/job/job.ts'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import type { Grid, GridExpression } from '../programs/grids.ts'
import { nullable, valueText, type Answer } from './answer.ts'
import { jobOf } from './program.ts'

/**
 * Running a grid: many expressions over the same few rows. On Flink they go as one projection each for some dozens of them; when that is refused or fails, it is
 * halved until the expression at fault stands alone, so that every expression has an answer of its own.
 */
export type CellAnswer = { readonly type: string; readonly values: readonly string[] } | { readonly failed: string }

/** More in one projection and Flink splits the generated code into methods, which costs more than a further job. */
const expressionsPerJob = 60

/** How often a job is asked whose rows do not all come back. */
const attemptsMax = 3

const rowColumn = 'row__'

export function gridJob(grid: Grid, expressions: readonly GridExpression[]): Job {
  return jobOf(
    'grid',
    [
      {
        id: 'cells',
        kind: 'source',
        config: { connector: { type: 'inline', rows: grid.rows.map((row, i) => [i, ...row]) }, columns: [{ name: rowColumn, type: 'INT' }, ...grid.columns] as unknown as readonly JsonObject[] },
      },
      { id: 'values', kind: 'project', config: { columns: [{ name: rowColumn, expression: rowColumn }, ...expressions.map(({ text }, i) => ({ name: `e${i}`, expression: text }))] } },
      { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
    ],
    [
      { from: 'cells', to: 'values' },
      { from: 'values', to: 'out' },
    ],
    { timeZone: grid.timeZone },
  )
}

export async function askGrid(grid: Grid, before: ReadonlyMap<string, CellAnswer> | null, run: (job: Job) => Promise<Answer>, atOnce: number, progress: (done: number, of: number) => void): Promise<Map<string, CellAnswer>> {
  const answers = new Map<string, CellAnswer>()
  // What failed last time and what fails here will most likely fail again: alone at once, it costs one job instead of a dozen.
  const millrace = new Map(grid.expressions.map((expression) => [expression.text, askMillrace(grid, expression)]))
  const alone = grid.expressions.filter(({ text }) => 'failed' in (before?.get(text) ?? millrace.get(text)!))
  const together = grid.expressions.filter((expression) => !alone.includes(expression))
  const waiting: (readonly GridExpression[])[] = []
  for (let at = 0; at < together.length; at += expressionsPerJob) waiting.push(together.slice(at, at + expressionsPerJob))
  waiting.push(...alone.map((expression) => [expression]))
  const ask = async (expressions: readonly GridExpression[], attempt = 1): Promise<void> => {
    const answer = await run(gridJob(grid, expressions))
    if (answer.kind === 'table') {
      const rows = answer.rows.map((text) => {
        const read = readJson(text)
        if (read.kind === 'error') throw new Error(read.error.detail)
        return read.value as JsonObject
      })
      if (rows.length !== grid.rows.length) {
        // Seen on a crowded machine: the rows of a whole job lost on their way. Such an answer is none.
        if (attempt < attemptsMax) return ask(expressions, attempt + 1)
        throw new Error(`${rows.length} of ${grid.rows.length} rows came back from ${expressions[0]!.text}${expressions.length > 1 ? ` and ${expressions.length - 1} more` : ''}`)
      }
      rows.sort((a, b) => Number(a[rowColumn]) - Number(b[rowColumn]))
      expressions.forEach(({ text }, i) => answers.set(text, { type: answer.columns[i + 1]!.type, values: rows.map((row) => printJson(row[`e${i}`] as Json)) }))
    } else if (expressions.length === 1) answers.set(expressions[0]!.text, { failed: answer.reason })
    else {
      const half = expressions.length >> 1
      await ask(expressions.slice(0, half))
      await ask(expressions.slice(half))
    }
    progress(answers.size, grid.expressions.length)
  }
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await ask(next)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return new Map(grid.expressions.map(({ text }) => [text, answers.get(text)!]))
}

export function askMillrace(grid: Grid, { text }: GridExpression): CellAnswer {
  const { schema, columns } = inputOf(grid)
  const checked = checkScalar(text, { inputs: [{ qualifier: null, schema }] })
  if (checked.typed === null) return { failed: checked.problems.map((problem) => problem.message).join('; ') }
  const { type } = checked.typed
  try {
    const column = compileScalar(checked.typed)([columns], grid.rows.length, { timeZone: grid.timeZone, processingTime: () => 0, watermarks: null, watermark: -Infinity })
    return { type: printType(type), values: grid.rows.map((_, row) => normal(valueText(valueAt(column, row), type, grid.timeZone))) }
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}

const inputs = new WeakMap<Grid, { readonly schema: { readonly fields: readonly { readonly name: string; readonly type: NonNullable<ReturnType<typeof parseType>['type']> }[] }; readonly columns: readonly Column[] }>()

function inputOf(grid: Grid): { readonly schema: { readonly fields: readonly { readonly name: string; readonly type: NonNullable<ReturnType<typeof parseType>['type']> }[] }; readonly columns: readonly Column[] } {
  const known = inputs.get(grid)
  if (known !== undefined) return known
  const fields = grid.columns.map(({ name, type }) => ({ name, type: parseType(type).type! }))
  const columns = fields.map(({ name, type }, i) =>
    columnOf(
      type,
      grid.rows.map((row): Value => {
        const value = valueOfJson(row[i]!, type)
        if (value instanceof NotOfType) throw new Error(`${name}: ${value.reason}`)
        return value
      }),
    ),
  )
  const input = { schema: { fields }, columns }
  inputs.set(grid, input)
  return input
}

/** Through the same reader as Flink's rows, so that one number has one text. */
function normal(text: string): string {
  const read = readJson(text)
  if (read.kind === 'error') throw new Error(`${text}: ${read.error.detail}`)
  return printJson(read.value)
}

export function cellDifference(flink: CellAnswer, millrace: CellAnswer): string | null {
  if ('failed' in flink || 'failed' in millrace) {
    if ('failed' in flink && 'failed' in millrace) return null
    return 'failed' in flink ? `Flink fails: ${flink.failed}` : `Millrace fails: ${(millrace as { failed: string }).failed}`
  }
  if (flink.values.length !== millrace.values.length) return `Flink has ${flink.values.length} rows, Millrace ${millrace.values.length}`
  const parts = nullable(flink.type) === nullable(millrace.type) ? [] : [`Flink ${nullable(flink.type)}, Millrace ${nullable(millrace.type)}`]
  flink.values.forEach((value, row) => {
    if (value !== millrace.values[row]) parts.push(`row ${row}: Flink ${value}, Millrace ${millrace.values[row]!}`)
  })
  return parts.length === 0 ? null : parts.join('; ')
}

function gridPath(root: string, grid: string, version: FlinkVersion): string {
  return join(root, 'conformance', 'fixtures', `grid-${grid}.${version}.jsonl`)
}

export function readGrid(root: string, grid: string, version: FlinkVersion): Map<string, CellAnswer> | null {
  const path = gridPath(root, grid, version)
  if (!existsSync(path)) return null
  return new Map(
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => {
        const { expression, type, values, failed } = JSON.parse(line) as { expression: string; type?: string; values?: string[]; failed?: string }
        return [expression, failed === undefined ? { type: type!, values: values! } : { failed }]
      }),
  )
}

export function writeGrid(root: string, grid: string, version: FlinkVersion, release: string, answers: ReadonlyMap<string, CellAnswer>): void {
  writeFileSync(gridPath(root, grid, version), `${[JSON.stringify({ flink: release }), ...[...answers].map(([expression, answer]) => JSON.stringify({ expression, ...answer }))].join('\n')}\n`)
}
