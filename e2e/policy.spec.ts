// oxlint-disable no-eval, no-new-func -- the test tries what the policy must refuse
import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'

interface Violation {
  readonly directive: string
  readonly blocked: string
  readonly sample: string
}

declare global {
  var violations: Violation[]
}

test.describe('policy', () => {
  test('the page, its menus, editors and sheets work under it without one violation', async ({ page }) => {
    await page.addInitScript(() => {
      globalThis.violations = []
      document.addEventListener('securitypolicyviolation', (event) => globalThis.violations.push({ directive: event.violatedDirective, blocked: event.blockedURI, sample: event.sample }))
    })
    const designer = new Designer(page)
    await designer.open()
    await designer.runToEnd()
    // An expression's editor, with what it suggests and says.
    await designer.openSample('Busy airports')
    await designer.select('busy')
    const field = designer.inspector.locator('[data-code-field]').first()
    await field.click()
    await expect(field.locator('.monaco-editor')).toBeVisible()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(' AND C')
    await page.keyboard.press('Control+Space')
    await expect(page.locator('.suggest-widget')).toBeVisible()
    await page.keyboard.press('Escape')
    await field.locator('.view-line span span').first().hover()
    await page.keyboard.press('Escape')
    // The whole job as text, with find, folding and its checker.
    await designer.dock.getByRole('tab', { name: /JSON/ }).click()
    await expect(designer.dock.locator('.monaco-editor').first()).toBeVisible()
    await designer.dock.locator('.monaco-editor').first().click()
    await page.keyboard.press('Control+f')
    await expect(page.locator('.find-widget')).toBeVisible()
    await page.keyboard.press('Escape')
    for (const tab of [/Problems/, /Tests/, /Plan/, /History/, /Data/]) await designer.dock.getByRole('tab', { name: tab }).click()
    for (const command of ['All samples', 'Export']) {
      await designer.command(command)
      await expect(page.getByRole('dialog')).toBeVisible()
      await designer.closeSheet()
    }
    await page.locator('.react-flow__pane').click({ button: 'right', position: { x: 8, y: 8 } })
    await expect(page.getByRole('menu')).toBeVisible()
    await page.keyboard.press('Escape')
    await designer.command('Tidy')
    expect(await page.evaluate(() => globalThis.violations)).toEqual([])
    expect(designer.errors).toEqual([])
  })

  test('no text becomes markup, code or a script address, in the page or in a worker', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.run()
    await expect(designer.status).toContainText('Running')
    // In a task of its own: what the test's own protocol evaluates is spared the policy.
    const refused = await page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 0))
      const attempts: Record<string, () => unknown> = {
        markup: () => (document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>'),
        code: () => (0, eval)('1'),
        function: () => new Function('return 1')(),
        worker: () => new Worker('/index.html'),
        // Not even by a policy of one's own.
        policy: () => (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy('other', {}),
      }
      return Object.entries(attempts).filter(([, attempt]) => {
        try {
          attempt()
          return false
        } catch {
          return true
        }
      }).map(([name]) => name)
    })
    expect(refused).toEqual(['markup', 'code', 'function', 'worker', 'policy'])
    const workers = page.workers().filter((worker) => /engine|check/.test(worker.url()))
    expect(workers.length).toBeGreaterThanOrEqual(2)
    for (const worker of workers) {
      expect(
        await worker.evaluate(async () => {
          await new Promise((resolve) => setTimeout(resolve, 0))
          try {
            return String(new Function('return 1')())
          } catch {
            return 'refused'
          }
        }),
      ).toBe('refused')
    }
  })
})
