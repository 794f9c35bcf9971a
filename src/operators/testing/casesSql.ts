import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { printStatement } from '../../sql/printStatement.ts'
import type { Kind } from '../catalog.ts'
import { emitters, flinkVersions, type FlinkVersion } from '../emitters.ts'
import type { OperatorCase } from '../operatorCase.ts'
import { inputsOf, stepsOf } from './runCases.ts'
import { specOf } from './operatorHarness.ts'

/**
 * What the cases of a room become on Flink, as one text to review: each case with its verdict and its statements, once where all versions agree. Inputs are named by their ports. A case stands once
 * for all that have its config and inputs.
 */
export function casesSql(definition: OperatorDefinition, cases: readonly OperatorCase[]): string {
  const seen = new Set<string>()
  const blocks: string[] = []
  for (const one of cases) {
    const texts = flinkVersions.map((version) => ({ version, text: caseSql(definition, one, version) }))
    const newest = texts.at(-1)!.text
    if (seen.has(newest)) continue
    seen.add(newest)
    const title = `-- ${one.name}`
    if (texts.every(({ text }) => text === newest)) blocks.push(`${title}\n${newest}`)
    else for (const { version, text } of texts) blocks.push(`${title} (Flink ${version})\n${text}`)
  }
  return `${blocks.join('\n\n')}\n`
}

function caseSql(definition: OperatorDefinition, one: OperatorCase, version: FlinkVersion): string {
  const plain = inputsOf(definition, one.inputs)
  const steps = stepsOf(one, plain)
  const inputs = plain.map((input, i) => (steps.some((step) => step.kind === 'batch' && step.input === i && step.batch.kinds !== null) ? { ...input, updating: true as const } : input))
  const spec = specOf(definition, one.config, inputs)
  const { statements, verdict, settings } = emitters[definition.kind as Kind].emit({
    spec,
    version,
    timeZone: one.timeZone ?? 'UTC',
    inputs: inputs.map((input, i) => (inputs.filter(({ port }) => port === input.port).length > 1 ? `${input.port}_${i}` : input.port)),
    view: (port) => (port === 'out' ? spec.id : `${spec.id}.${port}`),
    isUsed: (port) => port === 'out' || one.expect[port] !== undefined,
  })
  const says = verdict.kind === 'same' ? ['same meaning'] : verdict.kind === 'noted' ? verdict.notes.map((note) => `noted: ${note}`) : [`not exportable: ${verdict.why} ${verdict.alternative}`]
  return [...says.map((line) => `-- ${line}`), ...(settings ?? []).map(([key, value]) => printStatement({ kind: 'set', key, value })), ...statements.map(printStatement)].join('\n')
}
