import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import type { Answer } from './answer.ts'
import type { Program } from './program.ts'

/**
 * What Flink answered, kept: one file for a set of programs and a version, one line for an answer's head and one for each of its rows, so that a change of
 * an answer reads as a change of lines. An answer belongs to the digest of its program; of another program it says nothing.
 */
export interface KeptAnswers {
  readonly release: string
  readonly byProgram: ReadonlyMap<string, { readonly digest: string; readonly sinks: ReadonlyMap<string, Answer> }>
}

export function digestOf(program: Program): string {
  return createHash('sha256').update(JSON.stringify({ ...program.job, name: '' }, (_, value: unknown) => (value !== null && typeof value === 'object' && 'text' in value && Object.keys(value).length === 1 ? `exactly ${String(value.text)}` : value))).digest('hex').slice(0, 12)
}

function pathOf(root: string, set: string, version: FlinkVersion): string {
  return join(root, 'conformance', 'fixtures', `${set}.${version}.jsonl`)
}

interface Head {
  readonly program: string
  readonly sink: string
  readonly digest: string
  readonly failed?: string
  readonly columns?: Readonly<Record<string, string>>
  readonly updating?: true
  readonly rows?: number
  readonly stray?: readonly string[]
}

export function readFixtures(root: string, set: string, version: FlinkVersion): KeptAnswers | null {
  const path = pathOf(root, set, version)
  if (!existsSync(path)) return null
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const { flink } = JSON.parse(lines[0]!) as { flink: string }
  const byProgram = new Map<string, { digest: string; sinks: Map<string, Answer> }>()
  for (let at = 1; at < lines.length; ) {
    const head = JSON.parse(lines[at++]!) as Head
    const kept = byProgram.get(head.program) ?? { digest: head.digest, sinks: new Map<string, Answer>() }
    byProgram.set(head.program, kept)
    if (head.failed !== undefined) {
      kept.sinks.set(head.sink, { kind: 'failed', reason: head.failed })
      continue
    }
    const rows = lines.slice(at, at + head.rows!)
    at += head.rows!
    kept.sinks.set(head.sink, { kind: 'table', columns: Object.entries(head.columns!).map(([name, type]) => ({ name, type })), updating: head.updating === true, rows, stray: head.stray ?? [] })
  }
  return { release: flink, byProgram }
}

export function writeFixtures(root: string, set: string, version: FlinkVersion, kept: KeptAnswers): void {
  const lines = [JSON.stringify({ flink: kept.release })]
  for (const [program, { digest, sinks }] of [...kept.byProgram].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const [sink, answer] of [...sinks].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (answer.kind === 'failed') {
        lines.push(JSON.stringify({ program, sink, digest, failed: answer.reason } satisfies Head))
        continue
      }
      const columns = Object.fromEntries(answer.columns.map(({ name, type }) => [name, type]))
      lines.push(JSON.stringify({ program, sink, digest, columns, ...(answer.updating ? { updating: true } : {}), ...(answer.stray.length > 0 ? { stray: answer.stray } : {}), rows: answer.rows.length } satisfies Head), ...answer.rows)
    }
  }
  mkdirSync(join(root, 'conformance', 'fixtures'), { recursive: true })
  writeFileSync(pathOf(root, set, version), `${lines.join('\n')}\n`)
}
