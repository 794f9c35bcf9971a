import { isCharacter, isInteger, isNumeric, isTimestamp, printType, withNullable, type DataType } from '../columnar/dataType.ts'
import type { CallTypes, Resolution } from './functionDefinition.ts'

/**
 * Parameter lists as data: the usual way to write a function's `resolve`.
 *
 * `takes(parameters, result)` checks the number of arguments and each one's family, names the argument at fault in words, and casts to the
 * parameter's `as` type when it has one. A NULL literal fits every family. Functions with rules of their own write `resolve` by hand.
 */
export interface Parameter {
  /** As the help writes it. */
  readonly name: string
  readonly family: Family | readonly Family[]
  /** The argument is cast to this type; absent, it keeps its own. */
  readonly as?: DataType
  /** May be left out, with all that follow. */
  readonly optional?: true
  /** The last parameter may repeat. */
  readonly repeats?: true
  /** Must be a literal. */
  readonly literal?: true
}

/** `int` is what fits INT: Flink's planner takes a BIGINT as a position or a number of digits too, and then fails to generate code for it. */
export type Family = 'boolean' | 'integer' | 'int' | 'numeric' | 'character' | 'bytes' | 'date' | 'time' | 'timestamp' | 'interval' | 'array' | 'map' | 'multiset' | 'row' | 'any'

const familyNames: Record<Family, string> = {
  boolean: 'BOOLEAN',
  integer: 'an integer type',
  int: 'INT',
  numeric: 'a numeric type',
  character: 'STRING',
  bytes: 'BYTES',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  interval: 'an INTERVAL',
  array: 'an ARRAY',
  map: 'a MAP',
  multiset: 'a MULTISET',
  row: 'a ROW',
  any: 'any type',
}

export function inFamily(type: DataType, family: Family): boolean {
  if (type.kind === 'NULL') return true
  switch (family) {
    case 'boolean':
      return type.kind === 'BOOLEAN'
    case 'integer':
      return isInteger(type)
    case 'int':
      return isInteger(type) && type.kind !== 'BIGINT'
    case 'numeric':
      return isNumeric(type)
    case 'character':
      return isCharacter(type)
    case 'bytes':
      return type.kind === 'BYTES'
    case 'date':
      return type.kind === 'DATE'
    case 'time':
      return type.kind === 'TIME'
    case 'timestamp':
      return isTimestamp(type)
    case 'interval':
      return type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH'
    case 'array':
      return type.kind === 'ARRAY'
    case 'map':
      return type.kind === 'MAP'
    case 'multiset':
      return type.kind === 'MULTISET'
    case 'row':
      return type.kind === 'ROW'
    case 'any':
      return true
  }
}

export function takes(
  parameters: readonly Parameter[],
  result: DataType | ((args: readonly DataType[], call: CallTypes) => DataType),
  nullable?: boolean,
): (call: CallTypes) => Resolution {
  const required = parameters.filter((parameter) => parameter.optional !== true).length
  const repeats = parameters.at(-1)?.repeats === true
  return (call) => {
    if (call.args.length < required || (!repeats && call.args.length > parameters.length)) return { problem: wrongCount(call, parameters, required, repeats) }
    const args: DataType[] = []
    for (let i = 0; i < call.args.length; i++) {
      const parameter = parameters[Math.min(i, parameters.length - 1)]!
      const argument = call.args[i]!
      const families = typeof parameter.family === 'string' ? [parameter.family] : parameter.family
      if (!families.some((family) => inFamily(argument.type, family))) {
        return { problem: wrongFamily(call.name, i, parameter.name, families, argument.type), argument: i }
      }
      if (parameter.literal === true && argument.constant === undefined) {
        return { problem: `The argument "${parameter.name}" of ${call.name} must be a literal. Write its value instead of an expression.`, argument: i }
      }
      args.push(parameter.as ?? (argument.type.kind === 'NULL' ? defaultOf(families[0]!) : argument.type))
    }
    const type = typeof result === 'function' ? result(args, call) : result
    return nullable === undefined ? { args, result: type } : { args, result: type, nullable }
  }
}

export function wrongFamily(functionName: string, index: number, parameter: string, families: readonly Family[], found: DataType): string {
  const wanted = families.map((family) => familyNames[family]).join(' or ')
  const way = families.includes('character')
    ? ` Convert it with CAST(... AS STRING).`
    : families.includes('timestamp') && isCharacter(found)
      ? ` Convert it with TO_TIMESTAMP(...).`
      : families.includes('numeric') && isCharacter(found)
        ? ` Convert it with CAST(... AS BIGINT), CAST(... AS DOUBLE) or CAST(... AS DECIMAL(p, s)).`
        : families.includes('integer') || families.includes('int')
          ? ` Convert it with CAST(... AS INT).`
          : ''
  return `${functionName} takes ${wanted} as argument ${index + 1} ("${parameter}"), found ${printType(withNullable(found, true))}.${way}`
}

function wrongCount(call: CallTypes, parameters: readonly Parameter[], required: number, repeats: boolean): string {
  const most = parameters.length
  const wanted = repeats ? `at least ${required}` : required === most ? `${most}` : `${required} to ${most}`
  const names = parameters.map((parameter) => (parameter.optional === true ? `[${parameter.name}]` : parameter.name)).join(', ')
  return `${call.name} takes ${wanted} ${wanted === '1' || wanted === 'at least 1' ? 'argument' : 'arguments'}, found ${call.args.length}. Write ${call.name}(${names}${repeats ? ', ...' : ''}).`
}

/** What a NULL literal becomes in a parameter of that family. */
function defaultOf(family: Family): DataType {
  switch (family) {
    case 'boolean':
      return { kind: 'BOOLEAN', nullable: true }
    case 'integer':
    case 'int':
    case 'numeric':
    case 'any':
      return { kind: 'INT', nullable: true }
    case 'character':
      return { kind: 'VARCHAR', length: 2_147_483_647, nullable: true }
    case 'bytes':
      return { kind: 'BYTES', nullable: true }
    case 'date':
      return { kind: 'DATE', nullable: true }
    case 'time':
      return { kind: 'TIME', nullable: true }
    case 'timestamp':
      return { kind: 'TIMESTAMP', precision: 3, nullable: true }
    case 'interval':
      return { kind: 'INTERVAL_DAY_TIME', nullable: true }
    case 'array':
    case 'multiset':
    case 'map':
    case 'row':
      return { kind: 'NULL', nullable: true }
  }
}
