import type { Json, JsonObject } from '../../columnar/json.ts'
import { ExactNumber } from '../../columnar/json.ts'

/**
 * Places inside an operator's config, written as Problems write them: `window.timeColumn`, `aggregates[0].expression`. A key that holds a dot or
 * bracket is written `["the.key"]`. Reading and writing never touch inherited properties.
 */
export type ConfigPath = readonly (string | number)[]

export function parsePath(text: string): ConfigPath {
  const parts: (string | number)[] = []
  let rest = text
  while (rest !== '') {
    const found = /^\.?([^.[\]]+)|^\[(\d+)\]|^\[("(?:[^"\\]|\\.)*")\]/.exec(rest)
    if (found === null) {
      parts.push(rest)
      break
    }
    if (found[1] !== undefined) parts.push(found[1])
    else if (found[2] !== undefined) parts.push(Number(found[2]))
    else parts.push(JSON.parse(found[3]!) as string)
    rest = rest.slice(found[0].length)
  }
  return parts
}

export function printPath(path: ConfigPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[^.[\]"]+$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}

export function valueAtPath(root: Json, path: ConfigPath): Json | undefined {
  let value: Json | undefined = root
  for (const part of path) {
    if (typeof part === 'number') value = Array.isArray(value) ? (value as readonly Json[])[part] : undefined
    else value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined
  }
  return value
}

/**
 * The value with one place changed; what lies on the way is created, as a list before a number and an object before a name. `undefined` removes
 * the key or the list's element.
 */
export function withValueAtPath(root: Json | undefined, path: ConfigPath, value: Json | undefined): Json | undefined {
  if (path.length === 0) return value
  const [part, ...rest] = path as readonly [string | number, ...(string | number)[]]
  if (typeof part === 'number') {
    const list = Array.isArray(root) ? (root as readonly Json[]) : []
    const inner = withValueAtPath(list[part], rest, value)
    if (inner === undefined) return list.filter((_, index) => index !== part)
    const next = [...list]
    next[Math.min(part, list.length)] = inner
    return next
  }
  const object = isObject(root) ? root : {}
  const inner = withValueAtPath(Object.hasOwn(object, part) ? object[part] : undefined, rest, value)
  if (inner !== undefined) return { ...object, [part]: inner }
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== part))
}
