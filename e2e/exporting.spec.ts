import { expect, test, type Page } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { examples, millrace, openFiles } from './support/jobs.ts'

const openSheet = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByRole('dialog').getByRole('radio', { name: 'Flink SQL' }).click()
  await expect(page.getByRole('dialog').locator('.monaco-editor').first()).toBeVisible()
}

/** The lines that are lit, as they are on the screen. */
const lit = (page: Page): Promise<number> => page.locator('[class*="_lit_"]').count()

test.describe('exporting Flink SQL', () => {
  test('the script of the page is the script of the command line, for each version', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const example = examples[0]!
    await openFiles(page, { name: example.file, content: example.text })
    await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue(example.name)
    await openSheet(page)
    const dialog = page.getByRole('dialog')
    for (const version of ['2.2', '1.20']) {
      await dialog.getByRole('combobox', { name: 'Flink version' }).selectOption(version)
      const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: /Download .*\.sql/ }).click()])
      let script = ''
      for await (const chunk of await download.createReadStream()) script += String(chunk)
      expect(script).toBe(millrace(['export', '-', '--to', 'flink-sql', '--flink-version', version], example.text))
      expect(script).toContain(`for Apache Flink ${version}`)
    }
    // The settings that the verdicts rest on, as they stand in the script's comments.
    await dialog.getByText(/^It rests on \d settings$/).click()
    await expect(dialog.getByRole('term').filter({ hasText: 'pipeline.auto-watermark-interval = 0 ms' })).toBeVisible()
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('EXECUTE STATEMENT SET')
    expect(designer.errors).toEqual([])
  })

  test('canvas and script select each other', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.openSample('Trips per zone and minute')
    await openSheet(page)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Show beside the canvas' }).click()
    await expect(dialog).toHaveCount(0)
    const editor = designer.dock.locator('.monaco-editor').first()
    await expect(editor).toBeVisible()
    const certificate = designer.dock.getByRole('list', { name: 'What each operator means on Flink' })
    const entries = certificate.getByRole('button')
    const ids = await page.locator('[data-node]').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-node')!))
    await expect(entries).toHaveCount(ids.length)

    // From the canvas to the script.
    await designer.select(ids[1]!)
    await expect.poll(() => lit(page)).toBeGreaterThan(0)
    await expect(certificate.locator('[aria-current="true"]')).toHaveCount(1)

    // From the certificate to canvas and script.
    await entries.last().click()
    await expect(entries.last()).toHaveAttribute('aria-current', 'true')
    await expect.poll(() => lit(page)).toBeGreaterThan(0)
    await expect(page.locator(`[role="treeitem"][data-item="${ids.at(-1)}"]`)).toHaveAttribute('aria-selected', 'true')

    // From the caret to the canvas: the first statement that belongs to an operator is that of the source.
    await editor.locator('.view-line', { hasText: 'CREATE TEMPORARY' }).first().click()
    await expect(certificate.locator('[aria-current="true"]')).toHaveCount(1)
    const name = await editor.locator('.view-line', { hasText: 'CREATE TEMPORARY' }).first().textContent()
    const id = /`([^`]+)`/.exec(name!)![1]!
    await expect(page.locator(`[role="treeitem"][data-item="${id}"]`)).toHaveAttribute('aria-selected', 'true')
    expect(designer.errors).toEqual([])
  })

  test('a job that Flink SQL cannot say gets reasons and a way out, not a script', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const job = {
      format: 'millrace/job',
      version: 1,
      name: 'Patient',
      operators: [
        { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [] }, columns: [{ name: 'ts', type: 'TIMESTAMP(3)' }], watermark: { column: 'ts', delayMs: 0 } } },
        { id: 'counts', kind: 'window-aggregate', config: { window: { type: 'tumble', timeColumn: 'ts', sizeMs: 1000 }, groupBy: [], aggregates: [{ name: 'n', expression: 'COUNT(*)' }], allowedLatenessMs: 500 } },
        { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
      ],
      edges: [
        { from: 'rows', to: 'counts' },
        { from: 'counts', to: 'out' },
      ],
    }
    await openFiles(page, { name: 'patient.json', content: JSON.stringify(job) })
    await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue('Patient')
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'Flink SQL' }).click()
    await expect(dialog.getByText('No script yet')).toBeVisible()
    await expect(dialog.getByText('1 not exportable')).toBeVisible()
    await expect(dialog.getByText(/Raise the watermark delay/).first()).toBeVisible()
    await expect(dialog.getByRole('button', { name: /Download .*\.sql/ })).toBeDisabled()
    expect(designer.errors).toEqual([])
  })
})
