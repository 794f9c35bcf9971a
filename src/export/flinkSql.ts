import { compile } from '../compiler/compile.ts'
import type { LogicalPlan } from '../compiler/logicalPlan.ts'
import type { Job } from '../job/job.ts'
import type { Problem } from '../job/problem.ts'
import { definitionOf, type Kind } from '../operators/catalog.ts'
import { emitters, flinkVersions, type FlinkVersion, type Verdict } from '../operators/emitters.ts'
import { printQuery, printStatement } from '../sql/printStatement.ts'
import type { InsertStatement, Statement } from '../sql/statement.ts'

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
  /** In order of the script. Lines are 1-based and inclusive. */
  readonly statements: readonly ExportedStatement[]
  /** What each sink is fed with, as a SELECT of its own: for looking at the rows instead of writing them. */
  readonly queries: readonly { readonly sink: string; readonly text: string }[]
  readonly certificate: readonly CertificateEntry[]
  readonly problems: readonly Problem[]
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
  if (compiled.logical === null) return { text: null, statements: [], queries: [], certificate: [], problems: compiled.problems }
  const plan = compiled.logical
  const certificate: CertificateEntry[] = []
  const problems: Problem[] = [...compiled.problems.filter((problem) => problem.severity === 'error')]
  const written: { operator: string; statement: Statement }[] = []
  const inserts: { operator: string; statement: InsertStatement }[] = []
  for (const operator of plan.operators) {
    const { spec } = operator
    const { statements, verdict } = emitters[spec.kind as Kind].emit({
      spec,
      version: options.version,
      timeZone: plan.settings.timeZone,
      inputs: spec.inputs.map((_, input) => inputView(plan, spec.id, input)),
      view: (port) => viewName(spec.id, port),
      isUsed: (port) => plan.edges.some((edge) => edge.from === spec.id && spec.outputs[edge.fromOutput]!.port === port),
    })
    certificate.push({ operator: spec.id, name: operator.name, verdict })
    if (verdict.kind === 'not-exportable') problems.push({ code: 'MR-500', severity: 'error', message: `This cannot be exported to Flink SQL: ${verdict.why} ${verdict.alternative}`, place: { operator: spec.id } })
    for (const statement of statements) {
      if (statement.kind === 'insert') inserts.push({ operator: spec.id, statement })
      else written.push({ operator: spec.id, statement })
    }
  }
  if (problems.length > 0) return { text: null, statements: [], queries: [], certificate, problems }
  const script = new Script(header(job, options.version, certificate))
  for (const statement of settingsOf(job, plan)) script.add(null, statement)
  for (const { operator, statement } of written) script.add(operator, statement)
  script.addInserts(inserts)
  return { text: script.text(), statements: script.statements, queries: inserts.map(({ operator, statement }) => ({ sink: operator, text: printQuery(statement.query) })), certificate, problems }
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

/** What makes the meaning the same: streaming, per-record watermarks, the job's time zone, no mini-batches; and what names and sizes the job. */
function settingsOf(job: Job, plan: LogicalPlan): Statement[] {
  const set = (key: string, value: string): Statement => ({ kind: 'set', key, value })
  const fansOut = plan.operators.some(({ spec }) => plan.edges.filter((edge) => edge.from === spec.id).length > 1)
  const checkpoint = job.settings?.checkpoint
  return [
    set('pipeline.name', plan.name),
    set('execution.runtime-mode', 'streaming'),
    set('parallelism.default', String(plan.settings.parallelism)),
    set('pipeline.max-parallelism', String(plan.settings.maxParallelism)),
    set('table.local-time-zone', plan.settings.timeZone),
    set('pipeline.auto-watermark-interval', '0 ms'),
    set('table.exec.mini-batch.enabled', 'false'),
    ...(fansOut ? [set('table.optimizer.reuse-optimize-block-with-digest-enabled', 'true')] : []),
    ...(checkpoint === undefined || checkpoint.intervalMs === undefined || checkpoint.intervalMs === 0 ? [] : [set('execution.checkpointing.interval', `${checkpoint.intervalMs} ms`)]),
  ]
}

function header(job: Job, version: FlinkVersion, certificate: readonly CertificateEntry[]): string[] {
  const lines = [`Job: ${job.name}`, `Written by Millrace for Apache Flink ${version}.`, '', 'Certificate']
  for (const { operator, verdict } of certificate) {
    if (verdict.kind === 'same') lines.push(`  ${operator}: same meaning`)
    else if (verdict.kind === 'noted') for (const [i, note] of verdict.notes.entries()) lines.push(i === 0 ? `  ${operator}: noted difference. ${note}` : `    ${note}`)
  }
  // A comment is one line: whatever stands in a name must not end it.
  return lines.map((line) => `--${line === '' ? '' : ` ${line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')}`}`)
}

class Script {
  readonly #lines: string[]
  readonly statements: ExportedStatement[] = []

  constructor(header: readonly string[]) {
    this.#lines = [...header]
  }

  add(operator: string | null, statement: Statement): void {
    if (statement.kind !== 'set' || this.statements.at(-1)?.kind !== 'set') this.#lines.push('')
    this.#put(operator, statement.kind, printStatement(statement))
  }

  /** One job: one statement set, whose lines still belong to their sinks. */
  addInserts(inserts: readonly { readonly operator: string; readonly statement: InsertStatement }[]): void {
    if (inserts.length === 0) return
    const fromLine = this.#lines.length + 2
    this.#lines.push('', 'EXECUTE STATEMENT SET', 'BEGIN')
    for (const { operator, statement } of inserts) this.#put(operator, 'insert', printStatement(statement))
    this.#lines.push('END;')
    this.statements.push({ operator: null, kind: 'statement-set', text: this.#lines.slice(fromLine - 1).join('\n'), fromLine, toLine: this.#lines.length })
  }

  #put(operator: string | null, kind: Statement['kind'], text: string): void {
    const lines = text.split('\n')
    this.statements.push({ operator, kind, text, fromLine: this.#lines.length + 1, toLine: this.#lines.length + lines.length })
    this.#lines.push(...lines)
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}

