/** Help pages, one chunk each: loaded when someone reads them, never with the page. `catalog.test.ts` asks for one of every kind. */
const pages = import.meta.glob<string>('./*/help.md', { query: '?raw', import: 'default' })

/** The help page of a kind as Markdown; null for a kind that has none. */
export async function helpOf(kind: string): Promise<string | null> {
  return (await pages[`./${kind}/help.md`]?.()) ?? null
}
