import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextIndex } from './textIndex.ts'

describe('numbers of texts', () => {
  it('are those of a map, whatever the texts and in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.string({ unit: 'binary', maxLength: 64 })), { maxLength: 300 }), (asked) => {
        const texts: string[] = []
        const index = new TextIndex(texts)
        const map = new Map<string, number>()
        for (const text of asked) {
          expect(index.find(text)).toBe(map.get(text) ?? -1)
          if (map.has(text)) continue
          map.set(text, texts.length)
          index.add(text, texts.push(text) - 1)
        }
        for (const [text, number] of map) expect(index.find(text)).toBe(number)
        const restored = new TextIndex(texts)
        restored.addAll(texts)
        for (const text of [...asked, 'another']) expect(restored.find(text)).toBe(map.get(text) ?? -1)
      }),
    )
  })

  it('are found among texts of which many have the same beginning, or the same end', () => {
    const texts = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? `user-${i}` : `${i}-user`))
    const index = new TextIndex(texts)
    index.addAll(texts)
    expect(texts.every((text, number) => index.find(text) === number)).toBe(true)
    expect(index.find('user-1')).toBe(-1)
  })

  it('are not asked of long texts', () => {
    const texts = ['x'.repeat(65), 'short']
    const index = new TextIndex(texts)
    index.addAll(texts)
    expect([TextIndex.isShort(texts[0]!), index.find('short')]).toEqual([false, 1])
  })
})
