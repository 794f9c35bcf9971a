import { describe, expect, it } from 'vitest'
import { jobOf } from '../job/testing/jobOf.ts'
import { definitionOf } from './catalog.ts'
import type { Settings } from '../job/job.ts'
import { printProblem } from '../job/problem.ts'
import { compile, type CompileOptions } from '../compiler/compile.ts'
import { explain } from '../compiler/explain.ts'

/** Before and after of each rewrite, with the real rooms: what `explain` says was done, and how the physical plan stands. Which operators go along is theirs to say, so they are asked here. */
const bids = 'source bids connector={"type":"nexmark","stream":"bid","events":100} columns=[{"name":"auction","type":"BIGINT"},{"name":"price","type":"BIGINT"},{"name":"extra","type":"STRING"},{"name":"dateTime","type":"TIMESTAMP(3)"}]'
const auctions = 'source auctions connector={"type":"nexmark","stream":"auction","events":100} columns=[{"name":"id","type":"BIGINT"},{"name":"category","type":"BIGINT"}]'
const out = 'sink out connector={"type":"collect"}'

function planOf(parts: readonly string[], options: CompileOptions = {}, settings: Settings = { parallelism: 1 }): string {
  const job = jobOf(parts.join('; '), settings)
  const compiled = compile(job, definitionOf, options)
  expect(compiled.problems.filter(({ severity }) => severity === 'error').map(printProblem)).toEqual([])
  const text = explain(compiled, job, definitionOf)
  const [from, to] = ['Rewrites', '\n\nExchanges'].map((heading) => text.indexOf(heading)) as [number, number]
  return text.slice(from, to)
}
const unseen: CompileOptions = { edgesShown: false }

/** A value as `jobOf` takes it: JSON without what separates its parts. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll(' ', '\\u0020').replaceAll('>', '\\u003e')

describe('conditions', () => {
  const filtered = (where: string, columns = [{ name: 'auction', expression: 'auction' }, { name: 'euros', expression: 'price * 2' }]): string[] => [bids, `project p columns=${json(columns)}`, `filter f where=${json(where)}`, out, 'bids>p', 'p>f', 'f>out']

  it('pass a projection, in terms of its input', () => {
    expect(planOf(filtered('euros > 10 AND auction = 3'))).toBe('Rewrites\n  none\n\nPhysical plan\n  chain 0 ×1: bids → p → f → out')
    expect(planOf(filtered('euros > 10 AND auction = 3'), unseen)).toBe(
      `Rewrites
  push conditions: f asks price * 2 > 10 AND auction = 3 before p
  prune columns: bids does not read extra, dateTime

Physical plan
  chain 0 ×1: bids → f.before → p → f → out`,
    )
  })

  it('stay where one of them, or what they would pass, can fail', () => {
    const none = /^Rewrites\n(?! {2}push)/
    expect(planOf(filtered('euros > 10 AND 100 / auction = 3'), unseen)).toMatch(none)
    expect(planOf(filtered('auction = 3', [{ name: 'auction', expression: 'auction' }, { name: 'share', expression: '100 / price' }]), unseen)).toMatch(none)
    expect(planOf(filtered('auction = 3', [{ name: 'auction', expression: 'CAST(extra AS BIGINT)' }]), unseen)).toMatch(none)
  })

  it('pass a union on every side, by position', () => {
    const more = bids.replace('source bids', 'source more').replace('"events":100', '"events":50')
    expect(planOf([bids, more, 'union u', `filter f where=${json('price > 3')}`, out, 'bids>u', 'more>u', 'u>f', 'f>out'], unseen)).toBe(`Rewrites
  push conditions: f asks price > 3 before u
  push conditions: f asks price > 3 before u

Physical plan
  chain 0 ×1: bids → f.before0
  chain 1 ×1: more → f.before1
  chain 2 ×1: u → f → out`)
  })

  const joined = (type: string, condition: string, where = 'TRUE'): string[] => [
    bids, auctions,
    `regular-join j type=${type} on=${json([{ left: 'auction', right: 'id' }])} condition=${json(condition)}`,
    `filter f where=${json(where)}`, out, 'bids>j.left', 'auctions>j.right', 'j>f', 'f>out',
  ]
  const asked = (parts: string[], options: CompileOptions = {}): string[] => planOf(parts, options).split('\n').filter((line) => /ask inputs|push conditions/.test(line)).map((line) => line.trim())

  it('of a join are asked of a side that comes out only with a match', () => {
    const condition = "l.price > 5 AND category = 10 AND l.price > r.category"
    const left = 'ask inputs: j asks price > 5 of left before it comes in'
    const right = 'ask inputs: j asks category = 10 of right before it comes in'
    expect(asked(joined('inner', condition))).toEqual([left, right])
    expect(asked(joined('left', condition))).toEqual([right])
    expect(asked(joined('right', condition))).toEqual([left])
    expect(asked(joined('full', condition))).toEqual([])
    expect(asked(joined('inner', `${condition} AND 1 / l.price > 0`))).toEqual([])
  })

  it('of a join leave their edges as they were, and the rest of the condition behind', () => {
    const parts = [bids, auctions, `regular-join j type=inner on=${json([{ left: 'auction', right: 'id' }])} condition=${json('category = 10 AND price > category')}`, out, 'bids>j.left', 'auctions>j.right', 'j>out']
    const { rewritten, physical } = compile(jobOf(parts.join('; '), { parallelism: 2 }), definitionOf)
    expect(rewritten!.edges.map(({ edge, from, to, hidden }) => `${edge} ${from}>${to}${hidden === true ? ' hidden' : ''}`)).toEqual(['0 bids>j', '1 auctions>j.right', '1 j.right>j hidden', '2 j>out'])
    expect(rewritten!.operators.find(({ spec }) => spec.id === 'j')!.spec.config.condition).toBe('price > category')
    expect(physical!.chains.map((chain) => chain.operators.map(({ spec }) => spec.id).join(' '))).toEqual(['auctions j.right', 'bids', 'j out'])
  })

  it('behind a join are asked of a side whose columns are never made up', () => {
    expect(asked(joined('inner', 'TRUE', 'price > 5 AND category = 10'), unseen)).toEqual(['push conditions: f asks price > 5 before j', 'push conditions: f asks category = 10 before j'])
    expect(asked(joined('left', 'TRUE', 'price > 5 AND category IS NULL'), unseen)).toEqual(['push conditions: f asks price > 5 before j'])
    expect(asked(joined('full', 'TRUE', 'price > 5'), unseen)).toEqual([])
  })

  it('on groups alone are asked of the rows of the groups', () => {
    const grouped = (where: string): string[] => [bids, `group-aggregate g groupBy=["auction"] aggregates=${json([{ name: 'n', expression: 'COUNT(*)' }])}`, `filter f where=${json(where)}`, out, 'bids>g', 'g>f', 'f>out']
    expect(asked(grouped('auction = 3 AND n > 2'), unseen)).toEqual(['push conditions: f asks auction = 3 before g'])
    expect(asked(grouped('n > 2'), unseen)).toEqual([])
  })

  it('do not take rows from anybody else', () => {
    const shared = [bids, `project p columns=${json([{ name: 'auction', expression: 'auction' }])}`, `filter f where=${json('auction = 3')}`, out, out.replace(' out ', ' all '), 'bids>p', 'p>f', 'p>all', 'f>out']
    expect(asked(shared, unseen)).toEqual([])
  })
})

describe('constants', () => {
  const folds = (where: string): string => planOf([bids, `filter f where=${json(where)}`, out, 'bids>f', 'f>out']).split('\n')[1]!.trim()

  it('are computed once', () => {
    expect(folds('price > 10 * 100 + 1')).toBe('fold constants: f computes price > 10 * 100 + 1 as price > 1001')
    expect(folds("extra = UPPER('a') || 'b'")).toBe("fold constants: f computes extra = UPPER('a') || 'b' as extra = 'Ab'")
    expect(folds('price > 1 AND 1 = 1')).toBe('fold constants: f computes price > 1 AND 1 = 1 as price > 1')
    expect(folds('price > 1 AND 1 = 2')).toBe('fold constants: f computes price > 1 AND 1 = 2 as FALSE')
    expect(folds("price > 1 OR CHAR_LENGTH('abc') = 3")).toBe("fold constants: f computes price > 1 OR CHAR_LENGTH('abc') = 3 as TRUE")
  })

  it('go on failing where they fail, and stay where they depend on more than themselves', () => {
    expect(folds('price > 1 / 0')).toBe('none')
    // A collection has no literal; what it is made of has.
    expect(folds('CARDINALITY(ARRAY[price, 1 + 1]) > 1')).toBe('fold constants: f computes CARDINALITY(ARRAY[price, 1 + 1]) > 1 as CARDINALITY(ARRAY[price, 2]) > 1')
    expect(folds('100 / price > 1 AND 1 = 2')).toBe('fold constants: f computes 100 / price > 1 AND 1 = 2 as 100 / price > 1 AND FALSE')
    expect(folds('CURRENT_DATE IS NOT NULL')).toBe('none')
    expect(folds('price = CAST(NULL AS BIGINT)')).toBe('none')
  })

  it('of aggregates are computed too', () => {
    expect(planOf([bids, `group-aggregate g groupBy=[] aggregates=${json([{ name: 'n', expression: 'SUM(price * (2 + 3)) FILTER (WHERE price > 2 * 2)' }])}`, out, 'bids>g', 'g>out']).split('\n')[1]).toBe(
      '  fold constants: g computes SUM(price * (2 + 3)) FILTER (WHERE price > 2 * 2) as SUM(price * 5) FILTER (WHERE price > 4)',
    )
  })
})

describe('columns', () => {
  it('that nobody uses are neither computed nor read', () => {
    const columns = [{ name: 'auction', expression: 'auction' }, { name: 'long', expression: 'CHAR_LENGTH(extra)' }, { name: 'risky', expression: '100 / price' }]
    const parts = [bids, `project p columns=${json(columns)}`, `group-aggregate g groupBy=["auction"] aggregates=[]`, out, 'bids>p', 'p>g', 'g>out']
    expect(planOf(parts, unseen)).toBe(`Rewrites
  prune columns: bids does not read extra, dateTime
  prune columns: p computes only what is used

Physical plan
  chain 0 ×1: bids → p → g → out`)
    const { rewritten } = compile(jobOf(parts.join('; ')), definitionOf, unseen)
    expect(rewritten!.operators.find(({ spec }) => spec.id === 'p')!.spec.outputs[0]!.schema.fields.map(({ name }) => name)).toEqual(['auction', 'risky'])
  })
})

describe('equal operators', () => {
  const again = (part: string, id: string): string => part.replace(/^(\S+) \S+/, `$1 ${id}`)
  const keep = `filter f where=${json('price > 3')}`
  const parts = (second: string): string[] => [bids, again(bids, 'bids2'), keep, second, 'union u', out, 'bids>f', 'bids2>g', 'f>u', 'g>u', 'u>out']

  it('are run once, as far down as they are equal', () => {
    expect(planOf(parts(again(keep, 'g')), unseen)).toBe(`Rewrites
  share sub-plans: bids2 is bids
  share sub-plans: g is f

Physical plan
  chain 0 ×1: bids → f
  chain 1 ×1: u → out`)
    expect(planOf(parts(`filter g where=${json('price > 4')}`), unseen)).toBe(`Rewrites
  share sub-plans: bids2 is bids

Physical plan
  chain 0 ×1: bids → f, bids → g
  chain 1 ×1: u → out`)
  })

  it('stay apart where their edges are seen', () => {
    expect(planOf(parts(again(keep, 'g')))).toContain('Rewrites\n  none')
  })
})

it('are all turned off together', () => {
  expect(planOf([bids, `filter f where=${json('price > 1 + 1')}`, out, 'bids>f', 'f>out'], { edgesShown: false, rewrites: false })).toContain('Rewrites\n  none')
})
