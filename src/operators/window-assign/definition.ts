import { onColumns } from '../../job/conditions.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { assignedFields, checkWindow, guessedWindow, renameInWindow, windowColumnNames, windowField, windowOf, windowText } from '../../job/windowConfig.ts'

export const definition: OperatorDefinition = {
  kind: 'window-assign',
  title: 'Window assign',
  family: 'time',
  icon: 'calendar-range',
  summary: 'Gives each row its windows, one row for each window it is in.',
  searchTerms: ['window function', 'tvf', 'tumble', 'hop', 'cumulate', 'table function', 'window_start', 'window_end'],
  inputs: [{ name: 'in', title: 'Input' }],
  outputs: [{ name: 'out', title: 'Rows with windows' }],
  fields: [{ ...windowField('in', { session: false }), optional: false, help: 'How time is cut.' } as ReturnType<typeof windowField>],
  initialConfig: ({ inputs }) => {
    const window = guessedWindow(inputs.in?.[0] ?? null)
    return window === null ? {} : { window }
  },
  subtitle: (config) => (config.window === undefined ? '' : windowText(config)),
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    if (schema === null || windowOf(config) === null) return {}
    const time = checkWindow(config, schema, report)
    return time === null ? {} : { out: { fields: assignedFields(schema, time.field, report) } }
  },
  distribution: () => [{ kind: 'any' }],
  columnsNeeded: ({ config, used }) => {
    const window = windowOf(config)
    return { in: new Set([...[...(used.out ?? [])].filter((name) => !(windowColumnNames as readonly string[]).includes(name)), ...(window === null ? [] : [window.timeColumn])]) }
  },
  conditionBefore: ({ inputs, condition }) => {
    const asked = onColumns(condition, (inputs.in?.[0]?.fields ?? []).map((field) => field.name).filter((name) => !(windowColumnNames as readonly string[]).includes(name)))
    return asked === null ? null : [{ input: 0, condition: asked }]
  },
  renameColumn: (config, _input, from, to) => renameInWindow(config, from, to),
}
