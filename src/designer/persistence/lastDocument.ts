/**
 * Which document was open last, in this tab or any: enough to tell a first visit before anything of the storage is fetched.
 */
const lastKey = 'millrace:document'

export function storedChoice(): string | null {
  try {
    return sessionStorage.getItem(lastKey) ?? localStorage.getItem(lastKey)
  } catch {
    return null
  }
}

export function remember(id: string): void {
  try {
    sessionStorage.setItem(lastKey, id)
    localStorage.setItem(lastKey, id)
  } catch {
    // The next visit then opens the document changed last.
  }
}

export function newDocumentId(): string {
  return crypto.randomUUID().slice(0, 13)
}
