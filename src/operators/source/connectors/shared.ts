import type { ConfigField } from '../../../job/configField.ts'

export const onErrorField: ConfigField = {
  key: 'onError',
  label: 'When a row cannot be read',
  control: 'choice',
  choices: [
    { value: 'fail', label: 'Fail the job' },
    { value: 'skip', label: 'Skip the row' },
  ],
  optional: true,
  default: 'fail',
  advanced: true,
  help: 'A row with a value that does not fit its column, or with too many or too few values. Skipped rows are counted and shown with the reason.',
}

export const changelogField: ConfigField = {
  key: 'changelog',
  label: 'Rows are changes',
  control: 'boolean',
  optional: true,
  default: false,
  advanced: true,
  help: 'Each row then has the form {"kind": "+I", "row": …}, with the kinds +I, -U, +U and -D.',
}

export const splitsField: ConfigField = {
  key: 'splits',
  label: 'Splits',
  control: 'integer',
  min: 1,
  max: 64,
  optional: true,
  default: 1,
  advanced: true,
  help: 'How many subtasks read side by side. With one, rows come in order.',
}
