import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataType } from '../../src/columnar/dataType.ts'
import type { JsonObject } from '../../src/columnar/json.ts'
import type { RowKindText } from '../../src/columnar/batch.ts'
import { readJson } from '../../src/columnar/jsonText.ts'
import { parseType } from '../../src/expression/parse.ts'
import type { Job } from '../../src/job/job.ts'
import { answerOfFlink, settled, type Answer } from './answer.ts'
import type { FlinkProcess } from './flinkProcess.ts'
import { boundToFiles, CannotRun, runFlink, scriptOf } from './flinkRun.ts'
import { Session, type FlinkChange, type FlinkColumn } from './gateway.ts'
import { hasOneSource } from './millraceRun.ts'

/**
 * Many jobs as one job of Flink: their tables and views stand in one session under names of their own, and one statement set writes what feeds every sink into files (`kept-rows`,
 * a sink of the harness that takes any change). Planning, code and deployment are then paid for once: it is what makes a thousand generated programs a matter of minutes.
 *
 * A job whose views Flink refuses has its refusal as answer and does not hinder the others. When the whole fails, each half is asked, and a job
 * that is left over is asked alone, sink by sink.
 */
export type BatchAnswer = ReadonlyMap<string, Answer> | CannotRun

const batchTimeoutMs = 300_000

export async function runFlinkBatch(jobs: readonly Job[], flink: FlinkProcess, folder: string): Promise<BatchAnswer[]> {
  const outputs = join(folder, 'out')
  mkdirSync(outputs, { recursive: true })
  const answers: (BatchAnswer | null)[] = jobs.map(() => null)
  const batches = new Map<string, number[]>()
  const scripts = await Promise.all(
    jobs.map(async (job, i) => {
      const bound = await boundToFiles(renamed(job, `p${i}_`), folder)
      const script = scriptOf(bound, flink.version)
      if (script instanceof CannotRun) answers[i] = script
      else {
        const { 'pipeline.name': _, ...same } = script.properties
        const key = JSON.stringify(same)
        batches.set(key, [...(batches.get(key) ?? []), i])
      }
      return script
    }),
  )
  const waiting = [...batches]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [properties, members] = next
    const session = await Session.open(flink.gateway, { ...(JSON.parse(properties) as Record<string, string>), 'table.dml-sync': 'true' })
    try {
      const inserts: string[] = []
      const asked: { readonly i: number; readonly sinks: readonly { readonly sink: string; readonly columns: readonly FlinkColumn[]; readonly path: string }[] }[] = []
      for (const i of members) {
        const script = scripts[i]!
        if (script instanceof CannotRun) continue
        const sinks: { sink: string; columns: readonly FlinkColumn[]; path: string }[] = []
        const own: string[] = []
        let refusal: string | null = null
        for (const { operator, text } of [...script.creates, ...script.queries.map(({ sink, text }) => ({ operator: sink, text: `CREATE TEMPORARY VIEW \`${sink}\` AS ${text}` }))]) {
          const refused = await session.configure(text)
          if (refused === null) continue
          refusal = `${operator ?? 'script'}: ${refused.reason}`
          break
        }
        for (const { sink } of refusal === null ? script.queries : []) {
          const columns = await describe(session, sink)
          const path = join(outputs, `${sink}.txt`)
          const declared = columns.map(({ name, text }) => `\`${name.replaceAll('`', '``')}\` ${text}`).join(', ')
          const refused = await session.configure(`CREATE TEMPORARY TABLE \`${sink}.kept\` (${declared}) WITH ('connector' = 'kept-rows', 'path' = '${path}')`)
          if (refused !== null) throw new Error(`a sink for ${sink}: ${refused.trace}`)
          own.push(`INSERT INTO \`${sink}.kept\` SELECT * FROM \`${sink}\`;`)
          sinks.push({ sink, columns, path })
        }
        if (refusal === null) {
          inserts.push(...own)
          asked.push({ i, sinks })
        } else answers[i] = new Map(script.queries.map(({ sink }) => [sink.replace(/^p\d+_/, ''), { kind: 'failed', reason: refusal }]))
      }
      if (inserts.length === 0) continue
      const ran = await session.query(`EXECUTE STATEMENT SET BEGIN ${inserts.join('\n')} END`, batchTimeoutMs)
      if (ran.kind === 'refused') {
        const left = asked.map(({ i }) => i)
        const middle = left.length >> 1
        if (left.length > 1) waiting.push([properties, left.slice(0, middle)], [properties, left.slice(middle)])
        continue
      }
      for (const { i, sinks } of asked) {
        answers[i] = new Map(
          sinks.map(({ sink, columns, path }) => {
            const answer = answerOfFlink({ kind: 'rows', columns, changes: changesIn(path, columns) })
            return [sink.replace(/^p\d+_/, ''), hasOneSource(jobs[i]!) ? answer : settled(answer)]
          }),
        )
      }
    } finally {
      await session.close()
    }
  }
  const all: BatchAnswer[] = []
  for (const [i, job] of jobs.entries()) {
    all.push(answers[i] ?? (await alone(job, flink, join(folder, `alone-${i}`))))
  }
  return all
}

async function alone(job: Job, flink: FlinkProcess, folder: string): Promise<BatchAnswer> {
  try {
    return await runFlink(await boundToFiles(job, folder), flink)
  } catch (error) {
    if (error instanceof CannotRun) return error
    throw error
  }
}

function renamed(job: Job, prefix: string): Job {
  return {
    ...job,
    operators: job.operators.map((operator) => ({ ...operator, id: prefix + operator.id })),
    edges: job.edges.map((edge) => ({ ...edge, from: prefix + edge.from, to: prefix + edge.to })),
  }
}

/** The columns of a view, with the types as the gateway's rows have them, and as text. */
async function describe(session: Session, view: string): Promise<(FlinkColumn & { readonly text: string })[]> {
  const described = await session.query(`DESCRIBE \`${view}\``, 60_000)
  if (described.kind === 'refused') throw new Error(`DESCRIBE ${view}: ${described.trace}`)
  return described.changes.map(({ fields }) => {
    const text = String(fields[1]).replace(/ \*\w+\*$/, '')
    // An empty constant has length 0, which no table can declare.
    const declared = text.replaceAll(/\b(?:VAR)?CHAR\(0\)/g, 'VARCHAR(1)')
    const { type, problems } = parseType(declared)
    if (type === null) throw new Error(`a column of ${view} has the type ${text}, which is not read here: ${problems.map((problem) => problem.message).join('; ')}`)
    const logical = { ...logicalType(type), nullable: String(fields[2]).toUpperCase() !== 'FALSE' }
    return { name: String(fields[0]), text: declared, logicalType: declared === text ? logical : { ...logical, type: text.startsWith('VAR') ? 'VARCHAR' : 'CHAR', length: 0 } }
  })
}

function logicalType(type: DataType): JsonObject {
  const { nullable } = type
  switch (type.kind) {
    case 'INT':
      return { type: 'INTEGER', nullable }
    case 'DECIMAL':
      return { type: 'DECIMAL', nullable, precision: type.precision, scale: type.scale }
    case 'CHAR':
      return { type: 'CHAR', nullable, length: type.length }
    case 'VARCHAR':
      return { type: 'VARCHAR', nullable, length: type.length ?? 2_147_483_647 }
    case 'BYTES':
      return { type: 'VARBINARY', nullable, length: 2_147_483_647 }
    case 'TIME':
      return { type: 'TIME_WITHOUT_TIME_ZONE', nullable, precision: 0 }
    case 'TIMESTAMP':
      return { type: 'TIMESTAMP_WITHOUT_TIME_ZONE', nullable, precision: type.precision }
    case 'TIMESTAMP_LTZ':
      return { type: 'TIMESTAMP_WITH_LOCAL_TIME_ZONE', nullable, precision: type.precision }
    case 'ARRAY':
      return { type: 'ARRAY', nullable, elementType: logicalType(type.element) }
    case 'MULTISET':
      return { type: 'MULTISET', nullable, elementType: logicalType(type.element) }
    case 'MAP':
      return { type: 'MAP', nullable, keyType: logicalType(type.key), valueType: logicalType(type.value) }
    case 'ROW':
      return { type: 'ROW', nullable, fields: type.fields.map((field) => ({ name: field.name, fieldType: logicalType(field.type) })) }
    default:
      return { type: type.kind, nullable }
  }
}

/** No file: no row came. */
function changesIn(path: string, columns: readonly FlinkColumn[]): FlinkChange[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const read = readJson(line.slice(3), { depthMax: 500 })
      if (read.kind === 'error') throw new Error(`${path}: ${read.error.detail}`)
      return { kind: line.slice(0, 2) as RowKindText, fields: columns.map(({ name }) => (read.value as JsonObject)[name] ?? null) }
    })
}
