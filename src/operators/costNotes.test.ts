import { expect, it } from 'vitest'
import { jobOf } from '../job/testing/jobOf.ts'
import type { Settings } from '../job/job.ts'
import { definitionOf } from './catalog.ts'
import { compile } from '../compiler/compile.ts'
import { explain } from '../compiler/explain.ts'

const bids = (id: string): string => `source ${id} connector={"type":"nexmark","stream":"bid","events":100} columns=[{"name":"auction","type":"BIGINT"},{"name":"price","type":"BIGINT"},{"name":"dateTime","type":"TIMESTAMP(3)"}] watermark={"column":"dateTime","delayMs":0}`
const out = (key = ''): string => `sink out connector={"type":"collect"}${key}`

function costsOf(text: readonly string[], settings: Settings = {}): string {
  const job = jobOf(text.join('; '), settings)
  const explained = explain(compile(job, definitionOf), job, definitionOf)
  return explained.includes('\nCosts\n') ? explained.slice(explained.indexOf('Costs')) : ''
}

it('a plan says what it costs', () => {
  expect(costsOf([bids('a'), bids('b'), 'regular-join j type=inner on=[]', out(), 'a>j.left', 'b>j.right', 'j>out'])).toBe(`Costs
  j: every row of one side is compared with every row of the other, in one subtask; a pair of equal columns would spread them
  j: its state grows with its keys and nothing frees it
`)
  expect(costsOf([bids('a'), 'group-aggregate g groupBy=["auction"] aggregates=[{"name":"n","expression":"COUNT(*)"}]', out(' key=["n"]'), 'a>g', 'g>out'])).toBe(`Costs
  g: its state grows with its keys and nothing frees it
  out: changes are about other rows than its key, so that it keeps all rows of each key
`)
  const windowed = [bids('a'), 'window-aggregate w window={"type":"tumble","timeColumn":"dateTime","sizeMs":1000} groupBy=[] aggregates=[{"name":"n","expression":"COUNT(*)"}]', out(), 'a>w', 'w>out']
  expect(costsOf(windowed)).toBe('Costs\n  w: all rows meet in one subtask, whatever the parallelism of the job\n')
  expect(costsOf(windowed, { parallelism: 1 })).toBe('')
  expect(costsOf(windowed, { parallelism: 1, stateTtlMs: 1000 })).toBe('Costs\n  state is forgotten by settings.stateTtlMs: a result whose rows come further apart is not what all of them would give\n')
})
