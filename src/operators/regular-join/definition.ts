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
import { joinConditionBefore, joinInputConditions, mapJoinExpressions, narrowedJoin } from '../../job/joinConditions.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { joinProblems } from '../../job/problemCatalogue.ts'
import { joinedKeys } from '../../job/upsertKeys.ts'
import { filterBefore } from '../filterBefore.ts'

export const definition: OperatorDefinition = {
  kind: 'regular-join',
  title: 'Regular join',
  family: 'join',
  icon: 'merge',
  summary: 'Pairs rows of two streams whenever they come, and keeps both sides for ever.',
  searchTerms: ['join', 'inner join', 'left join', 'right join', 'full outer join', 'semi join', 'anti join', 'exists', 'in', 'combine', 'enrich'],
  inputs: [
    { name: 'left', title: 'Left' },
    { name: 'right', title: 'Right' },
  ],
  outputs: [{ name: 'out', title: 'Pairs' }],
  fields: [
    joinTypeField(['inner', 'left', 'right', 'full', 'semi', 'anti']),
    onField,
    conditionField,
    joinColumnsField((config) => config.type !== 'semi' && config.type !== 'anti'),
  ],
  initialConfig: ({ inputs }) => ({ type: 'inner', on: guessedPairs(inputs.left?.[0] ?? null, inputs.right?.[0] ?? null) }),
  subtitle: joinText,
  infer: ({ config, inputs, report }) => {
    const left = inputs.left?.[0] ?? null
    const right = inputs.right?.[0] ?? null
    checkPairs(config, left, right, report)
    if (pairsOf(config).length === 0 && config.on !== undefined) report('on', joinProblems.everyPair())
    if (left === null || right === null || typeof config.type !== 'string') return {}
    checkCondition(config, joinScope(left, right), report)
    // A pair may come long after its rows' times, so none of them is event time any more.
    const fields = joinFields(config, config.type as JoinType, left, right, [], false, report)
    return fields === null ? {} : { out: { fields } }
  },
  distribution: ({ config }) => joinDistribution(config),
  rowKinds: ({ config, inputs }) => {
    const arriving = [...(inputs.left ?? []), ...(inputs.right ?? [])]
    if (config.type === 'inner' || config.type === undefined) return ['+I', ...(['-U', '+U', '-D'] as const).filter((kind) => arriving.includes(kind))]
    // A semi join of inserts only inserts: a left row, once it has a match, keeps it.
    if (config.type === 'semi' && arriving.every((kind) => kind === '+I')) return ['+I']
    return arriving.includes('-U') || arriving.includes('+U') ? ['+I', '-U', '+U', '-D'] : ['+I', '-D']
  },
  state: () => 'all rows of both sides by key, for ever',
  stateExpires: () => true,
  columnsNeeded: ({ config, inputs }) => joinColumnsNeeded(config, inputs),
  upsertKeys: ({ config, inputs, keys }) => joinedKeys(config, inputs, keys),
  mapExpressions: ({ config, inputs, map }) => mapJoinExpressions(config, inputs, map),
  conditionBefore: ({ config, inputs, condition }) => joinConditionBefore(config, inputs, condition),
  inputConditions: ({ config, inputs }) => joinInputConditions(config, inputs, filterBefore),
  narrowed: ({ config, inputs, used }) => narrowedJoin(config, inputs, used),
  renameColumn: renameInJoin,
}
