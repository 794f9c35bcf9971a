import { booleanType, intType, stringType, type DataType } from '../../columnar/dataType.ts'
import { RowError } from '../../columnar/rowError.ts'
import { expressionCode } from '../codes.ts'
import { constantArgument } from '../kernels.ts'
import { takes, type Parameter } from '../parameters.ts'
import { isPatternFault, regularExpression, type RegularExpression } from '../regularExpression.ts'
import { textKernel, type TextArgument } from '../textKernel.ts'
import type { CallSite, FunctionDefinition, FunctionExample, ScalarFunction } from '../functionDefinition.ts'

/**
 * Functions of regular expressions. A pattern that is none makes them NULL (REGEXP: FALSE), as on Flink, which only logs it; written as a literal it is a
 * problem of the job, since nobody means it. A pattern that only Flink can run is a problem too, or fails the row when it comes out of the data.
 */
interface Entry {
  readonly signatures: readonly string[]
  readonly summary: string
  readonly parameters: readonly Parameter[]
  readonly result: DataType
  readonly examples: readonly FunctionExample[]
  /** The answer for a pattern that is no regular expression. */
  readonly broken: false | null
  readonly f: (expression: RegularExpression, args: readonly TextArgument[]) => string | number | boolean | null
}

function define(name: string, entry: Entry): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    category: 'string',
    signatures: entry.signatures,
    summary: entry.summary,
    examples: entry.examples,
    nulls: 'propagate',
    fails: (call) => constantArgument(call, 1) === undefined,
    resolve: (call) => {
      const pattern = call.args[1]?.constant
      if (typeof pattern === 'string') {
        const expression = regularExpression(pattern)
        if (isPatternFault(expression)) return { problem: expression.message, argument: 1, ...(expression.fault === 'unsupported' ? { code: expressionCode.unsupported } : {}) }
      }
      return takes(entry.parameters, entry.result, entry.broken === null ? true : undefined)(call)
    },
    kernel: (call) => kernelOf(call, entry),
  }
}

function kernelOf(call: CallSite, entry: Entry) {
  const pattern = constantArgument(call, 1)
  if (typeof pattern === 'string') {
    const expression = regularExpression(pattern)
    return textKernel(call, (args) => (isPatternFault(expression) ? entry.broken : entry.f(expression, args)))
  }
  return textKernel(
    call,
    (args, row) => {
      const expression = regularExpression(args[1] as string)
      if (!isPatternFault(expression)) return entry.f(expression, args)
      if (expression.fault === 'unsupported') throw new RowError(row, expression.message)
      return entry.broken
    },
    true,
  )
}

const text: Parameter = { name: 'text', family: 'character' }
const pattern: Parameter = { name: 'pattern', family: 'character' }

export const regexpFunctions: readonly FunctionDefinition[] = [
  define('REGEXP', {
    signatures: ['REGEXP(text, pattern)'],
    summary: 'Whether some part of the text matches a regular expression; FALSE for an empty one.',
    parameters: [text, pattern],
    result: booleanType,
    examples: [
      { expression: "REGEXP('flink-1.20', '[0-9]+\\.[0-9]+$')", result: 'TRUE' },
      { expression: "REGEXP('abc', '')", result: 'FALSE' },
    ],
    broken: false,
    f: (expression, [value, source]) => source !== '' && expression.test(value as string),
  }),
  define('REGEXP_EXTRACT', {
    signatures: ['REGEXP_EXTRACT(text, pattern [, group])'],
    summary: 'A group of the first match of a regular expression, the whole match when none is given; NULL when nothing matches.',
    parameters: [text, pattern, { name: 'group', family: 'integer', as: intType, optional: true }],
    result: stringType,
    examples: [
      { expression: "REGEXP_EXTRACT('q=1&cid=77', 'cid=([0-9]+)', 1)", result: '77' },
      { expression: "REGEXP_EXTRACT('q=1&cid=77', 'cid=([0-9]+)')", result: 'cid=77' },
      { expression: "REGEXP_EXTRACT('q=1', 'cid=([0-9]+)', 1)", result: 'NULL' },
    ],
    broken: null,
    f: (expression, [value, , group]) => expression.extract(value as string, (group as number | undefined) ?? 0),
  }),
  define('REGEXP_REPLACE', {
    signatures: ['REGEXP_REPLACE(text, pattern, replacement)'],
    summary: 'The text with every match of a regular expression replaced by another text, taken as it stands.',
    parameters: [text, pattern, { name: 'replacement', family: 'character' }],
    result: stringType,
    examples: [
      { expression: "REGEXP_REPLACE('foobar', 'oo|ar', '')", result: 'fb' },
      { expression: "REGEXP_REPLACE('a1b22', '[0-9]+', '$0')", result: 'a$0b$0' },
    ],
    broken: null,
    f: (expression, [value, , replacement]) => expression.replaceAll(value as string, replacement as string),
  }),
]
