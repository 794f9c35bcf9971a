import { expect, test } from '@playwright/test'
import { Designer } from './support/designer.ts'

test.describe('a link to a job', () => {
  test('opens the job for whoever gets it, once, and says when it is damaged', async ({ page, context, browser }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const designer = new Designer(page)
    await designer.open()
    const name = page.getByRole('textbox', { name: 'Name of the job' })
    await name.fill('Trips for you — ünïcode')
    await name.press('Enter')
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Copy link' }).click()
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Link copied' })).toBeVisible()
    const link = await page.evaluate(() => navigator.clipboard.readText())

    const other = await browser.newContext()
    const visitor = await other.newPage()
    const theirs = new Designer(visitor)
    await visitor.goto(link)
    const theirName = visitor.getByRole('textbox', { name: 'Name of the job' })
    await expect(theirName).toHaveValue('Trips for you — ünïcode')
    await expect(visitor.locator('[data-node]')).toHaveCount(4)
    expect(new URL(visitor.url()).hash).toBe('')
    await visitor.reload()
    await expect(theirName).toHaveValue('Trips for you — ünïcode')
    await theirs.runToEnd()

    await visitor.goto(`${link.slice(0, -40)}`)
    await expect(visitor.getByText('The link holds no whole job').first()).toBeVisible()
    await expect(theirName).toHaveValue('Trips for you — ünïcode')
    expect(theirs.errors).toEqual([])
    await other.close()
  })
})
