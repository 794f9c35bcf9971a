import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { root } from './support/jobs.ts'
import { staticHost, type StaticHost } from './support/staticHost.ts'

test.describe('hosting', () => {
  let host: StaticHost
  test.beforeEach(async () => {
    host = await staticHost(join(root, 'dist/page'))
  })
  test.afterEach(() => host.close())

  test('a plain host and a sub-path are enough; the second load is isolated', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open(host.url)
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    await page.reload()
    await expect(page.locator('[data-node]').first()).toBeVisible()
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true)
    await designer.runToEnd()
    expect((await designer.visibleRows()).length).toBeGreaterThan(0)
    expect(designer.errors).toEqual([])
  })

  test('opens and runs without a network after the first visit', async ({ page, context }) => {
    const designer = new Designer(page)
    await designer.open(host.url)
    await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated' && navigator.serviceWorker.controller !== null)
    await host.close()
    await context.setOffline(true)
    await page.reload()
    await expect(page.locator('[data-node]').first()).toBeVisible()
    await designer.runToEnd()
    await designer.select('board')
    expect((await designer.visibleRows()).length).toBeGreaterThan(0)
  })

  test('runs without isolation, and says what is lost', async ({ browser }) => {
    const context = await browser.newContext({ serviceWorkers: 'block' })
    const page = await context.newPage()
    const designer = new Designer(page)
    await designer.open(host.url)
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false)
    await designer.runToEnd()
    expect((await designer.visibleRows()).length).toBeGreaterThan(0)
    await expect(designer.status).toContainText(/isolat|transfer|slower/i)
    await context.close()
  })
})
