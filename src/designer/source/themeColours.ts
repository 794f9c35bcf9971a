/**
 * The design tokens as plain hex values, for the libraries that cannot read custom properties. A property that holds `light-dark()` reads back as
 * that text, so each is resolved through a probe element's colour.
 */
export interface ThemeColours {
  readonly isDark: boolean
  /** Six hex digits, without `#`. */
  hex(token: string): string
}

export function themeColours(): ThemeColours {
  const probe = document.createElement('span')
  probe.style.display = 'none'
  document.body.append(probe)
  const known = new Map<string, string>()
  const resolve = (token: string): string => {
    probe.style.color = `var(${token})`
    const [r = 0, g = 0, b = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number)
    return [r, g, b].map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')
  }
  for (const token of tokens) known.set(token, resolve(token))
  probe.remove()
  const canvas = Number.parseInt(known.get('--canvas')!.slice(0, 2), 16)
  return {
    isDark: canvas < 128,
    hex: (token) => known.get(token) ?? '808080',
  }
}

const tokens = [
  ...['--well', '--canvas', '--panel', '--card', '--overlay', '--hairline', '--border', '--control', '--text', '--text-2', '--text-3', '--accent', '--accent-soft'],
  ...['--accent-line', '--focus', '--ok', '--warn', '--error', '--late', '--idle', '--code-keyword', '--code-string', '--code-number', '--code-field', '--code-comment'],
]

/** Calls back when the system or the user switches between light and dark. Returns how to stop. */
export function watchTheme(changed: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)')
  query.addEventListener('change', changed)
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => {
    query.removeEventListener('change', changed)
    observer.disconnect()
  }
}
