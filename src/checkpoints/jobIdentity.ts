/**
 * What a checkpoint says about the job it is of, and how that differs from the job that is to be restored.
 *
 * State belongs to operators by their ids (Flink's uids). It fits when the operator is there, is of the same kind, has the same inputs and the same settings: a setting
 * says what the state means, and which of them do not is nobody's promise, so all count. Operators without state may change, come and go. What is compared is text;
 * who makes a plan's identity is the runtime.
 */
export interface JobIdentity {
  readonly name: string
  /** Key groups: state is cut by them, so they must stay as they are (Flink: maxParallelism). */
  readonly maxParallelism: number
  readonly operators: readonly OperatorIdentity[]
}

export interface OperatorIdentity {
  readonly id: string
  readonly kind: string
  /** Settings, as canonical JSON. */
  readonly config: string
  /** Columns of each input, as text. */
  readonly inputs: readonly string[]
}

export interface Difference {
  readonly kind: 'maxParallelism' | 'missing' | 'added' | 'operator-kind' | 'inputs' | 'config'
  readonly operator: string | null
  /** One sentence: what the checkpoint has, what the job has. */
  readonly text: string
}

/**
 * Why state of `saved` cannot be given to `job`; empty when it can. `stateful`: operators the checkpoint holds something of. An operator that is new begins empty, as on Flink,
 * and is named only beside a difference that refuses.
 */
export function differencesOf(saved: JobIdentity, job: JobIdentity, stateful: ReadonlySet<string>): Difference[] {
  const differences: Difference[] = []
  if (saved.maxParallelism !== job.maxParallelism) {
    differences.push({ kind: 'maxParallelism', operator: null, text: `It was taken with ${saved.maxParallelism} key groups (maxParallelism), the job has ${job.maxParallelism}.` })
  }
  const now = new Map(job.operators.map((operator) => [operator.id, operator]))
  for (const before of saved.operators) {
    if (!stateful.has(before.id)) continue
    const after = now.get(before.id)
    if (after === undefined) {
      differences.push({ kind: 'missing', operator: before.id, text: `It holds state of ${before.id} (${before.kind}); the job has no operator ${before.id}.` })
    } else if (after.kind !== before.kind) {
      differences.push({ kind: 'operator-kind', operator: before.id, text: `${before.id} was a ${before.kind} and is a ${after.kind} now.` })
    } else if (after.inputs.length !== before.inputs.length || after.inputs.some((input, i) => input !== before.inputs[i])) {
      differences.push({ kind: 'inputs', operator: before.id, text: `${before.id} read ${before.inputs.join(' and ') || 'nothing'}, and reads ${after.inputs.join(' and ') || 'nothing'} now.` })
    } else if (after.config !== before.config) {
      differences.push({ kind: 'config', operator: before.id, text: `${before.id} has other settings: ${changedPart(before.config, after.config)}.` })
    }
  }
  if (differences.length === 0) return differences
  const known = new Set(saved.operators.map(({ id }) => id))
  for (const { id, kind } of job.operators) if (!known.has(id)) differences.push({ kind: 'added', operator: id, text: `The job has ${id} (${kind}), which it knows nothing of.` })
  return differences
}

const shownMax = 60

/** The part of two texts that differs, from the start of the setting it is in. */
function changedPart(before: string, after: string): string {
  let same = 0
  while (same < before.length && before[same] === after[same]) same++
  let tail = 0
  while (tail < before.length - same && tail < after.length - same && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  // Values are shown whole.
  while (tail > 0 && !',}]'.includes(before[before.length - tail]!)) tail--
  const setting = Math.max(before.lastIndexOf(',"', same), before.lastIndexOf('{"', same)) + 1
  const shown = (text: string): string => {
    const part = text.slice(setting, Math.max(text.length - tail, setting))
    return part === '' ? 'nothing' : part.length > shownMax ? `${part.slice(0, shownMax)}…` : part
  }
  return `${shown(before)} then, ${shown(after)} now`
}
