/**
 * Paths inside a document, as Problems show them: `operators[3].config.window.sizeMs`, and `["…"]` around a key that is no plain word.
 */
const plainKey = /^[A-Za-z_$][\w$-]*$/

export function joinPath(path: string, key: string): string {
  if (!plainKey.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** Keys and indices from the outside in. What cannot be read ends the path. */
export function pathSegments(path: string): (string | number)[] {
  const segments: (string | number)[] = []
  const pattern = /\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy
  for (let match = pattern.exec(path); match !== null; match = pattern.exec(path)) {
    segments.push(match[1] ?? (match[2] === undefined ? (JSON.parse(match[3]!) as string) : Number(match[2])))
  }
  return segments
}
