import { compile } from '../../src/compiler/compile.ts'
import type { Batch } from '../../src/columnar/batch.ts'
import type { Job } from '../../src/job/job.ts'
import { printProblem } from '../../src/job/problem.ts'
import { definitionOf } from '../../src/operators/catalog.ts'
import type { Operators } from '../../src/runtime/engineThread.ts'
import { runToEnd } from '../../src/runtime/launch/inProcess.ts'
import { answerOfBatches, settled, type Answer } from './answer.ts'
import { keptKeyOf } from './topicFiles.ts'

/** A job run by Millrace's own engine in this thread: an answer for each of its sinks. */
export async function runMillrace(job: Job, operators?: Operators): Promise<Map<string, Answer>> {
  const compiled = compile(job, definitionOf)
  const sinks = job.operators.filter((operator) => operator.kind === 'sink').map((operator) => operator.id)
  const failed = (reason: string): Map<string, Answer> => new Map(sinks.map((sink) => [sink, { kind: 'failed', reason }]))
  if (compiled.physical === null) return failed(compiled.problems.filter((problem) => problem.severity === 'error').map(printProblem).join('; '))
  let received: ReadonlyMap<string, readonly Batch[]>
  try {
    received = await runToEnd(compiled.physical, { processingTime: 'event', ...(operators === undefined ? {} : { operators }) })
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
  return new Map(
    sinks.map((sink) => {
      const operator = compiled.physical!.chains.flatMap((chain) => chain.operators).find(({ spec }) => spec.id === sink)!
      const answer = answerOfBatches(received.get(sink) ?? [], operator.spec.inputs[0]!.schema, job.settings?.timeZone ?? 'UTC', keptKeyOf(operator.spec))
      return [sink, hasOneSource(job) ? answer : settled(answer)]
    }),
  )
}

export function hasOneSource(job: Job): boolean {
  return job.operators.filter((operator) => operator.kind === 'source').length === 1
}

export class UnreadableSource extends Error {}

/** The rows of one source as its downstream would see them, whatever its connector: what is written for Flink to read. */
export async function rowsOfSource(job: Job, source: string): Promise<readonly Batch[]> {
  const operator = job.operators.find((candidate) => candidate.id === source)!
  const sink = `${source.slice(0, 50)}-read`
  const alone: Job = { ...job, operators: [operator, { id: sink, kind: 'sink', config: { connector: { type: 'collect' } } }], edges: [{ from: source, to: sink }] }
  const compiled = compile(alone, definitionOf)
  if (compiled.physical === null) throw new UnreadableSource(compiled.problems.map(printProblem).join('; '))
  return (await runToEnd(compiled.physical, { processingTime: 'event' })).get(sink) ?? []
}
