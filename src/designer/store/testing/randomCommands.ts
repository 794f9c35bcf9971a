import fc from 'fast-check'
import type { Edge, Job } from '../../../job/job.ts'
import { ExactNumber } from '../../../columnar/json.ts'
import { edgeKey } from '../edgeKey.ts'
import { fragmentOf, type DocumentCommand } from '../documentCommands.ts'
import { freshId, takenIds } from '../freshId.ts'
import { testDefinitions } from './definitions.ts'

/**
 * Random commands for property tests. A seed is a list of numbers; what they mean is decided by the job at hand, so that sequences stay
 * meaningful (an edge that exists, an operator that exists) and shrink well. Some commands are wrong on purpose.
 */
// Without bias: the first number picks the command, and small numbers must not be likelier than others.
export const commandSeed = fc.noBias(fc.array(fc.nat(10_000), { minLength: 8, maxLength: 8 }))
export const commandSeeds = fc.array(commandSeed, { minLength: 5, maxLength: 40, size: 'max' })

export function commandOf(job: Job, seed: readonly number[]): DocumentCommand {
  const [which = 0, a = 0, b = 0, c = 0, d = 0, e = 0] = seed
  const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)]
  const some = (n: number): string[] => job.operators.filter((_, index) => ((n >> index % 13) & 1) === 1).map((operator) => operator.id)
  const operatorId = pick(job.operators, a)?.id ?? 'nobody'
  const otherId = pick(job.operators, b)?.id ?? 'nobody'
  const key = edgeKey(pick(job.edges, c) ?? { from: 'x', to: 'y' })
  const kind = pick(testDefinitions, d)!.kind
  const note = pick(job.layout?.notes ?? [], e)?.id ?? 'no_note'
  const group = pick(job.layout?.groups ?? [], e)?.id ?? 'no_group'
  const id = e % 17 === 0 ? operatorId : freshId(takenIds(job), kind)
  const position = { x: (a % 900) + 0.4, y: (b % 700) - 0.6 }
  const operator = { id, kind, config: { by: 'id', deep: { list: [1, 2, { three: 3 }] } } }
  const port = (name: 'fromPort' | 'toPort', n: number): Partial<Edge> => {
    const choice = pick(name === 'fromPort' ? ['out', 'late', undefined] : ['in', 'left', 'right', undefined], n)
    return choice === undefined ? {} : { [name]: choice }
  }
  const edge: Edge = { from: operatorId, ...port('fromPort', c), to: otherId, ...port('toPort', d) }
  const commands: (() => DocumentCommand)[] = [
    () => ({ kind: 'addOperator', operator, position }),
    () => ({ kind: 'addOperator', operator, position, edges: [{ from: operatorId, to: id, toPort: kind === 'pair' ? 'left' : 'in' }] }),
    () => ({ kind: 'connect', edge }),
    () => ({ kind: 'connect', edge }),
    () => ({ kind: 'removeOperators', operators: some(c), bridge: d % 2 === 0 }),
    () => ({ kind: 'remove', operators: some(c >> 3), edges: [key], notes: [note], bridge: d % 2 === 0 }),
    () => ({ kind: 'disconnect', edges: [key] }),
    () => ({ kind: 'insertOnEdge', edge: key, operator, position }),
    () => ({ kind: 'moveOntoEdge', edge: key, operator: operatorId, position }),
    () => ({ kind: 'reconnect', edge: key, to: edge }),
    () => ({
      kind: 'setConfig',
      operator: operatorId,
      path: pick([['by'], ['deep', 'list', 2, 'three'], ['deep', 'list', 1], ['new', 0, 'key'], ['__proto__'], []], c)!,
      value: pick([undefined, null, 'text', 12, [1], { a: 1 }, new ExactNumber('9007199254740993')], d),
    }),
    () => ({ kind: 'replaceConfig', operator: operatorId, config: { by: String(c) } }),
    () => ({ kind: 'rename', operator: operatorId, name: pick(['', 'A name', '  ', 'x'.repeat(300)], c)! }),
    () => ({ kind: 'setParallelism', operator: operatorId, parallelism: c % 3 === 0 ? null : (c % 4) + 1 }),
    () => ({ kind: 'setSettings', settings: c % 3 === 0 ? null : { parallelism: (c % 4) + 1 } }),
    () => ({ kind: 'setName', name: pick(['Job', '', ' Trimmed '], c)! }),
    () => ({ kind: 'setDescription', description: pick(['', 'What it does'], c)! }),
    () => ({ kind: 'moveOperators', positions: Object.fromEntries(some(c).map((moved, index) => [moved, { x: index * 50 + (d % 9), y: e % 300 }])), notes: { [note]: { x: d % 100, y: 2 } } }),
    () => ({ kind: 'tidy', positions: { [operatorId]: { x: 0, y: 0 }, nobody: { x: 1, y: 1 } } }),
    () => ({ kind: 'addNote', note: { id: freshId(takenIds(job), 'note'), text: 'Why', ...position } }),
    () => ({ kind: 'editNote', note, text: String(c) }),
    () => ({ kind: 'removeNotes', notes: [note] }),
    () => ({ kind: 'group', operators: some(c) }),
    () => ({ kind: 'ungroup', groups: [group] }),
    () => ({ kind: 'renameGroup', group, name: String(c) }),
    () => ({ kind: 'paste', fragment: fragmentOf(job, some(c), [note]), at: position, upstream: d % 2 === 0 }),
    () => ({ kind: 'duplicate', operators: some(c), offset: { x: 32, y: 32 }, upstream: d % 2 === 0 }),
    () => ({ kind: 'renameColumn', operator: operatorId, path: ['columns', 0], to: pick(['id', 'number', 'at'], c)! }),
    () => ({ kind: 'replaceJob', job: { format: 'millrace/job', version: 1, name: 'Other', operators: [operator], edges: [] }, reason: 'import' }),
  ]
  return pick(commands, which)!()
}
