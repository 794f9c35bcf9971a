import { columnOf } from '../../columnar/batchBuilder.ts'
import { valueAt, type ObjectColumn, type Value } from '../../columnar/column.ts'
import { bigintType, isInteger, printType, withNullable } from '../../columnar/dataType.ts'
import { expressionCode } from '../codes.ts'
import { commonType } from '../commonType.ts'
import { equalValues } from '../compareKernels.ts'
import type { CallTypes, FunctionDefinition, Resolution, ScalarFunction } from '../functionDefinition.ts'
import { wrongFamily } from '../parameters.ts'

/**
 * Nested values: ROW, ARRAY and MAP from their parts, and `a[i]` back out of them. Fields of a ROW are a node of their own (`field`).
 */
const row: ScalarFunction = {
  kind: 'scalar',
  name: 'ROW',
  category: 'collection',
  signatures: ['ROW(value, ...)'],
  summary: 'A row of the given values; its fields are called EXPR$0, EXPR$1 and so on until a CAST names them.',
  examples: [{ expression: "ROW(1, 'a')", result: '(1, a)' }],
  nulls: 'own',
  resolve: (call) => {
    if (call.args.length === 0) return { problem: 'ROW takes at least one value.' }
    const fields = call.args.map((argument, i) => ({ name: `EXPR$${i}`, type: argument.type }))
    return { args: call.args.map((argument) => argument.type), result: { kind: 'ROW', fields, nullable: false }, nullable: false }
  },
  kernel: () => (columns, rowCount) => {
    const values = new Array<Value>(rowCount)
    for (let i = 0; i < rowCount; i++) values[i] = columns.map((column) => valueAt(column, i))
    return { storage: 'object', values, nulls: null }
  },
}

const array: ScalarFunction = {
  kind: 'scalar',
  name: 'ARRAY',
  category: 'collection',
  signatures: ['ARRAY[value, ...]'],
  summary: 'An array of the given values.',
  examples: [{ expression: 'ARRAY[1, 2, 3]', result: '[1, 2, 3]' }],
  callable: false,
  nulls: 'own',
  resolve: (call) => {
    if (call.args.length === 0) return { problem: 'An ARRAY needs at least one element, which gives it its type.' }
    const element = commonType(call.args.map((argument) => argument.type))
    if (element === null) return noCommonType('The elements of an ARRAY', call, call.args.map((_, i) => i))
    return { args: call.args.map(() => element), result: { kind: 'ARRAY', element, nullable: false }, nullable: false }
  },
  kernel: () => (columns, rowCount) => {
    const values = new Array<Value>(rowCount)
    for (let i = 0; i < rowCount; i++) values[i] = columns.map((column) => valueAt(column, i))
    return { storage: 'object', values, nulls: null }
  },
}

function noCommonType(what: string, call: CallTypes, indices: readonly number[]): Resolution {
  const types = indices.map((index) => printType(withNullable(call.args[index]!.type, true)))
  return { problem: `${what} must have one type, found ${[...new Set(types)].join(', ')}. Cast them to one.`, code: expressionCode.mismatch }
}

const map: ScalarFunction = {
  kind: 'scalar',
  name: 'MAP',
  category: 'collection',
  signatures: ['MAP[key, value, ...]'],
  summary: 'A map of keys and values given in turn; of a key given twice the last value counts.',
  examples: [{ expression: "MAP['a', 1, 'b', 2]", result: '{a=1, b=2}' }],
  callable: false,
  nulls: 'own',
  resolve: (call) => {
    if (call.args.length === 0) return { problem: 'A MAP needs at least one key and value, which give it its type.' }
    const keys = call.args.flatMap((_, i) => (i % 2 === 0 ? [i] : []))
    const values = call.args.flatMap((_, i) => (i % 2 === 1 ? [i] : []))
    const key = commonType(keys.map((i) => call.args[i]!.type))
    const value = commonType(values.map((i) => call.args[i]!.type))
    if (key === null) return noCommonType('The keys of a MAP', call, keys)
    if (value === null) return noCommonType('The values of a MAP', call, values)
    return { args: call.args.map((_, i) => (i % 2 === 0 ? key : value)), result: { kind: 'MAP', key, value, nullable: false }, nullable: false }
  },
  kernel: (call) => (columns, rowCount) => {
    const keyType = call.args[0]!.type
    const values = new Array<Value>(rowCount)
    for (let i = 0; i < rowCount; i++) {
      const pairs: [Value, Value][] = []
      for (let k = 0; k < columns.length; k += 2) {
        const key = valueAt(columns[k]!, i)
        const value = valueAt(columns[k + 1]!, i)
        const known = pairs.find((pair) => equalValues(pair[0], key, keyType))
        if (known === undefined) pairs.push([key, value])
        else known[1] = value
      }
      values[i] = pairs
    }
    return { storage: 'object', values, nulls: null }
  },
}

const item: ScalarFunction = {
  kind: 'scalar',
  name: 'ITEM',
  category: 'collection',
  signatures: ['array[index]', 'map[key]'],
  summary: 'An element of an array, counted from 1, or the value of a key of a map; NULL when there is none.',
  examples: [
    { expression: 'ARRAY[10, 20][2]', result: '20' },
    { expression: "MAP['a', 1]['b']", result: 'NULL' },
  ],
  callable: false,
  nulls: 'own',
  resolve: resolveItem,
  kernel: (call) => {
    const container = call.args[0]!.type
    const type = call.type
    const keyType = call.args[1]!.type
    return (columns, rowCount) => {
      const source = columns[0] as ObjectColumn
      const index = columns[1]!
      const out = new Array<Value>(rowCount)
      for (let i = 0; i < rowCount; i++) {
        const at = valueAt(index, i)
        if (at === null || (source.nulls !== null && source.nulls[i] === 1)) out[i] = null
        else if (container.kind === 'ARRAY') out[i] = (source.values[i] as readonly Value[])[Number(at) - 1] ?? null
        else out[i] = (source.values[i] as readonly (readonly Value[])[]).find((pair) => equalValues(pair[0]!, at, keyType))?.[1] ?? null
      }
      return columnOf(type, out)
    }
  },
}

function resolveItem(call: CallTypes): Resolution {
  const [container, index] = [call.args[0]!, call.args[1]!]
  const { type } = container
  if (type.kind === 'ARRAY') {
    if (!isInteger(index.type) && index.type.kind !== 'NULL') return { problem: wrongFamily('An array', 1, 'index', ['integer'], index.type), argument: 1 }
    if (index.constant !== undefined && index.constant !== null && Number(index.constant) < 1) return { problem: `The elements of an array are counted from 1, found ${String(index.constant)}.`, argument: 1 }
    return { args: [type, bigintType], result: type.element, nullable: true }
  }
  if (type.kind === 'MAP') {
    if (commonType([type.key, index.type]) === null) return { problem: `The keys of this MAP are ${printType(withNullable(type.key, true))}, found ${printType(withNullable(index.type, true))}. Cast the key.`, argument: 1, code: expressionCode.mismatch }
    return { args: [type, type.key], result: type.value, nullable: true }
  }
  const way = type.kind === 'ROW' ? ' A field of a ROW is written with a dot: row.field.' : ''
  return { problem: `Only an ARRAY or a MAP has elements, found ${printType(withNullable(type, true))}.${way}`, argument: 0 }
}

export const constructFunctions: readonly FunctionDefinition[] = [row, array, map, item]
