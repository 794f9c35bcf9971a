import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { examples, millrace, openFiles } from './support/jobs.ts'

test.describe('taking away', () => {
  for (const example of examples) {
    test(`${example.file}: the page and the command line give equal rows`, async ({ page }) => {
      test.setTimeout(120_000)
      const designer = new Designer(page)
      await designer.open()
      await openFiles(page, { name: example.file, content: example.text })
      await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue(example.name)
      await designer.runToEnd()
      for (const sink of example.sinks) {
        const here = await designer.sinkLines(sink)
        const there = millrace(['run', '-', '--output', `${sink}=-`], example.text)
          .split('\n')
          .filter((line) => line !== '')
        expect(here.length, `rows of ${sink}`).toBe(there.length)
        expect(here.toSorted()).toEqual(there.toSorted())
        expect(there.length).toBeGreaterThan(0)
      }
      expect(designer.errors).toEqual([])
    })
  }

  test('a file sink is downloaded as the file that it names, and the command line reads it', async ({ page }, testInfo) => {
    const designer = new Designer(page)
    await designer.open()
    const columns = [{ name: 'n', type: 'BIGINT' }, { name: 'price', type: 'DECIMAL(20, 2)' }]
    const operators = (connector: object) => [
      { id: 'rows', kind: 'source', config: { connector: { type: 'inline', rows: [[9007199254740992, 1.5], [2, null]] }, columns } },
      { id: 'out', kind: 'sink', config: { connector } },
    ]
    const job = (connector: object): string => JSON.stringify({ format: 'millrace/job', version: 1, name: 'To a file', settings: { parallelism: 1 }, operators: operators(connector), edges: [{ from: 'rows', to: 'out' }] }).replace('9007199254740992', '9007199254740993')
    await openFiles(page, { name: 'job.json', content: job({ type: 'file', path: 'results/prices.parquet', format: 'parquet' }) })
    await expect(designer.node('out')).toBeVisible()
    await designer.runToEnd()
    await designer.select('out')
    const [download] = await Promise.all([page.waitForEvent('download'), designer.dock.getByRole('button', { name: 'Download prices.parquet' }).click()])
    expect(download.suggestedFilename()).toBe('prices.parquet')
    const path = testInfo.outputPath('prices.parquet')
    await download.saveAs(path)
    expect(millrace(['run', '-', '--input', `rows=${path}`], job({ type: 'collect' }))).toBe('{"n":9007199254740993,"price":1.50}\n{"n":2,"price":null}\n')
    expect(designer.errors).toEqual([])
  })

  test('an exported job is imported again byte for byte', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const exported = async (): Promise<string> => {
      await page.getByRole('button', { name: 'Export', exact: true }).click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('dialog').getByRole('button', { name: /Download/ }).click()])
      await page.keyboard.press('Escape')
      let text = ''
      for await (const chunk of await download.createReadStream()) text += String(chunk)
      return text
    }
    const first = await exported()
    expect(millrace(['export', '-', '--to', 'json', '--out', '-'], first)).toBe(first)
    await designer.blank()
    await openFiles(page, { name: 'again.json', content: first })
    await expect(page.locator('[data-node]')).toHaveCount(4)
    expect(await exported()).toBe(first)
  })

  test('a document that is none leaves the open job as it was', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    const name = page.getByRole('textbox', { name: 'Name of the job' })
    const before = await name.inputValue()
    for (const content of ['{ "format": "millrace/job", "version": 1, ', '{"format":"millrace/job","version":1,"name":"x","operators":[{"id":"a","kind":"b","config":{},"surprise":1}],"edges":[]}']) {
      await openFiles(page, { name: 'broken.json', content })
      await expect(page.getByRole('dialog', { name: /could not be opened/ })).toBeVisible()
      await designer.closeSheet()
      await expect(name).toHaveValue(before)
      await expect(page.locator('[data-node]')).toHaveCount(4)
    }
  })

  test('the job is edited as text, both ways', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.dock.getByRole('tab', { name: 'JSON' }).click()
    const editor = designer.dock.locator('.monaco-editor').first()
    await expect(editor).toBeVisible()
    await editor.click()
    await page.keyboard.press('Control+f')
    await page.keyboard.type('"Board"')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.keyboard.type('"Scores"')
    await expect(designer.node('board')).toContainText('Scores')
    await page.locator('[data-region="bar"]').getByRole('button', { name: /^Undo/ }).click()
    await expect(designer.node('board')).toContainText('Board')
    await expect(editor).toContainText('Board')
  })
})
