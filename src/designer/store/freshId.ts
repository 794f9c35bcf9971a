import { operatorIdPattern, type Job } from '../../job/job.ts'

/**
 * Ids for new things: readable, because they become uids and view names, unique in the job, and within the format's pattern. An id that ends in
 * a number counts on from it, so that a copy of `window_2` is `window_3` and not `window_2_2`.
 */
export function freshId(taken: ReadonlySet<string>, wish: string): string {
  const base = idBase(wish)
  if (!taken.has(base)) return base
  const stem = base.replace(/_\d+$/, '')
  for (let n = 2; ; n += 1) {
    const suffix = `_${n}`
    const id = stem.slice(0, idLengthMax - suffix.length) + suffix
    if (!taken.has(id)) return id
  }
}

/** Every id in use: operators, notes and groups share one space, so that a fragment can be renamed by one map. */
export function takenIds(job: Job): Set<string> {
  const taken = new Set<string>()
  for (const operator of job.operators) taken.add(operator.id)
  for (const note of job.layout?.notes ?? []) taken.add(note.id)
  for (const group of job.layout?.groups ?? []) taken.add(group.id)
  return taken
}

const idLengthMax = 63

function idBase(wish: string): string {
  const plain = wish.toLowerCase().replace(/[^a-z0-9_]+/g, '_').replace(/^[^a-z]+/, '').replace(/_+$/, '').slice(0, idLengthMax)
  return operatorIdPattern.test(plain) ? plain : 'operator'
}
