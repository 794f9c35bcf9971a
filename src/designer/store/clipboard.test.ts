import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../../columnar/json.ts'
import type { Job } from '../../job/job.ts'
import { fragmentOfText, fragmentText } from './clipboard.ts'
import { fragmentOf } from './documentCommands.ts'

const job: Job = {
  format: 'millrace/job',
  version: 1,
  name: 'Test',
  operators: [
    { id: 'in', kind: 'source', config: { connector: { type: 'inline', rows: [[new ExactNumber('9007199254740993'), 'ü']] } } },
    { id: 'keep', kind: 'filter', name: 'Only some', config: { where: 'a > 1' } },
  ],
  edges: [{ from: 'in', to: 'keep' }],
  layout: { operators: { in: { x: 10, y: 20 }, keep: { x: 210, y: 20 } }, notes: [{ id: 'n', text: 'Why', x: 10, y: 120 }] },
}

describe('the clipboard', () => {
  it('gives back what was copied, with exact numbers and the wires it was cut from', () => {
    const all = fragmentOf(job, ['in', 'keep'], ['n'])
    expect(fragmentOfText(fragmentText(job, all))).toEqual({ fragment: all })
    const one = fragmentOf(job, ['keep'], [])
    expect(one.upstream).toEqual([{ from: 'in', to: 'keep' }])
    expect(fragmentOfText(fragmentText(job, one))).toEqual({ fragment: one })
  })

  it('takes the text of a whole job', () => {
    const read = fragmentOfText('{"format":"millrace/job","version":1,"name":"X","operators":[{"id":"a","kind":"filter","config":{}}],"edges":[]}')
    expect('fragment' in read && read.fragment.operators.map((operator) => operator.id)).toEqual(['a'])
  })

  it('refuses anything else with a sentence and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map((inner) => `{"format":"millrace/fragment","version":1,"job":${inner}}`)), (content) => {
        const read = fragmentOfText(content)
        if ('problem' in read) expect(read.problem).not.toBe('')
      }),
    )
  })

  it('refuses keys the format does not know', () => {
    const hostile = '{"format":"millrace/fragment","version":1,"upstream":[{"from":1}],"job":{"format":"millrace/job","version":1,"name":"X","operators":[{"id":"a","kind":"source","config":{},"extra":1}],"edges":[]}}'
    expect('problem' in fragmentOfText(hostile)).toBe(true)
  })
})
