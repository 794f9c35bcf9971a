import { columnsNamedOnly } from '../../job/columnUses.ts'
import { parseType } from '../../expression/parse.ts'
import { printType, withNullable } from '../../columnar/dataType.ts'
import { expressionToSql } from '../../sql/expressionToSql.ts'
import { columnSql } from '../../sql/printStatement.ts'
import type { From, SelectColumn } from '../../sql/statement.ts'
import { allColumns, notExportable, oneView, type SqlEmitter } from '../sqlEmitter.ts'
import { namedColumns } from './definition.ts'

/** UNNEST beside the rows. A collection that is computed is computed in a select within, because UNNEST is at home with columns. */
export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const { schema } = inputs[0]!
    const columns = namedColumns(config)
    const position = typeof config.ordinalityColumn === 'string' ? config.ordinalityColumn : null
    if (position !== null && context.version === '1.20') {
      return notExportable('Flink 1.20 has no WITH ORDINALITY.', 'Leave the position column out, or export for Flink 2.2.')
    }
    const expression = config.expression as string
    const bare = columnsNamedOnly(expression)
    let left: From = { kind: 'table', name: context.inputs[0]!, as: 't' }
    let collection = bare
    if (bare === null) {
      collection = 'collection'
      while (schema.fields.some((field) => field.name === collection)) collection += '_'
      left = { kind: 'query', query: { kind: 'select', columns: [...allColumns(schema), { expression: expressionToSql(expression, context.version), as: collection }], from: { kind: 'table', name: context.inputs[0]! } }, as: 't' }
    }
    const taken = [...columns.map(({ name }) => name), ...(position === null ? [] : [position])]
    return oneView(context, {
      kind: 'select',
      columns: [
        ...allColumns(schema, 't'),
        ...columns.map(({ name, type }): SelectColumn => {
          const column = columnSql(name, 'u')
          return type === undefined ? { expression: column } : { expression: { sql: `CAST(${column.sql} AS ${printType(withNullable(parseType(type).type!, true))})` }, as: name }
        }),
        ...(position === null ? [] : [{ expression: columnSql(position, 'u') }]),
      ],
      from: { kind: 'unnest', left, collection: columnSql(collection!, 't'), outer: config.outer === true, ordinality: position !== null, as: 'u', columns: taken },
    })
  },
}
