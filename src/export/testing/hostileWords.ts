import fc from 'fast-check'
import { isBlank } from '../unwritable.ts'

/**
 * Names and texts that mean to break out of a script: quotes, comments, ends of statements, escapes, words that SQL reserves, control and formatting characters, and anything else of Unicode. What no script can
 * carry at all (U+0000, halves of characters, line breaks in names, blank names) is not among them: the exporter refuses it.
 */
const nasty = ["'", "''", '`', '``', ';', '--', '/*', '*/', '//', '\\', '\\0041', "U&'", "\\'", '"', '.', ' ', '\t', '\u0001', '\u0085', '\u2028', '\ufeff', '\u202e', '😀', 'é', '${secret:X}', '{{', '$$', '%', "'; DROP TABLE x; --", '` AS SELECT', 'END;']
const words = ['select', 'value', 'count', 'user', 'timestamp', 'order', 'TABLE', 'l', 'r', 'in', 'NULL', 'true', 'PROCTIME', '1', '-1', '__proto__', 'constructor']
const isWhole = (text: string): boolean => !/\p{Cs}/u.test(text) && !text.includes('\0')

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...words),
  fc.array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 4, unit: 'binary' }).filter(isWhole)), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
)

/** Of a column. The columns of a window have their own names, and would meet them. */
export const hostileName: fc.Arbitrary<string> = hostileText.filter((text) => !isBlank(text) && text.length <= 200 && !/[\r\n]/.test(text) && !/^window_(start|end|time)$/.test(text))

/** A name as an expression of a job has it. */
export function nameText(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

export function literalText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
