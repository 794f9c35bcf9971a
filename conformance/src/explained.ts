import { gatherRows, rowKind, type Batch } from '../../src/columnar/batch.ts'
import type { JsonObject } from '../../src/columnar/json.ts'
import type { OperatorContext, OperatorRuntime } from '../../src/engine/operatorRuntime.ts'
import { compile } from '../../src/compiler/compile.ts'
import { exportFlinkSql } from '../../src/export/flinkSql.ts'
import { isSelfComparison, plannerLimits, type PlannerLimit } from '../../src/export/plannerLimits.ts'
import type { Expression } from '../../src/expression/expression.ts'
import { parseExpression } from '../../src/expression/parse.ts'
import { printExpression } from '../../src/expression/print.ts'
import type { Job, Operator } from '../../src/job/job.ts'
import type { OperatorSpec } from '../../src/job/operatorSpec.ts'
import { definitionOf } from '../../src/operators/catalog.ts'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import type { Operators } from '../../src/runtime/engineThread.ts'
import { cutAt } from '../../src/runtime/testing/generated/runProgram.ts'
import { difference, settled, type Answer } from './answer.ts'
import { bufferedWindow } from './bufferedWindow.ts'
import type { Course } from './instead.ts'
import { keptGroups } from './keptGroups.ts'
import { movedRanks } from './movedRanks.ts'
import { newestVersions } from './newestVersions.ts'
import { runMillrace } from './millraceRun.ts'
import { edgesWithTopics } from './topicFiles.ts'

/**
 * Whether what differs is exactly what the certificate notes, and nothing beside it: Millrace runs once more with Flink's rule in place of its own at the operators that have a note, and must
 * then say what Flink says, at every sink. A note without such a rule explains nothing.
 */
interface Rule {
  readonly reason: string
  readonly holds: (operator: Operator, version: FlinkVersion, limits: readonly PlannerLimit[]) => boolean
  /** The job with Flink's rule written in Millrace's words. */
  readonly rewrite?: (operator: Operator) => Operator
  /** What Flink loses before the operator looks at it. */
  readonly enters?: (runtime: OperatorRuntime, operator: Operator, spec: OperatorSpec, course: Course) => OperatorRuntime
  /** Where what comes out differs from run to run on Flink: how many of its courses are tried. */
  readonly courses?: number
  /** What leaves the operator on Flink, of what leaves it here. */
  readonly leaves?: (batch: Batch) => Batch
  /** What Flink says where it cannot go on behind the operator. */
  readonly refuses?: RegExp
}

const rules: readonly Rule[] = [
  {
    reason: 'from 2.1 on, the old first row of a Top-1 of this order is not taken back',
    holds: (operator, version) => version !== '1.20' && operator.kind === 'top-n' && operator.config.n === 1,
    leaves: (batch) => withoutKind(batch, rowKind.updateBefore),
  },
  {
    reason: '1.20 keeps the first row of a key at once and corrects it, late rows included',
    holds: (operator, version) => version === '1.20' && operator.kind === 'deduplicate' && operator.config.keep === 'first',
    rewrite: ({ id, config }) => ({ id, kind: 'top-n', config: { partitionBy: config.keys ?? [], orderBy: config.orderBy as unknown as readonly JsonObject[], n: 1 } }),
    refuses: /doesn't support consuming update/,
  },
  {
    reason: 'a comparison of a column with itself is TRUE or FALSE to the planner, also where the column is NULL',
    holds: limited('self comparison'),
    rewrite: (operator) => ({ ...operator, config: { ...operator.config, where: withoutSelfComparisons(operator.config.where as string) } }),
  },
  { reason: 'a window with an offset loses the rows that its buffer gives on after it counts as closed', holds: limited('buffered window'), enters: bufferedWindow },
  { reason: 'a join behind a Top-N with ranks forgets groups whose rank moves', holds: limited('moved ranks'), enters: movedRanks, courses: 400 },
  { reason: 'a Top-N by the columns of groups behind an outer join keeps groups that are taken back', holds: limited('kept groups'), enters: keptGroups },
  { reason: 'a version that comes behind a newer one of its key is none', holds: (operator) => operator.kind === 'temporal-join', enters: newestVersions },
  { reason: 'a constant text that is no time is read as one by the planner', holds: limited('text as time'), refuses: /DateTimeParseException|could not be parsed/ },
  { reason: 'a Top-N by constants is refused', holds: limited('constant order'), refuses: /requires order by clause with non-constant fields/ },
  { reason: 'EXISTS over a view with an UNNEST or a temporal join is refused', holds: limited('correlate'), refuses: /unexpected correlate variable/ },
  { reason: 'SUM(DISTINCT) over hopping windows is refused', holds: limited('distinct sum'), refuses: /does not support retraction, Please choose SumWithRetractAggFunction/ },
  { reason: 'a filter on the rank of a Top-N, other than against a number, is refused', holds: limited('rank in a filter'), refuses: /The window can only be ordered (?:by a single time column|in ASCENDING mode)|OVER windows' ordering in stream mode must be defined on a time attribute/ },
  { reason: '1.20 gives two columns of OVER aggregates behind each other one name', holds: limited('two overs'), refuses: /Field names must be unique\. Found duplicates: \[w\d+\$o/ },
  { reason: 'FIRST_VALUE and LAST_VALUE of some types are refused', holds: limited('value of a type'), refuses: /(?:FIRST|LAST)_VALUE (?:with retract )?aggregate function does not support type/ },
]

function limited(kind: PlannerLimit['kind']): Rule['holds'] {
  return (operator, _version, limits) => limits.some((limit) => limit.operator === operator.id && limit.kind === kind)
}

/** The reasons that together give Flink's answer; null where they do not. */
export async function explanation(job: Job, version: FlinkVersion, flink: ReadonlyMap<string, Answer>): Promise<string[] | null> {
  const noted = new Set(exportFlinkSql(job, { version }).certificate.flatMap(({ operator, verdict }) => (verdict.kind === 'noted' ? [operator] : [])))
  const logical = compile(job, definitionOf).logical
  const limits = logical === null ? [] : plannerLimits(logical, version)
  const applied = new Map<string, readonly Rule[]>()
  for (const operator of job.operators) {
    const held = noted.has(operator.id) ? rules.filter(({ holds }) => holds(operator, version, limits)) : []
    if (held.length > 0) applied.set(operator.id, held)
  }
  if (applied.size === 0 || logical === null) return null
  const reasons = new Set<string>()
  const compared: string[] = []
  for (const [sink, theirs] of flink) {
    const refusing = theirs.kind === 'failed' ? [...applied].flatMap(([operator, held]) => (isBefore(job, operator, sink) ? held.filter(({ refuses }) => refuses?.test(theirs.reason) === true) : [])) : []
    for (const { reason } of refusing) reasons.add(reason)
    if (refusing.length === 0) compared.push(sink)
  }
  const changing = [...applied].map(([operator, held]) => [operator, held.filter(changesRows)] as const).filter(([, held]) => held.length > 0)
  const changed = compared.filter((sink) => changing.some(([operator]) => isBefore(job, operator, sink)))
  const own = await runMillrace(job)
  if (compared.some((sink) => !changed.includes(sink) && difference(settled(flink.get(sink)!), settled(own.get(sink)!)) !== null)) return null
  if (changed.length > 0) {
    // A rewritten operator may be one that Millrace refuses where another stands behind it: only what leads to these sinks is run.
    const leading = leadingTo(job, changed)
    const rewritten: Job = { ...leading, operators: leading.operators.map((operator) => (applied.get(operator.id) ?? []).reduce((now, { rewrite }) => rewrite?.(now) ?? now, operator)) }
    const courses = Math.max(1, ...changing.flatMap(([, held]) => held.map(({ courses }) => courses ?? 1)))
    let found = false
    for (let attempt = 0; attempt < courses && !found; attempt++) {
      const answers = await runMillrace(rewritten, leaving(applied, { job, plan: logical, attempt }, cutAt(1)))
      found = changed.every((sink) => difference(settled(flink.get(sink)!), settled(answers.get(sink)!)) === null)
    }
    if (!found) return null
    // Rules that change rows are reasons where rows were compared; those that only refuse are where they did.
    for (const [operator, held] of changing) if (changed.some((sink) => isBefore(job, operator, sink))) for (const { reason } of held) reasons.add(reason)
  }
  return reasons.size === 0 ? null : [...reasons]
}

function changesRows({ rewrite, enters, leaves }: Rule): boolean {
  return (rewrite ?? enters ?? leaves) !== undefined
}

function leadingTo(job: Job, sinks: readonly string[]): Job {
  const operators = job.operators.filter(({ id }) => sinks.some((sink) => id === sink || isBefore(job, id, sink)))
  const kept = new Set(operators.map(({ id }) => id))
  return { ...job, operators, edges: job.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)) }
}

/** A condition in which every comparison of a column with itself is what Flink's planner makes of it. */
function withoutSelfComparisons(text: string): string {
  const within = (at: Expression): Expression => {
    if (at.kind !== 'call') return at
    if (isSelfComparison(at)) return { kind: 'literal', value: ['=', '<=', '>=', 'IN'].includes(at.name), type: { kind: 'BOOLEAN', nullable: false }, span: at.span }
    return { ...at, args: at.args.map(within) }
  }
  return printExpression(within(parseExpression(text).expression!))
}

function isBefore(job: Job, operator: string, sink: string): boolean {
  const before = new Set([sink])
  for (let size = 0; size !== before.size; ) {
    size = before.size
    for (const edge of edgesWithTopics(job)) if (before.has(edge.to)) before.add(edge.from)
  }
  return before.has(operator)
}

function withoutKind(batch: Batch, kind: number): Batch {
  const { kinds, rowCount } = batch
  if (kinds === null) return batch
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row).filter((row) => kinds[row] !== kind)
  return rows.length === rowCount ? batch : gatherRows(batch, rows, rows.length)
}

/** Row by row, so that every watermark is seen as on Flink: the operators' own run times, with other rows going in, or another emit, at those where Flink's rule is another. */
function leaving(applied: ReadonlyMap<string, readonly Rule[]>, course: Course, operators: Operators): Operators {
  return {
    ...operators,
    runtimeOf: (kind) => {
      const factory = operators.runtimeOf(kind)
      if (factory?.role !== 'operator') return factory
      return {
        ...factory,
        create: (spec: OperatorSpec) => {
          let runtime: OperatorRuntime = factory.create(spec)
          const operator = course.job.operators.find(({ id }) => id === spec.id)
          for (const { leaves, enters } of applied.get(spec.id) ?? []) {
            if (enters !== undefined && operator !== undefined) runtime = enters(runtime, operator, spec, course)
            if (leaves === undefined) continue
            const open = runtime.open?.bind(runtime)
            runtime.open = (context) => open?.(emitting(context, leaves))
          }
          return runtime
        },
      }
    },
  }
}

function emitting(context: OperatorContext, leaves: (batch: Batch) => Batch): OperatorContext {
  return new Proxy(context, {
    get: (target, name) => {
      if (name === 'emit') return (port: number, batch: Batch) => target.emit(port, leaves(batch))
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}
