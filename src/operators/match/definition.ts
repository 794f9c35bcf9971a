import { fieldOf, type Field, type Schema } from '../../columnar/schema.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { checkMeasure, checkPatternCondition, patternColumnsRead } from '../../expression/patternExpression.ts'
import { namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { checkColumns, checkOrder, columnsOf, orderByField, orderOf, partitionField, renameInOrder } from '../../job/orderConfig.ts'
import type { Report } from '../../job/problem.ts'
import { columnProblems, matchProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns, renameInNamed } from '../../job/renameColumn.ts'
import { parseAfterMatch, parsePattern, type PatternVariable } from './pattern.ts'
import { patternScope } from './patternScope.ts'

export const definition: OperatorDefinition = {
  kind: 'match',
  title: 'Match pattern',
  family: 'state',
  icon: 'regex',
  summary: 'Finds rows that follow each other in a pattern, and gives one row for each match.',
  searchTerms: ['match_recognize', 'cep', 'complex event processing', 'sequence', 'pattern', 'followed by', 'row pattern', 'funnel', 'fraud', 'detect'],
  inputs: [{ name: 'in', title: 'Input', insertOnly: true }],
  outputs: [{ name: 'out', title: 'Matches' }],
  fields: [
    partitionField('partitionBy', 'For each', 'Rows with equal values in these columns are matched by themselves. Empty: all rows together, in one subtask. NULL is a value of its own.'),
    orderByField('What rows follow each other by: a time attribute first, ascending. Further columns decide among rows of one time; else the one that came first is first.'),
    {
      key: 'pattern',
      label: 'Pattern',
      control: 'text',
      maxLength: 10_000,
      placeholder: 'A B+ C',
      help: 'Variables in the order in which their rows follow directly, each with ?, *, +, {n}, {n,} or {n,m}; a further ? takes as few rows as can be.',
    },
    {
      key: 'define',
      label: 'Variables',
      control: 'namedExpressions',
      help: 'The condition on which a variable takes a row: price > LAST(A.price), COUNT(B.id) < 3. A bare column is of the current row. A variable without a condition takes every row.',
    },
    {
      key: 'measures',
      label: 'Measures',
      control: 'namedExpressions',
      minCount: 1,
      help: 'The columns of a match: A.price is of the last row that A took, FIRST(B.price) of the first of B, AVG(B.price) over all of B, MATCH_ROWTIME() the event time of the match.',
    },
    {
      key: 'withinMs',
      label: 'Within',
      control: 'duration',
      minMs: 1,
      optional: true,
      help: 'A match takes less time than this from its first row to its last. Without it rows may be kept for ever.',
    },
    {
      key: 'afterMatch',
      label: 'After a match',
      control: 'text',
      maxLength: 1000,
      optional: true,
      default: 'SKIP PAST LAST ROW',
      placeholder: 'SKIP PAST LAST ROW',
      help: 'Where to look for the next match: SKIP PAST LAST ROW, SKIP TO NEXT ROW, SKIP TO FIRST B, SKIP TO LAST B.',
    },
  ],
  initialConfig: ({ inputs }) => {
    const fields = inputs.in?.[0]?.fields ?? []
    const time = fields.find((field) => field.time === 'event') ?? fields.find((field) => field.time !== undefined)
    const first = fields[0]
    return {
      partitionBy: [],
      ...(time === undefined ? {} : { orderBy: [{ column: time.name }] }),
      pattern: 'A B',
      define: [],
      measures: time?.time === 'event' ? [{ name: 'matched_at', expression: 'MATCH_ROWTIME()' }] : [{ name: 'matches', expression: first === undefined ? '1' : 'COUNT(*)' }],
    }
  },
  subtitle: (config) => {
    const partitionBy = columnsOf(config, 'partitionBy')
    const pattern = typeof config.pattern === 'string' ? config.pattern.trim().slice(0, 60) : ''
    return [pattern, partitionBy.length > 0 ? `for each ${partitionBy.join(', ')}` : ''].filter((part) => part !== '').join(' ')
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    const variables = checkPattern(config, report)
    if (schema === null) return {}
    checkColumns(config, 'partitionBy', schema, report)
    checkOrder(config, schema, report)
    checkTimeOrder(config, schema, report)
    const scope = patternScope(schema, variables.map(({ name }) => name), orderOf(config)[0]?.column)
    const defined = new Set<string>()
    namedExpressionsOf(config, 'define')?.forEach(({ name, expression }, i) => {
      if (!scope.variables.includes(name)) report(`define[${i}].name`, matchProblems.notInPattern(name, scope.variables))
      else if (defined.has(name)) report(`define[${i}].name`, matchProblems.definedTwice(name))
      defined.add(name)
      for (const problem of checkPatternCondition(expression, name, scope).problems) report(`define[${i}].expression`, problem)
    })
    const fields: Field[] = columnsOf(config, 'partitionBy').flatMap((column) => {
      const field = fieldOf(schema, column)
      return field === undefined ? [] : [{ name: field.name, type: field.type }]
    })
    let sound = true
    namedExpressionsOf(config, 'measures')?.forEach(({ name, expression }, i) => {
      if (name === '') report(`measures[${i}].name`, columnProblems.emptyColumnName())
      else if (name.length > 200) report(`measures[${i}].name`, columnProblems.longColumnName(name.length))
      else if (fields.some((field) => field.name === name)) report(`measures[${i}].name`, columnProblems.duplicateColumn(name))
      const { checked, problems } = checkMeasure(expression, scope)
      for (const problem of problems) report(`measures[${i}].expression`, problem)
      if (checked === null) sound = false
      else fields.push({ name, type: checked.result.type, ...(checked.time === null ? {} : { time: checked.time }) })
    })
    return sound ? { out: { fields } } : {}
  },
  distribution: ({ config }) => {
    const partitionBy = columnsOf(config, 'partitionBy')
    return [partitionBy.length > 0 ? { kind: 'hash', columns: partitionBy } : { kind: 'single' }]
  },
  rowKinds: () => ['+I'],
  state: (config) =>
    `rows until the watermark passes them, and those of matches that have begun${typeof config.withinMs === 'number' ? '' : ', for as long as they may go on'}`,
  columnsNeeded: ({ config }) => {
    const needed = new Set<string>([...columnsOf(config, 'partitionBy'), ...orderOf(config).map(({ column }) => column)])
    const variables = new Set(variablesOf(config).map(({ name }) => name))
    for (const key of ['define', 'measures']) for (const { expression } of namedExpressionsOf(config, key) ?? []) for (const name of patternColumnsRead(expression, variables)) needed.add(name)
    return { in: needed }
  },
  renameColumn: (config, _input, from, to) => {
    let renamed = renameInOrder(renameInColumns(config, 'partitionBy', from, to), from, to)
    for (const key of ['define', 'measures']) for (const qualifier of [null, ...variablesOf(config).map(({ name }) => name)]) renamed = renameInNamed(renamed, key, qualifier, from, to)
    return renamed
  },
}

function variablesOf(config: JsonObject): readonly PatternVariable[] {
  return typeof config.pattern === 'string' ? parsePattern(config.pattern).variables : []
}

function checkPattern(config: JsonObject, report: Report): readonly PatternVariable[] {
  if (typeof config.pattern !== 'string') return []
  const { variables, fault } = parsePattern(config.pattern)
  if (fault !== null) report('pattern', { ...matchProblems.badPattern(fault.message), span: fault.span })
  if (typeof config.afterMatch === 'string') {
    const { skip, fault: afterFault } = parseAfterMatch(config.afterMatch)
    if (afterFault !== null) report('afterMatch', { ...matchProblems.badAfterMatch(afterFault.message), span: afterFault.span })
    else if (fault === null && skip !== null && 'variable' in skip) {
      const names = variables.map(({ name }) => name)
      const at = names.indexOf(skip.variable)
      if (at < 0) report('afterMatch', { ...matchProblems.notInPattern(skip.variable, names), span: skip.span })
      else if (at === 0 && (skip.kind === 'first' || variables[0]!.most === 1)) report('afterMatch', { ...matchProblems.skipsToItself(skip.variable), span: skip.span })
    }
  }
  return variables
}

function checkTimeOrder(config: JsonObject, schema: Schema, report: Report): void {
  const first = orderOf(config)[0]
  if (first === undefined) return
  const field = fieldOf(schema, first.column)
  if (field === undefined) return
  const timeColumns = schema.fields.filter(({ time }) => time !== undefined).map(({ name }) => name)
  if (field.time === undefined) report('orderBy[0].column', matchProblems.orderTime(first.column, timeColumns))
  else if (first.descending) report('orderBy[0].direction', matchProblems.timeDescending(first.column))
}
