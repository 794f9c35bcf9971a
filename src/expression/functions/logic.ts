import type { BoolColumn, Column, Nulls } from '../../columnar/column.ts'
import { booleanType, printType, withNullable } from '../../columnar/dataType.ts'
import type { CallTypes, Frame, FunctionDefinition, LazyArgument, LazyFunction, Resolution, ScalarFunction } from '../functionDefinition.ts'

/**
 * AND, OR, NOT and the IS forms, in three-valued logic.
 *
 * As in Flink's generated code, the right side of an AND is evaluated for a row unless the left is FALSE, that of an OR unless it is TRUE; so a failing right
 * side fails only the rows that reach it.
 */
function resolveConnective(call: CallTypes): Resolution {
  for (let i = 0; i < call.args.length; i++) {
    const type = call.args[i]!.type
    if (type.kind !== 'BOOLEAN' && type.kind !== 'NULL') {
      return { problem: `${call.name} takes BOOLEAN conditions, found ${printType(withNullable(type, true))}. Make it a condition, for example with a comparison such as "= 1" or "IS NOT NULL".`, argument: i }
    }
  }
  return { args: call.args.map(() => booleanType), result: booleanType }
}

/** `decided` is the value that settles the result whatever the others are: 0 for AND, 1 for OR. */
function connective(name: 'AND' | 'OR', decided: 0 | 1, summary: string, examples: LazyFunction['examples']): LazyFunction {
  return {
    kind: 'lazy',
    name,
    category: 'logic',
    signatures: [`a ${name} b`],
    summary,
    examples,
    callable: false,
    nulls: 'own',
    resolve: resolveConnective,
    lazyKernel: (call, args) => (frame) => {
      const n = frame.rowCount
      const values = call.buffers.uint8(n)
      const first = args[0]!.evaluate(frame) as BoolColumn
      let nulls: Nulls = first.nulls === null ? null : first.nulls.slice(0, n)
      copyValues(first.values, first.nulls, values, n)
      for (let k = 1; k < args.length; k++) {
        const argument = args[k]!
        nulls = argument.fails ? joinReached(argument, frame, values, nulls, decided) : joinAll(argument.evaluate(frame) as BoolColumn, values, nulls, decided, n)
      }
      return { storage: 'bool', values, nulls }
    },
  }
}

/** Values under a NULL become 0, so that the loops below may read them. */
function copyValues(source: Uint8Array, nulls: Nulls, out: Uint8Array, n: number): void {
  if (nulls === null) for (let i = 0; i < n; i++) out[i] = source[i]!
  else for (let i = 0; i < n; i++) out[i] = source[i]! & ~nulls[i]! & 1
}

function joinAll(right: BoolColumn, values: Uint8Array, nulls: Nulls, decided: 0 | 1, n: number): Nulls {
  const b = right.values
  if (nulls === null && right.nulls === null) {
    if (decided === 0) for (let i = 0; i < n; i++) values[i] = values[i]! & b[i]!
    else for (let i = 0; i < n; i++) values[i] = values[i]! | b[i]!
    return null
  }
  const unknown = nulls ?? new Uint8Array(n)
  const theirs = right.nulls
  for (let i = 0; i < n; i++) combine(values, unknown, i, b[i]!, theirs !== null && theirs[i] === 1, decided)
  return unknown
}

/** Three-valued AND of a column into values and their mask; gives the new mask. Values under a NULL must be 0. */
export function andInto(right: BoolColumn, values: Uint8Array, nulls: Nulls, rowCount: number): Nulls {
  if (nulls !== null) for (let i = 0; i < rowCount; i++) if (nulls[i] === 1) values[i] = 0
  return joinAll(right, values, nulls === null ? null : nulls.slice(0, rowCount), 0, rowCount)
}

function combine(values: Uint8Array, unknown: Uint8Array, row: number, value: number, isNull: boolean, decided: 0 | 1): void {
  if (unknown[row] === 0 && values[row] === decided) return
  if (!isNull && value === decided) {
    values[row] = decided
    unknown[row] = 0
  } else if (isNull || unknown[row] === 1) {
    values[row] = 0
    unknown[row] = 1
  } else values[row] = value
}

/** Evaluates an argument that may fail for the rows that are not decided yet. */
function joinReached(argument: LazyArgument, frame: Frame, values: Uint8Array, nulls: Nulls, decided: 0 | 1): Nulls {
  const n = frame.rowCount
  const rows = new Int32Array(n)
  let count = 0
  for (let i = 0; i < n; i++) if (values[i] !== decided || (nulls !== null && nulls[i] === 1)) rows[count++] = i
  if (count === 0) return nulls
  const right = argument.evaluateRows(frame, rows, count) as BoolColumn
  if (nulls === null && right.nulls === null) {
    for (let i = 0; i < count; i++) values[rows[i]!] = right.values[i]!
    return null
  }
  const unknown = nulls ?? new Uint8Array(n)
  for (let i = 0; i < count; i++) combine(values, unknown, rows[i]!, right.values[i]!, right.nulls !== null && right.nulls[i] === 1, decided)
  return unknown
}

const not: ScalarFunction = {
  kind: 'scalar',
  name: 'NOT',
  category: 'logic',
  signatures: ['NOT a'],
  summary: 'TRUE for FALSE, FALSE for TRUE, NULL for NULL.',
  examples: [
    { expression: 'NOT TRUE', result: 'FALSE' },
    { expression: 'NOT CAST(NULL AS BOOLEAN)', result: 'NULL' },
  ],
  callable: false,
  nulls: 'propagate',
  resolve: resolveConnective,
  kernel: (call) => (columns, rowCount) => {
    const column = columns[0] as BoolColumn
    const values = call.buffers.uint8(rowCount)
    for (let i = 0; i < rowCount; i++) values[i] = column.values[i]! ^ 1
    return { storage: 'bool', values, nulls: column.nulls }
  },
}

function isNull(name: string, marked: 0 | 1, summary: string, examples: ScalarFunction['examples']): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    category: 'logic',
    signatures: [`a ${name}`],
    summary,
    examples,
    callable: false,
    nulls: 'own',
    resolve: (call) => ({ args: call.args.map((argument) => argument.type), result: booleanType, nullable: false }),
    kernel: (call) => (columns, rowCount) => {
      const nulls = columns[0]!.nulls
      const values = call.buffers.uint8(rowCount)
      if (nulls === null) values.fill(1 - marked, 0, rowCount)
      else {
        // Without asking, because nobody can foretell the answers.
        const flip = 1 - marked
        for (let i = 0; i < rowCount; i++) values[i] = nulls[i]! ^ flip
      }
      return { storage: 'bool', values, nulls: null }
    },
  }
}

function isTruth(name: string, wanted: 0 | 1, positive: boolean, summary: string, examples: ScalarFunction['examples']): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    category: 'logic',
    signatures: [`a ${name}`],
    summary,
    examples,
    callable: false,
    nulls: 'own',
    resolve: (call) => {
      const resolved = resolveConnective(call)
      return 'problem' in resolved ? resolved : { ...resolved, nullable: false }
    },
    kernel: (call) => (columns, rowCount): Column => {
      const column = columns[0] as BoolColumn
      const values = call.buffers.uint8(rowCount)
      const hit = positive ? 1 : 0
      for (let i = 0; i < rowCount; i++) {
        const is = column.values[i] === wanted && (column.nulls === null || column.nulls[i] === 0)
        values[i] = is ? hit : 1 - hit
      }
      return { storage: 'bool', values, nulls: null }
    },
  }
}

export const logicFunctions: readonly FunctionDefinition[] = [
  connective('AND', 0, 'TRUE when all are TRUE, FALSE when any is FALSE, else NULL.', [
    { expression: 'CAST(NULL AS BOOLEAN) AND FALSE', result: 'FALSE' },
    { expression: 'CAST(NULL AS BOOLEAN) AND TRUE', result: 'NULL' },
  ]),
  connective('OR', 1, 'TRUE when any is TRUE, FALSE when all are FALSE, else NULL.', [
    { expression: 'CAST(NULL AS BOOLEAN) OR TRUE', result: 'TRUE' },
    { expression: 'CAST(NULL AS BOOLEAN) OR FALSE', result: 'NULL' },
  ]),
  not,
  isNull('IS NULL', 1, 'TRUE for NULL.', [{ expression: "'' IS NULL", result: 'FALSE' }]),
  isNull('IS NOT NULL', 0, 'TRUE for anything but NULL.', [{ expression: "'' IS NOT NULL", result: 'TRUE' }]),
  isTruth('IS TRUE', 1, true, 'TRUE for TRUE, FALSE for FALSE and NULL.', [{ expression: 'UNKNOWN IS TRUE', result: 'FALSE' }]),
  isTruth('IS NOT TRUE', 1, false, 'FALSE for TRUE, TRUE for FALSE and NULL.', [{ expression: 'UNKNOWN IS NOT TRUE', result: 'TRUE' }]),
  isTruth('IS FALSE', 0, true, 'TRUE for FALSE, FALSE for TRUE and NULL.', [{ expression: 'UNKNOWN IS FALSE', result: 'FALSE' }]),
  isTruth('IS NOT FALSE', 0, false, 'FALSE for FALSE, TRUE for TRUE and NULL.', [{ expression: 'UNKNOWN IS NOT FALSE', result: 'TRUE' }]),
  {
    ...isNull('IS UNKNOWN', 1, 'TRUE for a condition that is NULL.', [{ expression: '(1 = CAST(NULL AS INT)) IS UNKNOWN', result: 'TRUE' }]),
    resolve: (call) => {
      const resolved = resolveConnective(call)
      return 'problem' in resolved ? resolved : { ...resolved, nullable: false }
    },
  },
  {
    ...isNull('IS NOT UNKNOWN', 0, 'TRUE for a condition that is not NULL.', [{ expression: '(1 = 2) IS NOT UNKNOWN', result: 'TRUE' }]),
    resolve: (call) => {
      const resolved = resolveConnective(call)
      return 'problem' in resolved ? resolved : { ...resolved, nullable: false }
    },
  },
]
