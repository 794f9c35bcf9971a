import { describe, expect, it } from 'vitest'
import type { Job } from '../../job/job.ts'
import { outlineOf } from './tree.ts'

function job(edges: readonly (readonly [string, string])[], ids: readonly string[]): Job {
  return { format: 'millrace/job', version: 1, name: 'x', operators: ids.map((id) => ({ id, kind: 'k', config: {} })), edges: edges.map(([from, to]) => ({ from, to })) }
}

describe('outline', () => {
  it('puts what is fed below what feeds it, once', () => {
    const items = outlineOf(job([['a', 'b'], ['b', 'j'], ['c', 'j'], ['j', 's']], ['a', 'b', 'c', 'j', 's']), ['a', 'b', 'c', 'j', 's'])
    expect(items.map(({ id, depth }) => `${'  '.repeat(depth)}${id}`)).toEqual(['a', '  b', '    j', '      s', 'c'])
    expect(items.find((item) => item.id === 'j')!.alsoFrom).toEqual(['c'])
  })
  it('holds every operator of a cycle', () => {
    expect(outlineOf(job([['a', 'b'], ['b', 'a']], ['a', 'b']), []).map((item) => item.id).toSorted()).toEqual(['a', 'b'])
  })
})
