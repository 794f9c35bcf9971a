import type { Schema } from '../../../columnar/schema.ts'
import { bigintType, timestampType } from '../../../columnar/dataType.ts'
import type { OperatorDefinition } from '../../../job/operatorDefinition.ts'

/** Small operators for tests of the store, with every shape of ports: none in, none out, two in, many in, two out. */
const base = {
  icon: 'box',
  summary: 'For tests.',
  searchTerms: [],
  fields: [],
  initialConfig: () => ({}),
  subtitle: () => '',
  distribution: () => [],
} satisfies Partial<OperatorDefinition>

export const testDefinitions: readonly OperatorDefinition[] = [
  {
    ...base,
    kind: 'reader',
    title: 'Reader',
    family: 'source',
    inputs: [],
    outputs: [{ name: 'out', title: 'Rows' }],
    fields: [{ key: 'columns', label: 'Columns', control: 'columns', input: 'none' }],
    initialConfig: () => ({ columns: ['id', 'at'] }),
    infer: ({ config }) => ({
      out: { fields: ((config['columns'] ?? []) as readonly string[]).map((name) => ({ name, type: name === 'at' ? timestampType : bigintType })) } satisfies Schema,
    }),
  },
  {
    ...base,
    kind: 'keep',
    title: 'Keep',
    family: 'shape',
    inputs: [{ name: 'in', title: 'Input' }],
    outputs: [{ name: 'out', title: 'Rows' }],
    fields: [{ key: 'by', label: 'By', control: 'text', optional: true }],
    initialConfig: () => ({ by: '' }),
    infer: ({ inputs }): Record<string, Schema> => {
      const schema = inputs['in']?.[0] ?? null
      return schema === null ? {} : { out: schema }
    },
    renameColumn: (config, _input, from, to) => (config['by'] === from ? { ...config, by: to } : config),
  },
  {
    ...base,
    kind: 'window-count',
    title: 'Window count',
    family: 'time',
    inputs: [{ name: 'in', title: 'Input' }],
    outputs: [
      { name: 'out', title: 'Counts' },
      { name: 'late', title: 'Late rows', optional: true },
    ],
    infer: ({ inputs }): Record<string, Schema> => {
      const schema = inputs['in']?.[0] ?? null
      return schema === null ? {} : { out: schema, late: schema }
    },
  },
  { ...base, kind: 'pair', title: 'Pair', family: 'join', inputs: [{ name: 'left', title: 'Left' }, { name: 'right', title: 'Right' }], outputs: [{ name: 'out', title: 'Pairs' }], infer: () => ({}) },
  { ...base, kind: 'merge', title: 'Merge', family: 'shape', inputs: [{ name: 'in', title: 'Inputs', many: true }], outputs: [{ name: 'out', title: 'Rows' }], infer: () => ({}) },
  { ...base, kind: 'table', title: 'Table', family: 'sink', inputs: [{ name: 'in', title: 'Input' }], outputs: [], infer: () => ({}) },
]

export const testDefinitionOf = (kind: string): OperatorDefinition | undefined => testDefinitions.find((definition) => definition.kind === kind)
