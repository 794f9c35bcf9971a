import { pairsOf } from '../../job/joinConfig.ts'
import { columnSql, quoted } from '../../sql/printStatement.ts'
import type { SqlJoinType, Statement } from '../../sql/statement.ts'
import { joinColumns, joinCondition } from '../joinSql.ts'
import { rowNumberUpTo } from '../rankSql.ts'
import { noted, type SqlEmitter } from '../sqlEmitter.ts'
import { versionTime } from './definition.ts'

/**
 * The right side becomes a versioned table: the last row in time of each key, in the shape in which Flink knows one. One whose changes replace rows by this key, as a topic of upserts does, is such a table already, and
 * Flink refuses the shape over it or takes versions back that still hold.
 */
export const emitter: SqlEmitter = {
  emit: (context) => {
    const { config, inputs } = context.spec
    const [left, right] = [inputs[0]!.schema, inputs[1]!.schema]
    const time = right.fields[versionTime(right)!]!.name
    const key = [...new Set(pairsOf(config).map((pair) => pair.right))]
    const isVersioned = inputs[1]!.updating === true && (inputs[1]!.upsertKeys ?? []).some((columns) => columns.length > 0 && columns.every((column) => key.includes(column)))
    const versions = isVersioned ? context.inputs[1]! : context.view('versions')
    const ranked: readonly Statement[] = isVersioned ? [] : [
      {
        kind: 'view',
        name: versions,
        query: rowNumberUpTo({
          from: { kind: 'table', name: context.inputs[1]! },
          schema: right,
          columns: right.fields.map((field) => field.name),
          partitionBy: key,
          order: `${quoted(time)} DESC`,
          n: 1,
        }),
      },
    ]
    const statements: Statement[] = [
      ...ranked,
      {
        kind: 'view',
        name: context.view('out'),
        query: {
          kind: 'select',
          columns: joinColumns(config, left, right, context.version),
          from: {
            kind: 'join',
            left: { kind: 'table', name: context.inputs[0]!, as: 'l' },
            type: (config.type as string).toUpperCase() as SqlJoinType,
            right: { kind: 'as-of', name: versions, time: columnSql(config.leftTime as string, 'l'), as: 'r' },
            on: joinCondition(config, left, right, context.version),
          },
        },
      },
    ]
    const notes = isVersioned ? [] : [
      'Flink keeps the newest version of a key in this view: one that comes behind a newer one is none there, and holds here from its own time on.',
      ...(inputs[1]!.updating === true ? ['The right side brings updates; the script takes its rows as versions by their time, and a delete, which has none, is not seen. Declare the table with a primary key on Flink instead.'] : []),
    ]
    return { statements, verdict: noted(notes) }
  },
}
