import type { Schema } from '../../columnar/schema.ts'
import { withNullable } from '../../columnar/dataType.ts'
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
import { joinProblems } from '../../job/problemCatalogue.ts'
import { timeAttribute } from '../../job/windowConfig.ts'

export const definition: OperatorDefinition = {
  kind: 'lookup-join',
  title: 'Lookup join',
  family: 'join',
  icon: 'book-search',
  summary: 'Looks each row up in a table that is read first.',
  searchTerms: ['dimension table', 'enrich', 'side input', 'reference data', 'lookup', 'static table', 'for system_time', 'map'],
  inputs: [
    { name: 'left', title: 'Rows' },
    { name: 'right', title: 'Table' },
  ],
  outputs: [{ name: 'out', title: 'Rows with what was found' }],
  fields: [
    joinTypeField(['inner', 'left']),
    { ...onField, help: 'What the table is looked up by. NULL equals nothing.' },
    {
      key: 'leftTime',
      label: 'Left time',
      control: 'column',
      input: 'left',
      time: true,
      optional: true,
      advanced: true,
      help: 'The processing-time attribute as of which Flink looks up. Here the table is read once, before the first row.',
    },
    conditionField,
    joinColumnsField(),
  ],
  initialConfig: ({ inputs }) => ({ type: 'left', on: guessedPairs(inputs.left?.[0] ?? null, inputs.right?.[0] ?? null) }),
  subtitle: joinText,
  infer: ({ config, inputs, report }) => {
    const left = inputs.left?.[0] ?? null
    const right = inputs.right?.[0] ?? null
    checkPairs(config, left, right, report)
    if (Array.isArray(config.on) && pairsOf(config).length === 0) report('on', joinProblems.everyPair())
    if (left !== null && typeof config.leftTime === 'string') timeAttribute(config.leftTime, left, 'leftTime', report)
    if (left === null || right === null || typeof config.type !== 'string') return {}
    checkCondition(config, joinScope(left, right), report)
    const table: Schema = { fields: right.fields.map(({ name, type }) => ({ name, type: config.type === 'left' ? withNullable(type, true) : type })) }
    const fields = joinFields(config, config.type as JoinType, left, table, [], true, report)
    return fields === null ? {} : { out: { fields } }
  },
  distribution: ({ config }) => joinDistribution(config),
  rowKinds: ({ inputs }) => inputs.left ?? ['+I'],
  state: () => 'the whole table, by key; left rows until it is read',
  columnsNeeded: ({ config, inputs }) => joinColumnsNeeded(config, inputs, { left: typeof config.leftTime === 'string' ? [config.leftTime] : [] }),
  renameColumn: (config, input, from, to) => {
    const renamed = renameInJoin(config, input, from, to)
    return input === 'left' && renamed.leftTime === from ? { ...renamed, leftTime: to } : renamed
  },
}
