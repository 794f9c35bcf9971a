import type { DefinitionOf } from '../job/operatorDefinition.ts'
import type { Job } from '../job/job.ts'
import type { Problem } from '../job/problem.ts'
import { checkJob, hasErrors, type CheckedJob } from '../job/validate.ts'
import { changelogOf, type Changelog } from './changelog.ts'
import { logicalPlan, type LogicalPlan } from './logicalPlan.ts'
import { physicalPlan, type PhysicalPlan } from './physicalPlan.ts'
import { askInputs } from './rewrites/askInputs.ts'
import { foldConstants } from './rewrites/foldConstants.ts'
import { pruneColumns } from './rewrites/pruneColumns.ts'
import { pushConditions } from './rewrites/pushConditions.ts'
import type { Rewritten } from './rewrites/rewrite.ts'
import { shareSubplans } from './rewrites/shareSubplans.ts'
import { twoPhase } from './rewrites/twoPhase.ts'
import { leaveOutUpdateBefore, withUpsertKeys } from './rewrites/updateKinds.ts'

/**
 * From a job to a plan that can be deployed: check, logical plan, rewrites, physical plan. Each step is a function from data to data, so
 * that every stage can be printed and compared.
 *
 * A job with errors, or without operators, has no plan: nothing half-understood is ever run.
 */
export interface CompileOptions {
  /**
   * False: nobody looks at the rows on the job's edges, so rewrites may change them (columns that nobody reads, conditions asked earlier, equal operators run once); those of a sink stay the same.
   * True, as by default: only rewrites that leave every edge of the job its rows (docs/decisions/0150).
   */
  readonly edgesShown?: boolean
  /** False: the plan is run as the job says it. For tests and for comparing. */
  readonly rewrites?: boolean
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
  /** Of the job's own edges; null without a plan. */
  readonly changelog: Changelog | null
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
  const none = { logical: null, rewritten: null, rewrites: [], physical: null, changelog: null, checked }
  // An empty job has nothing wrong with it yet, and nothing to run.
  if (hasErrors(problems) || job.operators.length === 0) return { ...none, problems }
  const built = logicalPlan(job, definitionOf, checked)
  if (built.plan === null) return { ...none, problems: [...problems, ...built.problems] }
  let rewritten = built.plan
  const notes: RewriteNote[] = []
  const apply = (when: boolean, rewrite: (plan: LogicalPlan) => Rewritten): void => {
    if (!when || options.rewrites === false) return
    const { plan, notes: made } = rewrite(rewritten)
    rewritten = plan
    notes.push(...made)
  }
  const edgesFree = options.edgesShown === false
  // Equal operators are found before conditions are drawn into one of them, conditions move before columns go, and halves are made of what is left.
  apply(true, (plan) => foldConstants(plan, definitionOf))
  apply(edgesFree, shareSubplans)
  apply(edgesFree, (plan) => pushConditions(plan, definitionOf))
  apply(true, (plan) => askInputs(plan, definitionOf))
  apply(edgesFree, (plan) => pruneColumns(plan, definitionOf, job.settings ?? {}))
  apply(options.twoPhase !== false, (plan) => twoPhase(plan, definitionOf))
  apply(edgesFree, (plan) => leaveOutUpdateBefore(plan, definitionOf))
  rewritten = withUpsertKeys(rewritten, definitionOf)
  const without = new Set(rewritten.operators.filter(({ spec }) => spec.outputs[0]?.updateBefore === false).map(({ spec }) => spec.id))
  return {
    logical: built.plan,
    rewritten,
    rewrites: notes,
    physical: physicalPlan(rewritten),
    changelog: changelogOf(built.plan, definitionOf, checked, without),
    checked,
    problems: [...problems, ...built.problems],
  }
}
