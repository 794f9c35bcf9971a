import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/columnar/json.ts'
import type { Job, Operator } from '../../src/job/job.ts'
import { topicIn } from '../../src/runtime/testing/generated/throughTopics.ts'
import { answerOfFlink, settled, type Answer } from './answer.ts'
import type { FlinkProcess } from './flinkProcess.ts'
import { boundToFiles, CannotRun, runFlink, scriptOf, type ScriptQuery } from './flinkRun.ts'
import { Session, type FlinkColumn } from './gateway.ts'
import { changesIn, describe } from './keptRows.ts'
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
      // By stage: what reads a topic runs when all that write one are through.
      const inserts: string[][] = []
      const asked: { readonly i: number; readonly sinks: readonly BatchSink[] }[] = []
      for (const i of members) {
        const script = scripts[i]!
        if (script instanceof CannotRun) continue
        const sinks: BatchSink[] = []
        const own: { readonly stage: number; readonly insert: string }[] = []
        let refusal: string | null = null
        for (const { operator, text } of [...script.creates, ...script.queries.map((query) => ({ operator: query.sink, text: `CREATE TEMPORARY VIEW \`${viewOf(query)}\` AS ${query.text}` }))]) {
          const refused = await session.configure(text)
          if (refused === null) continue
          refusal = `${operator ?? 'script'}: ${refused.reason}`
          break
        }
        for (const query of refusal === null ? script.queries : []) {
          const { sink, written, stage } = query
          const columns = await describe(session, viewOf(query))
          if (written !== null) {
            own.push({ stage, insert: written.insert })
            sinks.push({ sink, columns, path: written.path, key: written.key })
            continue
          }
          const path = join(outputs, `${sink}.txt`)
          const declared = columns.map(({ name, text }) => `\`${name.replaceAll('`', '``')}\` ${text}`).join(', ')
          const refused = await session.configure(`CREATE TEMPORARY TABLE \`${sink}.kept\` (${declared}) WITH ('connector' = 'kept-rows', 'path' = '${path}')`)
          if (refused !== null) throw new Error(`a sink for ${sink}: ${refused.trace}`)
          own.push({ stage, insert: `INSERT INTO \`${sink}.kept\` SELECT * FROM \`${sink}\`;` })
          sinks.push({ sink, columns, path, key: [] })
        }
        if (refusal === null) {
          for (const { stage, insert } of own) (inserts[stage] ??= []).push(insert)
          asked.push({ i, sinks })
        } else answers[i] = new Map(script.queries.map(({ sink }) => [sink.replace(/^p\d+_/, ''), { kind: 'failed', reason: refusal }]))
      }
      let isRefused = false
      for (const stage of inserts) isRefused ||= stage !== undefined && (await session.query(`EXECUTE STATEMENT SET BEGIN ${stage.join('\n')} END`, batchTimeoutMs)).kind === 'refused'
      if (isRefused) {
        const left = asked.map(({ i }) => i)
        const middle = left.length >> 1
        if (left.length > 1) waiting.push([properties, left.slice(0, middle)], [properties, left.slice(middle)])
        continue
      }
      for (const { i, sinks } of asked) {
        answers[i] = new Map(
          sinks.map(({ sink, columns, path, key }) => {
            const answer = answerOfFlink({ kind: 'rows', columns, changes: changesIn(path, columns) }, key)
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

interface BatchSink {
  readonly sink: string
  readonly columns: readonly FlinkColumn[]
  readonly path: string
  readonly key: readonly string[]
}

/** What feeds a sink, by a name that the script has not taken. */
function viewOf({ sink, written }: ScriptQuery): string {
  return written === null ? sink : `${sink}.rows`
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
    operators: job.operators.map((operator) => renamedTopic({ ...operator, id: prefix + operator.id }, prefix)),
    edges: job.edges.map((edge) => ({ ...edge, from: prefix + edge.from, to: prefix + edge.to })),
  }
}

function renamedTopic(operator: Operator, prefix: string): Operator {
  const topic = topicIn(operator)
  return topic === null ? operator : { ...operator, config: { ...operator.config, connector: { ...(operator.config.connector as JsonObject), topic: prefix + topic } } }
}
