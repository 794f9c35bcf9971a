import type { DefinitionOf } from '../job/operatorDefinition.ts'
import type { Job } from '../job/job.ts'
import type { Problem } from '../job/problem.ts'
import { checkJob, hasErrors, type CheckedJob } from '../job/validate.ts'
import { logicalPlan, type LogicalPlan } from './logicalPlan.ts'
import { physicalPlan, type PhysicalPlan } from './physicalPlan.ts'
import { pruneColumns } from './rewrites/pruneColumns.ts'
import { twoPhase } from './rewrites/twoPhase.ts'

/**
 * From a job to a plan that can be deployed: check, logical plan, rewrites, physical plan. Each step is a function from data to data, so
 * that every stage can be printed and compared.
 *
 * A job with errors, or without operators, has no plan: nothing half-understood is ever run.
 */
export interface CompileOptions {
  /**
   * Leave out source columns that nobody reads. The rows of a sink do not change; the rows on the edges lose columns, so the page, which shows
   * them, compiles without.
   */
  readonly pruneColumns?: boolean
  /** False: no operator is done in two phases. The rows are the same either way. */
  readonly twoPhase?: boolean
  /** What `checkJob` said of this very job, when it has been asked already. */
  readonly checked?: CheckedJob
}

export interface CompiledJob {
  /** As the job says it; null when the job has errors or no operators. */
  readonly logical: LogicalPlan | null
  /** After the rewrites; what the physical plan is made from. */
  readonly rewritten: LogicalPlan | null
  readonly rewrites: readonly RewriteNote[]
  readonly physical: PhysicalPlan | null
  readonly checked: CheckedJob
  readonly problems: readonly Problem[]
}

/** What a rewrite did, for `explain`. */
export interface RewriteNote {
  readonly rewrite: string
  readonly operator: string
  readonly text: string
}

export function compile(job: Job, definitionOf: DefinitionOf, options: CompileOptions = {}): CompiledJob {
  const checked = options.checked ?? checkJob(job, definitionOf)
  const { problems } = checked
  const none = { logical: null, rewritten: null, rewrites: [], physical: null, checked }
  // An empty job has nothing wrong with it yet, and nothing to run.
  if (hasErrors(problems) || job.operators.length === 0) return { ...none, problems }
  const built = logicalPlan(job, definitionOf, checked)
  if (built.plan === null) return { ...none, problems: [...problems, ...built.problems] }
  const pruned = options.pruneColumns === true ? pruneColumns(built.plan, definitionOf, job.settings ?? {}) : { plan: built.plan, notes: [] }
  const phased = options.twoPhase === false ? { plan: pruned.plan, notes: [] } : twoPhase(pruned.plan, definitionOf)
  return {
    logical: built.plan,
    rewritten: phased.plan,
    rewrites: [...pruned.notes, ...phased.notes],
    physical: physicalPlan(phased.plan),
    checked,
    problems: [...problems, ...built.problems],
  }
}
