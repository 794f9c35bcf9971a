import { columnOf } from '../../columnar/batchBuilder.ts'
import type { Dictionary, StringColumn, Value } from '../../columnar/column.ts'
import { valueAt } from '../../columnar/column.ts'
import { booleanType, doubleType, intType, stringType, type DataType } from '../../columnar/dataType.ts'
import { ExactNumber, type Json } from '../../columnar/json.ts'
import { readJson, spanOfValue } from '../../columnar/jsonText.ts'
import { RowError } from '../../columnar/rowError.ts'
import { expressionCode } from '../codes.ts'
import { constantArgument } from '../kernels.ts'
import { takes, type Parameter } from '../parameters.ts'
import { bigDecimalText, isObject, isScalar, jsonAt, readJsonPath, sortedJsonText, type JsonPath } from '../sqlJsonPath.ts'
import type { CallSite, CallTypes, FunctionDefinition, Kernel, Resolution, ScalarFunction } from '../functionDefinition.ts'

/**
 * JSON in texts, looked into as Flink's SqlJsonUtils does. A text is read once per dictionary entry, and only when a row has it.
 *
 * What is wrong comes in two kinds: *empty* (lax path that leads nowhere, JSON null, no scalar where one is wanted) and *error* (no JSON, strict path that leads nowhere,
 * a scalar or no scalar against strictness); ON EMPTY and ON ERROR say what to give then. A path must be a literal.
 */
const jsonDepth = 512

/** Answers by code, found when first asked for. */
function byText<A>(answer: (text: string) => A): (column: StringColumn, row: number) => A {
  const kept = new WeakMap<Dictionary, A[]>()
  return (column, row) => {
    let answers = kept.get(column.dictionary)
    if (answers === undefined) {
      answers = []
      kept.set(column.dictionary, answers)
    }
    const code = column.codes[row]!
    if (code in answers) return answers[code]!
    const made = answer(column.dictionary.values[code]!)
    answers[code] = made
    return made
  }
}

type Found = { readonly kind: 'value'; readonly value: Json; readonly text: string; readonly place: readonly (string | number)[] } | { readonly kind: 'empty' } | { readonly kind: 'error'; readonly why: string }

function find(text: string, path: JsonPath): Found {
  const read = readJson(text, { depthMax: jsonDepth, duplicateKeys: 'last' })
  if (read.kind === 'error') return { kind: 'error', why: `'${text.slice(0, 60)}' is no JSON: ${read.error.detail}` }
  if (read.value === null) return { kind: 'error', why: 'the JSON is null' }
  const found = jsonAt(read.value, path)
  if (found === 'missing') return path.mode === 'lax' ? { kind: 'empty' } : { kind: 'error', why: 'the path leads nowhere in the JSON' }
  if (found.value === null) return { kind: 'empty' }
  return { kind: 'value', value: found.value, text, place: found.place }
}

function constantPath(call: CallSite): JsonPath {
  const path = readJsonPath(constantArgument(call, 1) as string)
  if ('fault' in path) throw new Error(path.fault)
  return path
}

const parameters: readonly Parameter[] = [{ name: 'json', family: 'character' }, { name: 'path', family: 'character', literal: true }]

function pathProblem(call: CallTypes): Resolution | null {
  const path = call.args[1]?.constant
  if (path === null) return { problem: `The path of ${call.name} is NULL. Write one, such as '$.name'.`, argument: 1 }
  if (typeof path !== 'string') return null
  const read = readJsonPath(path)
  return 'fault' in read ? { problem: read.fault, argument: 1 } : null
}

// JSON_VALUE.

const returnedTypes: Readonly<Record<string, DataType>> = { STRING: stringType, VARCHAR: stringType, BOOLEAN: booleanType, INT: intType, INTEGER: intType, DOUBLE: doubleType, 'DOUBLE PRECISION': doubleType }

/** A scalar as the type after RETURNING; undefined when it is none. */
function scalarAs(found: Found & { kind: 'value' }, type: DataType): Value | undefined {
  const { value } = found
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : undefined
    case 'INT':
      return typeof value === 'number' && (value | 0) === value ? value : undefined
    case 'DOUBLE':
      return typeof value === 'number' ? value : value instanceof ExactNumber ? Number(value.text) : undefined
    default:
      if (typeof value === 'string') return value
      if (typeof value === 'boolean') return String(value)
      // A number reads as it was written, trailing zeros included.
      const span = spanOfValue(found.text, found.place)
      return span === null ? String(value) : bigDecimalText(found.text.slice(span.start, span.end).trim())
  }
}

const jsonValue: ScalarFunction = {
  kind: 'scalar',
  name: 'JSON_VALUE',
  category: 'json',
  signatures: ['JSON_VALUE(json, path [RETURNING type] [{NULL | ERROR | DEFAULT value} ON EMPTY] [{NULL | ERROR | DEFAULT value} ON ERROR])'],
  summary: 'The scalar at a path in a JSON text, as STRING, BOOLEAN, INT or DOUBLE; NULL by default when it is not there.',
  examples: [
    { expression: `JSON_VALUE('{"a": {"b": [10, 20]}}', '$.a.b[1]')`, result: '20' },
    { expression: `JSON_VALUE('{"a": true}', '$.a' RETURNING BOOLEAN)`, result: 'TRUE' },
    { expression: `JSON_VALUE('{"a": 1}', 'lax $.b' DEFAULT 'none' ON EMPTY)`, result: 'none' },
    { expression: `JSON_VALUE('{"a": 1}', 'strict $.b' DEFAULT 'wrong' ON ERROR)`, result: 'wrong' },
  ],
  nulls: 'own',
  fails: (call) => call.type.kind !== 'VARCHAR' || call.symbols.slice(1).includes('ERROR'),
  resolve: (call) => {
    const wanted = call.symbols[0] ?? 'STRING'
    const type = returnedTypes[wanted.toUpperCase().replace(/\s+/g, ' ')]
    if (type === undefined) return { problem: `JSON_VALUE gives STRING, BOOLEAN, INT or DOUBLE, found ${wanted}. Take the STRING and cast it.`, code: expressionCode.unsupported }
    const wrong = pathProblem(call)
    if (wrong !== null) return wrong
    const resolution = takes(parameters, type, true)({ ...call, args: call.args.slice(0, 2) })
    if ('problem' in resolution) return resolution
    return { ...resolution, args: [...resolution.args, ...call.args.slice(2).map(() => type)] }
  },
  kernel: (call) => {
    const path = constantPath(call)
    const [, onEmpty, onError] = call.symbols
    const emptyDefault = 2
    const errorDefault = onEmpty === 'DEFAULT' ? 3 : 2
    const lookUp = byText((text): Found | { readonly kind: 'scalar'; readonly value: Value } => {
      const found = find(text, path)
      if (found.kind !== 'value') return found
      if (!isScalar(found.value)) return path.mode === 'lax' ? { kind: 'empty' } : { kind: 'error', why: 'the path leads to a list or an object, and JSON_VALUE gives scalars' }
      const value = scalarAs(found, call.type)
      return value === undefined ? found : { kind: 'scalar', value }
    })
    return (columns, rowCount) => {
      const source = columns[0] as StringColumn
      const out = new Array<Value>(rowCount)
      for (let i = 0; i < rowCount; i++) {
        if (source.nulls !== null && source.nulls[i] === 1) {
          out[i] = null
          continue
        }
        const found = lookUp(source, i)
        if (found.kind === 'scalar') out[i] = found.value
        else if (found.kind === 'value') throw new RowError(i, `JSON_VALUE is to give ${call.type.kind} and found ${sortedJsonText(found.value).slice(0, 60)}`)
        else {
          const [behaviour, at] = found.kind === 'empty' ? [onEmpty, emptyDefault] : [onError, errorDefault]
          if (behaviour === 'ERROR') throw new RowError(i, `JSON_VALUE found nothing: ${found.kind === 'empty' ? 'the path leads to no value' : found.why}`)
          out[i] = behaviour === 'DEFAULT' ? valueAt(columns[at]!, i) : null
        }
      }
      return columnOf(call.type, out)
    }
  },
}

// JSON_EXISTS.

const jsonExists: ScalarFunction = {
  kind: 'scalar',
  name: 'JSON_EXISTS',
  category: 'json',
  signatures: ['JSON_EXISTS(json, path [{TRUE | FALSE | UNKNOWN | ERROR} ON ERROR])'],
  summary: 'Whether a path leads to something other than null in a JSON text.',
  examples: [
    { expression: `JSON_EXISTS('{"a": [1]}', '$.a[0]')`, result: 'TRUE' },
    { expression: `JSON_EXISTS('{"a": null}', 'lax $.a')`, result: 'FALSE' },
    { expression: `JSON_EXISTS('{', '$.a' TRUE ON ERROR)`, result: 'TRUE' },
  ],
  nulls: 'propagate',
  fails: (call) => call.symbols[0] === 'ERROR',
  resolve: (call) => pathProblem(call) ?? takes(parameters, booleanType, call.symbols[0] === 'UNKNOWN' ? true : undefined)(call),
  kernel: (call) => {
    const path = constantPath(call)
    const onError = call.symbols[0] ?? 'FALSE'
    const lookUp = byText((text) => find(text, path).kind)
    return (columns, rowCount) => {
      const source = columns[0] as StringColumn
      const out = new Array<Value>(rowCount)
      for (let i = 0; i < rowCount; i++) {
        if (source.nulls !== null && source.nulls[i] === 1) {
          out[i] = null
          continue
        }
        const found = lookUp(source, i)
        if (found === 'error') {
          if (onError === 'ERROR') throw new RowError(i, 'JSON_EXISTS cannot look: the text is no JSON, or the strict path leads nowhere')
          out[i] = onError === 'UNKNOWN' ? null : onError === 'TRUE'
        } else out[i] = found === 'value'
      }
      return columnOf(call.type, out)
    }
  },
}

// JSON_QUERY.

const emptyTexts: Readonly<Record<string, string>> = { 'EMPTY ARRAY': '[]', 'EMPTY OBJECT': '{}' }

const jsonQuery: ScalarFunction = {
  kind: 'scalar',
  name: 'JSON_QUERY',
  category: 'json',
  signatures: ['JSON_QUERY(json, path [{WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL]} ARRAY WRAPPER] [{NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR} ON EMPTY] [... ON ERROR])'],
  summary: 'The list or object at a path in a JSON text, as JSON with its keys in order.',
  examples: [
    { expression: `JSON_QUERY('{"a": {"c": 1, "b": 2}}', '$.a')`, result: '{"b":2,"c":1}' },
    { expression: `JSON_QUERY('{"a": 1}', 'lax $.a' WITH CONDITIONAL ARRAY WRAPPER)`, result: '[1]' },
    { expression: `JSON_QUERY('{}', 'lax $.a' EMPTY ARRAY ON EMPTY)`, result: '[]' },
  ],
  nulls: 'propagate',
  fails: (call) => call.symbols.slice(2).includes('ERROR'),
  resolve: (call) => {
    if (!/^(?:STRING|VARCHAR)$/i.test(call.symbols[0] ?? 'STRING')) return { problem: `JSON_QUERY gives STRING, found RETURNING ${call.symbols[0]!}. Leave RETURNING out.`, code: expressionCode.unsupported }
    return pathProblem(call) ?? takes(parameters, stringType, true)(call)
  },
  kernel: (call) => queryKernel(call),
}

function queryKernel(call: CallSite): Kernel {
  const path = constantPath(call)
  const [, wrapper, onEmpty, onError] = call.symbols
  const lookUp = byText((text): { readonly text: string } | 'empty' | 'error' => {
    const found = find(text, path)
    if (found.kind !== 'value') return found.kind
    const wrapped = wrapper === 'UNCONDITIONAL' || (wrapper === 'CONDITIONAL' && !Array.isArray(found.value)) ? [found.value] : found.value
    if (isScalar(wrapped)) return path.mode === 'lax' ? 'empty' : 'error'
    return { text: sortedJsonText(wrapped) }
  })
  return (columns, rowCount) => {
    const source = columns[0] as StringColumn
    const out = new Array<Value>(rowCount)
    for (let i = 0; i < rowCount; i++) {
      if (source.nulls !== null && source.nulls[i] === 1) {
        out[i] = null
        continue
      }
      const found = lookUp(source, i)
      if (typeof found === 'object') out[i] = found.text
      else {
        const behaviour = (found === 'empty' ? onEmpty : onError) ?? 'NULL'
        if (behaviour === 'ERROR') throw new RowError(i, found === 'empty' ? 'JSON_QUERY found no list or object at the path' : 'JSON_QUERY cannot look: the text is no JSON, or the strict path leads to no list or object')
        out[i] = emptyTexts[behaviour] ?? null
      }
    }
    return columnOf(call.type, out)
  }
}

// IS JSON.

const isJson: ScalarFunction = {
  kind: 'scalar',
  name: 'IS JSON',
  category: 'json',
  signatures: ['text IS JSON [VALUE | SCALAR | OBJECT | ARRAY]'],
  summary: 'Whether a text is JSON, or JSON of one kind. NULL is none.',
  examples: [
    { expression: "'1' IS JSON", result: 'TRUE' },
    { expression: "'{}' IS JSON ARRAY", result: 'FALSE' },
    { expression: "CAST(NULL AS STRING) IS JSON", result: 'FALSE' },
  ],
  callable: false,
  nulls: 'own',
  resolve: takes([{ name: 'text', family: 'character' }], booleanType, false),
  kernel: (call) => {
    const [wanted] = call.symbols
    const lookUp = byText((text) => {
      const read = readJson(text, { depthMax: jsonDepth, duplicateKeys: 'last' })
      if (read.kind === 'error') return false
      if (wanted === 'SCALAR') return isScalar(read.value)
      if (wanted === 'OBJECT') return isObject(read.value)
      return wanted !== 'ARRAY' || Array.isArray(read.value)
    })
    return (columns, rowCount) => {
      const source = columns[0] as StringColumn
      const values = call.buffers.uint8(rowCount)
      for (let i = 0; i < rowCount; i++) values[i] = (source.nulls === null || source.nulls[i] === 0) && lookUp(source, i) ? 1 : 0
      return { storage: 'bool', values, nulls: null }
    }
  },
}

export const jsonFunctions: readonly FunctionDefinition[] = [jsonValue, jsonExists, jsonQuery, isJson]
