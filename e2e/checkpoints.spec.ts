import { expect, test, type Page } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { millrace, openFiles } from './support/jobs.ts'

/** Bids by second and auction: enough of them that checkpoints come while they flow. */
function job(name: string, events = 3_000_000): string {
  return JSON.stringify({
    format: 'millrace/job',
    version: 1,
    name,
    settings: { parallelism: 2, checkpoint: { intervalMs: 100 }, restart: { strategy: 'fixed-delay', attempts: 10, delayMs: 50 } },
    operators: [
      {
        id: 'bids',
        kind: 'source',
        name: 'Bids',
        config: {
          connector: { type: 'nexmark', stream: 'bid', events, seed: 7 },
          columns: [
            { name: 'auction', type: 'BIGINT' },
            { name: 'price', type: 'BIGINT' },
            { name: 'dateTime', type: 'TIMESTAMP(3)' },
          ],
          watermark: { column: 'dateTime', delayMs: 4000 },
        },
      },
      { id: 'some', kind: 'filter', name: 'Some auctions', config: { where: 'MOD(auction, 100) = 0' } },
      {
        id: 'counts',
        kind: 'window-aggregate',
        name: 'Bids in ten seconds',
        config: { window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 10_000 }, groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }, { name: 'total', expression: 'SUM(price)' }] },
      },
      { id: 'out', kind: 'sink', name: 'Board', config: { connector: { type: 'collect' } } },
    ],
    edges: [
      { from: 'bids', to: 'some' },
      { from: 'some', to: 'counts' },
      { from: 'counts', to: 'out' },
    ],
    layout: { operators: { bids: { x: 0, y: 0 }, some: { x: 240, y: 0 }, counts: { x: 480, y: 0 }, out: { x: 720, y: 0 } } },
  })
}

/** Starts it at ten times event time, slowly enough that hands can be quicker. */
async function runWithPanel(page: Page, name: string): Promise<Designer> {
  const designer = new Designer(page)
  await designer.open()
  await openFiles(page, { name: `${name}.json`, content: job(name) })
  await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue(name)
  await designer.setSpeed('10')
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  await expect(page.getByText('Run the job to see its checkpoints here.')).toBeVisible()
  await designer.run()
  await expect(page.getByRole('region', { name: 'History of checkpoints' }).getByText('Complete', { exact: true }).first()).toBeVisible({ timeout: 20_000 })
  return designer
}

async function ended(designer: Designer): Promise<void> {
  await expect(designer.status).toContainText(/Finished in/, { timeout: 60_000 })
}

/** What the sink holds, in no order. */
async function board(designer: Designer): Promise<string[]> {
  await designer.page.getByRole('tab', { name: 'Data' }).click()
  return (await designer.sinkLines('out')).toSorted()
}

/** What the sink holds when nothing happens to the job, as the command line says. */
function undisturbed(): readonly string[] {
  return (undisturbedRows ??= millrace(['run', '-', '--output', 'out=-'], job('Undisturbed')).trim().split('\n').toSorted())
}
let undisturbedRows: readonly string[] | null = null

test.describe('checkpoints', () => {
  test('a killed worker changes no row, and the panel shows the restore', async ({ page }) => {
    test.setTimeout(150_000)
    const designer = await runWithPanel(page, 'Killed')
    const history = page.getByRole('region', { name: 'History of checkpoints' })
    await page.getByRole('button', { name: 'Kill worker 1' }).click()
    await expect(history.getByText(/^Restored from \d+$/).first()).toBeVisible({ timeout: 20_000 })
    await designer.setSpeed('max')
    await ended(designer)
    expect(await board(designer)).toEqual(undisturbed())
    expect(designer.errors).toEqual([])
  })

  test('with the leading JobManager and the leading ZooKeeper server killed at once, others take over, and no row changes', async ({ page }) => {
    test.setTimeout(150_000)
    const designer = await runWithPanel(page, 'Led')
    const history = page.getByRole('region', { name: 'History of checkpoints' })
    const plane = page.getByRole('group', { name: 'Control plane' })
    await expect(page.getByText(/^JobManager \d leads, pointers by quorum of three/)).toBeVisible({ timeout: 20_000 })
    await expect(history.getByText('Complete', { exact: true }).first()).toBeVisible({ timeout: 20_000 })
    await plane.getByRole('button', { name: 'JobManager' }).click()
    await plane.getByRole('button', { name: 'ZooKeeper server' }).click()
    await expect(page.getByText(/· 1 takeover$/)).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText(/^JobManager \d leads, pointers by quorum of three/)).toBeVisible({ timeout: 20_000 })
    await expect(history.getByText(/^Restored from \d+$/).first()).toBeVisible({ timeout: 20_000 })
    await designer.setSpeed('max')
    await ended(designer)
    expect(await board(designer)).toEqual(undisturbed())
    expect(designer.errors).toEqual([])
  })

  test('the Cluster view shows the ensemble that keeps them: its leaders are killed there, and no row changes', async ({ page }) => {
    test.setTimeout(150_000)
    const designer = await runWithPanel(page, 'Watched')
    await page.getByRole('tab', { name: 'Cluster' }).click()
    await expect(page.getByRole('button', { name: 'Running job' })).toHaveAttribute('aria-pressed', 'true', { timeout: 20_000 })
    await expect(page.getByText(/^WatchedJobManager \d leads, checkpoint \d+ committed by a quorum/)).toBeVisible({ timeout: 20_000 })
    await page.getByRole('button', { name: 'Kill JobManager' }).click()
    await expect(page.getByText(/committed by a quorum · 1 takeover/)).toBeVisible({ timeout: 20_000 })
    const serving = page.locator('[data-serving]')
    const before = await serving.textContent()
    await page.getByRole('button', { name: 'Kill the leader' }).click()
    await expect(serving).not.toHaveText(before!, { timeout: 20_000 })
    await expect(serving).toContainText(/Server \d leads/, { timeout: 20_000 })
    await page.getByRole('button', { name: 'Restart' }).click()
    await expect(page.getByRole('img', { name: /complete checkpoints?, \d restores? on this stretch of event time, .*changes? of leaders: .*JobManager \d/ })).toBeVisible({ timeout: 20_000 })

    await page.getByRole('link', { name: 'Open as a page' }).click()
    await expect(page.getByRole('region', { name: 'JobManagers' }).getByText(/^czxid /).first()).toBeVisible()
    await expect(page.getByRole('region', { name: 'Break something', exact: true }).getByRole('button')).toHaveCount(1)
    await page.getByRole('button', { name: 'Simulation' }).click()
    await expect(page.getByRole('button', { name: 'Running job' })).toHaveAttribute('aria-pressed', 'false')
    await page.goBack()
    // The Cluster tab has a speed of its own.
    await page.getByRole('tab', { name: 'Data' }).click()

    await designer.setSpeed('max')
    await ended(designer)
    expect(await board(designer)).toEqual(undisturbed())
    expect(designer.errors).toEqual([])
  })

  test('without a quorum nothing completes, and the page says why', async ({ page }) => {
    test.setTimeout(90_000)
    const designer = await runWithPanel(page, 'Unled')
    await page.getByRole('button', { name: 'Take the quorum away' }).click()
    await expect(page.getByText(/^Nothing completes: No quorum: server 0 is down, server 1 is down/)).toBeVisible({ timeout: 10_000 })
    await expect(page.getByText(/^JobManager \d leads, pointers by quorum of three/)).toBeVisible({ timeout: 30_000 })
    expect(designer.errors).toEqual([])
  })

  test('after a reload the stored savepoint and checkpoints are listed, the job goes on from one, and another is deleted', async ({ page }) => {
    test.setTimeout(120_000)
    const designer = await runWithPanel(page, 'Kept')
    const history = page.getByRole('region', { name: 'History of checkpoints' })
    await page.getByRole('button', { name: 'Trigger savepoint' }).click()
    await expect(history.getByRole('row', { name: /Savepoint/ }).getByText('Complete', { exact: true })).toBeVisible({ timeout: 20_000 })
    await designer.setSpeed('max')
    await ended(designer)
    const whole = new Set(await board(designer))
    await page.reload()
    await page.getByRole('tab', { name: 'Checkpoints' }).click()
    const stored = page.getByRole('region', { name: 'Stored checkpoints of earlier runs' })
    const savepoint = stored.getByRole('row', { name: /Savepoint/ })
    await expect(savepoint).toHaveCount(1)
    await expect(savepoint.getByRole('cell').nth(4)).toHaveText('2')
    // The newest checkpoints as many as are retained, and the savepoint.
    const checkpoints = stored.getByRole('row', { name: /Periodic/ })
    const kept = await checkpoints.count()
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThanOrEqual(5)
    await checkpoints.first().getByRole('button', { name: /^Delete/ }).click()
    await expect(checkpoints).toHaveCount(kept - 1)
    await savepoint.getByRole('button', { name: /^Restore from Savepoint/ }).click()
    await ended(designer)
    // Rows that the savepoint covers were shown before the reload; those after it are the same.
    const rows = await board(designer)
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(whole.has(row)).toBe(true)
    expect(designer.errors).toEqual([])
  })

  test('a savepoint is taken on demand, and the finished job goes on from it', async ({ page }) => {
    test.setTimeout(120_000)
    const designer = await runWithPanel(page, 'Saved')
    const history = page.getByRole('region', { name: 'History of checkpoints' })
    await page.getByRole('button', { name: 'Trigger savepoint' }).click()
    const row = history.getByRole('row', { name: /Savepoint/ })
    await expect(row.getByText('Complete', { exact: true })).toBeVisible({ timeout: 20_000 })
    await row.getByRole('button').click()
    const detail = page.getByRole('complementary', { name: /^Savepoint \d+/ })
    await expect(detail.getByRole('listitem').filter({ hasText: /Bids in ten seconds, subtask 1: first barrier after/ })).toBeAttached()
    await designer.setSpeed('max')
    await ended(designer)
    const rows = await board(designer)
    await page.getByRole('tab', { name: 'Checkpoints' }).click()
    await row.getByRole('button').click()
    await detail.getByRole('button', { name: 'Restore here' }).click()
    // The run before ended with the same words, so it is the rows that tell when this one has come as far.
    await expect.poll(() => board(designer), { timeout: 60_000 }).toEqual(rows)
    expect(designer.errors).toEqual([])
  })
})
