import { createContext, useContext } from 'react'
import type { Json, JsonObject } from '../../columnar/json.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { Value } from '../../columnar/column.ts'
import type { Scope } from '../../expression/expression.ts'
import type { Problem } from '../../job/problem.ts'

/**
 * What every control of the inspector's form knows: the operator's config, what flows into it, what is wrong where, and how to change it. Controls are
 * generic over config fields; none knows an operator.
 */
export interface FormModel {
  readonly operatorId: string
  readonly config: JsonObject
  readonly readOnly: boolean
  /** By input port, in the definition's order. */
  readonly inputs: readonly FormInput[]
  /** Names an expression of this operator may use. */
  readonly scope: Scope
  /** One recent row of each input, for values beside expressions; null until something has flowed. */
  readonly sampleRows: readonly (readonly Value[] | null)[]
  readonly problems: readonly Problem[]
  /** `undefined` removes the place. Changes while typing at one place fold into one step. */
  readonly change: (path: string, value: Json | undefined) => void
  /** Ends the step that typing has grown. */
  readonly settle: () => void
  /** The place a problem points at, to open and focus; a new object each time it is asked for. */
  readonly focus: { readonly path: string; readonly span: { readonly start: number; readonly end: number } | null } | null
}

export interface FormInput {
  readonly port: string
  readonly title: string
  readonly schema: Schema | null
  /** Who feeds it, for people. */
  readonly from: string
}

export const FormContext = createContext<FormModel | null>(null)

export function useForm(): FormModel {
  const form = useContext(FormContext)
  if (form === null) throw new Error('a control stands outside of a form')
  return form
}

/** Problems at exactly this place, for controls that show them beside themselves. */
export function problemsAt(form: FormModel, path: string): readonly Problem[] {
  return form.problems.filter((problem) => problem.place.path === path)
}

/** Problems at or below this place. */
export function problemsWithin(form: FormModel, path: string): readonly Problem[] {
  return form.problems.filter((problem) => {
    const place = problem.place.path
    return place !== undefined && (place === path || place.startsWith(`${path}.`) || place.startsWith(`${path}[`))
  })
}

export function inputSchema(form: FormModel, port: string): Schema | null {
  return form.inputs.find((input) => input.port === port)?.schema ?? null
}

export function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('text' in value && value.constructor !== Object)
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}
