import { columnOf } from '../../columnar/batchBuilder.ts'
import { valueAt, type Column, type Value } from '../../columnar/column.ts'
import { booleanType, intType, printType, sameType, stringType, withNullable, type DataType } from '../../columnar/dataType.ts'
import { RowError } from '../../columnar/rowError.ts'
import { expressionCode } from '../codes.ts'
import { commonType } from '../commonType.ts'
import { equalValues } from '../compareKernels.ts'
import { unionNulls } from '../kernels.ts'
import { inFamily, takes, wrongFamily, type Parameter } from '../parameters.ts'
import { compareText } from '../textOrder.ts'
import type { ArgumentType, CallSite, CallTypes, FunctionDefinition, FunctionExample, Kernel, Resolution, ScalarFunction } from '../functionDefinition.ts'

/**
 * Functions of arrays and maps, as Flink 1.20 has them. Positions count from 1. A NULL array gives NULL; a NULL element is an element like any other, equal
 * to another NULL. Values are handled one by one: nested columns are objects, and speed is not their point.
 */
type List = readonly Value[]
type Pairs = readonly (readonly [Value, Value])[]
type ArrayType = DataType & { kind: 'ARRAY' }
type MapType = DataType & { kind: 'MAP' }

interface Entry {
  readonly signature: string
  readonly summary: string
  readonly examples: readonly FunctionExample[]
  readonly resolve: (call: CallTypes) => Resolution
  /** `own`: the function sees NULL arguments but the first, which always makes the result NULL. */
  readonly nulls?: 'own'
  readonly fails?: true
  readonly f: (args: readonly Value[], call: CallSite, row: number) => Value
}

function define(name: string, entry: Entry): ScalarFunction {
  const { f } = entry
  return {
    kind: 'scalar',
    name,
    category: 'collection',
    signatures: [entry.signature],
    summary: entry.summary,
    examples: entry.examples,
    nulls: entry.nulls ?? 'propagate',
    ...(entry.fails === true ? { fails: true } : {}),
    resolve: entry.resolve,
    kernel: (call) => valuesKernel(call, (args, row) => f(args, call, row), entry.nulls === 'own' ? 1 : Infinity),
  }
}

/** Row by row; NULL in one of the first `strict` arguments gives NULL. */
function valuesKernel(call: CallSite, f: (args: readonly Value[], row: number) => Value, strict: number): Kernel {
  return (columns: readonly Column[], rowCount) => {
    const nulls = unionNulls(columns.slice(0, strict), rowCount)
    const out = new Array<Value>(rowCount)
    for (let i = 0; i < rowCount; i++) out[i] = nulls !== null && nulls[i] === 1 ? null : f(columns.map((column) => valueAt(column, i)), i)
    return columnOf(call.type, out)
  }
}

// Types.

const array: Parameter = { name: 'array', family: 'array' }
const map: Parameter = { name: 'map', family: 'map' }

function notArray(call: CallTypes, index: number): Resolution {
  return { problem: wrongFamily(call.name, index, 'array', ['array'], call.args[index]!.type), argument: index }
}

function wrongCount(call: CallTypes, signature: string): Resolution {
  return { problem: `${call.name} takes other arguments than these ${call.args.length}. Write ${signature}.` }
}

const nullArray: DataType = { kind: 'ARRAY', element: intType, nullable: true }

/** What a NULL stands for where an array or a map is wanted. */
function asArray(type: DataType | undefined): ArrayType {
  return type?.kind === 'ARRAY' ? type : (nullArray as ArrayType)
}
function asMap(type: DataType | undefined): MapType {
  return type?.kind === 'MAP' ? type : { kind: 'MAP', key: stringType, value: intType, nullable: true }
}

function arrayTypeOf(argument: ArgumentType): ArrayType | null {
  return argument.type.kind === 'ARRAY' ? argument.type : argument.type.kind === 'NULL' ? (nullArray as ArrayType) : null
}

/** An array and an element of it; the element is cast where its type fits into the array's. */
function arrayAndElement(signature: string, result: (type: ArrayType) => DataType, options: { readonly grows?: true; readonly strict?: true; readonly fixed?: true } = {}): (call: CallTypes) => Resolution {
  return (call) => {
    if (call.args.length !== 2) return wrongCount(call, signature)
    const [container, needle] = call.args as [ArgumentType, ArgumentType]
    const type = arrayTypeOf(container)
    if (type === null) return notArray(call, 0)
    const common = commonType([withNullable(type.element, true), withNullable(needle.type, true)])
    const fits = needle.type.kind === 'NULL' || (common !== null && sameType(common, withNullable(type.element, true)))
    if (!fits) {
      return { problem: `The array holds ${printType(withNullable(type.element, true))}, and ${call.name} is given ${printType(withNullable(needle.type, true))}. Cast the second argument.`, argument: 1, code: expressionCode.mismatch }
    }
    const held: DataType = options.grows === true ? { ...type, element: withNullable(type.element, type.element.nullable || needle.type.nullable) } : type
    return { args: [type, withNullable(type.element, true)], result: result(held as ArrayType), nullable: container.type.nullable || (options.strict === true && needle.type.nullable) }
  }
}

/** Arrays with one type of element. */
function arrays(signature: string, least: number, most: number, result: (type: DataType) => DataType): (call: CallTypes) => Resolution {
  return (call) => {
    if (call.args.length < least || call.args.length > most) return wrongCount(call, signature)
    const wrong = call.args.findIndex((argument) => !inFamily(argument.type, 'array'))
    if (wrong >= 0) return notArray(call, wrong)
    const types = call.args.flatMap((argument) => (argument.type.kind === 'ARRAY' ? [argument.type] : []))
    if (types.length === 0) return { args: call.args.map(() => nullArray), result: nullArray, nullable: true }
    const element = commonType(types.map((type) => type.element))
    if (element === null) return { problem: `The arrays of ${call.name} must hold one type, found ${types.map((type) => printType(withNullable(type.element, true))).join(' and ')}. Cast one.`, code: expressionCode.mismatch }
    const type: DataType = { kind: 'ARRAY', element: withNullable(element, types.some((other) => other.element.nullable)), nullable: true }
    return { args: call.args.map(() => type), result: result(type) }
  }
}

function ordered(call: CallTypes, signature: string, count: number, result: (type: ArrayType) => DataType, rest: readonly DataType[] = []): Resolution {
  if (call.args.length < 1 || call.args.length > count) return wrongCount(call, signature)
  const type = arrayTypeOf(call.args[0]!)
  if (type === null) return notArray(call, 0)
  if (['ARRAY', 'MAP', 'MULTISET', 'ROW', 'BYTES'].includes(type.element.kind)) return { problem: `${call.name} needs elements that have an order; ${type.element.kind} has none.`, argument: 0 }
  for (let i = 1; i < call.args.length; i++) {
    if (!inFamily(call.args[i]!.type, 'boolean')) return { problem: wrongFamily(call.name, i, 'order', ['boolean'], call.args[i]!.type), argument: i }
  }
  return { args: [type, ...rest.slice(0, call.args.length - 1)], result: result(type), nullable: true }
}

// Values.

function includes(list: List, value: Value, type: DataType): boolean {
  return list.some((element) => equalValues(element, value, type))
}

function distinct(list: List, type: DataType): Value[] {
  const out: Value[] = []
  for (const value of list) if (!includes(out, value, type)) out.push(value)
  return out
}

/** Type of the elements of the first argument, or of its keys. */
function elementOf(call: CallSite): DataType {
  const { type } = call.args[0]!
  return type.kind === 'ARRAY' ? type.element : type.kind === 'MAP' ? type.key : type
}

/** Of values that are not NULL. */
function compare(a: Value, b: Value): number {
  if (typeof a === 'string') return compareText(a, b as string)
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0
}

function extreme(list: List, sign: number): Value {
  let best: Value = null
  for (const value of list) if (value !== null && (best === null || compare(value, best) * sign > 0)) best = value
  return best
}

/** Position 0 is the first element, at either end (Flink's ArraySliceFunction). */
function slice(list: List, start: number, end: number): Value[] {
  const first = Math.max(1, start < 0 ? start + list.length + 1 : start)
  const wanted = end < 0 ? end + list.length + 1 : end
  const last = wanted === 0 ? 1 : Math.min(list.length, wanted)
  return last < first ? [] : list.slice(first - 1, last)
}

function put(pairs: [Value, Value][], key: Value, value: Value, type: DataType): void {
  const known = pairs.find((pair) => equalValues(pair[0], key, type))
  if (known === undefined) pairs.push([key, value])
  else known[1] = value
}

const arrayOf = (element: DataType): DataType => ({ kind: 'ARRAY', element, nullable: true })

const someArray = 'ARRAY[1, 2, 2, 3]'

export const collectionFunctions: readonly FunctionDefinition[] = [
  define('CARDINALITY', {
    signature: 'CARDINALITY(array or map)',
    summary: 'How many elements an array has, or entries a map.',
    examples: [{ expression: `CARDINALITY(${someArray})`, result: '4' }, { expression: "CARDINALITY(MAP['a', 1])", result: '1' }],
    resolve: takes([{ name: 'array', family: ['array', 'map'] }], intType),
    f: ([list]) => (list as List).length,
  }),
  define('ELEMENT', {
    signature: 'ELEMENT(array)',
    summary: 'The only element of an array; NULL for an empty one. An array of several fails the job.',
    examples: [{ expression: 'ELEMENT(ARRAY[7])', result: '7' }],
    resolve: takes([array], ([type]) => asArray(type).element, true),
    fails: true,
    f: ([list], _call, row) => {
      if ((list as List).length > 1) throw new RowError(row, `ELEMENT takes an array of one element, found ${(list as List).length}`)
      return (list as List)[0] ?? null
    },
  }),
  define('ARRAY_CONTAINS', {
    signature: 'ARRAY_CONTAINS(array, value)',
    summary: 'Whether a value is in an array; NULL may be asked for too.',
    examples: [{ expression: `ARRAY_CONTAINS(${someArray}, 3)`, result: 'TRUE' }, { expression: `ARRAY_CONTAINS(${someArray}, 9)`, result: 'FALSE' }],
    nulls: 'own',
    resolve: arrayAndElement('ARRAY_CONTAINS(array, value)', () => booleanType),
    f: ([list, value], call) => includes(list as List, value!, elementOf(call)),
  }),
  define('ARRAY_POSITION', {
    signature: 'ARRAY_POSITION(array, value)',
    summary: 'Where a value first stands in an array, counted from 1; 0 when it does not.',
    examples: [{ expression: `ARRAY_POSITION(${someArray}, 2)`, result: '2' }, { expression: `ARRAY_POSITION(${someArray}, 9)`, result: '0' }],
    resolve: arrayAndElement('ARRAY_POSITION(array, value)', () => intType, { strict: true }),
    f: ([list, value], call) => (list as List).findIndex((element) => equalValues(element, value!, elementOf(call))) + 1,
  }),
  define('ARRAY_DISTINCT', {
    signature: 'ARRAY_DISTINCT(array)',
    summary: 'The array without repetitions, in the order of first occurrence.',
    examples: [{ expression: `ARRAY_DISTINCT(${someArray})`, result: '[1, 2, 3]' }],
    resolve: arrays('ARRAY_DISTINCT(array)', 1, 1, (type) => type),
    f: ([list], call) => distinct(list as List, elementOf(call)),
  }),
  define('ARRAY_REMOVE', {
    signature: 'ARRAY_REMOVE(array, value)',
    summary: 'The array without the elements that equal a value.',
    examples: [{ expression: `ARRAY_REMOVE(${someArray}, 2)`, result: '[1, 3]' }],
    nulls: 'own',
    resolve: arrayAndElement('ARRAY_REMOVE(array, value)', (type) => type),
    f: ([list, value], call) => (list as List).filter((element) => !equalValues(element, value!, elementOf(call))),
  }),
  define('ARRAY_REVERSE', {
    signature: 'ARRAY_REVERSE(array)',
    summary: 'The array backwards.',
    examples: [{ expression: `ARRAY_REVERSE(${someArray})`, result: '[3, 2, 2, 1]' }],
    resolve: arrays('ARRAY_REVERSE(array)', 1, 1, (type) => type),
    f: ([list]) => (list as List).toReversed(),
  }),
  define('ARRAY_CONCAT', {
    signature: 'ARRAY_CONCAT(array, ...)',
    summary: 'Arrays one after the other; NULL when one of them is.',
    examples: [{ expression: 'ARRAY_CONCAT(ARRAY[1], ARRAY[2, 1])', result: '[1, 2, 1]' }],
    resolve: arrays('ARRAY_CONCAT(array, ...)', 1, Infinity, (type) => type),
    f: (lists) => (lists as readonly List[]).flat(1),
  }),
  define('ARRAY_UNION', {
    signature: 'ARRAY_UNION(array, array)',
    summary: 'The elements of both arrays without repetitions.',
    examples: [{ expression: 'ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])', result: '[1, 2, 3]' }],
    resolve: arrays('ARRAY_UNION(array, array)', 2, 2, (type) => type),
    f: ([a, b], call) => distinct([...(a as List), ...(b as List)], elementOf(call)),
  }),
  define('ARRAY_APPEND', {
    signature: 'ARRAY_APPEND(array, value)',
    summary: 'The array with a value behind it.',
    examples: [{ expression: 'ARRAY_APPEND(ARRAY[1], 2)', result: '[1, 2]' }],
    nulls: 'own',
    resolve: arrayAndElement('ARRAY_APPEND(array, value)', (type) => type, { grows: true }),
    f: ([list, value]) => [...(list as List), value!],
  }),
  define('ARRAY_PREPEND', {
    signature: 'ARRAY_PREPEND(array, value)',
    summary: 'The array with a value before it.',
    examples: [{ expression: 'ARRAY_PREPEND(ARRAY[1], 2)', result: '[2, 1]' }],
    nulls: 'own',
    resolve: arrayAndElement('ARRAY_PREPEND(array, value)', (type) => type, { grows: true }),
    f: ([list, value]) => [value!, ...(list as List)],
  }),
  define('ARRAY_SLICE', {
    signature: 'ARRAY_SLICE(array, start [, end])',
    summary: 'The elements from one position to another, both included; negative positions count from the end.',
    examples: [{ expression: `ARRAY_SLICE(${someArray}, 2, 3)`, result: '[2, 2]' }, { expression: `ARRAY_SLICE(${someArray}, -2)`, result: '[2, 3]' }],
    resolve: takes([array, { name: 'start', family: 'int', as: intType }, { name: 'end', family: 'int', as: intType, optional: true }], ([type]) => asArray(type)),
    f: ([list, start, end]) => slice(list as List, start as number, (end as number | undefined) ?? (list as List).length),
  }),
  define('ARRAY_MAX', {
    signature: 'ARRAY_MAX(array)',
    summary: 'The greatest element that is not NULL; NULL for an empty array.',
    examples: [{ expression: `ARRAY_MAX(${someArray})`, result: '3' }],
    resolve: (call) => ordered(call, 'ARRAY_MAX(array)', 1, (type) => type.element),
    f: ([list]) => extreme(list as List, 1),
  }),
  define('ARRAY_MIN', {
    signature: 'ARRAY_MIN(array)',
    summary: 'The least element that is not NULL; NULL for an empty array.',
    examples: [{ expression: `ARRAY_MIN(${someArray})`, result: '1' }],
    resolve: (call) => ordered(call, 'ARRAY_MIN(array)', 1, (type) => type.element),
    f: ([list]) => extreme(list as List, -1),
  }),
  define('ARRAY_SORT', {
    signature: 'ARRAY_SORT(array [, ascending [, nulls first]])',
    summary: 'The array in order; NULLs stand first when ascending and last when descending, unless said otherwise.',
    examples: [{ expression: 'ARRAY_SORT(ARRAY[3, 1, 2])', result: '[1, 2, 3]' }, { expression: 'ARRAY_SORT(ARRAY[3, 1, 2], FALSE)', result: '[3, 2, 1]' }],
    resolve: (call) => ordered(call, 'ARRAY_SORT(array [, ascending [, nulls first]])', 3, (type) => type, [booleanType, booleanType]),
    f: ([list, ascending, nullsFirst]) => {
      const up = ascending === undefined || ascending === true
      const first = nullsFirst === undefined ? up : nullsFirst === true
      const sorted = (list as List).filter((value) => value !== null).toSorted((a, b) => (up ? compare(a, b) : compare(b, a)))
      const missing = new Array<Value>((list as List).length - sorted.length).fill(null)
      return first ? [...missing, ...sorted] : [...sorted, ...missing]
    },
  }),
  define('ARRAY_JOIN', {
    signature: 'ARRAY_JOIN(array, separator [, text for NULL])',
    summary: 'The texts of an array with a separator between them; NULLs are passed over unless there is a text for them.',
    examples: [{ expression: "ARRAY_JOIN(ARRAY['a', 'b'], '+')", result: 'a+b' }],
    resolve: (call) => {
      const [first] = call.args
      if (first !== undefined && first.type.kind === 'ARRAY' && first.type.element.kind !== 'CHAR' && first.type.element.kind !== 'VARCHAR') {
        return { problem: `ARRAY_JOIN takes an ARRAY<STRING>, found ${printType(withNullable(first.type, true))}. Cast it: CAST(... AS ARRAY<STRING>).`, argument: 0 }
      }
      return takes([array, { name: 'separator', family: 'character' }, { name: 'text for NULL', family: 'character', optional: true }], stringType)(call)
    },
    f: ([list, separator, missing]) => (list as List).flatMap((value) => (value !== null ? [value] : missing === undefined ? [] : [missing])).join(separator as string),
  }),
  define('SPLIT', {
    signature: 'SPLIT(text, separator)',
    summary: 'The parts of a text between separators, as an array; its characters when the separator is empty.',
    examples: [{ expression: "SPLIT('a,b,', ',')", result: '[a, b, ]' }, { expression: "SPLIT('', ',')", result: '[]' }],
    resolve: takes([{ name: 'text', family: 'character' }, { name: 'separator', family: 'character' }], arrayOf({ ...stringType, nullable: false } as DataType)),
    f: ([value, separator]) => (value === '' ? [] : separator === '' ? Array.from(value as string) : (value as string).split(separator as string)),
  }),
  define('MAP_KEYS', {
    signature: 'MAP_KEYS(map)',
    summary: 'The keys of a map.',
    examples: [{ expression: "MAP_KEYS(MAP['a', 1, 'b', 2])", result: '[a, b]' }],
    resolve: takes([map], ([type]) => arrayOf(asMap(type).key)),
    f: ([pairs]) => (pairs as Pairs).map(([key]) => key),
  }),
  define('MAP_VALUES', {
    signature: 'MAP_VALUES(map)',
    summary: 'The values of a map, in the order of its keys.',
    examples: [{ expression: "MAP_VALUES(MAP['a', 1, 'b', 2])", result: '[1, 2]' }],
    resolve: takes([map], ([type]) => arrayOf(asMap(type).value)),
    f: ([pairs]) => (pairs as Pairs).map(([, value]) => value),
  }),
  define('MAP_ENTRIES', {
    signature: 'MAP_ENTRIES(map)',
    summary: 'The entries of a map as an array of rows with the fields key and value.',
    examples: [{ expression: "MAP_ENTRIES(MAP['a', 1])", result: '[(a, 1)]' }],
    resolve: takes([map], ([type]) => arrayOf({ kind: 'ROW', fields: [{ name: 'key', type: asMap(type).key }, { name: 'value', type: asMap(type).value }], nullable: false })),
    f: ([pairs]) => (pairs as Pairs).map(([key, value]) => [key, value]),
  }),
  define('MAP_FROM_ARRAYS', {
    signature: 'MAP_FROM_ARRAYS(keys, values)',
    summary: 'A map of keys and their values; arrays of different lengths fail the job.',
    examples: [{ expression: "MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", result: '{a=1, b=2}' }],
    fails: true,
    resolve: takes([{ name: 'keys', family: 'array' }, { name: 'values', family: 'array' }], ([keys, values]) => ({ kind: 'MAP', key: asArray(keys).element, value: asArray(values).element, nullable: true })),
    f: ([keys, values], call, row) => {
      if ((keys as List).length !== (values as List).length) throw new RowError(row, `MAP_FROM_ARRAYS has ${(keys as List).length} keys and ${(values as List).length} values`)
      const pairs: [Value, Value][] = []
      ;(keys as List).forEach((key, i) => put(pairs, key, (values as List)[i]!, elementOf(call)))
      return pairs
    },
  }),
  define('MAP_UNION', {
    signature: 'MAP_UNION(map, ...)',
    summary: 'The entries of several maps; of a key in more than one the last value counts.',
    examples: [{ expression: "MAP_UNION(MAP['a', 1], MAP['a', 2, 'b', 3])", result: '{a=2, b=3}' }],
    resolve: (call) => {
      const resolution = takes([{ ...map, repeats: true }], ([type]) => asMap(type))(call)
      if ('problem' in resolution) return resolution
      const type = commonType(call.args.map((argument) => argument.type))
      if (type?.kind === 'NULL') return { args: call.args.map(() => asMap(type)), result: asMap(type), nullable: true }
      if (type === null || type.kind !== 'MAP') return { problem: `The maps of MAP_UNION must be of one type, found ${call.args.map((argument) => printType(withNullable(argument.type, true))).join(' and ')}. Cast one.`, code: expressionCode.mismatch }
      return { args: call.args.map(() => type), result: type }
    },
    f: (maps, call) => {
      const pairs: [Value, Value][] = []
      for (const one of maps) for (const [key, value] of one as Pairs) put(pairs, key, value, elementOf(call))
      return pairs
    },
  }),
]
