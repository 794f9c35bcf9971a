import { compile } from '../compiler/compile.ts'
import type { LogicalOperator, LogicalPlan } from '../compiler/logicalPlan.ts'
import { upsertKeysOf } from '../compiler/updateKinds.ts'
import type { Job } from '../job/job.ts'
import type { Problem } from '../job/problem.ts'
import { exportProblems } from '../job/problemCatalogue.ts'
import { mergeSettings } from '../job/settings.ts'
import { definitionOf, type Kind } from '../operators/catalog.ts'
import { emitters, flinkVersions, type FlinkVersion, type Verdict } from '../operators/emitters.ts'
import { printQuery, printStatement } from '../sql/printStatement.ts'
import type { InsertStatement, Statement } from '../sql/statement.ts'
import { plannerLimits } from './plannerLimits.ts'
import { unwritableName, unwritableParts } from './unwritable.ts'

export { flinkVersions, type FlinkVersion, type Verdict }

/**
 * A job as one script of Flink SQL: settings, a table for each source and sink, a view for each operator named by its id, and one statement set, so that it is one job on the cluster too. With
 * it goes a certificate that says of each operator whether the rows are the same. The same job gives the same bytes.
 *
 * The script is made from the logical plan before any rewrite: Flink plans for itself. A job that has an operator which cannot be exported has no script, and Problems that say why.
 */
export interface FlinkExport {
  /** Null when the job has errors or an operator that cannot be exported. */
  readonly text: string | null
  /** In order of the script. Lines are 1-based and inclusive; they begin with the comment that names the operator, which is no part of `text`. */
  readonly statements: readonly ExportedStatement[]
  /** What each sink is fed with, as a SELECT of its own: for looking at the rows instead of writing them. */
  readonly queries: readonly { readonly sink: string; readonly text: string }[]
  readonly certificate: readonly CertificateEntry[]
  /** What the verdicts rest on: settings of the script, with what each is there for. */
  readonly settings: readonly CertificateSetting[]
  readonly problems: readonly Problem[]
}

export interface CertificateSetting {
  readonly key: string
  readonly value: string
  readonly why: string
}

export interface ExportedStatement {
  /** Null for settings and for the statement set as a whole. */
  readonly operator: string | null
  readonly kind: Statement['kind']
  readonly text: string
  readonly fromLine: number
  readonly toLine: number
}

export interface CertificateEntry {
  readonly operator: string
  readonly name: string
  readonly verdict: Verdict
}

export function exportFlinkSql(job: Job, options: { readonly version: FlinkVersion }): FlinkExport {
  const compiled = compile(job, definitionOf)
  if (compiled.logical === null) return { text: null, statements: [], queries: [], certificate: [], settings: [], problems: compiled.problems }
  const plan = compiled.logical
  const certificate: CertificateEntry[] = []
  const problems: Problem[] = [...compiled.problems.filter((problem) => problem.severity === 'error'), ...unwritableName(job.name), ...plan.operators.flatMap(unwritableParts)]
  const settings = new Map<string, string>()
  const written: { operator: LogicalOperator; statement: Statement }[] = []
  const inserts: { operator: LogicalOperator; statement: InsertStatement }[] = []
  const limits = plannerLimits(plan, options.version)
  const upsertKeys = upsertKeysOf(plan, definitionOf).inputs
  for (const operator of plan.operators) {
    const { spec } = operator
    const { statements, verdict: emitted, settings: needed } = emitters[spec.kind as Kind].emit({
      spec: { ...spec, inputs: spec.inputs.map((input, at) => ({ ...input, upsertKeys: upsertKeys.get(spec.id)![at]! })) },
      version: options.version,
      timeZone: plan.settings.timeZone,
      inputs: spec.inputs.map((_, input) => inputView(plan, spec.id, input)),
      view: (port) => viewName(spec.id, port),
      isUsed: (port) => plan.edges.some((edge) => edge.from === spec.id && spec.outputs[edge.fromOutput]!.port === port),
    })
    const verdict = limits.filter((limit) => limit.operator === spec.id).reduce((noted, { note }) => notedToo(noted, note), emitted)
    const own = job.operators.find(({ id }) => id === spec.id)?.parallelism
    const sized = own === undefined || own === plan.settings.parallelism ? statements : spec.kind !== 'sink' ? statements : statements.map((statement) => withParallelism(statement, own))
    const isSized = sized.some((statement, i) => statement !== statements[i])
    certificate.push({ operator: spec.id, name: operator.name, verdict: own === undefined || own === plan.settings.parallelism || isSized ? verdict : notedToo(verdict, parallelismNote(own, plan.settings.parallelism)) })
    if (verdict.kind === 'not-exportable') problems.push({ ...exportProblems.notExportable('Flink SQL', verdict.why, verdict.alternative), place: { operator: spec.id } })
    for (const [key, value] of needed ?? []) settings.set(key, value)
    for (const statement of sized) {
      if (statement.kind === 'insert') inserts.push({ operator, statement })
      else written.push({ operator, statement })
    }
  }
  for (const { operator, statement } of [...written, ...inserts]) {
    const days = longestDays(printStatement(statement))
    if (days > intervalDaysMax) problems.push({ ...exportProblems.longDuration(days), place: { operator: operator.spec.id } })
  }
  const all = settingsOf(job, plan, settings)
  const told = [...all].flatMap(([key, value]) => (reasons[key] === undefined ? [] : [{ key, value, why: reasons[key] }]))
  if (problems.length > 0) return { text: null, statements: [], queries: [], certificate, settings: told, problems }
  const script = new Script(header(job, options.version, certificate, told))
  for (const [key, value] of all) script.add(null, { kind: 'set', key, value })
  for (const { operator, statement } of written) script.add(operator, statement)
  script.addInserts(inserts)
  return { text: script.text(), statements: script.statements, queries: inserts.map(({ operator, statement }) => ({ sink: operator.spec.id, text: printQuery(statement.query) })), certificate, settings: told, problems }
}

/** Connectors whose sinks take a parallelism of their own. No view has one, and of sources only those of some connectors. */
const sizedSinks = new Set(['filesystem', 'print', 'kafka', 'upsert-kafka'])

function withParallelism(statement: Statement, parallelism: number): Statement {
  if (statement.kind !== 'table') return statement
  const connector = statement.options.find(([key]) => key === 'connector')?.[1]
  return connector !== undefined && sizedSinks.has(connector) ? { ...statement, options: [...statement.options, ['sink.parallelism', String(parallelism)]] } : statement
}

function parallelismNote(own: number, job: number): string {
  return `It has a parallelism of ${own} here; Flink SQL has none of a single operator, so it runs with the job's ${job}. The rows are the same.`
}

function notedToo(verdict: Verdict, note: string): Verdict {
  if (verdict.kind === 'not-exportable') return verdict
  return { kind: 'noted', notes: [...(verdict.kind === 'noted' ? verdict.notes : []), note] }
}

/** Flink's planner takes three digits of the leading unit of an INTERVAL, and days are the largest that the printer writes. */
const intervalDaysMax = 999

/** Days of the longest INTERVAL of a statement; what stands in quoted names is no part of it. */
function longestDays(statement: string): number {
  let most = 0
  for (const [, days] of statement.replaceAll(/`(?:[^`]|``)*`/g, ' ').matchAll(/INTERVAL '-?(\d+)[^']*' DAY/g)) most = Math.max(most, Number(days))
  return most
}

/** A view is named by its operator; a further output by operator and port. No id has a dot. */
function viewName(id: string, port: string): string {
  return port === 'out' ? id : `${id}.${port}`
}

function inputView(plan: LogicalPlan, id: string, input: number): string {
  const edge = plan.edges.find((candidate) => candidate.to === id && candidate.toInput === input)!
  const from = plan.operators.find((candidate) => candidate.spec.id === edge.from)!
  return viewName(edge.from, from.spec.outputs[edge.fromOutput]!.port)
}

/** What makes the meaning the same: streaming, per-record watermarks, the job's time zone, no mini-batches; and what names and sizes the job. `more` is what its operators ask for. */
function settingsOf(job: Job, plan: LogicalPlan, more: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const fansOut = plan.operators.some(({ spec }) => plan.edges.filter((edge) => edge.from === spec.id).length > 1)
  const all = new Map<string, string>([
    ['pipeline.name', plan.name],
    ['execution.runtime-mode', 'streaming'],
    ['parallelism.default', String(plan.settings.parallelism)],
    ['pipeline.max-parallelism', String(plan.settings.maxParallelism)],
    ['table.local-time-zone', plan.settings.timeZone],
    ['pipeline.auto-watermark-interval', '0 ms'],
    ['table.exec.mini-batch.enabled', 'false'],
  ])
  // Without it, branches that read different columns would each have a copy of what is before the fork.
  if (fansOut) all.set('table.optimizer.reuse-optimize-block-with-digest-enabled', 'true')
  const { checkpoint, stateTtlMs } = job.settings ?? {}
  const { miniBatch } = mergeSettings(job.settings)
  if (miniBatch.latencyMs > 0) {
    all.set('table.exec.mini-batch.enabled', 'true')
    all.set('table.exec.mini-batch.allow-latency', `${miniBatch.latencyMs} ms`)
    all.set('table.exec.mini-batch.size', String(miniBatch.size))
  }
  if (stateTtlMs !== undefined && stateTtlMs > 0) all.set('table.exec.state.ttl', `${stateTtlMs} ms`)
  if (checkpoint !== undefined && checkpoint.intervalMs !== 0) {
    const { intervalMs, mode } = mergeSettings(job.settings).checkpoint
    all.set('execution.checkpointing.interval', `${intervalMs} ms`)
    all.set('execution.checkpointing.mode', mode === 'exactly-once' ? 'EXACTLY_ONCE' : 'AT_LEAST_ONCE')
  }
  for (const [key, value] of more) all.set(key, value)
  return all
}

/** Settings by which the script means what the job does. Names, sizes and checkpoints change no row. */
const reasons: Readonly<Record<string, string>> = {
  'execution.runtime-mode': 'Rows are worked through as they come; in batch mode Flink sorts them first and knows no late row.',
  'table.local-time-zone': 'The time zone of the job: in it days begin, and TIMESTAMP_LTZ is read and written.',
  'pipeline.auto-watermark-interval': 'The watermark follows every row, so which rows are late is the same in each run. Sources that make watermarks themselves, as kafka does, are told so in their table.',
  'table.exec.mini-batch.enabled': 'Whether changes are folded before they go on: as in the job.',
  'table.exec.state.ttl': 'State that was not written for so long is forgotten, as in the job.',
}

function header(job: Job, version: FlinkVersion, certificate: readonly CertificateEntry[], settings: readonly CertificateSetting[]): string[] {
  const lines = [`Job: ${job.name}`, `Written by Millrace for Apache Flink ${version}.`, '', 'Certificate']
  for (const { operator, verdict } of certificate) {
    if (verdict.kind === 'same') lines.push(`  ${operator}: same meaning`)
    else if (verdict.kind === 'noted') for (const [i, note] of verdict.notes.entries()) lines.push(i === 0 ? `  ${operator}: noted difference. ${note}` : `    ${note}`)
  }
  lines.push('', 'It rests on these settings')
  for (const { key, value, why } of settings) lines.push(`  ${key} = ${value}. ${why}`)
  return lines.map(comment)
}

/** A comment is one line: whatever stands in a name must not end it. */
function comment(text: string): string {
  return `--${text === '' ? '' : ` ${text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')}`}`
}

class Script {
  readonly #lines: string[]
  readonly statements: ExportedStatement[] = []

  constructor(header: readonly string[]) {
    this.#lines = [...header]
  }

  add(operator: LogicalOperator | null, statement: Statement): void {
    if (statement.kind !== 'set' || this.statements.at(-1)?.kind !== 'set') this.#lines.push('')
    this.#put(operator, statement.kind, printStatement(statement))
  }

  /** One job: one statement set, whose lines still belong to their sinks. */
  addInserts(inserts: readonly { readonly operator: LogicalOperator; readonly statement: InsertStatement }[]): void {
    if (inserts.length === 0) return
    const fromLine = this.#lines.length + 2
    this.#lines.push('', 'EXECUTE STATEMENT SET', 'BEGIN')
    for (const { operator, statement } of inserts) this.#put(operator, 'insert', printStatement(statement))
    this.#lines.push('END;')
    this.statements.push({ operator: null, kind: 'statement-set', text: this.#lines.slice(fromLine - 1).join('\n'), fromLine, toLine: this.#lines.length })
  }

  #put(operator: LogicalOperator | null, kind: Statement['kind'], text: string): void {
    const fromLine = this.#lines.length + 1
    if (operator !== null) this.#lines.push(comment(operator.name === operator.spec.id ? operator.spec.id : `${operator.spec.id}  ${operator.name}`))
    this.#lines.push(...text.split('\n'))
    this.statements.push({ operator: operator?.spec.id ?? null, kind, text, fromLine, toLine: this.#lines.length })
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}

