import type { Column, StringColumn } from '../columnar/column.ts'
import { storageOf } from '../columnar/column.ts'
import { isCharacter } from '../columnar/dataType.ts'
import { stringColumn, stringToBool, stringToFloat64, stringToInt32, stringToString, textAt, unionNulls } from './kernels.ts'
import type { CallSite, Kernel } from './functionDefinition.ts'

/**
 * Kernels of functions of texts and numbers, from a function of one row.
 *
 * Where all arguments but one text are constants, the function is asked once per dictionary entry; otherwise once per row, with one argument list
 * for all rows. NULL in any argument gives NULL. `row` is there for a RowError.
 */
export type TextArgument = string | number
export type TextFunction = (args: readonly TextArgument[], row: number) => string | number | boolean | null

/** `fails`: the function may throw, so it must be asked about rows only, never about dictionary entries that no row has. */
export function textKernel(call: CallSite, f: TextFunction, fails = false): Kernel {
  const variable = call.args.flatMap((argument, i) => (argument.kind === 'literal' && argument.value !== null ? [] : [i]))
  const [only] = variable
  if (!fails && variable.length === 1 && isCharacter(call.args[only!]!.type)) return byEntry(call, f, only!)
  return byRow(call, f)
}

function byEntry(call: CallSite, f: TextFunction, variable: number): Kernel {
  const args = call.args.map((argument) => (argument.kind === 'literal' ? constantOf(argument.value) : ''))
  const g = (text: string): string | number | boolean | null => {
    args[variable] = text
    return f(args, 0)
  }
  const kernel = kernelOf(call, g)
  return variable === 0 ? kernel : (columns, rowCount, context) => kernel([columns[variable]!], rowCount, context)
}

function kernelOf(call: CallSite, g: (text: string) => string | number | boolean | null): Kernel {
  switch (storageOf(call.type)) {
    case 'string':
      return stringToString(g as (text: string) => string | null)
    case 'int32':
      return stringToInt32(call, g as (text: string) => number | null)
    case 'float64':
      return stringToFloat64(call, g as (text: string) => number | null)
    case 'bool':
      return stringToBool(call, g as (text: string) => boolean | null)
    default:
      throw new Error(`${call.name} gives ${call.type.kind}, which no text function does`)
  }
}

function constantOf(value: unknown): TextArgument {
  return typeof value === 'bigint' ? Number(value) : (value as TextArgument)
}

function argumentAt(column: Column, row: number): TextArgument {
  switch (column.storage) {
    case 'string':
      return textAt(column, row)
    case 'int32':
    case 'float64':
      return column.values[row]!
    case 'int64':
      return column.values === null ? Number(column.wide![row]!) : column.values[row]!
    default:
      throw new Error(`${column.storage} is no argument of a text function`)
  }
}

function byRow(call: CallSite, f: TextFunction): Kernel {
  const args: TextArgument[] = call.args.map(() => '')
  const storage = storageOf(call.type)
  return (columns, rowCount) => {
    const nulls = unionNulls(columns, rowCount)
    const answers = new Array<string | number | boolean | null>(rowCount)
    for (let i = 0; i < rowCount; i++) {
      if (nulls !== null && nulls[i] === 1) {
        answers[i] = null
        continue
      }
      for (let k = 0; k < columns.length; k++) args[k] = argumentAt(columns[k]!, i)
      answers[i] = f(args, i)
    }
    if (storage === 'string') return stringColumn(answers as (string | null)[])
    let mask: Uint8Array | null = null
    for (let i = 0; i < rowCount; i++) {
      if (answers[i] !== null) continue
      mask ??= new Uint8Array(rowCount)
      mask[i] = 1
    }
    if (storage === 'int32') {
      const values = call.buffers.int32(rowCount)
      for (let i = 0; i < rowCount; i++) values[i] = answers[i] as number
      return { storage, values, nulls: mask }
    }
    if (storage === 'bool') {
      const values = call.buffers.uint8(rowCount)
      for (let i = 0; i < rowCount; i++) values[i] = answers[i] === true ? 1 : 0
      return { storage, values, nulls: mask }
    }
    if (storage !== 'float64') throw new Error(`${call.name} gives ${call.type.kind}, which no text function does`)
    const values = call.buffers.float64(rowCount)
    for (let i = 0; i < rowCount; i++) values[i] = (answers[i] as number | null) ?? 0
    return { storage, values, nulls: mask }
  }
}

/** Texts joined row by row, NULLs passed over or not. */
export function joined(columns: readonly Column[], rowCount: number, separators: StringColumn | null): StringColumn {
  const texts = new Array<string | null>(rowCount)
  const first = separators === null ? 0 : 1
  for (let i = 0; i < rowCount; i++) {
    if (separators !== null && separators.nulls !== null && separators.nulls[i] === 1) {
      texts[i] = null
      continue
    }
    const separator = separators === null ? '' : textAt(separators, i)
    let text: string | null = separators === null ? '' : null
    for (let k = first; k < columns.length; k++) {
      const column = columns[k] as StringColumn
      if (column.nulls !== null && column.nulls[i] === 1) {
        if (separators !== null) continue
        text = null
        break
      }
      text = text === null ? textAt(column, i) : text + separator + textAt(column, i)
    }
    texts[i] = separators === null ? text : (text ?? '')
  }
  return stringColumn(texts)
}
