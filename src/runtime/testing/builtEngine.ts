import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

/** Node runs no TypeScript, so tests of worker threads build the script of theirs first. */
export async function builtEngine(entry: string): Promise<{ readonly script: URL; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-engine-'))
  await build({
    configFile: false,
    logLevel: 'silent',
    publicDir: false,
    ssr: { target: 'node', noExternal: true },
    build: { ssr: true, target: 'node20', outDir: folder, minify: false, rollupOptions: { input: { engine: entry }, external: [/^node:/], output: { format: 'es', entryFileNames: '[name].mjs' } } },
  })
  return { script: pathToFileURL(join(folder, 'engine.mjs')), remove: () => rmSync(folder, { recursive: true }) }
}
