/** The design tokens as canvas takes them: each resolved once per theme, since a property that holds `light-dark()` reads back as that text. */
export interface ThemeColours {
  readonly of: (token: string) => string
}

export function resolveColours(): ThemeColours {
  const known = new Map<string, string>()
  return {
    of(token) {
      const before = known.get(token)
      if (before !== undefined) return before
      const probe = document.createElement('span')
      probe.style.cssText = `display:none;color:var(${token})`
      document.body.append(probe)
      const { color } = getComputedStyle(probe)
      probe.remove()
      known.set(token, color)
      return color
    },
  }
}
