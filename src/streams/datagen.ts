import type { Batch } from '../columnar/batch.ts'
import { BatchBuilder } from '../columnar/batchBuilder.ts'
import type { Value } from '../columnar/column.ts'
import { isNumeric, isTimestamp, printType, type DataType } from '../columnar/dataType.ts'
import { ExactNumber, type Json, type JsonObject } from '../columnar/json.ts'
import type { Schema } from '../columnar/schema.ts'
import { cutToPrecision, NotOfType, valueOfJson } from '../columnar/valueJson.ts'
import { parseTimestamp } from '../columnar/valueText.ts'
import { hash32 } from '../deterministic/prng.ts'

/**
 * Made-up rows by one rule for each column: a value is a function of seed, column name and row number, so that rows can be made from any position
 * and a column does not change when others come or go.
 *
 * The rules, as JSON under `fields`, by column name:
 *
 * - `{"kind": "sequence", "start": 1, "step": 1}`: start, start + step, … (numbers; default for the first whole-number column)
 * - `{"kind": "random", "min": 0, "max": 100}`: uniform between both ends, whole for whole-number columns (default for other numbers; BOOLEAN is a fair coin)
 * - `{"kind": "choice", "values": ["a", "b"], "weights": [3, 1]}`: one of the values, of any type
 * - `{"kind": "text", "length": 8}`: random letters (default for texts)
 * - `{"kind": "time", "start": "2026-01-31 12:00:00", "stepMs": 1000, "disorderMs": 0}`: one step a row, moved back by up to `disorderMs` (default for timestamps)
 * - `{"kind": "constant", "value": 1}`
 *
 * Each takes `"nullShare"`, the share of NULLs from 0 to 1.
 */
export type FieldRule =
  | { readonly kind: 'sequence'; readonly start: number; readonly step: number }
  | { readonly kind: 'random'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly Value[]; readonly bounds: readonly number[] }
  | { readonly kind: 'text'; readonly length: number }
  | { readonly kind: 'time'; readonly startMs: number; readonly stepMs: number; readonly disorderMs: number }
  | { readonly kind: 'constant'; readonly value: Value }

export interface FieldPlan {
  readonly rule: FieldRule
  readonly nullShare: number
}

export interface RuleFinding {
  readonly column: string
  readonly detail: string
}

const defaultStartMs = 1_769_860_800_000
const textLengthMax = 1000
const kinds = ['sequence', 'random', 'choice', 'text', 'time', 'constant']

/** The rules of all columns of a schema, with defaults, and what is wrong with the ones given. */
export function fieldPlans(fields: JsonObject, schema: Schema): { readonly plans: readonly FieldPlan[]; readonly findings: readonly RuleFinding[] } {
  const findings: RuleFinding[] = []
  for (const name of Object.keys(fields)) {
    if (!schema.fields.some((field) => field.name === name)) findings.push({ column: name, detail: 'there is no such column. Remove it or correct the name.' })
  }
  const firstNumber = schema.fields.find(({ type }) => isWhole(type))?.name
  const plans = schema.fields.map(({ name, type }): FieldPlan => {
    const given = Object.hasOwn(fields, name) ? fields[name]! : null
    const planned = given === null ? defaultPlan(type, name === firstNumber) : planOf(given, type)
    if (typeof planned !== 'string') return planned
    findings.push({ column: name, detail: planned })
    return { rule: { kind: 'constant', value: null }, nullShare: 1 }
  })
  return { plans, findings }
}

function isWhole(type: DataType): boolean {
  return type.kind === 'TINYINT' || type.kind === 'SMALLINT' || type.kind === 'INT' || type.kind === 'BIGINT'
}

function defaultPlan(type: DataType, isFirstNumber: boolean): FieldPlan | string {
  const rule = (kind: FieldRule): FieldPlan => ({ rule: kind, nullShare: 0 })
  if (isFirstNumber && type.kind !== 'TINYINT' && type.kind !== 'SMALLINT') return rule({ kind: 'sequence', start: 1, step: 1 })
  if (isTimestamp(type)) return rule({ kind: 'time', startMs: defaultStartMs, stepMs: 1000, disorderMs: 0 })
  if (type.kind === 'CHAR' || type.kind === 'VARCHAR') return rule({ kind: 'text', length: Math.min(8, type.length) })
  if (isNumeric(type) || type.kind === 'BOOLEAN') return rule({ kind: 'random', min: 0, max: type.kind === 'DECIMAL' ? Math.min(100, 10 ** (type.precision - type.scale) - 1) : 100 })
  return `no rule makes ${printType(type)} by itself. Give it {"kind": "choice", "values": [...]} or {"kind": "constant", "value": ...}.`
}

function planOf(given: Json, type: DataType): FieldPlan | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || given instanceof ExactNumber) return 'a rule is an object such as {"kind": "random", "min": 0, "max": 100}.'
  const rule = given as JsonObject
  const known: Record<string, readonly string[]> = {
    sequence: ['start', 'step'],
    random: ['min', 'max'],
    choice: ['values', 'weights'],
    text: ['length'],
    time: ['start', 'stepMs', 'disorderMs'],
    constant: ['value'],
  }
  const kind = rule.kind
  if (typeof kind !== 'string' || !kinds.includes(kind)) return `"kind" is ${JSON.stringify(kind ?? null)}; it is one of ${kinds.join(', ')}.`
  const unknown = Object.keys(rule).find((key) => key !== 'kind' && key !== 'nullShare' && !known[kind]!.includes(key))
  if (unknown !== undefined) return `"${unknown}" is not known for ${kind}; it takes ${[...known[kind]!, 'nullShare'].join(', ')}.`
  const nullShare = rule.nullShare ?? 0
  if (typeof nullShare !== 'number' || nullShare < 0 || nullShare > 1) return '"nullShare" is a number from 0 to 1.'
  if (nullShare > 0 && !type.nullable) return `${printType(type)} takes no NULLs, so "nullShare" must be 0.`
  const number = (key: string, fallback: number): number => (typeof rule[key] === 'number' ? (rule[key] as number) : rule[key] === undefined ? fallback : Number.NaN)
  const plan = (made: FieldRule): FieldPlan => ({ rule: made, nullShare })
  switch (kind) {
    case 'sequence': {
      const start = number('start', 1)
      const step = number('step', 1)
      if (!isNumeric(type)) return `a sequence gives numbers, but the column is ${printType(type)}.`
      return Number.isSafeInteger(start) && Number.isSafeInteger(step) ? plan({ kind, start, step }) : '"start" and "step" are whole numbers.'
    }
    case 'random': {
      const min = number('min', 0)
      const max = number('max', 100)
      if (!isNumeric(type) && type.kind !== 'BOOLEAN') return `random gives numbers, but the column is ${printType(type)}.`
      if (!(min <= max)) return '"min" and "max" are numbers, the first not above the second.'
      const ends = [min, max].map((end) => (type.kind === 'BOOLEAN' ? true : valueOfJson(isWhole(type) ? Math.floor(end) : end, type)))
      const wrong = ends.find((end) => end instanceof NotOfType)
      return wrong instanceof NotOfType ? `${wrong.reason}.` : plan({ kind, min, max })
    }
    case 'choice': {
      if (!Array.isArray(rule.values) || rule.values.length === 0) return '"values" is a list of at least one value.'
      const values: Value[] = []
      for (const json of rule.values as readonly Json[]) {
        const value = valueOfJson(json, type)
        if (value instanceof NotOfType) return `${value.reason}.`
        values.push(value)
      }
      const weights = rule.weights === undefined ? values.map(() => 1) : rule.weights
      if (!Array.isArray(weights) || weights.length !== values.length || !weights.every((weight) => typeof weight === 'number' && weight >= 0)) {
        return `"weights" is a list of ${values.length} numbers, one for each value.`
      }
      const total = (weights as number[]).reduce((sum, weight) => sum + weight, 0)
      if (!(total > 0)) return 'at least one of "weights" is above 0.'
      let sum = 0
      return plan({ kind, values, bounds: (weights as number[]).map((weight) => (sum += weight) / total) })
    }
    case 'text': {
      const length = number('length', 8)
      if (type.kind !== 'CHAR' && type.kind !== 'VARCHAR') return `text gives texts, but the column is ${printType(type)}.`
      return Number.isInteger(length) && length >= 0 && length <= Math.min(textLengthMax, type.length) ? plan({ kind, length }) : `"length" is a whole number from 0 to ${Math.min(textLengthMax, type.length)}.`
    }
    case 'time': {
      const start = rule.start === undefined ? defaultStartMs : typeof rule.start === 'string' ? parseTimestamp(rule.start)?.ms : undefined
      const stepMs = number('stepMs', 1000)
      const disorderMs = number('disorderMs', 0)
      if (!isTimestamp(type)) return `time gives timestamps, but the column is ${printType(type)}.`
      if (start === undefined) return '"start" is a time such as "2026-01-31 12:00:00".'
      if (!(stepMs >= 0) || !(disorderMs >= 0)) return '"stepMs" and "disorderMs" are numbers from 0 on.'
      return plan({ kind, startMs: start, stepMs, disorderMs })
    }
    default: {
      const value = valueOfJson(rule.value ?? null, type)
      return value instanceof NotOfType ? `${value.reason}.` : plan({ kind: 'constant', value })
    }
  }
}

export class DatagenGenerator {
  /** Rows of this split; undefined when it has no end. */
  readonly rowsTotal: number | undefined
  readonly #builder: BatchBuilder
  readonly #values: Value[]
  readonly #makers: readonly ((row: number) => Value)[]
  readonly #split: number
  readonly #splits: number
  #at = 0

  /** `rows` 0 goes on without end. Split k of n makes the rows k, k + n, k + 2n, …, so that event times of the splits stay together. */
  constructor(rows: number, seed: number, schema: Schema, plans: readonly FieldPlan[], split = 0, splits = 1) {
    this.#split = split
    this.#splits = splits
    this.rowsTotal = rows === 0 ? undefined : Math.max(0, Math.ceil((rows - split) / splits))
    this.#builder = new BatchBuilder(schema)
    this.#values = schema.fields.map(() => null)
    this.#makers = schema.fields.map((field, i) => makerOf(plans[i]!, field.type, streamOf(seed, field.name)))
  }

  get position(): number {
    return this.#at
  }

  seek(position: number): void {
    this.#at = position
  }

  next(rowsMax: number): Batch | null {
    const end = Math.min(this.#at + rowsMax, this.rowsTotal ?? Infinity)
    for (; this.#at < end; this.#at++) {
      const row = this.#at * this.#splits + this.#split
      for (let i = 0; i < this.#makers.length; i++) this.#values[i] = this.#makers[i]!(row)
      this.#builder.append(this.#values)
    }
    return this.#builder.rowCount === 0 ? null : this.#builder.finish()
  }
}

function streamOf(seed: number, name: string): number {
  let stream = seed | 0
  for (let i = 0; i < name.length; i++) stream = hash32(stream, name.charCodeAt(i) + 1)
  return stream
}

/** Uniform in [0, 1) with 32 bits. */
function share(row: number, stream: number): number {
  return (hash32(row, stream) >>> 0) / 4_294_967_296
}

function makerOf(plan: FieldPlan, type: DataType, stream: number): (row: number) => Value {
  const make = valueMaker(plan.rule, type, stream)
  const { nullShare } = plan
  const nullStream = hash32(stream, 1)
  return nullShare === 0 ? make : (row) => (share(row, nullStream) < nullShare ? null : make(row))
}

function valueMaker(rule: FieldRule, type: DataType, stream: number): (row: number) => Value {
  switch (rule.kind) {
    case 'constant':
      return () => rule.value
    case 'sequence':
      return (row) => numberOf(rule.start + rule.step * row, type)
    case 'random': {
      if (type.kind === 'BOOLEAN') return (row) => share(row, stream) < 0.5
      if (!isWhole(type)) return (row) => numberOf(rule.min + share(row, stream) * (rule.max - rule.min), type)
      const least = Math.ceil(rule.min)
      const count = Math.floor(rule.max) - least + 1
      return (row) => numberOf(least + Math.floor(share(row, stream) * count), type)
    }
    case 'choice':
      return (row) => {
        const at = share(row, stream)
        const index = rule.bounds.findIndex((bound) => at < bound)
        return rule.values[index < 0 ? rule.values.length - 1 : index]!
      }
    case 'text':
      return (row) => {
        let text = ''
        for (let i = 0; i < rule.length; i++) text += String.fromCharCode(97 + Math.floor(share(row, hash32(stream, i)) * 26))
        return text
      }
    case 'time': {
      const precision = isTimestamp(type) && 'precision' in type ? type.precision : 3
      return (row) => cutToPrecision(rule.startMs + Math.floor(row * rule.stepMs) - Math.floor(share(row, stream) * rule.disorderMs), precision)
    }
  }
}

/** A number as a value of a numeric type; sequences that leave the type's range wrap as integers of its size do. */
function numberOf(value: number, type: DataType): Value {
  switch (type.kind) {
    case 'TINYINT':
      return (value << 24) >> 24
    case 'SMALLINT':
      return (value << 16) >> 16
    case 'INT':
      return value | 0
    case 'BIGINT':
      return BigInt(Math.floor(value))
    case 'FLOAT':
      return Math.fround(value)
    case 'DECIMAL':
      return BigInt(Math.round(value * 10 ** Math.min(type.scale, 15))) * 10n ** BigInt(Math.max(0, type.scale - 15))
    default:
      return value
  }
}
