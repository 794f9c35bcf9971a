import { allActions, type Action } from '../store/actions.ts'
import { designerState } from '../store/designerStore.ts'
import { keepTyped } from './typedAhead.ts'

/**
 * From key presses to actions. A chord is written `Mod+Shift+Z`, where Mod is ⌘ on a Mac and Ctrl elsewhere; letters by what they type, so that the map
 * follows the user's layout.
 *
 * Keys without a modifier never fire while a field has the focus, and single letters only in their region, and only while the user wants them: a page must not
 * act on a stray letter (WCAG 2.2, 2.1.4).
 */
export const isMac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform)

export function chordOf(event: KeyboardEvent): string {
  const parts: string[] = []
  if (isMac ? event.metaKey : event.ctrlKey) parts.push('Mod')
  if (isMac && event.ctrlKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key
  // `?`, `+` and brackets already carry their Shift in what they type.
  const shiftCounts = event.key.length > 1 || /[\p{L}]/u.test(event.key) || event.key === ' '
  if (event.shiftKey && shiftCounts) parts.push('Shift')
  parts.push(key)
  return parts.join('+')
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  if (keepTyped(event)) return
  const chord = chordOf(event)
  const typing = isTyping(event.target)
  const region = regionOf(event.target)
  for (const action of allActions()) {
    if (action.sheetOnly === true || action.nativeKeys === true || action.keys === undefined || !action.keys.some((keys) => sameChord(keys, chord))) continue
    if (!inScope(action, chord, typing, region)) continue
    if ((chord === 'Enter' || chord === 'Space') && pressesSomething(event.target)) continue
    if (action.when !== undefined && !action.when()) continue
    event.preventDefault()
    action.run()
    return
  }
}

function inScope(action: Action, chord: string, typing: boolean, region: string | null): boolean {
  const scope = action.scope ?? 'page'
  if (scope === 'everywhere') return true
  if (typing) return false
  // Sheets and menus take the focus out of the regions; letters meant for them stay theirs.
  if (designerState().sheet !== null || document.querySelector('[role="dialog"][data-modal], [role="menu"]') !== null) return false
  const single = !chord.includes('+') && chord.length === 1
  if (single && !designerState().letterKeys) return false
  if (scope === 'page') return true
  if (scope === 'timeline') return region === 'timeline' || region === 'canvas' || region === null
  return region === 'canvas' || region === null
}

function sameChord(keys: string, chord: string): boolean {
  return keys.toLowerCase() === chord.toLowerCase()
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['button', 'checkbox', 'radio', 'range', 'submit', 'reset'].includes(target.type)
}

/** Enter and Space belong to the button or link that has the focus. */
function pressesSomething(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a[href], summary, [role="button"], [role="tab"], [role="option"], [role="menuitem"], input') !== null
}

/** The region of the screen an element stands in; null for the page itself, where the focus falls when what had it is gone. */
export function regionOf(target: EventTarget | null): string | null {
  if (!(target instanceof Element) || target === document.body) return null
  return target.closest<HTMLElement>('[data-region]')?.dataset['region'] ?? 'elsewhere'
}

/** Moves the focus to the next or previous region, to what had it there last. */
export function focusRegion(direction: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')]
  if (regions.length === 0) return
  const here = regions.findIndex((region) => region.contains(document.activeElement))
  const next = regions[(here + direction + regions.length) % regions.length]!
  const inside = next.querySelector<HTMLElement>('[data-region-focus], [role="tree"] [tabindex="0"], [role="tab"][aria-selected="true"]')
  ;(inside ?? next).focus()
}

export function focusRegionNamed(name: string): void {
  const region = document.querySelector<HTMLElement>(`[data-region="${name}"]`)
  ;(region?.querySelector<HTMLElement>('[data-region-focus]') ?? region)?.focus()
}

const signs: Readonly<Record<string, string>> = {
  ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Delete: 'Del', Backspace: '⌫', Enter: '↵', Space: 'Space',
}

/** As people read it: `⌘⇧Z` on a Mac, `Ctrl+Shift+Z` elsewhere. */
export function printKeys(keys: string): string {
  const parts = keys.split('+').map((part, index, all) => (part === '' && index === all.length - 1 ? '+' : part)).filter((part) => part !== '')
  const shown = parts.map((part) => {
    if (part === 'Mod') return isMac ? '⌘' : 'Ctrl'
    if (part === 'Shift') return isMac ? '⇧' : 'Shift'
    if (part === 'Alt') return isMac ? '⌥' : 'Alt'
    return signs[part] ?? part
  })
  return isMac ? shown.join('') : shown.join('+')
}
