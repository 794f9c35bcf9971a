import { defaultPanels, designerStore, type DesignerState, type Panels } from '../store/designerStore.ts'

/**
 * How the screen is arranged: panels, theme, lens, keys. In local storage, because it is needed before the first paint and losing it costs nothing.
 */
const key = 'millrace:arrangement'

/** From this width on the panels begin a little wider. */
const wideScreen = 1800
const widePanels: Panels = { ...defaultPanels, left: { open: true, size: 224 }, inspector: { open: true, size: 320 }, dock: { open: true, size: 260 } }

type Arrangement = Pick<DesignerState, 'panels' | 'theme' | 'lens' | 'letterKeys'>

export function startArrangement(): void {
  const kept = stored()
  if (kept !== null) designerStore.setState(kept)
  else if (innerWidth >= wideScreen) designerStore.setState({ panels: widePanels })
  showTheme(designerStore.getState().theme)
  designerStore.subscribe((state, before) => {
    if (state.theme !== before.theme) showTheme(state.theme)
    if (state.panels === before.panels && state.theme === before.theme && state.lens === before.lens && state.letterKeys === before.letterKeys) return
    const { panels, theme, lens, letterKeys } = state
    try {
      localStorage.setItem(key, JSON.stringify({ panels: { ...panels, focus: false }, theme, lens, letterKeys } satisfies Arrangement))
    } catch {
      // The next visit starts with the usual arrangement.
    }
  })
}

function showTheme(theme: DesignerState['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

/** Only what is known and has the right shape is taken from what was stored. */
function stored(): Arrangement | null {
  try {
    const read = JSON.parse(localStorage.getItem(key) ?? 'null') as Partial<Arrangement> | null
    if (read === null || typeof read !== 'object') return null
    const panel = (name: 'left' | 'inspector' | 'dock' | 'timeline'): Panels['left'] => {
      const kept = read.panels?.[name]
      const size = typeof kept?.size === 'number' && kept.size >= 80 && kept.size <= 1200 ? kept.size : defaultPanels[name].size
      return { open: typeof kept?.open === 'boolean' ? kept.open : true, size }
    }
    const tab = read.panels?.dockTab
    return {
      panels: {
        left: panel('left'),
        inspector: panel('inspector'),
        dock: panel('dock'),
        timeline: panel('timeline'),
        dockTab: tab !== undefined && ['data', 'problems', 'json', 'sql', 'history', 'tests', 'checkpoints', 'cluster'].includes(tab) ? tab : 'data',
        focus: false,
      },
      theme: read.theme === 'light' || read.theme === 'dark' ? read.theme : 'system',
      lens: read.lens !== undefined && ['rate', 'time', 'load', 'state'].includes(read.lens) ? read.lens : 'rate',
      letterKeys: read.letterKeys !== false,
    }
  } catch {
    return null
  }
}
