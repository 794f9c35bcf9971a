import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** The list of wrong rules stays applicable, and none that was asked of both cases and fixtures escapes both. */
interface Rule {
  readonly name: string
  readonly file: string
  readonly changes: readonly { readonly from: string; readonly to: string }[]
}

const root = join(import.meta.dirname, '..')
const rules = JSON.parse(readFileSync(join(root, 'conformance', 'mutants', 'rules.json'), 'utf8')) as readonly Rule[]
const answers = JSON.parse(readFileSync(join(root, 'conformance', 'mutants', 'answers.json'), 'utf8')) as Readonly<Record<string, { readonly cases?: string; readonly fixtures?: string }>>

describe('wrong rules', () => {
  it.each(rules)('$name: its text stands in the file once', ({ file, changes }) => {
    const text = readFileSync(join(root, file), 'utf8')
    for (const { from, to } of changes) {
      expect(text.split(from).length - 1, from).toBe(1)
      expect(to).not.toBe(from)
    }
  })

  it('do not escape cases and fixtures both', () => {
    expect(rules.filter(({ name }) => answers[name]?.cases === 'not caught' && answers[name]?.fixtures === 'not caught').map(({ name }) => name)).toEqual([])
    // What was asked is still in the list.
    expect(Object.keys(answers).filter((name) => !rules.some((rule) => rule.name === name))).toEqual([])
  })
})
