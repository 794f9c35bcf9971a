import type { DataType } from '../columnar/dataType.ts'
import type { Json } from '../columnar/json.ts'
import { joinPath } from '../columnar/jsonPath.ts'
import type { LogicalOperator } from '../compiler/logicalPlan.ts'
import { isObject } from '../job/checkConfig.ts'
import type { Problem, Report } from '../job/problem.ts'
import { exportProblems } from '../job/problemCatalogue.ts'

/**
 * What no script can carry, found before anything is printed: U+0000 and halves of characters anywhere in what is written, and line breaks in names, which Flink's lexer refuses inside backticks, and
 * blank names, which its row type refuses.
 * Rows that stand in the job are no part of a script.
 */
export function unwritableParts(operator: LogicalOperator): Problem[] {
  const problems: Problem[] = []
  const { id, config, inputs, outputs } = operator.spec
  const report: Report = (path, { code, severity, message }) => problems.push({ code, severity, message, place: { operator: id, path } })
  const { connector, ...rest } = config
  checkTexts(rest, '', report)
  if (isObject(connector)) {
    const { rows: _, ...options } = connector
    checkTexts(options, 'connector', report)
  }
  const names = new Set([...inputs, ...outputs].flatMap(({ schema }) => schema.fields.flatMap((field) => [field.name, ...namesIn(field.type)])))
  for (const name of names) {
    if (/[\r\n]/.test(name)) report('', exportProblems.lineBreakInName(name))
    else if (isBlank(name)) report('', exportProblems.blankName(name))
  }
  return problems
}

/** Nothing but what Java calls whitespace, by which Flink's RowType goes: not the blanks that hold words together, but four of the control characters. */
export function isBlank(name: string): boolean {
  return Array.from(name).every((character) => (/[\s\p{Zs}]/u.test(character) && !'\u00a0\u2007\u202f\ufeff'.includes(character)) || (character >= '\u001c' && character <= '\u001f'))
}

/** The same of the job's name, which becomes the name of the job on the cluster. */
export function unwritableName(name: string): Problem[] {
  const character = unwritableCharacter(name)
  return character === null ? [] : [{ ...exportProblems.unwritableText(character), place: { path: 'name' } }]
}

function checkTexts(value: Json, path: string, report: Report): void {
  if (typeof value === 'string') {
    const character = unwritableCharacter(value)
    if (character !== null) report(path, exportProblems.unwritableText(character))
  } else if (Array.isArray(value)) value.forEach((item: Json, i) => checkTexts(item, `${path}[${i}]`, report))
  else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      const character = unwritableCharacter(key)
      if (character !== null) report(path, exportProblems.unwritableText(character))
      else checkTexts(item, joinPath(path, key), report)
    }
  }
}

const half = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

function unwritableCharacter(text: string): string | null {
  if (text.includes('\u0000')) return 'the character U+0000'
  const found = half.exec(text)
  return found === null ? null : `half a character (U+${found[0].charCodeAt(0).toString(16).toUpperCase()})`
}

function namesIn(type: DataType): string[] {
  switch (type.kind) {
    case 'ROW':
      return type.fields.flatMap((field) => [field.name, ...namesIn(field.type)])
    case 'ARRAY':
    case 'MULTISET':
      return namesIn(type.element)
    case 'MAP':
      return [...namesIn(type.key), ...namesIn(type.value)]
    default:
      return []
  }
}
