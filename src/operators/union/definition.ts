import { printType, sameType, withNullable } from '../../columnar/dataType.ts'
import type { Field, Schema } from '../../columnar/schema.ts'
import { bareColumn, replaceColumns } from '../../job/conditions.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { joinProblems } from '../../job/problemCatalogue.ts'

export const definition: OperatorDefinition = {
  kind: 'union',
  title: 'Union',
  family: 'shape',
  icon: 'merge',
  summary: 'Puts the rows of several streams into one (UNION ALL: duplicates stay).',
  searchTerms: ['union all', 'merge', 'combine', 'append', 'concat'],
  inputs: [{ name: 'in', title: 'Inputs', many: true }],
  outputs: [{ name: 'out', title: 'All rows' }],
  fields: [],
  initialConfig: () => ({}),
  subtitle: () => 'all rows of every input',
  infer: ({ inputs, report }) => {
    const schemas = inputs.in ?? []
    const first = schemas.find((schema): schema is Schema => schema !== null)
    if (first === undefined) return {}
    const firstAt = schemas.indexOf(first)
    let fields: readonly Field[] = first.fields
    schemas.forEach((schema, i) => {
      if (schema === null || i === firstAt) return
      if (schema.fields.length !== first.fields.length) {
        report('', joinProblems.unionWidth(i + 1, schema.fields.length, first.fields.length))
        return
      }
      fields = fields.map((field, position) => {
        const other = schema.fields[position]!
        if (!sameType(field.type, other.type)) {
          report('', joinProblems.unionTypes(i + 1, position + 1, other.name, printType(other.type), field.name, printType(field.type)))
          return field
        }
        const type = other.type.nullable ? withNullable(field.type, true) : field.type
        if (field.time !== undefined && field.time === other.time) return { name: field.name, type, time: field.time }
        if (field.time === 'event') report('', joinProblems.unionTime(field.name, i + 1))
        return { name: field.name, type }
      })
    })
    return { out: { fields } }
  },
  distribution: ({ inputs }) => (inputs.in ?? []).map(() => ({ kind: 'any' })),
  conditionBefore: ({ inputs, condition }) => {
    const schemas = inputs.in ?? []
    const names = schemas[0]?.fields.map((field) => field.name) ?? []
    const asked = schemas.map((schema) => replaceColumns(condition, (name, qualifier) => (qualifier === null && schema !== null && names.includes(name) ? bareColumn(schema.fields[names.indexOf(name)]!.name) : null)))
    return asked.every((each) => each !== null) ? asked.map((each, input) => ({ input, condition: each })) : null
  },
}
