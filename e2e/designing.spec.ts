import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { openFiles } from './support/jobs.ts'

/** Two streams and a join that nothing is wired to yet. One payment comes within a minute of its order, one within five, one later. */
const ordersAndPayments = {
  format: 'millrace/job',
  version: 1,
  name: 'Orders and payments',
  operators: [
    source('orders', ['08:00:00', '08:01:00', '08:02:00']),
    source('payments', ['08:00:30', '08:04:00', '08:12:00']),
    {
      id: 'paid',
      kind: 'interval-join',
      config: { type: 'inner', on: [{ left: 'order', right: 'order' }], leftTime: 'at', rightTime: 'at', lowerMs: 0, upperMs: 60_000 },
    },
    { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
  ],
  edges: [],
  layout: { operators: { orders: { x: 0, y: 0 }, payments: { x: 0, y: 180 }, paid: { x: 320, y: 90 }, out: { x: 640, y: 90 } } },
}

function source(id: string, times: readonly string[]): object {
  const columns = [
    { name: 'order', type: 'INT' },
    { name: 'at', type: 'TIMESTAMP(3)' },
  ]
  return { id, kind: 'source', config: { connector: { type: 'inline', rows: times.map((time, i) => [i, `2026-01-31 ${time}.000`]) }, columns, watermark: { column: 'at', delayMs: 0 } } }
}

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

    const window = (await designer.node('window-aggregate').count()) > 0 ? 'window-aggregate' : 'window_aggregate'
    // Wires are drawn from gate to gate.
    if ((await page.locator('.react-flow__edge').count()) < 1) await designer.wire('source', window)
    await expect(page.locator('.react-flow__edge')).toHaveCount(1)
    await designer.wire(window, 'sink')
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

  test('two streams are joined; one minute becomes five, is undone, redone, and all of it is there after a reload', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await openFiles(page, { name: 'orders.json', content: JSON.stringify(ordersAndPayments) })
    await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue('Orders and payments')
    await expect(page.locator('[data-node]')).toHaveCount(4)
    const edges = page.locator('.react-flow__edge')
    await expect(edges).toHaveCount(0)
    await designer.wire('orders', 'paid', 'left')
    await expect(edges).toHaveCount(1)
    await designer.wire('payments', 'paid', 'right')
    await expect(edges).toHaveCount(2)
    await designer.wire('paid', 'out')
    await expect(edges).toHaveCount(3)

    const pairs = async (): Promise<number> => {
      await designer.runToEnd()
      return (await designer.sinkLines('out')).length
    }
    expect(await pairs()).toBe(1)
    await designer.select('paid')
    const to = designer.inspector.getByRole('textbox', { name: 'To', exact: true })
    await expect(to).toHaveValue('1 min')
    await to.fill('5 min')
    await to.blur()
    await expect(designer.node('paid')).toContainText('5 min')
    expect(await pairs()).toBe(2)
    const bar = page.locator('[data-region="bar"]')
    await bar.getByRole('button', { name: /^Undo/ }).click()
    await expect(designer.node('paid')).toContainText('1 min')
    expect(await pairs()).toBe(1)
    await bar.getByRole('button', { name: /^Redo/ }).click()
    await expect(designer.node('paid')).toContainText('5 min')
    await expect(bar).toContainText(/Saved/)

    await page.reload()
    await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue('Orders and payments')
    await expect(designer.node('paid')).toContainText('5 min')
    await expect(edges).toHaveCount(3)
    expect(await pairs()).toBe(2)
    // The way back is there too, to the first wire.
    await bar.getByRole('button', { name: /^Undo/ }).click()
    await expect(designer.node('paid')).toContainText('1 min')
    for (const left of [2, 1, 0]) {
      await bar.getByRole('button', { name: /^Undo/ }).click()
      await expect(edges).toHaveCount(left)
    }
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
    await designer.select('some')
    const field = designer.inspector.locator('[data-code-field]').first()
    await field.click()
    await expect(field.locator('.monaco-editor')).toBeVisible()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('MOD(auctoin, 123) = 0')
    const sentence = /no column.*auctoin|auctoin.*no column/i
    await expect(designer.inspector.getByText(sentence).first()).toBeVisible()
    await designer.dock.getByRole('tab', { name: /Problems/ }).click()
    await expect(designer.dock.getByText(sentence).first()).toBeVisible()
    await expect(designer.node('some')).toHaveAttribute('data-problem', 'error')
  })

  test('a document left while its editor loads is there when one comes back', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const json = designer.dock.getByRole('tab', { name: /JSON/ })
    const data = designer.dock.getByRole('tab', { name: /Data/ })
    await json.click()
    await data.click()
    await json.click()
    await expect(designer.dock.locator('.monaco-editor').first()).toBeVisible()
    await data.click()
    await json.click()
    await expect(designer.dock.locator('.monaco-editor .view-line').first()).toBeVisible()
    await expect(designer.dock.getByText('"millrace/job"').first()).toBeVisible()
    expect(designer.errors).toEqual([])
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
