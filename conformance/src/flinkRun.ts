import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rowAt, rowKindAt, type Batch } from '../../src/columnar/batch.ts'
import type { Value } from '../../src/columnar/column.ts'
import type { DataType } from '../../src/columnar/dataType.ts'
import type { JsonObject } from '../../src/columnar/json.ts'
import { jsonTextOf } from '../../src/columnar/valueJson.ts'
import { exportFlinkSql } from '../../src/export/flinkSql.ts'
import type { Job, Operator } from '../../src/job/job.ts'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import { topicIn } from '../../src/runtime/testing/generated/throughTopics.ts'
import { printProblem } from '../../src/job/problem.ts'
import { answerOfFlink, settled, type Answer } from './answer.ts'
import type { FlinkProcess } from './flinkProcess.ts'
import { Session } from './gateway.ts'
import { changesIn, describe } from './keptRows.ts'
import { hasOneSource, rowsOfSource } from './millraceRun.ts'
import { fileBinding, isKept, keptKeyOf, keptPath, stageOf } from './topicFiles.ts'

/**
 * A job run by Flink: its sources' rows written as JSON lines, its sources bound to those files, the exported script executed statement by statement, and
 * what feeds each sink asked for as a SELECT. Sinks themselves are not created: a SELECT shows every change, which no sink does.
 */
export class CannotRun extends Error {}

/** The exporter says that Flink has no such thing: no difference, nothing to compare. */
export class NotExportable extends CannotRun {}

/** Long: on a machine that is busy with other things, generating code for a wide projection alone may take a minute. */
const queryTimeoutMs = 240_000

/** The job as Flink will read it, with its input files written. */
export async function boundToFiles(job: Job, folder: string): Promise<Job> {
  mkdirSync(folder, { recursive: true })
  const operators = await Promise.all(
    job.operators.map(async (operator) => {
      if (isKept(operator) || (operator.kind === 'source' && topicIn(operator) !== null)) {
        // There when nothing is ever written to it.
        if (operator.kind === 'sink') writeFileSync(keptPath(operator, folder), '')
        return { ...operator, config: { ...operator.config, flink: fileBinding(operator, folder) } }
      }
      if (operator.kind !== 'source') return operator
      const path = join(folder, `${operator.id}.jsonl`)
      const changes = (operator.config.connector as JsonObject).changelog === true
      const physical = new Set((operator.config.columns as readonly JsonObject[]).filter((column) => column.expression === undefined).map((column) => column.name as string))
      writeFileSync(path, linesOf(await rowsOfSource(job, operator.id), physical, changes))
      const format: JsonObject = changes ? { format: 'debezium-json' } : { format: 'json' }
      return { ...operator, config: { ...operator.config, flink: { connector: 'filesystem', options: { path: `file://${path}`, ...format } } } }
    }),
  )
  return { ...job, operators }
}

export interface FlinkScript {
  readonly properties: Readonly<Record<string, string>>
  /** Tables and views, in order, without those of sinks that are read by a SELECT instead. */
  readonly creates: readonly { readonly operator: string | null; readonly text: string }[]
  /** What feeds each sink, those first whose rows others wait for. */
  readonly queries: readonly ScriptQuery[]
}

export interface ScriptQuery {
  readonly sink: string
  readonly text: string
  /** Of a topic or a table of the store: its rows are written to a file, by the INSERT of the script. */
  readonly written: { readonly insert: string; readonly path: string; readonly key: readonly string[] } | null
  /** All queries of an earlier stage have ended before it begins. */
  readonly stage: number
}

/** The exported script as the statements of a session; or why there is none. */
export function scriptOf(job: Job, version: FlinkVersion): FlinkScript | CannotRun {
  const exported = exportFlinkSql(job, { version })
  if (exported.text === null) {
    const said = exported.problems.map(printProblem).join('; ')
    return exported.problems.every((problem) => problem.code === 'MR-500') ? new NotExportable(said) : new CannotRun(said)
  }
  const sinks = new Map(job.operators.filter(({ kind }) => kind === 'sink').map((sink) => [sink.id, isKept(sink) ? sink : null]))
  const inserts = new Map<string, string>()
  const properties: Record<string, string> = {}
  const creates: { operator: string | null; text: string }[] = []
  for (const { kind, operator, text } of exported.statements) {
    if (kind === 'set') {
      const [, key, value] = /^SET '((?:[^']|'')*)' = '((?:[^']|'')*)';\s*$/.exec(text)!
      properties[key!.replaceAll("''", "'")] = value!.replaceAll("''", "'")
    } else if (kind === 'insert') inserts.set(operator!, text)
    else if ((kind === 'table' || kind === 'view') && sinks.get(operator ?? '') !== null) creates.push({ operator, text: bare(text) })
  }
  const queries = exported.queries.map(({ sink, text }): ScriptQuery => {
    const kept = sinks.get(sink) ?? null
    const written = kept === null ? null : { insert: inserts.get(sink)!, path: optionsOf(kept).path, key: keptKeyOf(kept) }
    return { sink, text: bare(text), written, stage: stageOf(job, sink) }
  })
  return { properties, creates, queries: queries.toSorted((a, b) => a.stage - b.stage) }
}

function optionsOf(operator: Operator): { readonly path: string } {
  return (operator.config.flink as unknown as { readonly options: { readonly path: string } }).options
}

/** The gateway takes one statement, without its end. */
function bare(statement: string): string {
  return statement.trimEnd().replace(/;$/, '')
}

export async function runFlink(job: Job, flink: FlinkProcess): Promise<Map<string, Answer>> {
  const script = scriptOf(job, flink.version)
  if (script instanceof CannotRun) throw script
  const session = await Session.open(flink.gateway, script.properties, flink.jobManager)
  try {
    for (const { operator, text } of script.creates) {
      const refused = await session.configure(text)
      if (refused !== null) return new Map(script.queries.map(({ sink }) => [sink, { kind: 'failed', reason: `${operator ?? 'script'}: ${refused.reason}` }]))
    }
    const answers = new Map<string, Answer>()
    for (const query of script.queries) {
      const answer = query.written === null ? answerOfFlink(await session.query(query.text, queryTimeoutMs)) : await writtenRows(session, query, query.written)
      const at = answer.kind === 'failed' ? await refusedAt(session, script.creates) : null
      if (answer.kind === 'failed') answers.set(query.sink, at === null ? answer : { kind: 'failed', reason: `${at}: ${answer.reason}` })
      else answers.set(query.sink, hasOneSource(job) ? answer : settled(answer))
    }
    return answers
  } finally {
    await session.close()
  }
}

/**
 * The operator that a refusal comes from: the first whose own view Flink cannot plan. Views are planned with what reads them, so that the refusal itself names none. Null where all can be: then it is the rows that
 * failed, or what the sink asks for.
 */
async function refusedAt(session: Session, creates: FlinkScript['creates']): Promise<string | null> {
  for (const { operator, text } of creates) {
    const [, view] = /^CREATE TEMPORARY VIEW (`(?:[^`]|``)+`)/.exec(text) ?? []
    if (view !== undefined && (await session.query(`EXPLAIN SELECT * FROM ${view}`, queryTimeoutMs)).kind === 'refused') return operator
  }
  return null
}

async function writtenRows(session: Session, { sink, text }: ScriptQuery, { insert, path, key }: NonNullable<ScriptQuery['written']>): Promise<Answer> {
  // The INSERT gives its job's end, where without this it would give its beginning.
  await session.configure(`SET 'table.dml-sync' = 'true'`)
  const view = `${sink}.rows`
  const refused = (await session.configure(`CREATE TEMPORARY VIEW \`${view}\` AS ${text}`)) ?? (await session.query(bare(insert), queryTimeoutMs))
  if (refused.kind === 'refused') return { kind: 'failed', reason: refused.reason }
  const columns = await describe(session, view)
  return answerOfFlink({ kind: 'rows', columns, changes: changesIn(path, columns) }, key)
}

/** Rows as Flink's `json` format reads them; changes as its `debezium-json` format does, an update being one record. */
function linesOf(batches: readonly Batch[], names: ReadonlySet<string>, changes: boolean): string {
  const lines: string[] = []
  let before: string | null = null
  for (const batch of batches) {
    for (let row = 0; row < batch.rowCount; row++) {
      const values = rowAt(batch, row)
      const text = `{${batch.schema.fields.flatMap((field, i) => (names.has(field.name) ? [`${JSON.stringify(field.name)}:${flinkJson(values[i]!, field.type)}`] : [])).join(',')}}`
      if (!changes) lines.push(text)
      else {
        const kind = rowKindAt(batch, row)
        if (kind === '-U') before = text
        else if (kind === '+U') {
          if (before === null) throw new Error(`an update of ${text} without the row before it: Debezium records have both`)
          lines.push(`{"before":${before},"after":${text},"op":"u"}`)
          before = null
        } else lines.push(kind === '+I' ? `{"before":null,"after":${text},"op":"c"}` : `{"before":${text},"after":null,"op":"d"}`)
      }
    }
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** As `jsonTextOf`, but maps are objects, as Flink reads them. */
function flinkJson(value: Value, type: DataType): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'ARRAY':
      return `[${(value as Value[]).map((element) => flinkJson(element, type.element)).join(',')}]`
    case 'MAP':
      return `{${(value as Value[][]).map(([k, v]) => `${JSON.stringify(keyText(k!, type.key))}:${flinkJson(v!, type.value)}`).join(',')}}`
    case 'MULTISET':
      return `{${(value as Value[][]).map(([k, v]) => `${JSON.stringify(keyText(k!, type.element))}:${String(v)}`).join(',')}}`
    case 'ROW':
      return `{${type.fields.map((field, i) => `${JSON.stringify(field.name)}:${flinkJson((value as Value[])[i]!, field.type)}`).join(',')}}`
    default:
      return jsonTextOf(value, type)
  }
}

function keyText(value: Value, type: DataType): string {
  const text = jsonTextOf(value, type)
  return text.startsWith('"') ? (JSON.parse(text) as string) : text
}
