import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { millrace, openFiles, root } from './support/jobs.ts'

const rows = [['a', 1], ['b', 2], ['a', 3]]
const job = (code: string) => ({
  format: 'millrace/job',
  version: 1,
  name: 'With code',
  settings: { restart: { strategy: 'none' } },
  operators: [
    { id: 'in', kind: 'source', config: { connector: { type: 'inline', rows }, columns: [{ name: 'k', type: 'STRING' }, { name: 'v', type: 'BIGINT' }] } },
    { id: 'code', kind: 'function', config: { code, outputColumns: [{ name: 'text', type: 'STRING' }] } },
    { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } },
  ],
  edges: [{ from: 'in', to: 'code' }, { from: 'code', to: 'out' }],
  layout: { operators: { in: { x: 0, y: 0 }, code: { x: 290, y: 0 }, out: { x: 579, y: 0 } } },
})

async function opened(page: Page, text: string, name = 'With code'): Promise<Designer> {
  const designer = new Designer(page)
  await designer.open()
  await openFiles(page, { name: 'job.json', content: text })
  await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue(name)
  return designer
}

test.describe('a function of one’s own', () => {
  test('is typed, runs, and its rows are seen', async ({ page }) => {
    const designer = await opened(page, JSON.stringify(job('function onRow(row, emit) {}')))
    await designer.select('code')
    const editor = designer.inspector.locator('.monaco-editor').first()
    await expect(editor).toBeVisible()
    await editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText("function onRow(row, emit) { emit({ text: row.k.repeat(row.v) + '!' }) }")
    await designer.runToEnd()
    expect(await designer.sinkLines('out')).toEqual(['{"text":"a!"}', '{"text":"bb!"}', '{"text":"aaa!"}'])
    expect(designer.errors).toEqual([])
  })

  test('that never ends is stopped at the row, with a sentence, and the next run is sound', async ({ page }) => {
    const designer = await opened(page, JSON.stringify(job('function onRow(row, emit) {\n  while (row.v === 2) {}\n  emit({ text: row.k })\n}')))
    await designer.run()
    await expect(page.getByText(/ran for more than 50 ms on one row, and was stopped/).first()).toBeVisible()
    await expect(page.getByText(/at onRow \(function\.js/).first()).toBeVisible()
    await designer.select('code')
    const editor = designer.inspector.locator('.monaco-editor').first()
    await editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('function onRow(row, emit) { emit({ text: row.k }) }')
    await designer.runToEnd()
    expect(await designer.sinkLines('out')).toHaveLength(3)
  })

  test('gives the same rows here and on the command line', async ({ page }) => {
    const text = readFileSync(join(root, 'examples/functions/unlike-before.json'), 'utf8')
    const designer = await opened(page, text, 'Unlike before')
    await designer.runToEnd()
    const here = (await designer.sinkLines('out')).toSorted()
    expect(here.length).toBeGreaterThan(5)
    expect(millrace(['run', '-', '--output', 'out=-'], text).split('\n').filter((line) => line !== '').toSorted()).toEqual(here)
    expect(designer.errors).toEqual([])
  })
})
