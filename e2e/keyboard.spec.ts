import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'

test('a job is built, wired and run by the keyboard alone', async ({ page }) => {
  const designer = new Designer(page)
  await designer.open()
  await designer.blank()
  const canvas = page.locator('[data-region="canvas"]')
  // The first ghost is a button; then the canvas has the focus.
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('Add an operator here')
  await page.keyboard.press('Enter')
  const add = page.getByRole('combobox', { name: 'Add an operator' })
  await expect(add).toBeFocused()
  await page.keyboard.type('source')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-node]')).toHaveCount(1)
  await canvas.locator('[data-region-focus]').first().focus()
  for (const kind of ['filter', 'sink']) {
    await page.keyboard.press('n')
    await expect(add).toBeFocused()
    await page.keyboard.type(kind)
    await page.keyboard.press('Enter')
    await expect(add).toHaveCount(0)
  }
  await expect(page.locator('[data-node]')).toHaveCount(3)
  await expect(page.locator('.react-flow__edge')).toHaveCount(2)
  // Walk back upstream and look at what is there.
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(page.locator('[role="treeitem"][aria-selected="true"]')).toContainText(/Source/)
  // Delete and undo.
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+Delete')
  await expect(page.locator('.react-flow__edge')).toHaveCount(1)
  await page.keyboard.press('Control+z')
  await expect(page.locator('.react-flow__edge')).toHaveCount(2)
  expect(designer.errors).toEqual([])
})

test('regions are reached with F6 and the focus is always seen', async ({ page }) => {
  const designer = new Designer(page)
  await designer.open()
  const region = (): Promise<string> => page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-region]')?.dataset['region'] ?? '')
  // The key map follows the first picture.
  await expect(async () => {
    await page.keyboard.press('F6')
    expect(await region()).not.toBe('')
  }).toPass()
  const seen = new Set<string>()
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('F6')
    seen.add(await region())
  }
  expect([...seen].filter((name) => name !== '').toSorted()).toEqual(['bar', 'canvas', 'dock', 'inspector', 'left', 'timeline'])
})

test('what is typed before the search box is there reaches it, and starts nothing', async ({ page }) => {
  let arrive = (): void => undefined
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  await page.route('**/Sheets-*.js', async (route) => {
    await arrived
    await route.continue()
  })
  const designer = new Designer(page)
  await designer.open()
  await expect(designer.node('trips')).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('st')
  expect(await page.getByRole('dialog').count()).toBe(0)
  arrive()
  await expect(page.getByRole('dialog').getByRole('combobox')).toHaveValue('st')
  await expect(designer.status).not.toContainText(/Running|Paused/)
  expect(designer.errors).toEqual([])
})
