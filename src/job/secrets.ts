import type { Json } from '../columnar/json.ts'
import { describeJson, isObject } from './checkConfig.ts'
import { joinPath } from '../columnar/jsonPath.ts'
import type { Report } from './problem.ts'
import { documentProblems } from './problemCatalogue.ts'

/**
 * A job holds no secrets: it is exported, shared in links and kept in repositories. Where an option's name or text says that it is one, only
 * `{ "secret": "NAME" }` is accepted; the value is given where the job runs.
 *
 * A guess by name, kept broad on options and silent on data: rows, columns and expressions are the user's own words. It is no guarantee.
 */
const secretKey = /passw(?:or)?d|passphrase|secret|token|credential|api[-_.]?key|private[-_.]?key|access[-_.]?key|jaas[-_.]?config/i
/** `https://user:pass@host` and `password="…"`, wherever a text holds them. */
const secretText = /:\/\/[^\s/:@]+:[^\s/@]+@|\bpassword\s*=\s*["']?[^\s"';]/i
/** Names that merely speak about one. */
const innocentKey = /(?:type|url|uri|endpoint|class|enabled|algorithm|location|path|provider|mechanism)$/i
/** Parts of a config that are data or code, not options. */
const dataKeys: ReadonlySet<string> = new Set(['rows', 'columns', 'row', 'aggregates', 'groupBy', 'where', 'condition', 'expression', 'code', 'outputColumns'])
const secretName = /^[A-Za-z_][A-Za-z0-9_.-]{0,199}$/

export function checkSecrets(config: Json, path: string, report: Report): void {
  if (Array.isArray(config)) {
    config.forEach((item: Json, i) => checkSecrets(item, `${path}[${i}]`, report))
    return
  }
  if (!isObject(config)) return
  for (const key of Object.keys(config)) {
    if (dataKeys.has(key)) continue
    const value = config[key]!
    const at = joinPath(path, key)
    if (isObject(value) && Object.keys(value).length === 1 && Object.hasOwn(value, 'secret')) {
      if (typeof value.secret !== 'string' || !secretName.test(value.secret)) report(at, documentProblems.badSecretName(describeJson(value.secret)))
      continue
    }
    const literal = typeof value === 'string' || typeof value === 'number'
    if (literal && value !== '' && ((secretKey.test(key) && !innocentKey.test(key)) || (typeof value === 'string' && secretText.test(value)))) {
      report(at, documentProblems.literalSecret(key))
    } else checkSecrets(value, at, report)
  }
}
