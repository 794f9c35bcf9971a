import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { openFiles } from './support/jobs.ts'

test.describe('running', () => {
  test('one press: rows flow, watermarks advance, windows close, the sink fills', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const begun = Date.now()
    await designer.run()
    await expect(designer.dock.getByRole('gridcell').first()).toBeVisible()
    test.info().annotations.push({ type: 'first sink row', description: `${Date.now() - begun} ms after Run` })
    await expect(designer.node('per-minute')).toContainText(/late|open/)
    await expect(designer.status.getByRole('timer')).toHaveText(/\d\d:\d\d:\d\d/)
    const first = await designer.status.getByRole('timer').textContent()
    await expect(designer.status.getByRole('timer')).not.toHaveText(first ?? '')
    const rows = await designer.visibleRows()
    expect(rows.length).toBeGreaterThan(0)
    expect(rows[0]!.every((cell) => cell !== '')).toBe(true)
    expect(designer.errors).toEqual([])
  })

  test('the whole job stays in view when the timeline opens beneath it', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 })
    const designer = new Designer(page)
    await designer.open()
    await designer.run()
    await expect(designer.status).toContainText('Running')
    await expect(async () => {
      const canvas = (await page.locator('.react-flow').boundingBox())!
      for (const node of await page.locator('[data-node]').all()) {
        const box = (await node.boundingBox())!
        expect(box.y).toBeGreaterThanOrEqual(canvas.y)
        // Clear of the controls along the lower edge.
        expect(box.y + box.height).toBeLessThanOrEqual(canvas.y + canvas.height - 48)
      }
    }).toPass()
  })

  test('pauses, steps one row, resumes and stops', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const step = designer.status.getByRole('button', { name: 'Step one row' })
    await step.click()
    await expect(designer.status).toContainText('Paused')
    const rowsOf = async (): Promise<number> => Number(/(\d+) rows/.exec((await designer.node('trips').textContent()) ?? '')?.[1] ?? '-1')
    await expect.poll(rowsOf).toBe(1)
    await step.click()
    await step.click()
    await expect.poll(rowsOf).toBe(3)
    await designer.status.getByRole('button', { name: 'Run', exact: true }).click()
    await expect(designer.status).toContainText('Running')
    const used = page.workers().filter((worker) => /engine/.test(worker.url()))
    expect(used.length).toBe(2)
    await designer.status.getByRole('button', { name: 'Stop' }).click()
    await expect(designer.status).toContainText('Stopped')
    // Its workers are gone with it; those that are there now wait for the next run.
    await expect.poll(() => page.workers().filter((worker) => used.includes(worker)).length).toBe(0)
    expect(designer.errors).toEqual([])
  })

  test('a job that is edited while it runs goes on as it was, says so, and begins again as it is', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.run()
    await expect(designer.dock.getByRole('gridcell').first()).toBeVisible()
    await designer.setSpeed('10')
    await designer.select('per-minute')
    const size = designer.inspector.getByRole('textbox', { name: 'Size' })
    await size.fill('5 min')
    await size.blur()
    await expect(designer.status).toContainText(/has changed since this run began/)
    await expect(designer.status).toContainText('Running')
    const first = await designer.status.getByRole('timer').textContent()
    await expect(designer.status.getByRole('timer')).not.toHaveText(first ?? '')
    const bar = page.locator('[data-region="bar"]')
    await bar.getByRole('button', { name: /^Undo/ }).click()
    await expect(designer.status).not.toContainText(/has changed since this run began/)
    await bar.getByRole('button', { name: /^Redo/ }).click()
    await expect(designer.status).toContainText(/has changed since this run began/)
    await designer.setSpeed('max')
    await designer.status.getByRole('button', { name: 'Run from the start' }).click()
    await expect(designer.status).not.toContainText(/has changed since this run began/)
    await expect(designer.status).toContainText(/Finished in/, { timeout: 30_000 })
    const lines = (await designer.sinkLines('board')).map((line) => JSON.parse(line) as { window_start: string; window_end: string })
    expect(new Set(lines.map((line) => (Date.parse(line.window_end) - Date.parse(line.window_start)) / 60_000))).toEqual(new Set([5]))
    expect(designer.errors).toEqual([])
  })

  test('shows the rows of any edge, with the late ones marked', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.select('trips')
    await designer.runToEnd()
    await expect(designer.dock).toContainText(/late/)
    const rows = await designer.visibleRows()
    expect(rows.length).toBeGreaterThan(3)
    await designer.select('per-minute')
    await expect(designer.dock.getByRole('columnheader', { name: 'window_start' })).toBeVisible()
  })

  test('uses as many workers as the parallelism says', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    for (const parallelism of ['1', '3']) {
      await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } })
      await page.keyboard.press('Escape')
      await designer.inspector.getByRole('textbox', { name: 'Parallelism' }).fill(parallelism)
      await designer.inspector.getByRole('textbox', { name: 'Parallelism' }).blur()
      await designer.run()
      await expect(designer.status).toContainText('Running')
      await expect.poll(() => page.workers().filter((worker) => /engine/.test(worker.url())).length).toBe(Number(parallelism))
      await designer.status.getByRole('button', { name: 'Stop' }).click()
      await expect(designer.status).toContainText('Stopped')
    }
  })

  test('a row that fails the job is shown on its operator, in words', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.openSample('Prices in euros')
    const job = {
      format: 'millrace/job',
      version: 1,
      name: 'Division',
      operators: [
        { id: 'in', kind: 'source', config: { connector: { type: 'inline', rows: [[6, 3], [1, 0]] }, columns: [{ name: 'a', type: 'INT' }, { name: 'b', type: 'INT' }] } },
        { id: 'ratio', kind: 'project', config: { columns: [{ name: 'r', expression: 'a / b' }] } },
        { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      edges: [
        { from: 'in', to: 'ratio' },
        { from: 'ratio', to: 'out' },
      ],
    }
    await openFiles(page, { name: 'division.json', content: JSON.stringify(job) })
    await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue('Division')
    await designer.setSpeed('max')
    await designer.run()
    await expect(designer.status).toContainText(/zero/i)
    const canvas = page.locator('[data-region="canvas"]')
    await expect(canvas).toContainText(/zero/i)
    await expect(canvas).toContainText(/"?b"?: 0/)
  })
})
