import { describe, expect, it } from 'vitest'
import { jobOf } from '../job/testing/jobOf.ts'
import { definitionOf } from './catalog.ts'
import { compile } from '../compiler/compile.ts'

/** With the real rooms, because which keys hold is theirs to say. */
const bids = 'source bids connector={"type":"nexmark","stream":"bid","events":100} columns=[{"name":"auction","type":"BIGINT"},{"name":"bidder","type":"BIGINT"},{"name":"price","type":"BIGINT"},{"name":"dateTime","type":"TIMESTAMP(3)"}] watermark={"column":"dateTime","delayMs":0}'
const sink = (id: string, key?: readonly string[]): string => `sink ${id} connector={"type":"collect"}${key === undefined ? '' : ` key=${JSON.stringify(key)}`}`
const named = (columns: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(columns).map(([name, expression]) => ({ name, expression })))
const byPair = `group-aggregate g groupBy=["auction","bidder"] aggregates=${named({ n: 'COUNT(*)' })}`

function changelogOf(...parts: string[]) {
  const { changelog, problems } = compile(jobOf(parts.join('; ')), definitionOf)
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return changelog!
}

describe('upsert keys', () => {
  it('are groups, kept by filters and by projections that keep their columns', () => {
    const { keys, edges } = changelogOf(bids, byPair, 'filter f where=n=2', `project p columns=${named({ item: 'auction', bidder: 'bidder' })}`, `project q columns=${named({ n: 'n', bidder: 'bidder' })}`, sink('a'), sink('b'), 'bids>g', 'g>f', 'f>p', 'f>q', 'p>a', 'q>b')
    expect(Object.fromEntries(keys)).toEqual({ bids: [], g: [['auction', 'bidder']], f: [['auction', 'bidder']], p: [['item', 'bidder']], q: [], a: [], b: [] })
    expect(edges.get(0)).toEqual({ rowKinds: ['+I'], upsertKeys: [] })
    expect(edges.get(1)).toEqual({ rowKinds: ['+I', '-U', '+U'], upsertKeys: [['auction', 'bidder']] })
  })

  it('are the partition of a first row, the rank within it, and what contains the partition', () => {
    const top = (n: number, rank: string): string => `top-n t partitionBy=["auction"] orderBy=[{"column":"n","direction":"DESC"}] n=${n}${rank}`
    const of = (n: number, rank = ''): unknown => changelogOf(bids, byPair, top(n, rank), sink('a'), 'bids>g', 'g>t', 't>a').keys.get('t')
    expect(of(1)).toEqual([['auction']])
    expect(of(3)).toEqual([['auction', 'bidder']])
    // What falls off the end of a ranking is replaced at its place, so that its own key would never hear of it.
    expect(of(3, ' rankColumn=place')).toEqual([['auction', 'place']])
    expect(changelogOf(bids, `top-n t partitionBy=[] orderBy=[{"column":"price","direction":"DESC"}] n=1`, sink('a'), 'bids>t', 't>a').keys.get('t')).toEqual([[]])
  })

  it('of a join are one of each side, or one alone where the other is found once', () => {
    const other = `group-aggregate h groupBy=["auction"] aggregates=${named({ best: 'MAX(price)' })}`
    const join = (type: string, on: string): unknown => changelogOf(bids, byPair, other, `regular-join j type=${type} on=${JSON.stringify([{ left: on, right: on === 'auction' ? 'auction' : 'best' }])}`, sink('a'), 'bids>g', 'bids>h', 'g>j.left', 'h>j.right', 'j>a').keys.get('j')
    expect(join('inner', 'auction')).toEqual([['auction', 'bidder']])
    expect(join('left', 'auction')).toEqual([['auction', 'bidder']])
    expect(join('semi', 'auction')).toEqual([['auction', 'bidder']])
    // Rows that change what they are joined by move between subtasks, so that no key holds.
    expect(join('inner', 'n')).toEqual([])
  })

  it('of a full join hold where a side has a column that is never NULL: else the padded rows of both sides have one key', () => {
    const join = (auction: string): unknown => {
      const before = `project p columns=${named({ auction, price: 'price' })}`
      const groups = (id: string): string => `group-aggregate ${id} groupBy=["auction"] aggregates=${named({ best: 'MAX(price)' })}`
      return changelogOf(bids, before, groups('g'), groups('h'), 'regular-join j type=full on=[{"left":"auction","right":"auction"}]', sink('a'), 'bids>p', 'p>g', 'p>h', 'g>j.left', 'h>j.right', 'j>a').keys.get('j')
    }
    expect(join('auction')).toEqual([])
    expect(join('COALESCE(auction,0)')).toEqual([['auction', 'auction0']])
  })

  it('are lost where several streams meet, and on other outputs', () => {
    const { keys, edges } = changelogOf(bids, byPair, byPair.replace(' g ', ' h '), 'union u', sink('a'), 'bids>g', 'bids>h', 'g>u', 'h>u', 'u>a')
    expect(keys.get('u')).toEqual([])
    expect(edges.get(4)!.rowKinds).toEqual(['+I', '-U', '+U'])
  })
})

describe('a sink', () => {
  const materialised = (key?: readonly string[]): readonly string[] => [...changelogOf(bids, byPair, sink('a', key), 'bids>g', 'g>a').materialised]

  it('keeps rows when its key is not that of the changes', () => {
    expect(materialised(['bidder', 'auction'])).toEqual([])
    expect(materialised(['auction'])).toEqual(['a'])
    expect(materialised()).toEqual([])
    expect([...changelogOf(bids, sink('a', ['auction']), 'bids>a').materialised]).toEqual([])
    // More than the key of the changes: each of its rows is one row of them.
    expect(materialised(['auction', 'bidder', 'n'])).toEqual([])
  })
})

describe('the row before an update', () => {
  const without = (...parts: string[]): readonly string[] => {
    const { changelog, problems } = compile(jobOf(parts.join('; ')), definitionOf, { edgesShown: false })
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    return [...changelog!.withoutUpdateBefore]
  }
  const key = ['auction', 'bidder']

  it('is left out where a sink replaces by the key of the changes, and nowhere else', () => {
    expect(without(bids, byPair, sink('a', key), 'bids>g', 'g>a')).toEqual(['g'])
    expect(without(bids, byPair, sink('a'), 'bids>g', 'g>a')).toEqual([])
    expect(without(bids, byPair, sink('a', ['auction']), 'bids>g', 'g>a')).toEqual([])
    expect(without(bids, byPair, sink('a', ['auction', 'bidder', 'n']), 'bids>g', 'g>a')).toEqual([])
    expect(without(bids, byPair, 'sink a connector={"type":"blackhole"}', 'bids>g', 'g>a')).toEqual(['g'])
    expect(without(bids, byPair, sink('a', key), sink('b'), 'bids>g', 'g>a', 'g>b')).toEqual([])
  })

  it('is passed by projections, and by conditions on the key alone', () => {
    const project = `project p columns=${named({ auction: 'auction', bidder: 'bidder', twice: 'n*2' })}`
    expect(without(bids, byPair, 'filter f where=bidder=5', project, sink('a', key), 'bids>g', 'g>f', 'f>p', 'p>a')).toEqual(['g', 'f', 'p'])
    expect(without(bids, byPair, project, 'filter f where=twice=4', sink('a', key), 'bids>g', 'g>p', 'p>f', 'f>a')).toEqual([])
  })

  it('is kept for what takes rows back', () => {
    const top = 'top-n t partitionBy=["auction"] orderBy=[{"column":"n","direction":"DESC"}] n=1'
    expect(without(bids, byPair, top, sink('a', ['auction']), 'bids>g', 'g>t', 't>a')).toEqual(['t'])
  })

  it('is on the edges where they are seen', () => {
    expect([...changelogOf(bids, byPair, sink('a', key), 'bids>g', 'g>a').withoutUpdateBefore]).toEqual([])
  })
})
