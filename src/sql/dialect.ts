import { stringType } from '../columnar/dataType.ts'
import type { Expression } from '../expression/expression.ts'
import type { FlinkVersion } from './flinkVersion.ts'

/**
 * An expression in the words of one version of Flink. What an older one does not have is written with what it has, so that the rows are the same; every argument is still computed once. Which functions those are was asked
 * of each version, function by function (`conformance/`, grid `functions`).
 */
export function inDialect(expression: Expression, version: FlinkVersion): Expression {
  if (version !== '1.20') return expression
  return rewritten(expression)
}

type Call = Expression & { readonly kind: 'call' }

/** A cast that has no place in the text is not taken for one that checking put there. */
const withoutPlace = { start: 0, end: 0 }

/** By name of what 1.20 lacks, or cannot plan: the same in other words. */
const without: Readonly<Record<string, (call: Call) => Expression>> = {
  // BTRIM gives STRING, TRIM a text of at most the length it was given.
  BTRIM: (call) => ({ kind: 'cast', operand: { ...call, name: 'TRIM', symbols: ['BOTH'] }, type: stringType, mode: 'cast', span: withoutPlace }),
  // Of a DECIMAL, the remainder by its sign ends in "Conversion to relational algebra failed to preserve datatypes"; MOD has the same type and value.
  '%': (call) => ({ ...call, name: 'MOD' }),
  STARTSWITH: (call) => isFirst(call, call.args[1]!, call.args[0]!),
  ENDSWITH: (call) => isFirst(call, reversed(call, 1), reversed(call, 0)),
}

function rewritten(at: Expression): Expression {
  switch (at.kind) {
    case 'literal':
    case 'column':
      return at
    case 'cast':
    case 'field':
      return { ...at, operand: rewritten(at.operand) }
    case 'element':
      return { ...at, operand: rewritten(at.operand), index: rewritten(at.index) }
    case 'call': {
      const call = { ...at, args: at.args.map(rewritten), filter: at.filter === null ? null : rewritten(at.filter) }
      return without[call.name]?.(call) ?? call
    }
  }
}

/** `POSITION(part IN text) = 1`: an empty part is found at 1. */
function isFirst(call: Call, part: Expression, text: Expression): Expression {
  const position: Expression = { ...call, name: 'POSITION', args: [part, text] }
  return { ...call, name: '=', args: [position, { kind: 'literal', value: 1, type: { kind: 'INT', nullable: false }, span: call.span }] }
}

function reversed(call: Call, argument: number): Expression {
  return { ...call, name: 'REVERSE', args: [call.args[argument]!] }
}
