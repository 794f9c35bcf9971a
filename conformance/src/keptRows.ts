import { existsSync, readFileSync } from 'node:fs'
import type { DataType } from '../../src/columnar/dataType.ts'
import type { JsonObject } from '../../src/columnar/json.ts'
import type { RowKindText } from '../../src/columnar/batch.ts'
import { readJson } from '../../src/columnar/jsonText.ts'
import { parseType } from '../../src/expression/parse.ts'
import type { FlinkChange, FlinkColumn, Session } from './gateway.ts'

/** What the connector `kept-rows` of the harness has written, read as the gateway's rows are: a line for each change, and types by asking Flink for them. */

/** The columns of a view, with the types as the gateway's rows have them, and as text. */
export async function describe(session: Session, view: string): Promise<(FlinkColumn & { readonly text: string })[]> {
  const described = await session.query(`DESCRIBE \`${view}\``, 60_000)
  if (described.kind === 'refused') throw new Error(`DESCRIBE ${view}: ${described.trace}`)
  return described.changes.map(({ fields }) => {
    const text = String(fields[1]).replace(/ \*\w+\*$/, '')
    // An empty constant has length 0, which no table can declare.
    const declared = text.replaceAll(/\b(?:VAR)?CHAR\(0\)/g, 'VARCHAR(1)')
    const { type, problems } = parseType(declared)
    if (type === null) throw new Error(`a column of ${view} has the type ${text}, which is not read here: ${problems.map((problem) => problem.message).join('; ')}`)
    const logical = { ...logicalType(type), nullable: String(fields[2]).toUpperCase() !== 'FALSE' }
    return { name: String(fields[0]), text: declared, logicalType: declared === text ? logical : { ...logical, type: text.startsWith('VAR') ? 'VARCHAR' : 'CHAR', length: 0 } }
  })
}

function logicalType(type: DataType): JsonObject {
  const { nullable } = type
  switch (type.kind) {
    case 'INT':
      return { type: 'INTEGER', nullable }
    case 'DECIMAL':
      return { type: 'DECIMAL', nullable, precision: type.precision, scale: type.scale }
    case 'CHAR':
      return { type: 'CHAR', nullable, length: type.length }
    case 'VARCHAR':
      return { type: 'VARCHAR', nullable, length: type.length ?? 2_147_483_647 }
    case 'BYTES':
      return { type: 'VARBINARY', nullable, length: 2_147_483_647 }
    case 'TIME':
      return { type: 'TIME_WITHOUT_TIME_ZONE', nullable, precision: 0 }
    case 'TIMESTAMP':
      return { type: 'TIMESTAMP_WITHOUT_TIME_ZONE', nullable, precision: type.precision }
    case 'TIMESTAMP_LTZ':
      return { type: 'TIMESTAMP_WITH_LOCAL_TIME_ZONE', nullable, precision: type.precision }
    case 'ARRAY':
      return { type: 'ARRAY', nullable, elementType: logicalType(type.element) }
    case 'MULTISET':
      return { type: 'MULTISET', nullable, elementType: logicalType(type.element) }
    case 'MAP':
      return { type: 'MAP', nullable, keyType: logicalType(type.key), valueType: logicalType(type.value) }
    case 'ROW':
      return { type: 'ROW', nullable, fields: type.fields.map((field) => ({ name: field.name, fieldType: logicalType(field.type) })) }
    default:
      return { type: type.kind, nullable }
  }
}

/** No file: no row came. */
export function changesIn(path: string, columns: readonly FlinkColumn[]): FlinkChange[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const read = readJson(line.slice(3), { depthMax: 500 })
      if (read.kind === 'error') throw new Error(`${path}: ${read.error.detail}`)
      return { kind: line.slice(0, 2) as RowKindText, fields: columns.map(({ name }) => (read.value as JsonObject)[name] ?? null) }
    })
}
