import { gatherRows, rowKind, type Batch } from '../../src/columnar/batch.ts'
import type { JsonObject } from '../../src/columnar/json.ts'
import type { OperatorContext, OperatorRuntime } from '../../src/engine/operatorRuntime.ts'
import { exportFlinkSql } from '../../src/export/flinkSql.ts'
import type { Job, Operator } from '../../src/job/job.ts'
import type { OperatorSpec } from '../../src/job/operatorSpec.ts'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import type { Operators } from '../../src/runtime/engineThread.ts'
import { installedOperators } from '../../src/runtime/installedOperators.ts'
import { difference, settled, type Answer } from './answer.ts'
import { runMillrace } from './millraceRun.ts'

/**
 * Whether what differs is exactly what the certificate notes, and nothing beside it: Millrace runs once more with Flink's rule in place of its own at the operators that have a note, and must
 * then say what Flink says, at every sink. A note without such a rule explains nothing.
 */
interface Rule {
  readonly reason: string
  readonly holds: (operator: Operator, version: FlinkVersion) => boolean
  /** The job with Flink's rule written in Millrace's words. */
  readonly rewrite?: (operator: Operator) => Operator
  /** What leaves the operator on Flink, of what leaves it here. */
  readonly leaves?: (batch: Batch) => Batch
  /** What Flink says where it cannot go on behind the operator. */
  readonly refuses?: RegExp
}

const rules: readonly Rule[] = [
  {
    reason: 'from 2.1 on, the old first row of a Top-1 of this order is not taken back',
    holds: (operator, version) => version !== '1.20' && operator.kind === 'top-n' && operator.config.n === 1 && operator.config.rankColumn === undefined,
    leaves: (batch) => withoutKind(batch, rowKind.updateBefore),
  },
  {
    reason: '1.20 keeps the first row of a key at once and corrects it, late rows included',
    holds: (operator, version) => version === '1.20' && operator.kind === 'deduplicate' && operator.config.keep === 'first',
    rewrite: ({ id, config }) => ({ id, kind: 'top-n', config: { partitionBy: config.keys ?? [], orderBy: config.orderBy as unknown as readonly JsonObject[], n: 1 } }),
    refuses: /doesn't support consuming update/,
  },
]

/** The reasons that together give Flink's answer; null where they do not. */
export async function explanation(job: Job, version: FlinkVersion, flink: ReadonlyMap<string, Answer>): Promise<string[] | null> {
  const noted = new Set(exportFlinkSql(job, { version }).certificate.flatMap(({ operator, verdict }) => (verdict.kind === 'noted' ? [operator] : [])))
  const applied = new Map<string, Rule>()
  for (const operator of job.operators) {
    const rule = noted.has(operator.id) ? rules.find(({ holds }) => holds(operator, version)) : undefined
    if (rule !== undefined) applied.set(operator.id, rule)
  }
  if (applied.size === 0) return null
  const reasons = [...new Set([...applied.values()].map(({ reason }) => reason))]
  const rewritten: Job = { ...job, operators: job.operators.map((operator) => applied.get(operator.id)?.rewrite?.(operator) ?? operator) }
  const answers = await runMillrace(rewritten, leaving(applied))
  for (const [sink, theirs] of flink) {
    const refused = theirs.kind === 'failed' && [...applied].some(([operator, { refuses }]) => refuses?.test(theirs.reason) === true && isBefore(job, operator, sink))
    if (!refused && difference(settled(theirs), settled(answers.get(sink)!)) !== null) return null
  }
  return reasons
}

function isBefore(job: Job, operator: string, sink: string): boolean {
  const before = new Set([sink])
  for (let size = 0; size !== before.size; ) {
    size = before.size
    for (const edge of job.edges) if (before.has(edge.to)) before.add(edge.from)
  }
  return before.has(operator)
}

function withoutKind(batch: Batch, kind: number): Batch {
  const { kinds, rowCount } = batch
  if (kinds === null) return batch
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row).filter((row) => kinds[row] !== kind)
  return rows.length === rowCount ? batch : gatherRows(batch, rows, rows.length)
}

/** The operators' own run times, with another emit at those whose rows Flink gives otherwise. */
function leaving(applied: ReadonlyMap<string, Rule>): Operators {
  return {
    ...installedOperators,
    runtimeOf: (kind) => {
      const factory = installedOperators.runtimeOf(kind)
      if (factory?.role !== 'operator') return factory
      return {
        ...factory,
        create: (spec: OperatorSpec) => {
          const runtime: OperatorRuntime = factory.create(spec)
          const leaves = applied.get(spec.id)?.leaves
          if (leaves === undefined) return runtime
          const open = runtime.open?.bind(runtime)
          runtime.open = (context) => open?.(emitting(context, leaves))
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
