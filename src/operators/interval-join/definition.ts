import { printType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
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
import { joinConditionBefore, joinInputConditions, mapJoinExpressions, narrowedJoin } from '../../job/joinConditions.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { joinProblems, windowProblems } from '../../job/problemCatalogue.ts'
import { renameInExpression, renameInNamed } from '../../job/renameColumn.ts'
import { durationText, timeAttribute } from '../../job/windowConfig.ts'
import { filterBefore } from '../filterBefore.ts'

export const definition: OperatorDefinition = {
  kind: 'interval-join',
  title: 'Interval join',
  family: 'join',
  icon: 'git-merge',
  summary: 'Pairs rows of two streams that happened close to each other in time.',
  searchTerms: ['stream join', 'time-bounded join', 'between', 'correlate', 'match', 'left join', 'inner join'],
  inputs: [
    { name: 'left', title: 'Left', insertOnly: true },
    { name: 'right', title: 'Right', insertOnly: true },
  ],
  outputs: [{ name: 'out', title: 'Pairs' }],
  fields: [
    joinTypeField(['inner', 'left', 'right', 'full']),
    onField,
    { key: 'leftTime', label: 'Left time', control: 'column', input: 'left', time: true, help: 'When a left row happened: a time attribute.' },
    { key: 'rightTime', label: 'Right time', control: 'column', input: 'right', time: true, help: 'When a right row happened: a time attribute.' },
    {
      key: 'lowerMs',
      label: 'From',
      control: 'duration',
      signed: true,
      help: 'The earliest a right row may happen, counted from the left row; negative is before it. The bound itself counts.',
    },
    {
      key: 'upperMs',
      label: 'To',
      control: 'duration',
      signed: true,
      help: 'The latest a right row may happen, counted from the left row. The bound itself counts.',
    },
    conditionField,
    joinColumnsField(),
  ],
  initialConfig: ({ inputs }) => {
    const left = inputs.left?.[0] ?? null
    const right = inputs.right?.[0] ?? null
    const time = (schema: Schema | null): string | undefined => schema?.fields.find((field) => field.time === 'event')?.name
    const leftTime = time(left)
    const rightTime = time(right)
    return {
      type: 'inner',
      on: guessedPairs(left, right),
      ...(leftTime === undefined ? {} : { leftTime }),
      ...(rightTime === undefined ? {} : { rightTime }),
      lowerMs: 0,
      upperMs: 60_000,
    }
  },
  subtitle: (config) => {
    const type = typeof config.type === 'string' && config.type !== 'inner' ? `${config.type} ` : ''
    const on = pairsOf(config)
      .map((pair) => (pair.left === pair.right ? pair.left : `${pair.left} = ${pair.right}`))
      .join(', ')
    const bounds =
      typeof config.lowerMs === 'number' && typeof config.upperMs === 'number' ? `${signedText(config.lowerMs)} to ${signedText(config.upperMs)}` : ''
    return [`${type}${on === '' ? '' : `on ${on}`}`.trim(), bounds].filter((part) => part !== '').join(', ')
  },
  infer: ({ config, inputs, report }) => {
    const left = inputs.left?.[0] ?? null
    const right = inputs.right?.[0] ?? null
    checkPairs(config, left, right, report)
    if (pairsOf(config).length === 0 && config.on !== undefined) report('on', joinProblems.everyPair())
    const leftTime = left !== null && typeof config.leftTime === 'string' ? timeAttribute(config.leftTime, left, 'leftTime', report) : null
    const rightTime = right !== null && typeof config.rightTime === 'string' ? timeAttribute(config.rightTime, right, 'rightTime', report) : null
    if (leftTime !== null && rightTime !== null && (leftTime.time !== rightTime.time || leftTime.type.kind !== rightTime.type.kind)) {
      report('rightTime', windowProblems.timeKindsDiffer(leftTime.name, printType(leftTime.type), rightTime.name, printType(rightTime.type)))
    }
    if (typeof config.lowerMs === 'number' && typeof config.upperMs === 'number' && config.lowerMs > config.upperMs) {
      report('upperMs', joinProblems.boundsCrossed(durationText(config.lowerMs), durationText(config.upperMs)))
    }
    if (left === null || right === null || typeof config.type !== 'string') return {}
    checkCondition(config, joinScope(left, right), report)
    const fields = joinFields(config, config.type as JoinType, left, right, [], true, report)
    return fields === null ? {} : { out: { fields } }
  },
  distribution: ({ config }) => {
    const pairs = pairsOf(config)
    if (pairs.length === 0) return [{ kind: 'single' }, { kind: 'single' }]
    return [
      { kind: 'hash', columns: pairs.map((pair) => pair.left) },
      { kind: 'hash', columns: pairs.map((pair) => pair.right) },
    ]
  },
  state: (config) =>
    typeof config.lowerMs === 'number' && typeof config.upperMs === 'number'
      ? `rows of both sides by key, left ones for ${durationText(config.upperMs)}, right ones for ${durationText(-config.lowerMs)} beyond the watermark`
      : null,
  columnsNeeded: ({ config, inputs }) => {
    const named = namedExpressionsOf(config, 'columns')
    const side = (port: 'left' | 'right', qualifier: string): Set<string> => {
      const schema = inputs[port]?.[0] ?? null
      // Without output columns of its own, names come from both sides together: leaving one out could rename another.
      if (named === null) return new Set(schema?.fields.map((field) => field.name) ?? [])
      const needed = new Set(pairsOf(config).map((pair) => pair[port]))
      const time = config[`${port}Time`]
      if (typeof time === 'string') needed.add(time)
      for (const text of [config.condition, ...named.map((column) => column.expression)]) {
        if (typeof text === 'string') for (const name of columnsRead(text, qualifier)) needed.add(name)
      }
      return needed
    }
    return { left: side('left', 'l'), right: side('right', 'r') }
  },
  mapExpressions: ({ config, inputs, map }) => mapJoinExpressions(config, inputs, map),
  conditionBefore: ({ config, inputs, condition }) => joinConditionBefore(config, inputs, condition),
  inputConditions: ({ config, inputs }) => joinInputConditions(config, inputs, filterBefore),
  narrowed: ({ config, inputs, used }) => narrowedJoin(config, inputs, used),
  renameColumn: (config, input, from, to) => {
    const qualifier = input === 'left' ? 'l' : 'r'
    let renamed = renameInNamed(renameInPairs(config, input, from, to), 'columns', qualifier, from, to)
    const time = `${input}Time`
    if (renamed[time] === from) renamed = { ...renamed, [time]: to }
    return typeof renamed.condition === 'string' ? { ...renamed, condition: renameInExpression(renamed.condition, qualifier, from, to) } : renamed
  },
}

function signedText(ms: number): string {
  return ms > 0 ? `+${durationText(ms)}` : durationText(ms)
}
