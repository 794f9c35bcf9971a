import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { parquetBytes } from '../src/streams/testing/parquetWriter.ts'
import { openFiles } from './support/jobs.ts'

const csv = 'station,reading,at\nBern,4.5,2026-01-31 08:00:00\nThun,5.25,2026-01-31 08:00:30\nBern,6,2026-01-31 08:01:10\n'
const jsonl = '{"station":"Bern","reading":4.5,"at":"2026-01-31 08:00:00"}\n{"station":"Thun","reading":5.25,"at":"2026-01-31 08:00:30"}\n'
const arrow = Buffer.from(tableToIPC(tableFromArrays({ station: ['Bern', 'Thun'], reading: Float64Array.of(4.5, 5.25) }), 'file'))
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const parquet = Buffer.from(
  parquetBytes([
    [
      { name: 'station', type: 6, converted: 0, values: [utf8('Bern'), utf8('Thun')] },
      { name: 'reading', type: 5, values: [4.5, 5.25] },
    ],
  ]),
)

test.describe('own files', () => {
  for (const { name, content, rows } of [
    { name: 'readings.csv', content: csv, rows: 3 },
    { name: 'readings.jsonl', content: jsonl, rows: 2 },
    { name: 'readings.arrow', content: arrow, rows: 2 },
    { name: 'readings.parquet', content: parquet, rows: 2 },
  ] as const) {
    test(`${name} becomes a source with its columns`, async ({ page }) => {
      const designer = new Designer(page)
      await designer.open()
      await designer.blank()
      await openFiles(page, { name, content })
      const source = page.locator('[data-node]').first()
      await expect(source).toBeVisible()
      const id = (await source.getAttribute('data-node'))!
      await designer.select(id)
      await expect(designer.inspector.getByRole('textbox', { name: /Name of entry 1/ })).toBeVisible()
      await expect(designer.inspector.getByRole('textbox', { name: /Name of entry 1/ })).toHaveValue('station')
      await expect(designer.inspector.getByRole('combobox', { name: 'Type of reading' }).or(designer.inspector.getByLabel('Type of reading'))).toHaveValue(/DOUBLE|DECIMAL/)
      // Wire it to a sink and look at the rows.
      await page.locator('[data-kind="sink"]').click()
      await expect(page.locator('.react-flow__edge')).toHaveCount(1)
      await designer.runToEnd()
      const shown = await designer.visibleRows()
      expect(shown.length).toBe(rows)
      expect(shown[0]!.join(' ')).toContain('Bern')
      // Nothing leaves the machine, and everything is there after a reload.
      await expect(page.locator('[data-region="bar"]')).toContainText(/Saved/)
      await page.reload()
      await expect(page.locator(`[data-node="${id}"]`)).toBeVisible()
      await designer.runToEnd()
      expect((await designer.visibleRows()).length).toBe(rows)
    })
  }

  test('a file that is dropped before the page has all its parts is opened, not shown by the browser', async ({ page }) => {
    const designer = new Designer(page)
    await page.goto('./', { waitUntil: 'commit' })
    await page.waitForFunction(() => document.querySelector('#root')?.firstElementChild !== null)
    await page.evaluate(() => {
      const files = new DataTransfer()
      files.items.add(new File(['n,word\n1,one\n2,two\n'], 'early.csv', { type: 'text/csv' }))
      for (const kind of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }))
    })
    await expect(page.locator('[data-node]').filter({ hasText: 'early' })).toBeVisible()
    expect(designer.errors).toEqual([])
  })

  test('rows that cannot be read are counted and shown with their number and reason', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.blank()
    await openFiles(page, { name: 'ragged.csv', content: 'a,b\n1,2\n3\n4,5\n6,7,8\n' })
    // Once the source stands, so that the sink is wired to it.
    await expect(page.locator('[data-node]')).toHaveCount(1)
    await page.locator('[data-kind="sink"]').click()
    const id = (await page.locator('[data-node]').first().getAttribute('data-node'))!
    await designer.select(id)
    // The default is to stop and say which row and why.
    await designer.setSpeed('max')
    await designer.run()
    await expect(designer.status).toContainText(/Row 3 cannot be read: it has 1 field/)
    await designer.inspector.getByRole('button', { name: /more settings/ }).first().click()
    await designer.inspector.getByRole('radio', { name: /skip/i }).or(designer.inspector.getByRole('combobox', { name: /cannot be read/ })).first().click()
    const choice = designer.inspector.getByRole('combobox', { name: /cannot be read/ })
    if ((await choice.count()) > 0) await choice.selectOption('skip')
    await designer.runToEnd()
    await expect(designer.dock).toContainText(/2 could not be read/)
    expect((await designer.visibleRows()).length).toBe(2)
  })
})
