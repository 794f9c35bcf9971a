import type { JsonObject } from '../../../columnar/json.ts'
import { sourceProblems } from '../../../job/problemCatalogue.ts'
import { fieldPlans } from '../../../streams/datagen.ts'
import type { Connector } from './connector.ts'
import { splitsField } from './shared.ts'

export const datagen: Connector = {
  variant: {
    type: 'datagen',
    label: 'Generator',
    summary: 'Made-up rows by a rule for each column.',
    fields: [
      { key: 'rows', label: 'Rows', control: 'integer', min: 0, optional: true, default: 10_000, help: '0 goes on without end.' },
      { key: 'seed', label: 'Seed', control: 'integer', min: -2_147_483_648, max: 2_147_483_647, optional: true, default: 1, help: 'Another seed gives other values.' },
      {
        key: 'fields',
        label: 'Rules',
        control: 'json',
        optional: true,
        help: 'By column name: {"kind": "sequence", "start", "step"}, {"kind": "random", "min", "max"}, {"kind": "choice", "values", "weights"}, {"kind": "text", "length"}, {"kind": "time", "start", "stepMs", "disorderMs"} or {"kind": "constant", "value"}, each with "nullShare". Columns without a rule get one by their type.',
      },
      splitsField,
    ],
  },
  subtitle: (connector) => {
    const rows = datagenRows(connector)
    return `generator · ${rows === 0 ? 'no end' : rows.toLocaleString('en')}`
  },
  proposal: () => ({
    columns: [
      { name: 'id', type: 'BIGINT' },
      { name: 'time', type: 'TIMESTAMP(3)' },
      { name: 'key', type: 'STRING' },
      { name: 'value', type: 'INT' },
    ],
    watermark: { column: 'time', delayMs: 5000 },
    connector: {
      fields: {
        time: { kind: 'time', start: '2026-01-31 12:00:00', stepMs: 1000, disorderMs: 5000 },
        key: { kind: 'choice', values: ['a', 'b', 'c', 'd'] },
        value: { kind: 'random', min: 0, max: 100 },
      },
    },
  }),
  check: (config, columns, report) => {
    const connector = config.connector as JsonObject
    const { findings } = fieldPlans((connector.fields ?? {}) as JsonObject, columns.physical)
    for (const { column, detail } of findings) report('connector.fields', sourceProblems.badField(column, detail))
  },
  leavesOut: true,
}

export function datagenRows(connector: JsonObject): number {
  return typeof connector.rows === 'number' ? connector.rows : 10_000
}

export function datagenSeed(connector: JsonObject): number {
  return typeof connector.seed === 'number' ? connector.seed : 1
}
