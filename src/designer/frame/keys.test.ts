import { describe, expect, it } from 'vitest'
import { chordOf, printKeys } from './keys.ts'
import { fileNameOf } from './takeAway.ts'

const press = (key: string, held: Partial<Record<'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey', boolean>> = {}): KeyboardEvent =>
  ({ key, ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, ...held }) as KeyboardEvent

describe('key chords', () => {
  it('name modifiers in one order and letters by what they type', () => {
    expect(chordOf(press('z', { ctrlKey: true }))).toBe('Mod+Z')
    expect(chordOf(press('Z', { ctrlKey: true, shiftKey: true }))).toBe('Mod+Shift+Z')
    expect(chordOf(press('F8', { shiftKey: true }))).toBe('Shift+F8')
    expect(chordOf(press('Delete', { shiftKey: true }))).toBe('Shift+Delete')
    expect(chordOf(press('ArrowUp', { altKey: true, shiftKey: true }))).toBe('Alt+Shift+ArrowUp')
    expect(chordOf(press(' '))).toBe('Space')
  })

  it('do not count the Shift that a sign needs', () => {
    expect(chordOf(press('?', { shiftKey: true }))).toBe('?')
    expect(chordOf(press('+', { shiftKey: true }))).toBe('+')
  })

  it('are printed as people read them', () => {
    expect(printKeys('Mod+Shift+Z')).toBe('Ctrl+Shift+Z')
    expect(printKeys('Mod+Enter')).toBe('Ctrl+↵')
    expect(printKeys('+')).toBe('+')
  })
})

describe('file names', () => {
  it('are plain whatever the job is called', () => {
    expect(fileNameOf('Late trains')).toBe('late-trains.job.json')
    expect(fileNameOf('Züge / Verspätung: 5 %')).toBe('zuge-verspatung-5.job.json')
    expect(fileNameOf('../../etc')).toBe('etc.job.json')
    expect(fileNameOf('東京')).toBe('job.job.json')
  })
})
