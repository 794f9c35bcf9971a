import { expect, test, type Page } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { openFiles } from './support/jobs.ts'

const divides = {
  format: 'millrace/job',
  version: 1,
  name: 'Divides by zero',
  operators: [
    {
      id: 'numbers',
      kind: 'source',
      config: {
        connector: { type: 'inline', rows: [2, 1, 0].map((n, i) => [n, `2026-01-31 08:00:0${i}.000`]) },
        columns: [
          { name: 'n', type: 'INT' },
          { name: 'ts', type: 'TIMESTAMP(3)' },
        ],
        watermark: { column: 'ts', delayMs: 0 },
      },
    },
    { id: 'inverse', kind: 'project', config: { columns: [{ name: 'inverse', expression: '10 / n' }] } },
    { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
  ],
  edges: [
    { from: 'numbers', to: 'inverse' },
    { from: 'inverse', to: 'out' },
  ],
  layout: { operators: { numbers: { x: 0, y: 0 }, inverse: { x: 193, y: 0 }, out: { x: 386, y: 0 } } },
}

/** What a look at the screen would find: things that cover each other, that jump, that do not line up. Told from where things stand, not from pictures. */

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function meet(a: Box, b: Box): boolean {
  return a.x < b.x + b.width - 1 && b.x < a.x + a.width - 1 && a.y < b.y + b.height - 1 && b.y < a.y + a.height - 1
}

async function boxes(page: Page, selector: string): Promise<Box[]> {
  return page.locator(selector).evaluateAll((elements) =>
    elements.flatMap((element) => {
      const { x, y, width, height } = element.getBoundingClientRect()
      return width === 0 ? [] : [{ x, y, width, height }]
    }),
  )
}

test.describe('the finish of the screen', () => {
  test.use({ viewport: { width: 1280, height: 800 } })

  test('the first hint covers no operator, and nothing moves when the job begins', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await expect(designer.node('board').or(designer.node('trips')).first()).toBeVisible()
    await designer.viewRests()
    const hint = (await page.locator('[data-hint]').boundingBox())!
    const before = await boxes(page, '[data-node]')
    expect(before).toHaveLength(4)
    expect(before.filter((box) => meet(box, hint))).toEqual([])
    const dock = await designer.dock.boundingBox()
    const exported = await page.getByRole('button', { name: 'Export' }).boundingBox()
    await page.getByRole('button', { name: /^Run/ }).first().click()
    await expect(designer.status).toContainText('Running')
    await expect(page.getByRole('button', { name: 'Pause' }).first()).toBeVisible()
    expect(await designer.dock.boundingBox()).toEqual(dock)
    expect(await page.getByRole('button', { name: 'Export' }).boundingBox()).toEqual(exported)
    expect(await boxes(page, '[data-node]')).toEqual(before)
  })

  test('cells stand under their column’s name, however long a text is', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.openSample('Nexmark q14: bids in words')
    await page.getByRole('combobox', { name: /Speed/ }).selectOption('max')
    await page.keyboard.press('Control+Enter')
    await expect(designer.status).toContainText('Finished', { timeout: 30_000 })
    const heads = await boxes(page, '[role="grid"] [role="columnheader"]')
    expect(heads.length).toBeGreaterThan(4)
    const rows = page.locator('[role="grid"] [role="row"]:has([role="gridcell"])')
    await expect(rows.first()).toBeAttached()
    const cells = await rows.evaluateAll((elements) => elements.map((row) => [...row.children].map((cell) => Math.round(cell.getBoundingClientRect().x))))
    for (const row of cells) expect(row).toEqual(heads.map(({ x }) => Math.round(x)))
  })

  test('no label of a channel lies behind an operator, in a union, a fan and a join', async ({ page }) => {
    test.slow()
    const designer = new Designer(page)
    await designer.open()
    for (const sample of ['Two thermometers', 'Busy airports', 'Ships on the move', 'New sellers']) {
      await designer.openSample(sample)
      await page.keyboard.press('Control+Enter')
      await expect.poll(async () => (await boxes(page, '[data-rate]')).length, { timeout: 20_000 }).toBeGreaterThan(2)
      const labels = await boxes(page, '[data-rate]')
      const operators = await boxes(page, '[data-node]')
      // A few pixels of a wide figure may touch an edge; a figure that cannot be read does not pass.
      const hidden = labels.filter((label) => operators.some((operator) => meet({ ...label, x: label.x + 5, width: label.width - 10 }, operator)))
      expect(hidden, sample).toEqual([])
    }
  })

  test('another document’s timeline begins empty', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await page.getByRole('button', { name: /^Run/ }).first().click()
    await expect(designer.status.getByText('08:0').first()).toBeVisible({ timeout: 30_000 })
    await designer.openSample('Two stages and a topic')
    await expect(designer.status).toContainText('Time begins')
    await expect(designer.status.getByText('08:0')).toHaveCount(0)
  })

  test('a day of event time passes within seconds, unless a speed was chosen', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const speed = page.getByRole('combobox', { name: /Speed/ })
    await expect(speed).toHaveValue('60')
    await designer.openSample('Earthquakes per day')
    await expect(speed).toHaveValue('86400')
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('[role="grid"] [role="gridcell"]').first()).toBeVisible({ timeout: 15_000 })
    await speed.selectOption('600')
    await designer.openSample('Two thermometers')
    await expect(speed).toHaveValue('600')
  })

  test('an operator that is added from the list is seen', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.blank()
    const canvas = (await page.locator('[data-region="canvas"]').boundingBox())!
    for (const kind of ['source', 'filter', 'project', 'union']) {
      await page.locator(`[data-kind="${kind}"]`).click()
      await expect(designer.node(kind)).toBeVisible()
      await expect
        .poll(async () => {
          const box = (await designer.node(kind).boundingBox())!
          return box.x >= canvas.x && box.y >= canvas.y && box.y + box.height <= canvas.y + canvas.height
        })
        .toBe(true)
    }
  })

  test('what is added by key covers nothing, and the blank page fits a narrow window', async ({ page }) => {
    const designer = new Designer(page)
    await page.setViewportSize({ width: 1024, height: 700 })
    await designer.open()
    await designer.blank()
    const canvas = (await page.locator('[data-region="canvas"]').boundingBox())!
    for (const word of ['What flows in', 'Where it goes']) {
      const box = (await page.getByText(word).boundingBox())!
      expect(box.x + box.width).toBeLessThanOrEqual(canvas.x + canvas.width)
    }
    for (const kind of ['source', 'filter', 'union']) {
      await page.locator('[data-region="canvas"] .react-flow').focus()
      await page.keyboard.press('a')
      await page.getByRole('dialog').getByRole('combobox').fill(kind)
      await page.keyboard.press('Enter')
      await expect(designer.node(kind)).toBeVisible()
    }
    const [a, b, c] = await boxes(page, '[data-node]')
    expect(meet(a!, b!) || meet(b!, c!) || meet(a!, c!)).toBe(false)
  })

  test('why a job failed can be read whole', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await openFiles(page, { name: 'divides.json', content: JSON.stringify(divides) })
    await expect(designer.node('inverse')).toBeVisible()
    await page.getByRole('button', { name: /^Run/ }).first().click()
    const reason = page.locator('[data-region="canvas"]').getByText('Division by zero')
    await expect(reason).toBeVisible({ timeout: 30_000 })
    await expect
      .poll(async () => {
        const note = (await reason.locator('..').boundingBox())!
        const covers = await boxes(page, '[data-region="canvas"] :is(.react-flow__minimap, button[title^="Zoom"])')
        const canvas = (await page.locator('[data-region="canvas"]').boundingBox())!
        return note.y > canvas.y && note.y + note.height < canvas.y + canvas.height && !covers.some((box) => meet(box, note))
      })
      .toBe(true)
  })
})
