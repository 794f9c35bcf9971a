import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../../columnar/batchBuilder.ts'
import { rowAt, rowKindAt, type Batch } from '../../columnar/batch.ts'
import { parseBatch } from '../../columnar/batchText.ts'
import { rowTexts } from '../../columnar/compareRows.ts'
import { concatBatches } from '../../columnar/concat.ts'
import { printType } from '../../columnar/dataType.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import type { OperatorCase, ProblemCase } from '../operatorCase.ts'
import type { RuntimeFactory } from '../runtimeFactory.ts'
import { casesSql } from './casesSql.ts'
import { inferOperator, OperatorHarness, schemaOf, schemaText, singleRows, specOf, subtasksOf, type HarnessInput } from './operatorHarness.ts'

type RunStep = { readonly kind: 'batch'; readonly input: number; readonly batch: Batch } | { readonly kind: 'watermark'; readonly watermark: number } | { readonly kind: 'time'; readonly time: number } | { readonly kind: 'end'; readonly input: number }

export interface CaseResult {
  readonly rows: ReadonlyMap<string, readonly string[]>
  readonly lateRows: number
}

/** Registers a room's suites: every case plain, row by row, with watermarks inside batches and on two subtasks; then what its definition must stand. */
export function runCases(definition: OperatorDefinition, factory: RuntimeFactory, cases: readonly OperatorCase[], problemCases: readonly ProblemCase[] = []): void {
  const suites: readonly [string, (steps: readonly RunStep[]) => readonly RunStep[]][] = [
    ['plain', (steps) => steps],
    ['in batches of one row', rowByRow],
    ['in batches that watermarks run through', withInnerWatermarks],
  ]
  for (const [title, arrange] of suites) {
    describe(title, () => {
      for (const one of cases) {
        it(one.name, () => {
          const inputs = inputsOf(definition, one.inputs)
          compare(one, runSteps(definition, factory, one, inputs, arrange(stepsOf(one, inputs)), 1), definition, inputs, one.ordered === true)
        })
      }
    })
  }
  describe('split over two subtasks', () => {
    for (const one of cases) {
      if (one.oneSubtaskOnly === true) continue
      it(one.name, () => {
        const inputs = inputsOf(definition, one.inputs)
        const result = runSteps(definition, factory, one, inputs, stepsOf(one, inputs), 2)
        compare(one, result, definition, inputs, false)
      })
    }
  })
  describe('with a snapshot after every row, watermark and end, restored into fresh run times', () => {
    for (const one of cases) {
      it(one.name, () => {
        const inputs = inputsOf(definition, one.inputs)
        compare(one, runSteps(definition, factory, one, inputs, rowByRow(stepsOf(one, inputs)), 1, () => 1), definition, inputs, one.ordered === true)
      })
    }
  })
  describe('restored at another parallelism after every row, watermark and end', () => {
    for (const one of cases) {
      if (one.oneSubtaskOnly === true) continue
      it(one.name, () => {
        const inputs = inputsOf(definition, one.inputs)
        const turns = [2, 1, 3, 2, 3, 1]
        compare(one, runSteps(definition, factory, one, inputs, rowByRow(stepsOf(one, inputs)), 1, (step) => turns[step % turns.length]!), definition, inputs, false)
      })
    }
  })
  describe('on Flink', () => {
    // Refresh it with `npx vitest run src/operators/<kind> -u`, and read the difference. Whether it means the same is seen on a real Flink (conformance/).
    it('is the SQL of cases.sql', async () => {
      await expect(casesSql(definition, cases)).toMatchFileSnapshot(join(import.meta.dirname, '..', definition.kind, 'cases.sql'))
    })
  })
  describe('definition', () => {
    for (const one of cases) {
      if (one.schema === undefined) continue
      it(`${one.name}: columns`, () => {
        const { outputs } = inferOperator(definition, one.config, inputsOf(definition, one.inputs))
        expect(schemaText(outputs.out!, printType)).toBe(one.schema)
      })
    }
    for (const one of problemCases) {
      it(one.name, () => {
        const { problems } = inferOperator(definition, one.config, inputsOf(definition, one.inputs))
        expect(problems.map((problem) => `${problem.code} ${problem.path}`)).toEqual(one.problems.map((text) => text.replace(/: .*$/, '')))
        one.problems.forEach((text, i) => {
          const part = /^[^:]*: (.*)$/.exec(text)?.[1]
          if (part !== undefined) expect(problems[i]!.message).toContain(part)
        })
        for (const { message } of problems) expect(message).not.toMatch(/undefined|\[object|NaN/)
      })
    }
    it('stands configs that are not finished, and offers one to begin with', () => {
      for (const { config, inputs: texts } of [...cases, ...problemCases]) {
        const inputs = inputsOf(definition, texts)
        for (const key of Object.keys(config)) {
          const { [key]: _left, ...rest } = config
          expect(() => inferOperator(definition, rest, inputs)).not.toThrow()
          expect(() => definition.subtitle(rest)).not.toThrow()
        }
        const schemas = Object.fromEntries(definition.inputs.map((port) => [port.name, inputs.filter((input) => input.port === port.name).map((input) => input.schema)]))
        const unknown = Object.fromEntries(definition.inputs.map((port) => [port.name, [null]]))
        expect(() => definition.infer({ config, inputs: unknown, settings: {}, report: () => undefined })).not.toThrow()
        for (const known of [schemas, unknown]) {
          const initial = definition.initialConfig({ inputs: known })
          expect(definition.subtitle(initial)).not.toMatch(/undefined|NaN/)
          definition.distribution({ config: initial, inputs: known })
        }
        expect(inferOperator(definition, definition.initialConfig({ inputs: schemas }), inputs).problems.filter((problem) => problem.code !== 'MR-103' && problem.severity === 'error' && !expectedFromInputs(problem.code))).toEqual([])
      }
    })
  })
}

/** Problems that say the inputs do not fit, whatever the config. */
function expectedFromInputs(code: string): boolean {
  return ['MR-110', 'MR-140', 'MR-144', 'MR-145', 'MR-153', 'MR-154', 'MR-158', 'MR-191'].includes(code)
}

export function inputsOf(definition: OperatorDefinition, texts: OperatorCase['inputs']): HarnessInput[] {
  return definition.inputs.flatMap((port) => {
    const text = texts[port.name]
    if (text === undefined) throw new Error(`the case has no input ${port.name}`)
    return (typeof text === 'string' ? [text] : text).map((schema) => ({ port: port.name, schema: schemaOf(schema) }))
  })
}

export function stepsOf(one: OperatorCase, inputs: readonly HarnessInput[]): RunStep[] {
  return one.steps.map((step) => {
    if ('watermark' in step) return { kind: 'watermark', watermark: step.watermark }
    if ('processingTime' in step) return { kind: 'time', time: step.processingTime }
    const [port, edge] = ('ends' in step ? step.ends : (step.to ?? 'in')).split('#')
    const input = inputs.findIndex((candidate) => candidate.port === port) + Number(edge ?? 0)
    const known = inputs[input]
    if (known === undefined || known.port !== port) throw new Error(`no input ${port}`)
    if ('ends' in step) return { kind: 'end', input }
    return { kind: 'batch', input, batch: parseBatch(known.schema, step.rows) }
  })
}

export function runSteps(
  definition: OperatorDefinition,
  factory: RuntimeFactory,
  one: Pick<OperatorCase, 'config' | 'timeZone' | 'unended' | 'upsertKeys' | 'stateTtlMs'>,
  inputs: readonly HarnessInput[],
  steps: readonly RunStep[],
  parallelism: number,
  /** After each step, the parallelism of the fresh run times that go on from a snapshot; absent: those that there are go on. */
  restoredAt?: (step: number) => number,
): CaseResult {
  const keyed = inputs.map((input) => (one.upsertKeys?.[input.port] === undefined ? input : { ...input, upsertKeys: one.upsertKeys[input.port]! }))
  const spec = {
    ...specOf(definition, one.config, keyed.map((input, i) => (takesBack(steps, i) ? { ...input, updating: true } : input))),
    ...(one.stateTtlMs === undefined ? {} : { stateTtlMs: one.stateTtlMs }),
  }
  const schemas = Object.fromEntries(definition.inputs.map((port) => [port.name, inputs.filter((input) => input.port === port.name).map((input) => input.schema)]))
  const distribution = definition.distribution({ config: spec.config, inputs: schemas })
  const begin = (count: number): OperatorHarness[] => Array.from({ length: count }, (_, subtask) => new OperatorHarness(spec, factory, { subtask, parallelism: count, ...(one.timeZone === undefined ? {} : { timeZone: one.timeZone }) }))
  const single = distribution.some(({ kind }) => kind === 'single')
  let harnesses = begin(parallelism)
  const past: OperatorHarness[] = []
  const next = { count: 0 }
  for (const [number, step] of steps.entries()) {
    if (number > 0 && restoredAt !== undefined) {
      const snapshots = harnesses.map((harness) => harness.snapshot())
      past.push(...harnesses)
      const count = single ? 1 : restoredAt(number)
      harnesses = begin(count)
      harnesses.forEach((harness, subtask) => harness.restore(snapshots, subtask, count))
    }
    if (step.kind === 'watermark') for (const harness of harnesses) harness.watermark(step.watermark)
    else if (step.kind === 'time') for (const harness of harnesses) harness.processingTime(step.time)
    else if (step.kind === 'end') for (const harness of harnesses) harness.inputEnd(step.input)
    else if (harnesses.length === 1) harnesses[0]!.feed(step.input, step.batch)
    else {
      const targets = subtasksOf(step.batch, distribution[step.input]!, harnesses.length, next)
      harnesses.forEach((harness, subtask) => {
        const rows = targets.flatMap((target, row) => (target === subtask ? [row] : []))
        if (rows.length > 0) harness.feed(step.input, batchOf(step.batch.schema, rows.map((row) => rowAt(step.batch, row)), rows.map((row) => rowKindAt(step.batch, row))))
      })
    }
  }
  if (one.unended !== true) for (const harness of harnesses) harness.end()
  const rows = new Map<string, string[]>()
  const all = [...past, ...harnesses]
  for (const harness of all) for (const [port, batches] of harness.emitted) rows.set(port, [...(rows.get(port) ?? []), ...textsWithKinds(batches)])
  return { rows, lateRows: all.reduce((sum, harness) => sum + harness.counters.lateRows, 0) }
}

/** Whether an input brings updates or deletes: operators are told beforehand. */
function takesBack(steps: readonly RunStep[], input: number): boolean {
  return steps.some((step) => step.kind === 'batch' && step.input === input && step.batch.kinds !== null)
}

function textsWithKinds(batches: readonly Batch[]): string[] {
  const texts = rowTexts(batches)
  const kinds = batches.flatMap((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowKindAt(batch, row)))
  return texts.map((text, i) => (kinds[i] === '+I' ? text : `${kinds[i]} ${text}`))
}

function compare(one: OperatorCase, result: CaseResult, definition: OperatorDefinition, inputs: readonly HarnessInput[], ordered: boolean): void {
  const { outputs } = inferOperator(definition, one.config, inputs)
  const ports = new Set([...Object.keys(one.expect), ...result.rows.keys()])
  for (const port of ports) {
    const schema = port === 'delivered' ? inputs[0]!.schema : outputs[port]
    if (schema === undefined) throw new Error(`the operator has no output ${port}`)
    const expected = one.expect[port] === undefined ? [] : textsWithKinds([parseBatch(schema, one.expect[port])])
    const actual = result.rows.get(port) ?? []
    if (ordered && port !== 'late') expect(actual, port).toEqual(expected)
    else expect(actual.toSorted(), port).toEqual(expected.toSorted())
  }
  if (one.lateRows !== undefined) expect(result.lateRows, 'late rows').toBe(one.lateRows)
}

function rowByRow(steps: readonly RunStep[]): RunStep[] {
  return steps.flatMap((step): RunStep[] => (step.kind === 'batch' ? singleRows(step.batch).map((batch) => ({ ...step, batch })) : [step]))
}

/** Rows of one input that follow each other become one batch, with the watermarks between them as `batch.watermarks`. */
export function withInnerWatermarks(steps: readonly RunStep[]): RunStep[] {
  const merged: RunStep[] = []
  let watermark = -Infinity
  let open: { input: number; batches: Batch[]; watermarks: number[] } | null = null
  const close = (): void => {
    if (open === null) return
    const batch = concatBatches(open.batches)!
    merged.push({ kind: 'batch', input: open.input, batch: { ...batch, watermarks: Float64Array.from(open.watermarks) } }, { kind: 'watermark', watermark })
    open = null
  }
  for (const step of steps) {
    if (step.kind === 'watermark') watermark = Math.max(watermark, step.watermark)
    else if (step.kind === 'time' || step.kind === 'end') {
      close()
      merged.push(step)
    } else {
      if (open !== null && (open as { input: number }).input !== step.input) close()
      open ??= { input: step.input, batches: [], watermarks: [] }
      open.batches.push(step.batch)
      for (let row = 0; row < step.batch.rowCount; row++) open.watermarks.push(watermark)
    }
  }
  close()
  merged.push({ kind: 'watermark', watermark })
  return merged.filter((step) => step.kind !== 'watermark' || step.watermark > -Infinity)
}
