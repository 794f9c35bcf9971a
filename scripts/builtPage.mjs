// What the measurements of the built page begin and end with: its folder (`--folder`, else dist/page) served, and a browser.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'
import { countingHost } from './firstScreen.mjs'

/** The word behind an option of the command line; undefined where the option is not given. */
export function given(name) {
  return process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined
}

/** What `measure(browser, url)` gives. */
export async function onBuiltPage(measure) {
  const { chromium } = await import('@playwright/test')
  const folder = given('--folder') ?? join(fileURLToPath(new URL('.', import.meta.url)), '..', 'dist/page')
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`There is no built page in ${folder}; run \`npm run build\` first.`)
  const host = await countingHost(folder)
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox'] })
  try {
    return await measure(browser, host.url)
  } finally {
    await browser.close()
    await host.close()
  }
}
