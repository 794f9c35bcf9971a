import { printType, withNullable } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import {
  checkCondition,
  checkPairs,
  conditionField,
  guessedPairs,
  joinColumnsField,
  joinColumnsNeeded,
  joinDistribution,
  joinFields,
  joinScope,
  joinText,
  joinTypeField,
  onField,
  pairsOf,
  renameInJoin,
  type JoinType,
} from '../../job/joinConfig.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { joinProblems, temporalProblems, windowProblems } from '../../job/problemCatalogue.ts'
import { timeAttribute } from '../../job/windowConfig.ts'

export const definition: OperatorDefinition = {
  kind: 'temporal-join',
  title: 'Temporal join',
  family: 'join',
  icon: 'history',
  summary: 'Gives each row the version of the other side that was true at its time.',
  searchTerms: ['versioned table', 'as of', 'for system_time', 'enrich', 'exchange rate', 'slowly changing', 'point in time', 'lookup'],
  inputs: [
    { name: 'left', title: 'Rows' },
    { name: 'right', title: 'Versions' },
  ],
  outputs: [{ name: 'out', title: 'Rows with their version' }],
  fields: [
    joinTypeField(['inner', 'left']),
    { ...onField, help: 'The key of the versions. A row on the right is a new version of its key from its event time on.' } as typeof onField,
    { key: 'leftTime', label: 'Left time', control: 'column', input: 'left', time: true, help: 'The time as of which the version is looked up: event time.' },
    conditionField,
    joinColumnsField(),
  ],
  initialConfig: ({ inputs }) => {
    const left = inputs.left?.[0] ?? null
    const leftTime = left?.fields.find((field) => field.time === 'event')?.name
    return { type: 'left', on: guessedPairs(left, inputs.right?.[0] ?? null), ...(leftTime === undefined ? {} : { leftTime }) }
  },
  subtitle: (config) => [joinText(config), typeof config.leftTime === 'string' ? `as of ${config.leftTime}` : ''].filter((part) => part !== '').join(', '),
  infer: ({ config, inputs, report }) => {
    const left = inputs.left?.[0] ?? null
    const right = inputs.right?.[0] ?? null
    checkPairs(config, left, right, report)
    if (Array.isArray(config.on) && pairsOf(config).length === 0) report('on', joinProblems.versionsNeedKey())
    const leftTime = left !== null && typeof config.leftTime === 'string' ? timeAttribute(config.leftTime, left, 'leftTime', report) : null
    const rightTime = right === null ? null : versionTime(right)
    if (leftTime?.time === 'processing') report('leftTime', temporalProblems.processingTime(leftTime.name))
    else if (right !== null && rightTime === null) report('on', temporalProblems.noVersionTime(right.fields.map((field) => field.name)))
    else if (leftTime !== null && right !== null && rightTime !== null && leftTime.type.kind !== right.fields[rightTime]!.type.kind) {
      const field = right.fields[rightTime]!
      report('leftTime', windowProblems.timeKindsDiffer(leftTime.name, printType(leftTime.type), field.name, printType(field.type)))
    }
    if (left === null || right === null || typeof config.type !== 'string') return {}
    checkCondition(config, joinScope(left, right), report)
    // The left row keeps its time; that of the version is a plain timestamp.
    const versions: Schema = { fields: right.fields.map(({ name, type }) => ({ name, type: config.type === 'left' ? withNullable(type, true) : type })) }
    const fields = joinFields(config, config.type as JoinType, left, versions, [], true, report)
    return fields === null ? {} : { out: { fields } }
  },
  distribution: ({ config }) => joinDistribution(config),
  rowKinds: ({ inputs }) => inputs.left ?? ['+I'],
  // A version ends where the next begins.
  updateBefore: () => ({ inputs: { right: 'unneeded' } }),
  state: () => 'left rows until the watermark reaches them; the versions of each key from the newest one at the watermark on',
  columnsNeeded: ({ config, inputs }) => {
    const right = inputs.right?.[0] ?? null
    const time = right === null ? null : versionTime(right)
    return joinColumnsNeeded(config, inputs, {
      left: typeof config.leftTime === 'string' ? [config.leftTime] : [],
      right: right === null || time === null ? [] : [right.fields[time]!.name],
    })
  },
  renameColumn: (config, input, from, to) => {
    const renamed = renameInJoin(config, input, from, to)
    return input === 'left' && renamed.leftTime === from ? { ...renamed, leftTime: to } : renamed
  },
}

/** The column that tells since when a version holds: the right side's event time. Null when it has none. */
export function versionTime(right: Schema): number | null {
  const at = right.fields.findIndex((field) => field.time === 'event')
  return at < 0 ? null : at
}
