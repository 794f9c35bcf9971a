import type { JsonObject } from '../columnar/json.ts'
import { isObject } from '../job/checkConfig.ts'

/**
 * The options of a `flink` binding, `{ "connector": "kafka", "options": { … } }`, in the order they are written. A secret stays a reference, `${secret:NAME}`, which whoever runs the script replaces.
 */
export function connectorOptions(flink: JsonObject): [string, string][] {
  const options = isObject(flink.options) ? flink.options : {}
  const connector: [string, string][] = typeof flink.connector === 'string' ? [['connector', flink.connector]] : []
  return [...connector, ...Object.entries(options).map(([key, value]): [string, string] => [key, isObject(value) && typeof value.secret === 'string' ? `\${secret:${value.secret}}` : String(value)])]
}
