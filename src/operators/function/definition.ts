import { printType, sameType } from '../../columnar/dataType.ts'
import { fieldOf, type Field, type Schema } from '../../columnar/schema.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { parseType } from '../../expression/parse.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { checkColumns, columnsOf } from '../../job/orderConfig.ts'
import type { Report } from '../../job/problem.ts'
import { columnProblems, functionProblems, sourceProblems } from '../../job/problemCatalogue.ts'
import { renameInColumns } from '../../job/renameColumn.ts'

const firstCode = `// Called for each row. emit(…) gives a row with the output columns.
function onRow(row, emit) {
  emit(row)
}
`

export const definition: OperatorDefinition = {
  kind: 'function',
  title: 'Function',
  family: 'shape',
  icon: 'square-function',
  summary: 'Runs your own JavaScript on each row, in a sandbox, with state and timers for each key.',
  searchTerms: ['javascript', 'js', 'udf', 'user defined', 'code', 'script', 'process function', 'flatmap', 'custom', 'state', 'timer'],
  inputs: [{ name: 'in', title: 'Input', insertOnly: true }],
  outputs: [{ name: 'out', title: 'What it emits' }],
  fields: [
    {
      key: 'code',
      label: 'Code',
      control: 'code',
      language: 'javascript',
      help: 'JavaScript with a function onRow(row, emit, state) and, for timers, onTimer(time, emit, state, key). It sees nothing but the row, and a row may take 50 ms.',
    },
    { key: 'outputColumns', label: 'Output columns', control: 'schema', help: 'Names and types of what is emitted. Event time goes on where a column has the name and type of an event-time column of the input.' },
    {
      key: 'keyBy',
      label: 'State for each',
      control: 'columns',
      input: 'in',
      optional: true,
      help: 'Rows with equal values in these columns meet in one subtask and share an object, state, that outlives the row and goes into checkpoints. NULL is a value of its own.',
    },
    {
      key: 'timers',
      label: 'Timers',
      control: 'choice',
      optional: true,
      choices: [
        { value: 'event-time', label: 'Event time' },
        { value: 'processing-time', label: 'Processing time' },
      ],
      showWhen: (config) => columnsOf(config, 'keyBy').length > 0,
      help: 'Lets the code call setTimer(ms); onTimer is called for that key when the watermark, or the clock, has reached the time.',
    },
  ],
  initialConfig: ({ inputs }) => {
    const fields = inputs.in?.[0]?.fields ?? []
    return { code: firstCode, outputColumns: fields.length === 0 ? [{ name: 'value', type: 'STRING' }] : fields.map(({ name, type }) => ({ name, type: printType(type) })) }
  },
  subtitle: (config) => {
    const keyBy = columnsOf(config, 'keyBy')
    return keyBy.length > 0 ? `JavaScript for each ${keyBy.join(', ')}` : 'JavaScript'
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    const { code } = config
    if (typeof code === 'string' && !/\bonRow\b/.test(code)) report('code', functionProblems.noOnRow())
    if (typeof config.timers === 'string' && typeof code === 'string' && !/\bonTimer\b/.test(code)) report('code', functionProblems.noOnTimer())
    if (schema !== null) checkColumns(config, 'keyBy', schema, report)
    const out = outputSchema(config, schema, report)
    return out === null ? {} : { out }
  },
  distribution: ({ config }) => {
    const keyBy = columnsOf(config, 'keyBy')
    return [keyBy.length > 0 ? { kind: 'hash', columns: keyBy } : { kind: 'any' }]
  },
  rowKinds: () => ['+I'],
  state: (config) => (columnsOf(config, 'keyBy').length > 0 ? 'an object of the code’s own for each key, and its timers' : null),
  // The code is not looked into: it may read any column.
  renameColumn: (config, _input, from, to) => renameInColumns(config, 'keyBy', from, to),
}

/** The output columns; null when one is not understood. */
export function outputSchema(config: JsonObject, input: Schema | null, report: Report = () => {}): Schema | null {
  const entries = Array.isArray(config.outputColumns) ? (config.outputColumns as unknown as readonly JsonObject[]) : []
  const fields: Field[] = []
  let sound = entries.length > 0
  entries.forEach((entry, i) => {
    const name = entry.name as string
    if (name === '') report(`outputColumns[${i}].name`, columnProblems.emptyColumnName())
    else if (name.length > 200) report(`outputColumns[${i}].name`, columnProblems.longColumnName(name.length))
    else if (fields.some((field) => field.name === name)) {
      report(`outputColumns[${i}].name`, columnProblems.duplicateColumn(name))
      sound = false
    }
    if (typeof entry.type !== 'string') {
      report(`outputColumns[${i}]`, functionProblems.noType(name))
      sound = false
      return
    }
    const { type, problems } = parseType(entry.type)
    if (type === null) {
      const first = problems[0]
      report(`outputColumns[${i}].type`, { ...sourceProblems.badType(name, first?.message ?? 'it is no type.'), ...(first === undefined ? {} : { span: first.span }) })
      sound = false
      return
    }
    const before = input === null ? undefined : fieldOf(input, name)
    fields.push({ name, type, ...(before?.time === 'event' && sameType(before.type, type) ? { time: 'event' } : {}) })
  })
  return sound ? { fields } : null
}
