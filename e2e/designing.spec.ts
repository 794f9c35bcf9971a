import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'

test.describe('designing', () => {
  test('opens on a finished sample, paused, without a dialog', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue('Trips per zone and minute')
    await expect(page.locator('[data-node]')).toHaveCount(4)
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(designer.status).toContainText('Time begins')
    expect(designer.errors).toEqual([])
  })

  test('builds a job from blank by dragging, wiring and filling in', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.blank()
    const canvas = page.locator('[data-region="canvas"]')
    const box = (await canvas.boundingBox())!
    const drop = async (kind: string, x: number, y: number): Promise<void> => {
      await page.locator(`[data-kind="${kind}"]`).dragTo(canvas, { targetPosition: { x, y } })
    }
    await drop('source', 140, box.height * 0.4)
    await expect(designer.node('source')).toBeVisible()
    await drop('window-aggregate', 420, box.height * 0.4)
    await expect(designer.node('window-aggregate').or(designer.node('window_aggregate'))).toBeVisible()
    await drop('sink', 700, box.height * 0.4)
    await expect(designer.node('sink')).toBeVisible()
    await expect(page.locator('[data-node]')).toHaveCount(3)

    // Wires are drawn from gate to gate.
    const wire = async (from: string, to: string): Promise<void> => {
      const start = (await page.locator(`[data-node="${from}"] .source[data-handleid="out"]`).boundingBox())!
      const end = (await page.locator(`[data-node="${to}"] .target`).first().boundingBox())!
      await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2)
      await page.mouse.down()
      await page.mouse.move((start.x + end.x) / 2, end.y + 20, { steps: 6 })
      await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 6 })
      await page.mouse.up()
    }
    const window = (await designer.node('window-aggregate').count()) > 0 ? 'window-aggregate' : 'window_aggregate'
    if ((await page.locator('.react-flow__edge').count()) < 1) await wire('source', window)
    await expect(page.locator('.react-flow__edge')).toHaveCount(1)
    await wire(window, 'sink')
    await expect(page.locator('.react-flow__edge')).toHaveCount(2)

    // The window aggregate says what it lacks or what it gives.
    await designer.select(window)
    await expect(designer.inspector).toContainText('Window aggregate')
    expect(designer.errors).toEqual([])
  })

  test('undo and redo go step by step and survive a reload', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.select('per-minute')
    const size = designer.inspector.getByRole('textbox', { name: 'Size' })
    await expect(size).toHaveValue('1 min')
    await size.fill('5 min')
    await size.blur()
    await expect(designer.node('per-minute')).toContainText('5 min')
    await page.locator('[data-region="bar"]').getByRole('button', { name: /^Undo/ }).click()
    await expect(designer.node('per-minute')).toContainText('1 min')
    await page.locator('[data-region="bar"]').getByRole('button', { name: /^Redo/ }).click()
    await expect(designer.node('per-minute')).toContainText('5 min')
    await expect(page.locator('[data-region="bar"]')).toContainText(/Saved/)
    await page.reload()
    await expect(designer.node('per-minute')).toContainText('5 min')
    await page.locator('[data-region="bar"]').getByRole('button', { name: /^Undo/ }).click()
    await expect(designer.node('per-minute')).toContainText('1 min')
    expect(designer.errors).toEqual([])
  })

  test('deleting and bridging keeps the rows flowing', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.openSample('Prices in euros')
    const before = await page.locator('.react-flow__edge').count()
    const middle = await page.locator('[role="treeitem"]').nth(1).getAttribute('data-item')
    await designer.select(middle!)
    await page.locator('[data-region="canvas"] [data-region-focus]').first().focus()
    await page.keyboard.press('Shift+Delete')
    await expect(page.locator('.react-flow__edge')).toHaveCount(before - 1)
    await expect(designer.node(middle!)).toHaveCount(0)
  })

  test('a mistake is a sentence beside its field and in the list of problems', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.openSample('Prices in euros')
    const json = designer.dock.getByRole('tab', { name: /JSON/ })
    await json.click()
    await designer.select(await idOfKind(page, 'filter', 'project'))
    const field = designer.inspector.getByRole('textbox').last()
    await expect(field).toBeVisible()
  })

  test('two tabs do not overwrite each other', async ({ context, page }) => {
    const first = new Designer(page)
    await first.open()
    await first.select('per-minute')
    await first.inspector.getByRole('textbox', { name: 'Size' }).fill('2 min')
    await expect(page.locator('[data-region="bar"]')).toContainText(/Saved/)
    const other = await context.newPage()
    await other.goto(page.url())
    await expect(other.getByText(/open in another tab/i).first()).toBeVisible()
    await expect(other.getByRole('button', { name: /Take over/i })).toBeVisible()
    await expect(other.getByRole('button', { name: /copy|fork/i }).first()).toBeVisible()
  })
})

async function idOfKind(page: import('@playwright/test').Page, ...kinds: string[]): Promise<string> {
  const items = await page.locator('[role="treeitem"]').evaluateAll((elements) => elements.map((element) => ({ id: (element as HTMLElement).dataset['item'] ?? '', label: element.getAttribute('aria-label') ?? '' })))
  return items.find((item) => kinds.some((kind) => item.label.toLowerCase().includes(kind)))?.id ?? items[1]!.id
}
