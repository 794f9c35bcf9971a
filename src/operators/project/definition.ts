import type { JsonObject } from '../../columnar/json.ts'
import type { Field } from '../../columnar/schema.ts'
import { parseExpression } from '../../expression/parse.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import { columnsRead } from '../../job/columnUses.ts'
import { isPureScalar, replaceColumns } from '../../job/conditions.ts'
import { mapNamed, namedExpressionsOf } from '../../job/joinConfig.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { columnProblems } from '../../job/problemCatalogue.ts'
import { quoteIdentifier, renameInNamed } from '../../job/renameColumn.ts'
import { projectedKeys } from '../../job/upsertKeys.ts'

export const definition: OperatorDefinition = {
  kind: 'project',
  title: 'Project',
  family: 'shape',
  icon: 'columns-3',
  summary: 'Computes new columns, and chooses, renames and orders those that go on.',
  searchTerms: ['select', 'map', 'compute', 'calculate', 'rename', 'cast', 'columns', 'transform'],
  inputs: [{ name: 'in', title: 'Input' }],
  outputs: [{ name: 'out', title: 'Output' }],
  fields: [
    {
      key: 'columns',
      label: 'Columns',
      control: 'namedExpressions',
      minCount: 1,
      help: 'One entry for each output column. A column passed on by its bare name stays a time attribute; a computed one does not.',
    },
  ],
  initialConfig: ({ inputs }) => ({
    columns: (inputs.in?.[0]?.fields ?? []).map((field) => ({ name: field.name, expression: quoteIdentifier(field.name) })),
  }),
  subtitle: (config) => {
    const names = (namedExpressionsOf(config, 'columns') ?? []).map((column) => column.name)
    return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} + ${names.length - 3}`
  },
  infer: ({ config, inputs, report }) => {
    const schema = inputs.in?.[0] ?? null
    const columns = namedExpressionsOf(config, 'columns')
    if (columns === null) return {}
    const fields: Field[] = []
    const names = new Set<string>()
    let sound = true
    columns.forEach(({ name, expression }, i) => {
      if (name === '') report(`columns[${i}].name`, columnProblems.emptyColumnName())
      else if (name.length > 200) report(`columns[${i}].name`, columnProblems.longColumnName(name.length))
      else if (names.has(name)) report(`columns[${i}].name`, columnProblems.duplicateColumn(name))
      names.add(name)
      if (schema === null) return
      const { typed, problems } = checkScalar(expression, { inputs: [{ qualifier: null, schema }] })
      for (const problem of problems) report(`columns[${i}].expression`, problem)
      if (typed === null) {
        sound = false
        return
      }
      const source = typed.kind === 'column' ? schema.fields[typed.column] : undefined
      fields.push(source?.time === undefined ? { name, type: typed.type } : { name, type: typed.type, time: source.time })
    })
    return schema === null || !sound || fields.length === 0 ? {} : { out: { fields } }
  },
  distribution: () => [{ kind: 'any' }],
  // Every column is computed, read or not, so all it names are needed.
  columnsNeeded: ({ config }) => ({
    in: new Set((namedExpressionsOf(config, 'columns') ?? []).flatMap(({ expression }) => [...columnsRead(expression, null)])),
  }),
  upsertKeys: ({ config, keys }) => projectedKeys(config, keys.in ?? []),
  updateBefore: () => ({ output: 'passed', inputs: { in: 'passed' } }),
  mapExpressions: ({ config, inputs, map }) => mapNamed(config, 'columns', inputs.in?.[0] == null ? null : { inputs: [{ qualifier: null, schema: inputs.in[0] }] }, map),
  conditionBefore: ({ config, inputs, condition }) => {
    const schema = inputs.in?.[0] ?? null
    const columns = namedExpressionsOf(config, 'columns') ?? []
    if (schema === null || !columns.every(({ expression }) => isPureScalar(expression, { inputs: [{ qualifier: null, schema }] }))) return null
    const replaced = replaceColumns(condition, (name, qualifier) => {
      const column = qualifier === null ? columns.find((candidate) => candidate.name === name) : undefined
      return column === undefined ? null : parseExpression(column.expression).expression
    })
    return replaced === null ? null : [{ input: 0, condition: replaced }]
  },
  narrowed: ({ config, inputs, used }) => {
    const schema = inputs.in?.[0] ?? null
    const columns = namedExpressionsOf(config, 'columns') ?? []
    if (schema === null || used.out === undefined) return config
    const kept = columns.filter(({ name, expression }) => used.out!.has(name) || !isPureScalar(expression, { inputs: [{ qualifier: null, schema }] }))
    // A row needs a column to be counted by.
    return kept.length === columns.length ? config : { ...config, columns: (kept.length === 0 ? columns.slice(0, 1) : kept) as unknown as JsonObject[] }
  },
  renameColumn: (config: JsonObject, _input, from, to) => renameInNamed(config, 'columns', null, from, to),
}
