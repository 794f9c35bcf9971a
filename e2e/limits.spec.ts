import { expect, test, type Page } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { openFiles } from './support/jobs.ts'

/** Documents of a size nobody draws by hand: they come from programs, and the page they come to must stay a page. */
interface Document {
  readonly format: 'millrace/job'
  readonly version: 1
  readonly name: string
  readonly operators: readonly { readonly id: string; readonly kind: string; readonly name?: string; readonly config: object }[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

const columns = [
  { name: 'at', type: 'TIMESTAMP(3)' },
  { name: 'word', type: 'STRING' },
]

/** `lines` lines of five operators each, without places: the canvas has to find them. */
function wide(lines: number): Document {
  const line = (i: number): Document['operators'] => [
    { id: `in-${i}`, kind: 'source', config: { connector: { type: 'inline', rows: [['2026-01-31 08:00:00.000', `w${i}`]] }, columns, watermark: { column: 'at', delayMs: 0 } } },
    { id: `long-${i}`, kind: 'filter', config: { where: "word <> ''" } },
    { id: `upper-${i}`, kind: 'project', config: { columns: [{ name: 'at', expression: 'at' }, { name: 'word', expression: 'UPPER(word)' }] } },
    { id: `kept-${i}`, kind: 'filter', config: { where: 'word IS NOT NULL' } },
    { id: `out-${i}`, kind: 'sink', name: `Line ${i}`, config: { connector: { type: 'collect' } } },
  ]
  const operators = Array.from({ length: lines }, (_, i) => line(i))
  return {
    format: 'millrace/job',
    version: 1,
    name: `${lines * 5} operators`,
    operators: operators.flat(),
    edges: operators.flatMap((all) => all.slice(1).map((operator, i) => ({ from: all[i]!.id, to: operator.id }))),
  }
}

/** A job whose text is close to `bytes` long: the rows are in it. */
function heavy(bytes: number): string {
  const word = 'x'.repeat(90_000)
  const job = (rows: number): string =>
    JSON.stringify({
      format: 'millrace/job',
      version: 1,
      name: 'Heavy',
      operators: [
        { id: 'in', kind: 'source', config: { connector: { type: 'inline', rows: Array.from({ length: rows }, () => [word]) }, columns: [{ name: 'word', type: 'STRING' }] } },
        { id: 'length', kind: 'project', config: { columns: [{ name: 'length', expression: 'CHAR_LENGTH(word)' }] } },
        { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      edges: [
        { from: 'in', to: 'length' },
        { from: 'length', to: 'out' },
      ],
    })
  return job(Math.floor((bytes - job(0).length) / (word.length + 5)))
}

const nameOf = (page: Page) => page.getByRole('textbox', { name: 'Name of the job' })

test.describe('documents at their limits', () => {
  test.describe.configure({ timeout: 120_000 })

  test('5,000 operators open, and the page stays usable', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await openFiles(page, { name: 'many.json', content: JSON.stringify(wide(1000)) })
    await expect(nameOf(page)).toHaveValue('5000 operators', { timeout: 30_000 })
    // What is on the screen is drawn; what is not is not.
    await expect(page.locator('[data-node]').first()).toBeVisible({ timeout: 30_000 })
    // Every schema and problem of it is worked out.
    await designer.select('upper-0')
    await expect(designer.inspector).toContainText('UPPER(word)')
    await designer.inspector.getByRole('textbox', { name: 'Name' }).first().fill('Loud')
    await expect(page.locator('[role="treeitem"][data-item="upper-0"]')).toContainText('Loud')
    await page.locator('[data-region="bar"]').getByRole('button', { name: /^Undo/ }).click()
    await expect(page.locator('[role="treeitem"][data-item="upper-0"]')).not.toContainText('Loud')
    // An operator at the far end is found by its name.
    await designer.command('Line 999')
    await expect(designer.node('out-999')).toBeVisible()
    await expect(page.locator('[data-region="bar"]')).toContainText(/Saved/, { timeout: 30_000 })
    await page.reload()
    await expect(nameOf(page)).toHaveValue('5000 operators', { timeout: 30_000 })
    expect(designer.errors).toEqual([])
  })

  test('more operators than a job may have are refused in a sentence, and the open job stays', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await openFiles(page, { name: 'too-many.json', content: JSON.stringify(wide(4001)) })
    await expect(page.getByRole('dialog')).toContainText(/20,005 entries; at most 20,000/, { timeout: 30_000 })
    await designer.closeSheet()
    await expect(nameOf(page)).toHaveValue('Trips per zone and minute')
    await expect(page.locator('[data-node]')).toHaveCount(4)
  })

  test('a document of almost 10 MB opens, runs and is saved', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const content = heavy(9_900_000)
    expect(content.length).toBeGreaterThan(9_700_000)
    await openFiles(page, { name: 'heavy.json', content })
    await expect(nameOf(page)).toHaveValue('Heavy', { timeout: 30_000 })
    await designer.setSpeed('max')
    await designer.run()
    await expect(designer.status).toContainText(/Finished in/, { timeout: 60_000 })
    await designer.select('out')
    expect((await designer.visibleRows())[0]!.join(' ')).toContain('90000')
    await expect(page.locator('[data-region="bar"]')).toContainText(/Saved/, { timeout: 30_000 })
    await page.reload()
    await expect(nameOf(page)).toHaveValue('Heavy', { timeout: 30_000 })
    expect(designer.errors).toEqual([])
  })

  for (const { what, bytes } of [
    { what: 'a little over', bytes: 10_200_000 },
    { what: 'far over', bytes: 14_000_000 },
  ]) {
    test(`a document ${what} 10 MB is refused in a sentence, and the open job stays`, async ({ page }) => {
      const designer = new Designer(page)
      await designer.open()
      await openFiles(page, { name: 'too-heavy.json', content: heavy(bytes) })
      await expect(page.getByText(/10,000,000 are accepted|larger than 10 MB/).first()).toBeVisible({ timeout: 30_000 })
      if ((await page.getByRole('dialog').count()) > 0) await designer.closeSheet()
      await expect(nameOf(page)).toHaveValue('Trips per zone and minute')
      await expect(page.locator('[data-node]')).toHaveCount(4)
      // Nothing half done: it still runs.
      await designer.runToEnd()
      expect(designer.errors).toEqual([])
    })
  }
})
