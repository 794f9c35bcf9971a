import type { Json, JsonObject } from '../../src/columnar/json.ts'
import { readJson } from '../../src/columnar/jsonText.ts'
import type { RowKindText } from '../../src/columnar/batch.ts'

/**
 * Flink's SQL Gateway over its REST endpoint (v3, which 1.20 and 2.x both speak): a session, statements in it, and their rows.
 *
 * Answers are read without loss: BIGINT and DECIMAL arrive as JSON numbers beyond what a double holds. A statement that Flink refuses, or whose
 * job fails, is a `Refused` with Flink's own reason; anything else that goes wrong is an error of ours.
 */
export interface FlinkColumn {
  readonly name: string
  readonly logicalType: JsonObject
}

export interface FlinkChange {
  readonly kind: RowKindText
  readonly fields: readonly Json[]
}

export type FlinkAnswer =
  | { readonly kind: 'rows'; readonly columns: readonly FlinkColumn[]; readonly changes: readonly FlinkChange[] }
  | Refused

export interface Refused {
  readonly kind: 'refused'
  /** The innermost cause, one line. */
  readonly reason: string
  readonly trace: string
}

const kinds: Readonly<Record<string, RowKindText>> = { INSERT: '+I', UPDATE_BEFORE: '-U', UPDATE_AFTER: '+U', DELETE: '-D' }

export class Session {
  readonly #gateway: string
  readonly #path: string
  readonly #jobManager: string | null

  private constructor(gateway: string, path: string, jobManager: string | null) {
    this.#gateway = gateway
    this.#path = path
    this.#jobManager = jobManager
  }

  /** With the address of the JobManager, a query is asked there how its job ended: the gateway gives the rows of a job that failed late as if these were all. */
  static async open(gateway: string, properties: Readonly<Record<string, string>> = {}, jobManager: string | null = null): Promise<Session> {
    const answer = await call(gateway, 'POST', '/v3/sessions', { properties })
    if (answer.kind === 'refused') throw new Error(`the gateway opens no session: ${answer.trace}`)
    return new Session(gateway, `/v3/sessions/${text(answer.body.sessionHandle)}`, jobManager)
  }

  /** SET and CREATE: synchronous, so a mistake in them comes straight back. */
  async configure(statement: string): Promise<Refused | null> {
    const answer = await call(this.#gateway, 'POST', `${this.#path}/configure-session`, { statement })
    return answer.kind === 'refused' ? answer : null
  }

  /** Runs a query to its end and collects every change. The job is cancelled when it does not end in time. */
  async query(statement: string, timeoutMs: number): Promise<FlinkAnswer> {
    const submitted = await call(this.#gateway, 'POST', `${this.#path}/statements`, { statement })
    if (submitted.kind === 'refused') return submitted
    const operation = `${this.#path}/operations/${text(submitted.body.operationHandle)}`
    const deadline = performance.now() + timeoutMs
    let next: string | null = `${operation}/result/0?rowFormat=JSON`
    let columns: readonly FlinkColumn[] = []
    const changes: FlinkChange[] = []
    let pauseMs = 4
    let job: string | null = null
    while (next !== null) {
      const page = await call(this.#gateway, 'GET', next, null)
      if (page.kind === 'refused') return page
      const { jobID, resultType, results, nextResultUri } = page.body as unknown as { jobID?: string; resultType: string; results?: { columns: FlinkColumn[]; data: { kind: string; fields: Json[] }[] }; nextResultUri?: string }
      job = jobID ?? job
      const rows = resultType === 'NOT_READY' ? [] : (results?.data ?? [])
      if (results !== undefined && columns.length === 0) columns = results.columns
      for (const { kind, fields } of rows) changes.push({ kind: kinds[kind]!, fields })
      next = nextResultUri ?? null
      if (rows.length > 0 || next === null) continue
      if (performance.now() > deadline) {
        await call(this.#gateway, 'POST', `${operation}/cancel`, {})
        throw new Error(`the query did not end within ${timeoutMs / 1000} s: ${statement}`)
      }
      // The gateway answers at once even when there is nothing new.
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      pauseMs = Math.min(pauseMs * 1.5, 50)
    }
    return (await this.#failureOf(job, deadline)) ?? { kind: 'rows', columns, changes }
  }

  /** Why the job of a query failed; null when it did not, or when the JobManager knows it no more. */
  async #failureOf(job: string | null, deadline: number): Promise<Refused | null> {
    if (job === null || this.#jobManager === null) return null
    for (;;) {
      const answer = await call(this.#jobManager, 'GET', `/jobs/${job}`, null)
      if (answer.kind === 'refused') return null
      const { state } = answer.body
      if (state === 'FINISHED' || state === 'CANCELED') return null
      if (state === 'FAILED') {
        const told = await call(this.#jobManager, 'GET', `/jobs/${job}/exceptions`, null)
        const [entry] = told.kind === 'refused' ? [] : ((told.body.exceptionHistory as unknown as { entries?: { stacktrace?: string }[] } | undefined)?.entries ?? [])
        const trace = entry?.stacktrace ?? 'the job failed, and says no reason'
        return { kind: 'refused', reason: innermostCause(trace), trace }
      }
      if (performance.now() > deadline) return null
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async close(): Promise<void> {
    await call(this.#gateway, 'DELETE', this.#path, null)
  }
}

export async function flinkRelease(gateway: string): Promise<string> {
  const answer = await call(gateway, 'GET', '/v3/info', null)
  if (answer.kind === 'refused') throw new Error(`the gateway does not answer: ${answer.trace}`)
  return text(answer.body.version)
}

async function call(gateway: string, method: string, path: string, body: JsonObject | null): Promise<{ readonly kind: 'body'; readonly body: JsonObject } | Refused> {
  const response = await fetch(gateway + path, { method, ...(body === null ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })
  const answer = await response.text()
  const read = readJson(answer, { duplicateKeys: 'last', depthMax: 500 })
  if (read.kind === 'error') throw new Error(`${method} ${path} answered ${response.status} with text that is no JSON: ${answer.slice(0, 300)}`)
  const json = read.value as JsonObject
  if (response.ok && json.errors === undefined) return { kind: 'body', body: json }
  const trace = Array.isArray(json.errors) ? json.errors.map(String).join('\n') : answer
  return { kind: 'refused', reason: innermostCause(trace), trace }
}

/** A Java stack trace's last cause, without its class name's packages. */
export function innermostCause(trace: string): string {
  const causes = trace.split('\n').filter((line) => /^(Caused by: |[\w.$]+(Exception|Error)\b)/.test(line.trim()))
  const last = causes.at(-1)?.trim() ?? trace.split('\n').find((line) => line.trim() !== '' && !line.includes('Internal server error')) ?? trace
  return last.replace(/^Caused by: /, '').replace(/^(?:[\w$]+\.)+(?=[A-Z]\w*(?:Exception|Error))/, '').slice(0, 400)
}

function text(json: Json | undefined): string {
  if (typeof json !== 'string') throw new Error(`the gateway answered ${JSON.stringify(json)} where a text was expected`)
  return json
}
