import { ExactNumber, type Json } from '../../columnar/json.ts'
import type { DataType } from '../../columnar/dataType.ts'
import type { ReadJson } from './fastValue.ts'

/**
 * Numbers that a JSON document writes as texts (`{"fare": "12.50"}`), as many producers do for the sake of their digits: read as Flink's `json` format reads them (`JsonParserToRowDataConverters`, asked of 2.2.1 and 1.20.3,
 * docs/flink-facts.md). Blanks around them do not count; a whole number has no point and no exponent. `"true"` and `"false"` are BOOLEAN in any case.
 *
 * What Flink makes of everything else in silence is not followed: any other text as FALSE, and 12.7 as the INT 12. Such rows cannot be read, which is said. Of columns; what stands inside rows and lists is read strictly.
 */
export function readWritten(type: DataType, read: ReadJson): ReadJson {
  switch (type.kind) {
    case 'BOOLEAN':
      return (json) => (typeof json === 'string' ? read(booleanOf(json) ?? json) : read(json))
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return (json) => (typeof json === 'string' ? read(numberOf(json, wholeNumber)) : read(json))
    case 'FLOAT':
    case 'DOUBLE':
    case 'DECIMAL':
      return (json) => (typeof json === 'string' ? read(numberOf(json, anyNumber)) : read(json))
    default:
      return read
  }
}

const wholeNumber = /^[+-]?\d+$/
const anyNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/

function numberOf(text: string, form: RegExp): Json {
  const trimmed = text.trim()
  return form.test(trimmed) ? new ExactNumber(trimmed) : text
}

function booleanOf(text: string): boolean | null {
  const word = text.trim().toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : null
}
