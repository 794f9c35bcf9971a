import type { Value } from '../../columnar/column.ts'
import type { DataType } from '../../columnar/dataType.ts'
import { ExactNumber } from '../../columnar/json.ts'
import { readJson } from '../../columnar/jsonText.ts'
import { NotOfType, valueOfJson } from '../../columnar/valueJson.ts'

/**
 * The value a text means in a column of a type: CSV fields, where everything is text. Blanks around anything but texts are ignored. Nested types are read as
 * JSON. Numbers are exact: BIGINT and DECIMAL never pass through a double that cannot hold them.
 */
export function valueOfText(text: string, type: DataType): Value | NotOfType {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return valueOfJson(text, type)
    case 'BOOLEAN': {
      const word = text.trim().toLowerCase()
      return valueOfJson(word === 'true' ? true : word === 'false' ? false : text, type)
    }
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL': {
      const digits = text.trim()
      if (digits.length <= 15 && type.kind !== 'DECIMAL' && /^-?\d+$/.test(digits)) return valueOfJson(Number(digits), type)
      return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(digits) ? valueOfJson(new ExactNumber(digits.replace('+', '')), type) : valueOfJson(text, type)
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const word = text.trim()
      if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word)) return valueOfJson(Number(word), type)
      return valueOfJson(/^nan$/i.test(word) ? 'NaN' : /^[+]?inf(inity)?$/i.test(word) ? 'Infinity' : /^-inf(inity)?$/i.test(word) ? '-Infinity' : text, type)
    }
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
    case 'ROW': {
      const json = readJson(text, { duplicateKeys: 'last' })
      return json.kind === 'error' ? new NotOfType(`expected JSON, ${json.error.detail}`) : valueOfJson(json.value, type)
    }
    default:
      return valueOfJson(text.trim(), type)
  }
}
