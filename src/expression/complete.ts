import { printType, type DataType } from '../columnar/dataType.ts'
import { fieldOf } from '../columnar/schema.ts'
import type { Expression, Scope, ScopeInput, Span } from './expression.ts'
import type { FunctionDefinition } from './functionDefinition.ts'
import { functionTable } from './functions.ts'
import { expressionKeywords, printName } from './keywords.ts'
import { tokens, type Token } from './lexer.ts'
import { bareFunctions, children, parseExpression } from './parse.ts'
import { printExpression } from './print.ts'
import { typeScalar } from './typeOf.ts'

/**
 * Help while typing an expression: what could stand at the cursor, and what the thing under it is. Works on texts that do not parse.
 *
 * An editor replaces the word before the cursor by `insert`; filtering by what is already typed is the editor's. The order is the one to show: columns, functions, aggregates,
 * keywords.
 */
export interface Completion {
  readonly kind: 'column' | 'function' | 'keyword'
  readonly label: string
  readonly insert: string
  /** Short, beside the label: the type of a column, the signature of a function. */
  readonly detail: string
  readonly documentation?: string
}

export interface Hover {
  readonly span: Span
  /** Plain text; the first line names the thing and its type. */
  readonly lines: readonly string[]
}

export function completionsAt(text: string, offset: number, scope: Scope, options: { readonly aggregates: boolean } = { aggregates: true }): Completion[] {
  const found = tokens(text)
  const inside = found.find((token) => token.span.start < offset && offset < token.span.end)
  // Within a text or behind an unclosed quote there is nothing to complete, but within backticks there is a name.
  const open = found.find((token) => token.kind === 'bad' && token.span.start < offset && offset <= token.span.end)
  const ticked = (open ?? inside) !== undefined && text[(open ?? inside)!.span.start] === '`'
  if (!ticked && (open !== undefined || (inside !== undefined && inside.kind !== 'word' && inside.kind !== 'symbol'))) return []
  if (!ticked && inCommentAt(text, offset, found)) return []
  const closing = open !== undefined ? '`' : ''
  const before = found.filter((token) => token.kind !== 'end' && token.span.end <= offset)
  // The word being typed does not count as what stands before it.
  const last = before.at(-1)
  const typing = last !== undefined && last.span.end === offset && (last.kind === 'word' || last.kind === 'number')
  if (typing && last.kind === 'number') return []
  const context = ticked ? before.filter((token) => token !== open && token !== inside) : typing ? before.slice(0, -1) : before
  const quote = (name: string): string => (ticked ? name.replaceAll('`', '``') + closing : printName(name))
  const previous = context.at(-1)
  if (previous?.kind === 'symbol' && previous.text === '.') return members(context.slice(0, -1), scope, quote)
  const columns = columnCompletions(scope, quote)
  if (ticked) return columns
  const functions: Completion[] = []
  const aggregates: Completion[] = []
  for (const [name, definition] of functionTable) {
    if (definition.callable === false && name === definition.name) continue
    const list = definition.kind === 'aggregate' || definition.kind === 'over' ? aggregates : functions
    list.push(functionCompletion(name, definition))
  }
  const keywords = expressionKeywords.map((word): Completion => ({ kind: 'keyword', label: word, insert: word, detail: '' }))
  return [...columns, ...functions, ...(options.aggregates ? aggregates : []), ...keywords]
}

function inCommentAt(text: string, offset: number, found: readonly Token[]): boolean {
  const end = found.filter((token) => token.kind !== 'end' && token.span.end <= offset).at(-1)?.span.end ?? 0
  const gap = text.slice(end, offset)
  return /--[^\n]*$/.test(gap) || /\/\*(?:(?!\*\/)[^])*$/.test(gap)
}

function columnCompletions(scope: Scope, quote: (name: string) => string): Completion[] {
  const counts = new Map<string, number>()
  for (const input of scope.inputs) for (const field of input.schema.fields) counts.set(field.name, (counts.get(field.name) ?? 0) + 1)
  return scope.inputs.flatMap((input) =>
    input.schema.fields.map((field) => {
      const qualified = input.qualifier !== null && counts.get(field.name)! > 1
      const name = quote(field.name)
      return columnCompletion(qualified ? `${input.qualifier}.${field.name}` : field.name, qualified ? `${input.qualifier}.${name}` : name, field.type, field.time, input)
    }),
  )
}

function columnCompletion(label: string, insert: string, type: DataType, time: 'event' | 'processing' | undefined, input: ScopeInput | null): Completion {
  const clock = time === undefined ? '' : time === 'event' ? ' · event time' : ' · processing time'
  const side = input === null || input.qualifier === null ? {} : { documentation: `Column of the input ${input.qualifier}.` }
  return { kind: 'column', label, insert, detail: printType(type) + clock, ...side }
}

function functionCompletion(name: string, definition: FunctionDefinition): Completion {
  const renamed = (signature: string): string => (name === definition.name ? signature : signature.replace(definition.name, name))
  const examples = definition.examples.map((example) => `${example.expression} → ${example.result}`)
  return {
    kind: 'function',
    label: name,
    insert: bareFunctions.has(name) ? name : `${name}(`,
    detail: renamed(definition.signatures[0]!),
    documentation: [definition.summary, ...definition.signatures.slice(1).map(renamed), ...examples].join('\n'),
  }
}

/** What may stand behind `name.`: columns of that input, or fields of that ROW. */
function members(context: readonly Token[], scope: Scope, quote: (name: string) => string): Completion[] {
  const owner = context.at(-1)
  if (owner === undefined || (owner.kind !== 'word' && owner.kind !== 'name')) return []
  const input = scope.inputs.find((candidate) => candidate.qualifier === owner.text)
  const behindDot = context.at(-2)?.kind === 'symbol' && context.at(-2)?.text === '.'
  if (!behindDot && input !== undefined) {
    return input.schema.fields.map((field) => columnCompletion(field.name, quote(field.name), field.type, field.time, input))
  }
  // A path of names: r.f., l.r.f.
  const path: string[] = []
  for (let i = context.length - 1; i >= 0; i -= 2) {
    const token = context[i]!
    if (token.kind !== 'word' && token.kind !== 'name') break
    path.unshift(token.text)
    const dot = context[i - 1]
    if (dot?.kind !== 'symbol' || dot.text !== '.') break
  }
  let type: DataType | undefined
  const side = scope.inputs.find((candidate) => candidate.qualifier === path[0])
  if (side !== undefined && path.length > 1) {
    type = fieldOf(side.schema, path[1]!)?.type
    path.splice(0, 2)
  } else {
    type = scope.inputs.map((candidate) => fieldOf(candidate.schema, path[0]!)?.type).find((candidate) => candidate !== undefined)
    path.splice(0, 1)
  }
  for (const name of path) type = type?.kind === 'ROW' ? type.fields.find((field) => field.name === name)?.type : undefined
  return type?.kind === 'ROW' ? type.fields.map((field) => columnCompletion(field.name, quote(field.name), field.type, undefined, null)) : []
}

export function hoverAt(text: string, offset: number, scope: Scope): Hover | null {
  const token = tokens(text).find((candidate) => candidate.span.start <= offset && offset < candidate.span.end && candidate.kind !== 'end')
  if (token === undefined) return null
  const { expression } = parseExpression(text)
  const node = expression === null ? null : innermost(expression, offset)
  if (node !== null) return describeNode(node, scope)
  if (token.kind !== 'word' && token.kind !== 'name') return null
  // The text does not parse, but the word may still be known.
  for (const input of scope.inputs) {
    const field = fieldOf(input.schema, token.text)
    if (field !== undefined) return { span: token.span, lines: [`${printName(field.name)}: ${printType(field.type)}`] }
  }
  const definition = functionTable.get(token.text.toUpperCase())
  return definition === undefined ? null : { span: token.span, lines: functionLines(definition) }
}

/** The smallest node around the offset. Iterative, as trees may be deep. */
function innermost(root: Expression, offset: number): Expression | null {
  if (offset < root.span.start || offset >= root.span.end) return null
  let node = root
  for (;;) {
    const inner = children(node).find((child) => child.span.start <= offset && offset < child.span.end)
    if (inner === undefined) return node
    node = inner
  }
}

function describeNode(node: Expression, scope: Scope): Hover {
  const { typed } = typeScalar(node, scope)
  const shown = node.kind === 'call' || node.kind === 'cast' ? clip(printExpression(node)) : printExpression(node)
  const first = typed === null ? shown : `${shown}: ${printType(typed.type)}`
  const definition = node.kind === 'call' ? functionTable.get(node.name) : undefined
  const lines = definition === undefined ? [first] : [first, ...functionLines(definition)]
  if (node.kind === 'column') {
    const field = scope.inputs.flatMap((input) => (node.qualifier === null || input.qualifier === node.qualifier ? [fieldOf(input.schema, node.name)] : [])).find((candidate) => candidate !== undefined)
    if (field?.time !== undefined) lines.push(field.time === 'event' ? 'Event time: the watermark runs on this column.' : 'Processing time.')
  }
  return { span: node.span, lines }
}

function functionLines(definition: FunctionDefinition): string[] {
  return [...definition.signatures, definition.summary, ...definition.examples.slice(0, 2).map((example) => `${example.expression} → ${example.result}`)]
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
