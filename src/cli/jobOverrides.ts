import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Json, JsonObject } from '../columnar/json.ts'
import type { Job, Operator } from '../job/job.ts'
import { nearest } from '../job/problemCatalogue.ts'
import { definitionOf } from '../operators/catalog.ts'
import { reasonOf } from './jobFile.ts'
import { notRegular } from './nodeFiles.ts'
import { UsageError } from './terminal.ts'

/**
 * What flags of the command line change in a job before it is compiled: the result is a job like any other, and is checked like one.
 */
export function withParallelism(job: Job, parallelism: number | undefined): Job {
  if (parallelism === undefined) return job
  // An operator's own setting would win over the job's, and the flag means all of them.
  const operators = job.operators.map(({ id, kind, name, config }) => ({ id, kind, ...(name === undefined ? {} : { name }), config }))
  return { ...job, settings: { ...job.settings, parallelism }, operators }
}

const formatOfExtension: Readonly<Record<string, string>> = { jsonl: 'json', ndjson: 'json', json: 'json', csv: 'csv', parquet: 'parquet', arrow: 'arrow', feather: 'arrow' }

/** `--input SRC=FILE`: the source's connector becomes that file; its columns and watermark stay. `-` is standard input, as JSON lines, where the job is not read from there. */
export function withInputFiles(job: Job, flags: readonly string[], jobPath: string): Job {
  let result = job
  const named = new Set<string>()
  for (const flag of flags) {
    const [id, path] = assignment('--input', flag)
    const source = operatorOf(job, id, 'source', '--input')
    if (named.has(id)) throw new UsageError(`error: --input names ${id} twice`)
    named.add(id)
    const before = source.config.connector as JsonObject | undefined
    const changelog = before?.changelog === undefined ? {} : { changelog: before.changelog }
    if (path === '-') {
      if (jobPath === '-') throw new UsageError(`error: --input ${id}: standard input is the job already; give one of them as a file`)
      if ([...named].some((other) => other !== id && isStandardInput(result, other))) throw new UsageError('error: only one --input can come from standard input')
      result = withConnector(result, id, { type: 'file', path, format: 'json', ...changelog })
      continue
    }
    const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
    const format = formatOfExtension[extension]
    if (format === undefined) throw new UsageError(`error: --input ${id}: the format of ${path} is told by its extension; expected .jsonl, .csv, .parquet or .arrow`)
    const trouble = unreadable(path)
    if (trouble !== null) throw new UsageError(`error: --input ${id}: ${path} cannot be read: ${trouble}`)
    result = withConnector(result, id, { type: 'file', path: resolve(path), format, ...changelog })
  }
  return result
}

function isStandardInput(job: Job, id: string): boolean {
  const connector = job.operators.find((operator) => operator.id === id)?.config.connector as JsonObject | undefined
  return connector?.type === 'file' && connector.path === '-'
}

/** Why a file named in the call cannot be read, before anything is begun; null when it can. */
function unreadable(path: string): string | null {
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) return 'it is a folder'
    if (!stats.isFile()) return notRegular
    accessSync(path, constants.R_OK)
    return null
  } catch (error) {
    return reasonOf(error)
  }
}

/** The same job with another connector at one source or sink. */
export function withConnector(job: Job, id: string, connector: JsonObject): Job {
  return {
    ...job,
    operators: job.operators.map((operator) => (operator.id === id ? { ...operator, config: { ...operator.config, connector } satisfies Record<string, Json> } : operator)),
  }
}

/** `ID=FILE` of a flag. */
export function assignment(flag: string, text: string): readonly [id: string, path: string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new UsageError(`error: ${flag} needs ID=FILE, found ${JSON.stringify(text)}`)
  return [text.slice(0, at), text.slice(at + 1)]
}

export function operatorOf(job: Job, id: string, family: 'source' | 'sink', flag: string): Operator {
  const ofFamily = job.operators.filter((operator) => definitionOf(operator.kind)?.family === family)
  const found = ofFamily.find((operator) => operator.id === id)
  if (found !== undefined) return found
  const ids = ofFamily.map((operator) => operator.id)
  const near = nearest(id, ids)
  throw new UsageError(`error: ${flag}: the job has no ${family} ${JSON.stringify(id)}${near === null ? '' : `; did you mean ${JSON.stringify(near)}?`}${near === null ? '.' : ''} Its ${family}s: ${ids.join(', ') || 'none'}`)
}
