import type { Value } from '../columnar/column.ts'
import { printType, withNullable, type DataType } from '../columnar/dataType.ts'
import { dateText, msPerDay, timeText, timestampText } from '../columnar/valueText.ts'
import type { Expression, Scope, TypedExpression } from './expression.ts'
import { functionTable } from './functions.ts'
import { isReserved, printName } from './keywords.ts'
import { bareFunctions, binaryPowers, power } from './parse.ts'

/**
 * From tree to Flink SQL, with no more parentheses than the grammar needs. Parsing the text gives the tree back, but for spans.
 *
 * A typed tree is printed without its implicit casts, which Flink inserts again. `columns` gives a typed tree's columns their text; a Scope serves, and qualifies
 * names where it has qualifiers.
 */
export type ColumnText = (input: number, column: number) => string

export function printExpression(expression: Expression | TypedExpression, columns?: Scope | ColumnText): string {
  return new Printer(columns === undefined ? unnamed : typeof columns === 'function' ? columns : scopeText(columns), plainName, printName).at(expression, 0)
}

/** Gives a column of a tree as written its text: for scripts, in which every name is quoted and a side of a join has a name of its own. */
export type NameText = (qualifier: string | null, name: string) => string

/** `fields` gives the fields of rows their text, in paths and in types. */
export function printWithNames(expression: Expression, names: NameText, fields: (name: string) => string): string {
  return new Printer(unnamed, names, fields).at(expression, 0)
}

function plainName(qualifier: string | null, name: string): string {
  return qualifier === null ? printName(name) : `${printName(qualifier)}.${printName(name)}`
}

function unnamed(input: number, column: number): string {
  throw new Error(`column ${column} of input ${input} was printed without a scope to name it`)
}

function scopeText(scope: Scope): ColumnText {
  return (input, column) => {
    const { qualifier, schema } = scope.inputs[input]!
    const name = printName(schema.fields[column]!.name)
    return qualifier === null ? name : `${printName(qualifier)}.${name}`
  }
}

type Tree = Expression | TypedExpression
type Call = (Expression | TypedExpression) & { kind: 'call' }

/** Text and how tightly it holds together: an operand position demands a least power. */
interface Printed {
  readonly text: string
  readonly power: number
}

class Printer {
  readonly #columns: ColumnText
  readonly #names: NameText
  readonly #fields: (name: string) => string

  constructor(columns: ColumnText, names: NameText, fields: (name: string) => string) {
    this.#columns = columns
    this.#names = names
    this.#fields = fields
  }

  at(tree: Tree, least: number): string {
    const printed = this.#print(tree)
    return printed.power < least ? `(${printed.text})` : printed.text
  }

  #print(tree: Tree): Printed {
    switch (tree.kind) {
      case 'literal':
        return literal(tree.value, tree.type)
      case 'column':
        if (!('name' in tree)) return { text: this.#columns(tree.input, tree.column), power: power.postfix }
        return { text: this.#names(tree.qualifier, tree.name), power: power.postfix }
      case 'cast':
        if (isImplicit(tree)) return this.#print(tree.operand)
        return { text: `${tree.mode === 'cast' ? 'CAST' : 'TRY_CAST'}(${this.at(tree.operand, 0)} AS ${printSqlType(withNullable(tree.type, true), this.#fields)})`, power: power.postfix }
      case 'field': {
        const name = 'name' in tree ? tree.name : fieldName(tree)
        // A bare column with a dot behind it reads as a qualified name, a number as a longer number.
        const ambiguous = tree.operand.kind === 'literal' || (tree.operand.kind === 'column' && 'name' in tree.operand && tree.operand.qualifier === null)
        const operand = ambiguous ? `(${this.at(tree.operand, 0)})` : this.at(tree.operand, power.postfix)
        return { text: `${operand}.${this.#fields(name)}`, power: power.postfix }
      }
      case 'element':
        return { text: `${this.at(tree.operand, power.postfix)}[${this.at(tree.index, 0)}]`, power: power.postfix }
      case 'call':
        return this.#call(tree)
    }
  }

  #list(trees: readonly Tree[]): string {
    return trees.map((tree) => this.at(tree, 0)).join(', ')
  }

  #call(call: Call): Printed {
    const { name, args, symbols } = call
    const plain = { power: power.postfix }
    const binary = binaryPowers[name]
    if (binary !== undefined && args.length === 2) {
      const left = this.at(args[0]!, binary)
      const right = this.at(args[1]!, binary + 1)
      return { text: `${left} ${name} ${right}`, power: binary }
    }
    switch (name) {
      case '-':
      case '+': {
        // Not in parentheses, a number would take the sign for its own; two signs would start a comment.
        const operand = args[0]!
        const text = this.at(operand, power.unary)
        const apart = text.startsWith(name) || text.startsWith('-') ? ' ' : ''
        return { text: name === '-' && /^[\d.]/.test(text) ? `-(${text})` : `${name}${apart}${text}`, power: power.unary }
      }
      case 'AND':
      case 'OR': {
        const own = name === 'AND' ? power.and : power.or
        return { text: args.map((argument) => this.at(argument, own + 1)).join(` ${name} `), power: own }
      }
      case 'NOT':
        return this.#not(args[0]!)
      case 'BETWEEN':
      case 'IN':
      case 'LIKE':
        return this.#membership(call, '')
      case 'IS DISTINCT FROM':
      case 'IS NOT DISTINCT FROM':
        return { text: `${this.at(args[0]!, power.comparison)} ${name} ${this.at(args[1]!, power.comparison + 1)}`, power: power.comparison }
      case 'IS JSON':
        return { text: `${this.at(args[0]!, power.is)} IS JSON ${symbols[0]!}`, power: power.is }
      case 'CASE':
        return { text: this.#case(call), ...plain }
      case 'EXTRACT':
        return { text: `EXTRACT(${symbols[0]!} FROM ${this.at(args[0]!, 0)})`, ...plain }
      case 'TIMESTAMPADD':
      case 'TIMESTAMPDIFF':
        return { text: `${name}(${symbols[0]!}, ${this.#list(args)})`, ...plain }
      case 'FLOOR':
      case 'CEIL':
        return { text: symbols.length === 0 ? `${name}(${this.#list(args)})` : `${name}(${this.#beforeTo(args[0]!)} TO ${symbols[0]!})`, ...plain }
      case 'SUBSTRING':
        return { text: `SUBSTRING(${this.#list(args)})`, ...plain }
      case 'OVERLAY':
        // Flink's parser knows the standard's form alone; ours reads the call too, and a job keeps the shorter.
        if (this.#fields === printName) break
        return { text: `OVERLAY(${this.at(args[0]!, 0)} PLACING ${this.at(args[1]!, 0)} FROM ${this.at(args[2]!, 0)}${args.length > 3 ? ` FOR ${this.at(args[3]!, 0)}` : ''})`, ...plain }
      case 'TRIM':
        if (args.length === 1) return { text: symbols[0] === 'BOTH' ? `TRIM(${this.at(args[0]!, 0)})` : `TRIM(${symbols[0]!} FROM ${this.at(args[0]!, 0)})`, ...plain }
        return { text: `TRIM(${symbols[0]!} ${this.at(args[1]!, 0)} FROM ${this.at(args[0]!, 0)})`, ...plain }
      case 'POSITION':
        return { text: `POSITION(${this.at(args[0]!, power.between + 1)} IN ${this.at(args[1]!, 0)})`, ...plain }
      case 'JSON_VALUE':
      case 'JSON_EXISTS':
      case 'JSON_QUERY':
        return { text: this.#json(call), ...plain }
      case 'ARRAY':
      case 'MAP':
        return { text: `${name}[${this.#list(args)}]`, ...plain }
      case 'ITEM':
        return { text: `${this.at(args[0]!, power.postfix)}[${this.at(args[1]!, 0)}]`, ...plain }
    }
    if (name.startsWith('IS ')) return { text: `${this.at(args[0]!, power.is)} ${name}`, power: power.is }
    if (bareFunctions.has(name)) return { text: name, ...plain }
    const distinct = 'distinct' in call && call.distinct ? 'DISTINCT ' : ''
    const inside = symbols[0] === '*' ? '*' : `${distinct}${this.#list(args)}`
    const filter = 'filter' in call && call.filter !== null ? ` FILTER (WHERE ${this.at(call.filter, 0)})` : ''
    return { text: `${functionName(name)}(${inside})${filter}`, ...plain }
  }

  /** Behind an interval, TO would be taken for a part of it. */
  #beforeTo(operand: Tree): string {
    const text = this.at(operand, 0)
    return /\b(?:YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)(?:\(\d+\))?$/.test(text) ? `(${text})` : text
  }

  #not(operand: Tree): Printed {
    if (operand.kind === 'call' && ['BETWEEN', 'IN', 'LIKE'].includes(operand.name)) return this.#membership(operand, 'NOT ')
    return { text: `NOT ${this.at(operand, power.not)}`, power: power.not }
  }

  #membership(call: Call, not: string): Printed {
    const { name, args } = call
    const operand = power.between + 1
    const left = this.at(args[0]!, power.between)
    if (name === 'IN') return { text: `${left} ${not}IN (${this.#list(args.slice(1))})`, power: power.between }
    const first = this.at(args[1]!, operand)
    if (name === 'BETWEEN') return { text: `${left} ${not}BETWEEN ${first} AND ${this.at(args[2]!, operand)}`, power: power.between }
    return { text: `${left} ${not}LIKE ${first}${args.length > 2 ? ` ESCAPE ${this.at(args[2]!, operand)}` : ''}`, power: power.between }
  }

  #case(call: Call): string {
    const simple = call.symbols[0] === 'SIMPLE'
    const branches = simple ? call.args.slice(1) : call.args
    let text = simple ? `CASE ${this.at(call.args[0]!, 0)}` : 'CASE'
    let i = 0
    for (; i + 1 < branches.length; i += 2) text += ` WHEN ${this.at(branches[i]!, 0)} THEN ${this.at(branches[i + 1]!, 0)}`
    if (i < branches.length) text += ` ELSE ${this.at(branches[i]!, 0)}`
    return `${text} END`
  }

  #json(call: Call): string {
    const { name, args, symbols } = call
    let text = `${name}(${this.at(args[0]!, 0)}, ${this.at(args[1]!, 0)}`
    let next = 2
    const behaviour = (word: string, where: string, usual: string): void => {
      if (word === usual) return
      text += ` ${word}${word === 'DEFAULT' ? ` ${this.at(args[next++]!, 0)}` : ''} ON ${where}`
    }
    if (name === 'JSON_EXISTS') behaviour(symbols[0]!, 'ERROR', 'FALSE')
    else {
      if (symbols[0] !== 'STRING') text += ` RETURNING ${symbols[0]!}`
      if (name === 'JSON_QUERY' && symbols[1] !== 'WITHOUT') text += ` WITH ${symbols[1]!} WRAPPER`
      const [onEmpty, onError] = name === 'JSON_VALUE' ? [symbols[1]!, symbols[2]!] : [symbols[2]!, symbols[3]!]
      behaviour(onEmpty, 'EMPTY', 'NULL')
      behaviour(onError, 'ERROR', 'NULL')
    }
    return `${text})`
  }
}

/** The type for Flink: as `printType`, with reserved words among the fields of a ROW in backticks, or each field as `fields` says. */
export function printSqlType(type: DataType, fields: (name: string) => string = printName): string {
  const suffix = type.nullable ? '' : ' NOT NULL'
  switch (type.kind) {
    case 'ROW':
      return `ROW<${type.fields.map((field) => `${fields(field.name)} ${printSqlType(field.type, fields)}`).join(', ')}>${suffix}`
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${printSqlType(type.element, fields)}>${suffix}`
    case 'MAP':
      return `MAP<${printSqlType(type.key, fields)}, ${printSqlType(type.value, fields)}>${suffix}`
    default:
      return printType(type)
  }
}

/** A name of a function that is no plain word is written in backticks; reserved words may be called as they are. */
function functionName(name: string): string {
  return /^[A-Z_][A-Z0-9_]*$/.test(name) && (functionTable.has(name) || !isReserved(name)) ? name : printName(name)
}

/** Cast nodes that checking inserted have the span of what they cast; trees made without spans have no such casts. */
function isImplicit(cast: Tree & { kind: 'cast' }): boolean {
  return cast.span.end > cast.span.start && cast.span.start === cast.operand.span.start && cast.span.end === cast.operand.span.end
}

function fieldName(field: TypedExpression & { kind: 'field' }): string {
  const type = field.operand.type
  if (type.kind !== 'ROW') throw new Error(`a field of ${type.kind} was printed`)
  return type.fields[field.index]!.name
}

// Literals.

const dayTimeUnits = [['DAY', msPerDay], ['HOUR', 3_600_000], ['MINUTE', 60_000], ['SECOND', 1000]] as const

/** Whether a value of the type can be written as a literal: a collection or a row is made by a call. */
export function hasLiteral(type: DataType): boolean {
  return type.kind !== 'ARRAY' && type.kind !== 'MAP' && type.kind !== 'MULTISET' && type.kind !== 'ROW'
}

function literal(value: Value, type: DataType): Printed {
  const signed = (text: string): Printed => ({ text, power: text.startsWith('-') ? power.unary : power.postfix })
  const plain = (text: string): Printed => ({ text, power: power.postfix })
  if (value === null) return plain(type.kind === 'NULL' ? 'NULL' : type.kind === 'BOOLEAN' ? 'UNKNOWN' : `CAST(NULL AS ${printSqlType(withNullable(type, true))})`)
  switch (type.kind) {
    case 'BOOLEAN':
      return plain(value === true ? 'TRUE' : 'FALSE')
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return signed(String(value))
    case 'DECIMAL': {
      const unscaled = value as bigint
      const negative = unscaled < 0n
      const digits = (negative ? -unscaled : unscaled).toString().padStart(type.precision, '0')
      if (type.scale === 0) return signed(String(unscaled))
      const at = digits.length - type.scale
      return signed(`${negative ? '-' : ''}${digits.slice(0, at)}.${digits.slice(at)}`)
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const number = value as number
      if (!Number.isFinite(number)) return plain(`CAST('${String(number)}' AS ${type.kind})`)
      const text = number.toExponential().replace('e+', 'E').replace('e', 'E')
      return signed(Object.is(number, -0) ? `-${text}` : text)
    }
    case 'CHAR':
    case 'VARCHAR':
      return plain(printText(value as string))
    case 'BYTES':
      return plain(`X'${Array.from(value as Uint8Array, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`)
    case 'DATE':
      return plain(`DATE '${dateText(value as number)}'`)
    case 'TIME':
      return plain(`TIME '${timeText(value as number, (value as number) % 1000 === 0 ? 0 : 3)}'`)
    case 'TIMESTAMP':
      return plain(`TIMESTAMP '${timestampText(value as number, type.precision)}'`)
    case 'TIMESTAMP_LTZ':
      return plain(`CAST(TIMESTAMP '${timestampText(value as number, type.precision)}' AS TIMESTAMP_LTZ(${type.precision}))`)
    case 'INTERVAL_YEAR_MONTH':
      return plain(`INTERVAL ${interval(value as number, [['YEAR', 12], ['MONTH', 1]])}`)
    case 'INTERVAL_DAY_TIME':
      return plain(`INTERVAL ${interval(value as number, dayTimeUnits)}`)
    default:
      throw new Error(`there is no literal of type ${printType(type)}`)
  }
}

/** A duration behind INTERVAL, in the largest unit that divides it: `'5' MINUTE`, `'1.5' SECOND`. */
export function printDuration(ms: number): string {
  return interval(ms, dayTimeUnits)
}

/**
 * In the largest unit that divides it, with as many leading digits as it needs. Flink's planner takes three at most ("DAY_INTERVAL_TYPES precision is not supported"), so a long time counts days,
 * hours, minutes and seconds.
 */
function interval(value: number, units: readonly (readonly [string, number])[]): string {
  const magnitude = Math.abs(value)
  const sign = value < 0 ? '-' : ''
  const [unit, size] = (magnitude === 0 ? undefined : units.find(([, each]) => magnitude % each === 0)) ?? units.at(-1)!
  const whole = String(Math.floor(magnitude / size))
  const rest = magnitude - Math.floor(magnitude / size) * size
  if (whole.length > 3 && unit !== 'DAY' && unit !== 'YEAR') {
    const [largest, largestSize] = units[0]!
    const most = Math.floor(magnitude / largestSize)
    const precision = most > 99 ? `(${String(most).length})` : ''
    if (largest === 'YEAR') return `'${sign}${most}-${magnitude - most * largestSize}' YEAR${precision} TO MONTH`
    const time = magnitude - most * msPerDay
    return `'${sign}${most} ${timeText(time, time % 1000 === 0 ? 0 : 3)}' DAY${precision} TO SECOND`
  }
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(3, '0').replace(/0+$/, '')}`
  return `'${sign}${whole}${fraction}' ${unit}${whole.length > 2 ? `(${whole.length})` : ''}`
}

/** A text in single quotes; control characters, which would break lines of a script, as code points. */
export function printText(text: string): string {
  const control = /[\p{Cc}\u2028\u2029]/gu
  if (!control.test(text)) return `'${text.replaceAll("'", "''")}'`
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll(control, (char) => `\\${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `U&'${escaped}'`
}
