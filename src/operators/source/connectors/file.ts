import type { JsonObject } from '../../../columnar/json.ts'
import { fileProblems } from '../../../job/problemCatalogue.ts'
import type { Connector } from './connector.ts'
import { changelogField, onErrorField, splitsField } from './shared.ts'

export const file: Connector = {
  variant: {
    type: 'file',
    label: 'File',
    summary: 'Rows of a CSV, JSON-lines, Parquet or Arrow file. Nothing leaves the machine.',
    fields: [
      { key: 'path', label: 'Path', control: 'text', maxLength: 1000, placeholder: 'events.csv', help: 'In the page the name of a file that was dropped in; on the command line a path.' },
      {
        key: 'format',
        label: 'Format',
        control: 'choice',
        choices: [
          { value: 'json', label: 'JSON lines' },
          { value: 'csv', label: 'CSV' },
          { value: 'parquet', label: 'Parquet' },
          { value: 'arrow', label: 'Arrow' },
        ],
      },
      {
        key: 'header',
        label: 'First row names the columns',
        control: 'boolean',
        optional: true,
        default: true,
        advanced: true,
        showWhen: (connector) => connector.format === 'csv',
        help: 'Off: the fields stand in the order of the columns above.',
      },
      {
        key: 'delimiter',
        label: 'Between fields',
        control: 'choice',
        choices: [
          { value: ',', label: 'Comma' },
          { value: ';', label: 'Semicolon' },
          { value: '\t', label: 'Tab' },
          { value: '|', label: 'Bar' },
        ],
        optional: true,
        default: ',',
        advanced: true,
        showWhen: (connector) => connector.format === 'csv',
      },
      { ...changelogField, showWhen: (connector) => connector.format === 'json' },
      onErrorField,
      splitsField,
    ],
  },
  subtitle: (connector) => (typeof connector.path === 'string' ? (connector.path.split('/').at(-1) ?? '') : 'file'),
  proposal: () => null,
  check: (config, _columns, report) => {
    if (typeof (config.connector as JsonObject).path === 'object') report('connector.path', fileProblems.secretPath())
  },
  // A value that cannot be read is found by reading it: leaving a column out would change which rows fail or are skipped.
  leavesOut: false,
}

export function fileDelimiter(connector: JsonObject): string {
  return typeof connector.delimiter === 'string' ? connector.delimiter : ','
}
