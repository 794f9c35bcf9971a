import { describe, expect, it } from 'vitest'
import { spotBeside } from './floating.ts'

const size = { width: 220, height: 56 }

describe('a note about an operator', () => {
  it('stands below it', () => {
    expect(spotBeside({ x: 0, y: 0 }, size, [])).toEqual({ x: 12, y: 116, side: 'below' })
  })
  it('goes above when the next row is in the way', () => {
    expect(spotBeside({ x: 0, y: 200 }, size, [{ x: 193, y: 332 }])).toMatchObject({ side: 'above', y: 126 })
  })
  it('stays below when there is no room at all', () => {
    expect(spotBeside({ x: 0, y: 132 }, size, [{ x: 0, y: 0 }, { x: 0, y: 264 }])).toMatchObject({ side: 'below' })
  })
})
