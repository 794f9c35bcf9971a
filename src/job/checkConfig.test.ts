import { describe, expect, it } from 'vitest'
import { ExactNumber, type Json, type JsonObject } from '../columnar/json.ts'
import { checkConfig } from './checkConfig.ts'
import { everythingDefinition } from './testing/arbitraryJob.ts'

function checked(config: JsonObject): { sound: JsonObject; found: string[] } {
  const found: string[] = []
  const sound = checkConfig(config, everythingDefinition.fields, (path, finding) => found.push(`${finding.code} ${path}: ${finding.message}`))
  return { sound, found }
}

describe('the check of a config', () => {
  it('passes on what is right, as it is', () => {
    const config: JsonObject = {
      sizeMs: 5,
      text: 'x',
      type: 'left',
      keys: ['a'],
      sets: [['a'], []],
      aggregates: [{ name: '', expression: '' }],
      on: [{ left: 'a', right: 'b' }],
      orderBy: [{ column: 'a' }],
      columns: [{ name: 'a', type: 'INT' }, { name: 'b', expression: 'a + 1' }],
      window: { type: 'session', gapMs: 1, by: [] },
      watermark: { delayMs: -5 },
      rows: [[1, new ExactNumber('9007199254740993')]],
      flink: { connector: 'kafka' },
    }
    expect(checked(config)).toEqual({ sound: config, found: [] })
  })

  it('names what is missing and what it needs', () => {
    expect(checked({})).toEqual({ sound: {}, found: ['MR-103 sizeMs: "Size" is not set; it needs a duration in milliseconds, a whole number.'] })
    expect(checked({ sizeMs: 1, window: { type: 'tumble' } }).found).toEqual(['MR-103 window.sizeMs: "Size" is not set; it needs a duration in milliseconds, a whole number.'])
  })

  it('names the choices of what is missing as the form does', () => {
    const found: string[] = []
    const variants = [{ type: 'tumble', label: 'Tumbling', fields: [] }, { type: 'hop', label: 'Hopping', fields: [] }]
    checkConfig({}, [{ key: 'window', label: 'Window', control: 'variant', variants }], (_, finding) => found.push(finding.message))
    expect(found).toEqual(['"Window" is not set; it needs one of Tumbling, Hopping.'])
  })

  it('leaves out what has the wrong shape, and says what was found', () => {
    const wrong: [string, Json, string][] = [
      ['text', 7, 'MR-105 text: "Text" needs a text, found 7.'],
      ['text', 'x'.repeat(21), 'MR-107 text: "Text" is a text of 21 characters; it must be at most 20 characters long.'],
      ['count', 1.5, 'MR-105 count: "Count" needs a whole number, found 1.5.'],
      ['count', 11, 'MR-107 count: "Count" is 11; it must be a whole number from 1 to 10.'],
      ['count', new ExactNumber('9007199254740993'), 'MR-107 count: "Count" is 9007199254740993; it must be a whole number from 1 to 10.'],
      ['outer', 'yes', 'MR-105 outer: "Outer" needs true or false, found "yes".'],
      ['type', 'cross', 'MR-106 type: "Type" is "cross", which is not one of its choices: `inner`, `left`.'],
      ['keys', ['a', 1], 'MR-105 keys[1]: "Keys" needs a list of column names, found 1.'],
      ['sets', ['a'], 'MR-105 sets[0]: "Sets" needs a list of lists of column names, found "a".'],
      ['where', ['a'], 'MR-105 where: "Where" needs an expression, as a text, found a list of 1.'],
      ['where', '1'.repeat(10_001), 'MR-107 where: "Where" is an expression of 10001 characters; it must be at most 10000 characters long.'],
      ['on', [{ left: 'a' }], 'MR-105 on[0]: "On" needs a list of { "left", "right" } column names, found an object with "left".'],
      ['orderBy', [{ column: 'a', direction: 'down' }], 'MR-106 orderBy[0].direction: "Order by" is "down", which is not one of its choices: `ASC`, `DESC`.'],
      ['columns', [{ name: 'a' }], 'MR-105 columns[0]: "Columns" needs a list of { "name", "type" } or { "name", "expression" }, found an object with "name".'],
      ['window', { type: 'hop' }, 'MR-106 window.type: "Window" is "hop", which is not one of its choices: `tumble`, `session`.'],
      ['window', 'tumble', 'MR-105 window: "Window" needs an object whose "type" is one of "tumble", "session", found "tumble".'],
      ['rows', {}, 'MR-105 rows: "Rows" needs a list of rows, each a list of values, found an empty object.'],
      ['flink', null, 'MR-105 flink: "Flink" needs an object, found null.'],
    ]
    for (const [key, value, sentence] of wrong) expect(checked({ sizeMs: 1, [key]: value })).toEqual({ sound: { sizeMs: 1 }, found: [sentence] })
  })

  it('keeps the sound part of an object and reports the rest at its path', () => {
    expect(checked({ sizeMs: 1, window: { type: 'session', gapMs: 0, by: ['a'], size: 1 } })).toEqual({
      sound: { sizeMs: 1, window: { type: 'session', by: ['a'] } },
      found: [
        'MR-107 window.gapMs: "Gap" is 0; it must be a whole number of at least 1.',
        'MR-102 window.size: The setting `size` is not known here. Known settings: `type`, `gapMs`, `by`. Remove it or correct its name.',
      ],
    })
  })

  it('refuses unknown keys at every depth, also those that every object has', () => {
    expect(checked({ sizeMs: 1, sizems: 2 }).found).toEqual([expect.stringContaining('Did you mean `sizeMs`?')])
    expect(checked({ sizeMs: 1, on: [{ left: 'a', right: 'b', middle: 'c' }] }).found[0]).toContain('MR-102 on[0].middle')
    expect(checked({ sizeMs: 1, constructor: 1 } as JsonObject).found[0]).toContain('MR-102 constructor')
    expect(checked({ sizeMs: 1, 'a b': 1 }).found[0]).toContain('MR-102 ["a b"]')
  })

  it('refuses a setting that another one makes meaningless', () => {
    expect(checked({ sizeMs: 1, text: 'inner', outer: true })).toEqual({
      sound: { sizeMs: 1, text: 'inner' },
      found: ['MR-109 outer: "Outer" has no meaning with the other settings of this operator, so it must not be set. Remove it, or change the setting that hides it.'],
    })
  })

  it('takes a secret by name where a text is due', () => {
    expect(checked({ sizeMs: 1, text: { secret: 'NAME' } }).found).toEqual([])
  })

  it('asks for as many entries as are needed', () => {
    expect(checked({ sizeMs: 1, keys: [] }).found).toEqual(['MR-108 keys: "Keys" has 0 columns; it needs at least 1. Add one.'])
  })
})
