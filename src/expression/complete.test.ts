import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completionsAt, hoverAt } from './complete.ts'
import type { Scope } from './expression.ts'
import { scopeOf } from './testing/evaluate.ts'

const bids = scopeOf({ auction: ['BIGINT', []], price: ['BIGINT', []], 'date Time': ['TIMESTAMP(3)', []], item: ['ROW<id INT, seller ROW<name STRING>>', []] })
const sides: Scope = {
  inputs: [
    { qualifier: 'l', schema: scopeOf({ id: ['BIGINT', []], price: ['INT', []] }).inputs[0]!.schema },
    { qualifier: 'r', schema: scopeOf({ id: ['BIGINT', []], rate: ['DOUBLE', []] }).inputs[0]!.schema },
  ],
}

/** Completions where the text has a bar. */
function at(marked: string, scope: Scope): { label: string; insert: string; detail: string }[] {
  const offset = marked.indexOf('|')
  return completionsAt(marked.replace('|', ''), offset, scope)
}

describe('completion', () => {
  it('offers columns first, with their types and backticks where they need them', () => {
    const offered = at('pri|', bids)
    expect(offered.slice(0, 4).map((item) => [item.insert, item.detail])).toEqual([
      ['auction', 'BIGINT'],
      ['price', 'BIGINT'],
      ['`date Time`', 'TIMESTAMP(3)'],
      ['item', 'ROW<id INT, seller ROW<name STRING>>'],
    ])
  })

  it('offers functions with their signatures and keywords', () => {
    const offered = at('price > |', bids)
    expect(offered.find((item) => item.label === 'ROUND')).toMatchObject({ insert: 'ROUND(', detail: 'ROUND(number)' })
    expect(offered.find((item) => item.label === 'POW')).toMatchObject({ insert: 'POW(', detail: 'POW(base, exponent)' })
    expect(offered.map((item) => item.label)).toContain('BETWEEN')
    expect(offered.map((item) => item.label)).not.toContain('+')
  })

  it('offers the columns of a side behind its dot, and qualifies what both sides have', () => {
    expect(at('l.|', sides).map((item) => item.insert)).toEqual(['id', 'price'])
    expect(at('l.id = r.r|', sides).map((item) => item.insert)).toEqual(['id', 'rate'])
    expect(at('|', sides).slice(0, 4).map((item) => item.insert)).toEqual(['l.id', 'price', 'r.id', 'rate'])
  })

  it('offers the fields of a ROW behind its dot', () => {
    expect(at('item.|', bids).map((item) => item.insert)).toEqual(['id', 'seller'])
    expect(at('item.seller.|', bids).map((item) => item.insert)).toEqual(['name'])
    expect(at('price.|', bids)).toEqual([])
  })

  it('offers names within backticks and nothing within texts, numbers and comments', () => {
    expect(at('`da|', bids).map((item) => item.insert)).toContain('date Time`')
    expect(at("'pri|'", bids)).toEqual([])
    expect(at("'pri|", bids)).toEqual([])
    expect(at('12|', bids)).toEqual([])
    expect(at('price -- pri|', bids)).toEqual([])
  })
})

describe('hover', () => {
  const hover = (marked: string, scope: Scope): readonly string[] | undefined => hoverAt(marked.replace('|', ''), marked.indexOf('|'), scope)?.lines

  it('gives the type of the column under the cursor', () => {
    expect(hover('pr|ice * 2', bids)).toEqual(['price: BIGINT'])
    expect(hover('item.se|ller', bids)).toEqual(['item.seller: ROW<name STRING>'])
  })

  it('gives the type of an operator and of a call, with its help', () => {
    expect(hover('price |* 0.908', bids)![0]).toBe('price * 0.908: DECIMAL(24, 3)')
    expect(hover('RO|UND(price / 3.0, 1)', bids)!.slice(0, 2)).toEqual(['ROUND(price / 3.0, 1): DECIMAL(22, 1)', 'ROUND(number)'])
  })

  it('knows words of a text that does not parse', () => {
    expect(hover('pri|ce +', bids)).toEqual(['price: BIGINT'])
    expect(hover('AB|S(', bids)![0]).toBe('ABS(number)')
    expect(hover('nothi|ng +', bids)).toBeUndefined()
  })

  it('never throws, nor does completion', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('l', '.', 'id', '`', "'", '(', ')', 'CASE', 'WHEN', '+', '--', '\n', 'COUNT', '*', '1', ' ')), fc.nat(40), (words, offset) => {
        const text = words.join('')
        completionsAt(text, Math.min(offset, text.length), sides)
        hoverAt(text, Math.min(offset, text.length), sides)
      }),
      { numRuns: 1000 },
    )
  })
})
