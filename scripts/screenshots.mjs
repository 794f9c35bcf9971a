// Takes the README's pictures from the built page: `npm run build && node scripts/screenshots.mjs [folder]`. Each shows a running example, so they change
// with the product and never with a drawing program.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { preview } from 'vite'
import { findChromium } from './chromium.mjs'

const root = join(new URL('.', import.meta.url).pathname, '..')
const folder = process.argv[2] ?? join(root, 'docs/screenshots')
mkdirSync(folder, { recursive: true })

const shots = [
  { file: 'designer-light.png', sample: 'Busy airports', scheme: 'light', width: 1440, height: 900, select: 'busy', speed: '86400' },
  { file: 'designer-dark.png', sample: 'Trips per zone and minute', scheme: 'dark', width: 1440, height: 900, select: 'per-minute', speed: '60' },
]

const server = await preview({ root, preview: { port: 4199, strictPort: false, host: '127.0.0.1' } })
const url = server.resolvedUrls.local[0]
const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox'] })
for (const shot of shots) {
  const context = await browser.newContext({ viewport: { width: shot.width, height: shot.height }, colorScheme: shot.scheme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(url)
  await page.locator('[data-node]').first().waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('All samples')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: new RegExp(shot.sample) }).first().click()
  await page.waitForFunction((name) => document.querySelector('input[aria-label="Name of the job"]')?.value === name, shot.sample)
  await page.getByRole('combobox', { name: /Speed/ }).selectOption(shot.speed)
  await page.locator('[data-region="bar"]').getByRole('button', { name: /^Run/ }).click()
  await page.locator('[data-region="dock"] [role="gridcell"]').first().waitFor({ timeout: 60_000 })
  await page.waitForTimeout(3000)
  const item = page.locator(`[role="treeitem"][data-item="${shot.select}"]`)
  if ((await item.count()) > 0) await item.click()
  await page.waitForTimeout(1200)
  await page.screenshot({ path: join(folder, shot.file) })
  console.log(join(folder, shot.file))
  await context.close()
}
await browser.close()
await server.close()
process.exit(0)
