/** Bundlers answer `import.meta.glob`; the pure folders know only this much of it. */
interface ImportMeta {
  glob<T>(pattern: string, options: { readonly query: string; readonly import: string }): Record<string, () => Promise<T>>
}
