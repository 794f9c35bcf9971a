import { printType } from '../../columnar/dataType.ts'
import type { JsonObject } from '../../columnar/json.ts'
import type { Field, Schema } from '../../columnar/schema.ts'
import { columnsRead } from '../../job/columnUses.ts'
import {
  checkCondition,
  checkPairs,
  conditionField,
  guessedPairs,
  joinColumnsField,
  joinFields,
  joinScope,
  joinTypeField,
  namedExpressionsOf,
  onField,
  pairsOf,
  renameInPairs,
  type JoinType,
} from '../../job/joinConfig.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import type { Report } from '../../job/problem.ts'
import { columnProblems, joinProblems, windowProblems } from '../../job/problemCatalogue.ts'
import { renameInExpression, renameInNamed } from '../../job/renameColumn.ts'
import {
  attachedWindowOf,
  checkWindowSizes,
  guessedWindow,
  renameInWindow,
  timeAttribute,
  windowColumnNames,
  windowField,
  windowFields,
  windowOf,
  windowText,
} from '../../job/windowConfig.ts'

export const definition: OperatorDefinition = {
  kind: 'window-join',
  title: 'Window join',
  family: 'join',
  icon: 'combine',
  summary: 'Pairs rows of two streams that are in the same window of time.',
  searchTerms: ['stream join', 'inner join', 'left join', 'semi join', 'anti join', 'exists', 'not exists', 'combine'],
  inputs: [
    { name: 'left', title: 'Left', insertOnly: true },
    { name: 'right', title: 'Right', insertOnly: true },
  ],
  outputs: [{ name: 'out', title: 'Pairs' }],
  fields: [
    windowField('left', { session: false }),
    joinTypeField(['inner', 'left', 'right', 'full', 'semi', 'anti']),
    onField,
    conditionField,
    joinColumnsField((config) => config.type !== 'semi' && config.type !== 'anti'),
  ],
  initialConfig: ({ inputs }) => {
    const left = inputs.left?.[0] ?? null
    const right = inputs.right?.[0] ?? null
    const bothWindowed = left !== null && right !== null && attachedWindowOf(left) !== null && attachedWindowOf(right) !== null
    const window = bothWindowed ? null : guessedWindow(left)
    return { ...(window === null ? {} : { window }), type: 'inner', on: guessedPairs(left, right) }
  },
  subtitle: (config) => {
    const on = pairsOf(config)
      .map((pair) => (pair.left === pair.right ? pair.left : `${pair.left} = ${pair.right}`))
      .join(', ')
    const type = typeof config.type === 'string' && config.type !== 'inner' ? config.type : ''
    return [type, on === '' ? '' : `on ${on}`, windowText(config)].filter((part) => part !== '').join(', ')
  },
  infer: ({ config, inputs, report }) => {
    const left = inputs.left?.[0] ?? null
    const right = inputs.right?.[0] ?? null
    checkPairs(config, left, right, report)
    if (pairsOf(config).length === 0 && config.on !== undefined) report('on', joinProblems.everyPair())
    const window = windowOf(config)
    if (window !== null) checkWindowSizes(window, report)
    if (left === null || right === null) return {}
    const times = windowTimes(config, left, right, report)
    if (typeof config.type !== 'string') return {}
    const type = config.type as JoinType
    checkCondition(config, joinScope(left, right), report)
    const windowColumns = windowFields(times?.left ?? null)
    const whole = namedExpressionsOf(config, 'columns') !== null && type !== 'semi' && type !== 'anti'
    const own = joinFields(config, type, whole ? left : dataSchema(config, left), whole ? right : dataSchema(config, right), windowColumnNames, false, report)
    if (own === null || times === null) return {}
    if (!whole) for (const name of windowColumnNames) if (own.some((field) => field.name === name)) report('columns', columnProblems.duplicateColumn(name))
    return { out: { fields: [...own, ...windowColumns] } }
  },
  distribution: ({ config }) => {
    const pairs = pairsOf(config)
    if (pairs.length === 0) return [{ kind: 'single' }, { kind: 'single' }]
    return [
      { kind: 'hash', columns: pairs.map((pair) => pair.left) },
      { kind: 'hash', columns: pairs.map((pair) => pair.right) },
    ]
  },
  state: (config) => `rows of both sides by slice of ${windowText(config)}, freed when the window closes`,
  columnsNeeded: ({ config, inputs }) => {
    const named = namedExpressionsOf(config, 'columns')
    const window = windowOf(config)
    const side = (port: 'left' | 'right', qualifier: string): Set<string> => {
      const all = inputs[port]?.[0]?.fields.map((field) => field.name) ?? []
      // A semi or anti join only asks whether there is a right row. Else, without output columns of its own, names come from both sides together:
      // leaving one out could rename another.
      const askedOnly = port === 'right' && (config.type === 'semi' || config.type === 'anti')
      if (named === null && !askedOnly) return new Set(all)
      const needed = new Set<string>([...pairsOf(config).map((pair) => pair[port]), ...windowColumnNames.filter((name) => all.includes(name))])
      if (window !== null) needed.add(window.timeColumn)
      for (const field of inputs[port]?.[0]?.fields ?? []) if (field.time !== undefined) needed.add(field.name)
      for (const text of [config.condition, ...(named ?? []).map((column) => column.expression)]) {
        if (typeof text === 'string') for (const name of columnsRead(text, qualifier)) needed.add(name)
      }
      return needed
    }
    return { left: side('left', 'l'), right: side('right', 'r') }
  },
  renameColumn: (config, input, from, to) => {
    const qualifier = input === 'left' ? 'l' : 'r'
    let renamed = renameInNamed(renameInPairs(config, input, from, to), 'columns', qualifier, from, to)
    if (input === 'left') renamed = renameInWindow(renamed, from, to)
    return typeof renamed.condition === 'string' ? { ...renamed, condition: renameInExpression(renamed.condition, qualifier, from, to) } : renamed
  },
}

/** Without a window of its own, the window columns of the sides are what is joined on: they come once, at the end. */
function dataSchema(config: JsonObject, schema: Schema): Schema {
  if (config.window !== undefined || attachedWindowOf(schema) === null) return schema
  return { fields: schema.fields.filter((field) => !(windowColumnNames as readonly string[]).includes(field.name)) }
}

/**
 * The time of each side: the window's column on the left, and on the right the column of the same name, or else its only time attribute. Null when the windows
 * cannot be known.
 */
function windowTimes(config: JsonObject, left: Schema, right: Schema, report: Report): { readonly left: Field | null; readonly right: Field | null } | null {
  if (config.window === undefined) {
    const [leftWindow, rightWindow] = [attachedWindowOf(left), attachedWindowOf(right)]
    if (leftWindow === null && rightWindow === null) report('window', windowProblems.noWindow(left.fields.map((field) => field.name)))
    else if (leftWindow === null || rightWindow === null) report('window', windowProblems.windowsDiffer(leftWindow === null ? 'none' : 'windows', rightWindow === null ? 'none' : 'windows'))
    else {
      const times = { left: leftWindow.time === null ? null : left.fields[leftWindow.time]!, right: rightWindow.time === null ? null : right.fields[rightWindow.time]! }
      return agree(times, report) ? times : null
    }
    return null
  }
  const window = windowOf(config)
  if (window === null) return null
  const leftTime = timeAttribute(window.timeColumn, left, 'window.timeColumn', report)
  const rightColumn = rightTimeColumn(window.timeColumn, right)
  if (rightColumn === null) {
    report('window.timeColumn', columnProblems.notTimeAttribute(window.timeColumn, right.fields.filter((field) => field.time !== undefined).map((field) => field.name)))
    return null
  }
  const times = { left: leftTime, right: rightColumn }
  return leftTime !== null && agree(times, report) ? times : null
}

export function rightTimeColumn(timeColumn: string, right: Schema): Field | null {
  const attributes = right.fields.filter((field) => field.time !== undefined)
  return attributes.find((field) => field.name === timeColumn) ?? (attributes.length === 1 ? attributes[0]! : null)
}

function agree({ left, right }: { readonly left: Field | null; readonly right: Field | null }, report: Report): boolean {
  if (left === null || right === null || (left.time === right.time && left.type.kind === right.type.kind)) return true
  report('window', windowProblems.timeKindsDiffer(left.name, printType(left.type), right.name, printType(right.type)))
  return false
}
