import { checkPredicate } from '../../expression/typeOf.ts'
import { columnsRead } from '../../job/columnUses.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { renameInExpression } from '../../job/renameColumn.ts'

export const definition: OperatorDefinition = {
  kind: 'filter',
  title: 'Filter',
  family: 'shape',
  icon: 'filter',
  summary: 'Keeps the rows for which a condition is true.',
  searchTerms: ['where', 'condition', 'select', 'drop rows', 'predicate'],
  inputs: [{ name: 'in', title: 'Input' }],
  outputs: [{ name: 'out', title: 'Kept rows' }],
  fields: [
    {
      key: 'where',
      label: 'Condition',
      control: 'expression',
      result: 'boolean',
      help: 'Rows for which this is TRUE go on. FALSE and NULL (unknown) rows are dropped.',
    },
  ],
  initialConfig: () => ({ where: 'TRUE' }),
  subtitle: (config) => (typeof config.where === 'string' ? config.where.replaceAll(/\s+/g, ' ').trim() : ''),
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null) return {}
    if (typeof config.where === 'string') {
      for (const problem of checkPredicate(config.where, { inputs: [{ qualifier: null, schema }] }).problems) report('where', problem)
    }
    return { out: schema }
  },
  distribution: () => [{ kind: 'any' }],
  columnsNeeded: ({ config, used }) => ({
    in: new Set([...(used.out ?? []), ...(typeof config.where === 'string' ? columnsRead(config.where, null) : [])]),
  }),
  upsertKeys: ({ keys }) => keys.in ?? [],
  // Where the condition is about the key, a row and what replaces it go the same way. Elsewhere the row before may be all that goes on of an update.
  updateBefore: ({ config, keys }) => {
    const read = typeof config.where === 'string' ? columnsRead(config.where, null) : []
    return (keys.in ?? []).some((key) => [...read].every((column) => key.includes(column))) ? { output: 'passed', inputs: { in: 'passed' } } : {}
  },
  mapExpressions: ({ config, inputs, map }) =>
    typeof config.where === 'string' && inputs.in?.[0] ? { ...config, where: map(config.where, { inputs: [{ qualifier: null, schema: inputs.in[0] }] }) } : config,
  condition: { of: (config) => (typeof config.where === 'string' ? config.where : null), with: (config, where) => ({ ...config, where }) },
  renameColumn: (config, _input, from, to) =>
    typeof config.where === 'string' ? { ...config, where: renameInExpression(config.where, null, from, to) } : config,
}
