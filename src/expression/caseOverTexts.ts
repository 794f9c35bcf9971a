import type { TypedExpression } from './expression.ts'

type Call = TypedExpression & { kind: 'call' }

/**
 * `CASE WHEN x = 'a' THEN … WHEN x = 'b' THEN … END`, every condition asking the same x for a text, as `CASE x WHEN 'a' THEN … WHEN 'b' THEN … END`: x is computed once and looked up once, not once for each branch. Null where it is
 * not of that form. Whoever asks makes sure that x gives the same value each time.
 */
export function caseOverTexts(typed: Call, literalOf: (expression: TypedExpression) => TypedExpression): Call | null {
  if (typed.name !== 'CASE' || typed.symbols[0] === 'SIMPLE' || typed.args.length < 4) return null
  let operand: TypedExpression | null = null
  const args: TypedExpression[] = []
  for (let i = 0; i + 1 < typed.args.length; i += 2) {
    const asked = textAsked(typed.args[i]!, literalOf)
    if (asked === null || (operand !== null && !sameTyped(operand, asked.operand))) return null
    operand ??= asked.operand
    args.push(asked.text, typed.args[i + 1]!)
  }
  if (typed.args.length % 2 === 1) args.push(typed.args.at(-1)!)
  return { ...typed, args: [operand!, ...args], symbols: ['SIMPLE'] }
}

/** `x = 'text'`, with the text on either side. */
function textAsked(condition: TypedExpression, literalOf: (expression: TypedExpression) => TypedExpression): { readonly operand: TypedExpression; readonly text: TypedExpression } | null {
  if (condition.kind !== 'call' || condition.name !== '=') return null
  const [a, b] = condition.args.map(literalOf) as [TypedExpression, TypedExpression]
  if (b.kind === 'literal' && typeof b.value === 'string') return { operand: a, text: b }
  return a.kind === 'literal' && typeof a.value === 'string' ? { operand: b, text: a } : null
}

/** Whether two say the same, wherever they stand. */
function sameTyped(a: TypedExpression, b: TypedExpression): boolean {
  const withoutPlace = (key: string, value: unknown): unknown => (key === 'span' ? undefined : typeof value === 'bigint' ? `${value}n` : value)
  return JSON.stringify(a, withoutPlace) === JSON.stringify(b, withoutPlace)
}
