/**
 * Enough of JSON Schema 2020-12 to check documents against the published schema in tests. It knows the keywords that `jsonSchema.ts` writes and throws on any
 * other, so that a schema never passes because a keyword was not understood.
 */
export function schemaFaults(value: unknown, schema: unknown, root: unknown = schema, path = ''): string[] {
  const faults: string[] = []
  const fail = (what: string): void => void faults.push(`${path === '' ? '(document)' : path}: ${what}`)
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  const rules = schema as Record<string, unknown>
  for (const keyword of Object.keys(rules)) {
    const rule = rules[keyword]
    switch (keyword) {
      case '$schema':
      case '$id':
      case '$defs':
      case 'title':
      case 'description':
      case 'default':
        break
      case '$ref':
        faults.push(...schemaFaults(value, (root as { $defs: Record<string, unknown> }).$defs[(rule as string).replace('#/$defs/', '')], root, path))
        break
      case 'type':
        if (!hasType(value, rule as string)) fail(`is no ${String(rule)}`)
        break
      case 'const':
        if (value !== rule) fail(`is not ${JSON.stringify(rule)}`)
        break
      case 'enum':
        if (!(rule as unknown[]).includes(value)) fail(`is none of ${JSON.stringify(rule)}`)
        break
      case 'minimum':
        if (typeof value === 'number' && value < (rule as number)) fail(`is below ${String(rule)}`)
        break
      case 'maximum':
        if (typeof value === 'number' && value > (rule as number)) fail(`is above ${String(rule)}`)
        break
      case 'maxLength':
        if (typeof value === 'string' && [...value].length > (rule as number)) fail(`is longer than ${String(rule)}`)
        break
      case 'pattern':
        if (typeof value === 'string' && !new RegExp(rule as string, 'u').test(value)) fail(`does not match ${String(rule)}`)
        break
      case 'minItems':
        if (Array.isArray(value) && value.length < (rule as number)) fail(`has fewer than ${String(rule)} items`)
        break
      case 'maxItems':
        if (Array.isArray(value) && value.length > (rule as number)) fail(`has more than ${String(rule)} items`)
        break
      case 'items':
        if (Array.isArray(value)) value.forEach((item, i) => faults.push(...schemaFaults(item, rule, root, `${path}[${i}]`)))
        break
      case 'required':
        for (const key of rule as string[]) if (object !== null && !Object.hasOwn(object, key)) fail(`has no ${key}`)
        break
      case 'properties':
        for (const key of Object.keys(rule as object)) {
          if (object !== null && Object.hasOwn(object, key)) faults.push(...schemaFaults(object[key], (rule as Record<string, unknown>)[key], root, `${path}.${key}`))
        }
        break
      case 'additionalProperties':
        for (const key of Object.keys(object ?? {})) {
          if (Object.hasOwn((rules.properties ?? {}) as object, key)) continue
          if (rule === false) fail(`has ${key}, which is not known`)
          else faults.push(...schemaFaults(object![key], rule, root, `${path}.${key}`))
        }
        break
      case 'anyOf':
      case 'oneOf': {
        const tried = (rule as unknown[]).map((branch) => schemaFaults(value, branch, root, path))
        const matching = tried.filter((branch) => branch.length === 0).length
        if (matching === 0 || (keyword === 'oneOf' && matching > 1)) fail(`matches ${matching} of ${keyword}: ${tried.flat().join('; ')}`)
        break
      }
      case 'allOf':
        for (const branch of rule as unknown[]) faults.push(...schemaFaults(value, branch, root, path))
        break
      case 'if':
        if (schemaFaults(value, rule, root, path).length === 0) faults.push(...schemaFaults(value, rules.then, root, path))
        break
      case 'then':
        break
      default:
        throw new Error(`the keyword ${keyword} is not known to this check`)
    }
  }
  return faults
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
