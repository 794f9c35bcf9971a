import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operator } from '../src/job/job.ts'
import { runFlink } from './src/flinkRun.ts'
import { jobOf } from './src/program.ts'

/** A gateway that refuses what it is told to: SQL that creates a view is taken, and what reads it refused, as Flink's planner does. */
let server: Server
let refuses: (statement: string) => string | null = () => null
const statements: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const answer = (status: number, json: object): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
      const { statement = null } = body === '' ? {} : (JSON.parse(body) as { statement?: string })
      if (request.url === '/v3/sessions') return answer(200, { sessionHandle: 's' })
      if (statement !== null) {
        statements.push(statement)
        const reason = refuses(statement)
        return reason === null ? answer(200, { operationHandle: 'o' }) : answer(500, { errors: ['Internal server error.', `Caused by: org.apache.flink.table.api.ValidationException: ${reason}`] })
      }
      return answer(200, { resultType: 'EOS', results: { columns: [{ name: 'v', logicalType: { type: 'BIGINT', nullable: true } }], data: [{ kind: 'INSERT', fields: [1] }] } })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void server.close())

const rows: Operator = { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [[1]] }, columns: [{ name: 'v', type: 'BIGINT' }], flink: { connector: 'filesystem', options: { path: 'file:///nowhere', format: 'json' } } } }
const job = jobOf(
  'refused',
  [rows, { id: 'some', kind: 'filter', config: { where: 'v > 0' } }, { id: 'best', kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 'v' }], n: 1 } }, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }],
  [['rows', 'some'], ['some', 'best'], ['best', 'out']].map(([from, to]) => ({ from: from!, to: to! })),
)

async function answer(refusing: (statement: string) => string | null): Promise<unknown> {
  refuses = refusing
  const { port } = server.address() as AddressInfo
  const flink = { version: '2.2', gateway: `http://127.0.0.1:${port}`, jobManager: `http://127.0.0.1:${port}` } as Parameters<typeof runFlink>[1]
  return (await runFlink(job, flink)).get('out')
}

describe('a statement that Flink refuses', () => {
  it('is shown with the operator whose view it is', async () => {
    expect(await answer((statement) => (statement.startsWith('CREATE TEMPORARY VIEW `best`') ? 'no such ranking' : null))).toEqual({ kind: 'failed', reason: 'best: ValidationException: no such ranking' })
  })
  it('is shown with the operator that cannot be planned, where the query refused is that of the sink', async () => {
    const reads = /FROM `(some|best)`/
    expect(await answer((statement) => (/^(SELECT|EXPLAIN)/.test(statement) && reads.exec(statement)?.[1] === 'best' ? 'cannot be planned' : null))).toEqual({ kind: 'failed', reason: 'best: ValidationException: cannot be planned' })
    expect(await answer((statement) => (/^(SELECT|EXPLAIN)/.test(statement) && reads.test(statement) ? 'cannot be planned' : null))).toEqual({ kind: 'failed', reason: 'some: ValidationException: cannot be planned' })
    expect(statements).toContain('EXPLAIN SELECT * FROM `some`')
  })
  it('is shown without one, where every operator can be planned', async () => {
    expect(await answer((statement) => (statement.startsWith('SELECT') ? 'division by zero' : null))).toEqual({ kind: 'failed', reason: 'ValidationException: division by zero' })
    expect(await answer(() => null)).toMatchObject({ kind: 'table', rows: ['{"v":1}'] })
  })
})
