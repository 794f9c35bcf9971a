import type { Json, JsonObject } from '../columnar/json.ts'
import { changesOf, diffRows, finalRows, rowText, type RowDiff } from '../columnar/compareRows.ts'
import type { Batch } from '../columnar/batch.ts'
import type { Schema } from '../columnar/schema.ts'
import type { Value } from '../columnar/column.ts'
import { NotOfType, valueOfJson } from '../columnar/valueJson.ts'
import { compile } from '../compiler/compile.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { Job, JobTest } from '../job/job.ts'
import type { DefinitionOf } from '../job/operatorDefinition.ts'
import { printProblem } from '../job/problem.ts'

/**
 * A job's own tests (job format, section 4): named sources are given rows, the job runs to its end, and each named sink must hold the expected
 * rows: as a multiset when the result is insert-only, as the table that is left when it updates. The page and `millrace test` both run them here.
 */
export interface TestResult {
  readonly name: string
  readonly passed: boolean
  /** Per expected sink, what is missing and what is extra; empty lists where it is as expected. */
  readonly sinks: readonly { readonly id: string; readonly diff: RowDiff }[]
  /** Why the test could not be judged: problems of the job or the test, or the failure of the run. */
  readonly problems: readonly string[]
}

/** Runs a plan to the end of its input and returns what each sink received. Throws with a sentence when the job fails. */
export type RunPlan = (plan: PhysicalPlan) => Promise<ReadonlyMap<string, readonly Batch[]>>

export async function runJobTest(job: Job, test: JobTest, definitionOf: DefinitionOf, runPlan: RunPlan): Promise<TestResult> {
  const unjudged = (problems: readonly string[]): TestResult => ({ name: test.name, passed: false, sinks: [], problems })
  const compiled = compile(jobUnderTest(job, test), definitionOf)
  if (compiled.physical === null) return unjudged(compiled.problems.filter((problem) => problem.severity === 'error').map(printProblem))
  const problems: string[] = []
  let received: ReadonlyMap<string, readonly Batch[]>
  try {
    received = await runPlan(compiled.physical)
  } catch (error) {
    return unjudged([error instanceof Error ? error.message : String(error)])
  }
  const sinks = Object.entries(test.expect).map(([id, rows]) => {
    const operator = compiled.physical!.chains.flatMap((chain) => chain.operators).find(({ spec }) => spec.id === id)
    const schema = operator?.spec.inputs[0]?.schema
    if (operator === undefined || schema === undefined) {
      problems.push(`expect names ${id}, which is no sink of this job`)
      return { id, diff: { missing: [], extra: [] } }
    }
    const expected = rows.flatMap((row, i) => {
      const text = expectedText(row, schema)
      if (typeof text === 'string') return [text]
      problems.push(`expect.${id}[${i}]: ${text.reason}`)
      return []
    })
    const actual = finalRows(changesOf(received.get(id) ?? []), schema, keyOf(operator.spec.config, schema)).map((values) => rowText(values, schema))
    return { id, diff: diffRows(expected, actual) }
  })
  const passed = problems.length === 0 && sinks.every(({ diff }) => diff.missing.length === 0 && diff.extra.length === 0)
  return { name: test.name, passed, sinks, problems }
}

/** The job with the test's rows in place of its sources. A source the test does not name reads what it always reads. */
export function jobUnderTest(job: Job, test: JobTest): Job {
  const inputs = test.inputs ?? {}
  return {
    ...job,
    operators: job.operators.map((operator) =>
      Object.hasOwn(inputs, operator.id) ? { ...operator, config: { ...operator.config, connector: { type: 'inline', rows: inputs[operator.id]! } } } : operator,
    ),
  }
}

/** An expected row as `rowText` writes a found one; a column it does not name is NULL. */
function expectedText(row: JsonObject, schema: Schema): string | NotOfType {
  const unknown = Object.keys(row).find((key) => !schema.fields.some((field) => field.name === key))
  if (unknown !== undefined) return new NotOfType(`there is no column ${unknown}; the columns are ${schema.fields.map((field) => field.name).join(', ')}`)
  const values: Value[] = []
  for (const field of schema.fields) {
    const value = valueOfJson(Object.hasOwn(row, field.name) ? row[field.name]! : null, { ...field.type, nullable: true } as typeof field.type)
    if (value instanceof NotOfType) return new NotOfType(`${field.name}: ${value.reason}`)
    values.push(value)
  }
  return rowText(values, schema)
}

function keyOf(config: JsonObject, schema: Schema): readonly number[] | null {
  const { key } = config
  if (!Array.isArray(key) || key.length === 0) return null
  const columns = (key as readonly Json[]).map((name) => schema.fields.findIndex((field) => field.name === name))
  return columns.includes(-1) ? null : columns
}
