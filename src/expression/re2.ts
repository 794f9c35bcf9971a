import { RE2JS } from 're2js'
import type { LinearPattern } from './linearEngine.ts'

/** RE2 as `linearEngine.ts` wants it. The only file that names the package, so that it is a chunk of its own. */
export function compileRe2(pattern: string): LinearPattern {
  const compiled = RE2JS.compile(pattern)
  return {
    test: (text) => compiled.test(text),
    find: (text, group) => {
      const matcher = compiled.matcher(text)
      return matcher.find() ? matcher.group(group) : undefined
    },
    replaceAll: (text, replacement) => compiled.matcher(text).replaceAll(() => replacement),
  }
}
