import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Job } from '../job/job.ts'
import { printProblem } from '../job/problem.ts'
import { flinkStatements, type FlinkToken } from '../sql/testing/flinkTokens.ts'
import { exportFlinkSql } from './flinkSql.ts'
import { hostileName, hostileText, literalText as literal, nameText as name } from './testing/hostileWords.ts'

/** Ten names and ten texts at every place of a job from which one reaches a script. */
interface Words {
  readonly names: readonly string[]
  readonly texts: readonly string[]
}

function jobWith({ names, texts }: Words): Job {
  const [key, value, time, field, made, ...more] = names as [string, string, string, string, string, ...string[]]
  return {
    format: 'millrace/job',
    version: 1,
    name: texts[0]!,
    operators: [
      {
        id: 'rows',
        kind: 'source',
        name: texts[1]!,
        config: {
          connector: { type: 'inline', rows: [] },
          columns: [
            { name: key, type: 'STRING' },
            { name: value, type: 'BIGINT NOT NULL' },
            { name: time, type: 'TIMESTAMP(3)' },
            { name: field, type: `ROW<${name(made)} INT, ${name(value)} ROW<${name(key)} STRING>>` },
            ...more.map((name) => ({ name, type: 'DECIMAL(10, 2)' })),
            { name: made, expression: `CONCAT(${name(key)}, ${literal(texts[2]!)})` },
          ],
          watermark: { column: time, delayMs: 2000 },
          flink: { connector: 'filesystem', options: { path: texts[3]!, [`k.${texts[4]!}`]: { secret: 'NAME' }, ...Object.fromEntries(texts.slice(5).map((text, i) => [`o${i}`, text])) } },
        },
      },
      { id: 'some', kind: 'filter', config: { where: `${name(key)} <> ${literal(texts[2]!)} AND ${name(field)}.${name(value)}.${name(key)} LIKE ${literal(texts[4]!)}` } },
      {
        id: 'sums',
        kind: 'window-aggregate',
        config: { window: { type: 'tumble', timeColumn: time, sizeMs: 10_000 }, groupBy: [key, made], aggregates: [{ name: value, expression: `MAX(CAST(${name(field)} AS ROW<${name(made)} BIGINT, ${name(value)} ROW<${name(key)} STRING>>).${name(made)}) + 1` }] },
      },
      { id: 'out', kind: 'sink', config: { connector: { type: 'file', path: texts[4]!, format: 'json' } } },
    ],
    edges: [
      { from: 'rows', to: 'some' },
      { from: 'some', to: 'sums' },
      { from: 'sums', to: 'out' },
    ],
  }
}

const plain: Words = { names: Array.from({ length: 10 }, (_, i) => `n${i}`), texts: Array.from({ length: 10 }, (_, i) => `t${i}`) }

const hostileWords: fc.Arbitrary<Words> = fc.record({ names: fc.uniqueArray(hostileName, { minLength: 10, maxLength: 10 }), texts: fc.array(hostileText, { minLength: 10, maxLength: 10 }) })

function exported(version: '1.20' | '2.2', job: Job): FlinkToken[][] {
  const { text, problems } = exportFlinkSql(job, { version })
  if (text === null) throw new Error(problems.map(printProblem).join('\n'))
  return flinkStatements(text)
}

describe('names and texts that mean to break out', () => {
  it('stay in their quotes: the script has the same statements as with plain words (10,000 of them)', () => {
    const template = exported('2.2', jobWith(plain))
    fc.assert(
      fc.property(hostileWords, (words) => {
        const swapped = (token: FlinkToken): FlinkToken => {
          const at = plain.names.indexOf(token.value)
          if (token.kind === 'name' && at >= 0) return { kind: 'name', value: words.names[at]! }
          if (token.kind === 'text') return { kind: 'text', value: token.value.replace(/t(\d)$/, (_, digit: string) => words.texts[Number(digit)]!) }
          return token
        }
        expect(exported('2.2', jobWith(words))).toEqual(template.map((statement) => statement.map(swapped)))
      }),
      { numRuns: 500 },
    )
  }, 60_000)

  it('stay one name each in the list of a topic’s keys', () => {
    const names = ['plain', 'a;b', "it's", ' d ', '[e]', 'ä']
    const operators = [
      { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [] }, columns: names.map((name) => ({ name, type: 'STRING' })) } },
      { id: 'out', kind: 'sink', config: { connector: { type: 'topic', topic: 't', keyFields: names } } },
    ]
    const tokens = exported('2.2', { format: 'millrace/job', version: 1, name: 'keys', operators, edges: [{ from: 'rows', to: 'out' }] }).flat()
    expect(tokens[tokens.findIndex(({ value }) => value === 'key.fields') + 2]).toEqual({ kind: 'text', value: "plain;'a;b';'it''s';' d ';'[e]';'ä'" })
  })

  it('are refused with a Problem that says where, when no script can carry them', () => {
    const problemsOf = (words: Words): string[] => exportFlinkSql(jobWith(words), { version: '2.2' }).problems.map(({ code, place, message }) => `${code} ${place.operator ?? ''}.${place.path ?? ''} ${message}`)
    const withName = (text: string): Words => ({ ...plain, names: [text, ...plain.names.slice(1)] })
    const withText = (at: number, text: string): Words => ({ ...plain, texts: plain.texts.with(at, text) })
    expect(problemsOf(plain)).toEqual([])
    expect(problemsOf(withText(0, 'a\0'))[0]).toMatch(/^MR-501 \.name .*U\+0000/)
    expect(problemsOf(withText(3, 'a\0'))[0]).toMatch(/^MR-501 rows\.flink\.options\.path .*U\+0000/)
    expect(problemsOf(withText(3, '\ud83d'))[0]).toMatch(/^MR-501 rows\.flink\.options\.path .*U\+D83D/)
    expect(problemsOf(withText(9, 'x\udc00y'))[0]).toMatch(/^MR-501 rows\.flink\.options\.o4 .*U\+DC00/)
    expect(problemsOf(withText(2, '\udc00'))[0]).toMatch(/^MR-204 rows\.columns/)
    expect(problemsOf(withName('two\nlines'))[0]).toMatch(/^MR-502 rows\. .*two↵lines/)
    expect(problemsOf(withName(' \u3000'))[0]).toMatch(/^MR-504 rows\. .*is blank/)
    for (const name of ['\u00a0', '\u2007 ', '\u0085']) expect(problemsOf(withName(name))).toEqual([])
    for (const words of [withName('two\rlines'), withText(3, '\0'), withName('a\0b'), withName('\ud800')]) expect(exportFlinkSql(jobWith(words), { version: '2.2' }).text).toBeNull()
  })
})
