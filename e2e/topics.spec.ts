import { expect, test, type Page } from '@playwright/test'
import { Designer } from './support/designer.ts'
import { openFiles } from './support/jobs.ts'

const columns = [
  { name: 'auction', type: 'BIGINT' },
  { name: 'price', type: 'BIGINT' },
  { name: 'dateTime', type: 'TIMESTAMP(3)' },
]
const watermark = { column: 'dateTime', delayMs: 4000 }
const bids = { id: 'bids', kind: 'source', name: 'Bids', config: { connector: { type: 'nexmark', stream: 'bid', events: 3_000_000, seed: 7 }, columns, watermark } }
const some = { id: 'some', kind: 'filter', name: 'Some auctions', config: { where: 'MOD(auction, 100) = 7' } }
const toTopic = { id: 'write', kind: 'sink', name: 'To the topic', config: { connector: { type: 'topic', topic: 'some-bids', partitions: 3, keyFields: ['auction'] } } }
const fromTopic = { id: 'read', kind: 'source', name: 'From the topic', config: { connector: { type: 'topic', topic: 'some-bids' }, columns, watermark } }
const counts = {
  id: 'counts',
  kind: 'window-aggregate',
  name: 'In ten seconds',
  config: { window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 10_000 }, groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }, { name: 'total', expression: 'SUM(price)' }] },
}
const board = { id: 'out', kind: 'sink', name: 'Board', config: { connector: { type: 'collect' } } }
const totals = { id: 'totals', kind: 'group-aggregate', name: 'By auction', config: { groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }] } }
const keep = { id: 'keep', kind: 'sink', name: 'Auctions', config: { connector: { type: 'store', table: 'auctions' }, key: ['auction'] } }

function job(name: string, operators: readonly { readonly id: string }[], edges: readonly string[]): string {
  return JSON.stringify({
    format: 'millrace/job',
    version: 1,
    name,
    settings: { parallelism: 2, checkpoint: { intervalMs: 100 }, restart: { strategy: 'fixed-delay', attempts: 10, delayMs: 50 } },
    operators,
    edges: edges.map((edge) => ({ from: edge.split('>')[0]!, to: edge.split('>')[1]! })),
    layout: { operators: Object.fromEntries(operators.map(({ id }, i) => [id, { x: (i % 3) * 240, y: Math.floor(i / 3) * 160 }])) },
  })
}

async function opened(page: Page, name: string, content: string): Promise<Designer> {
  const designer = new Designer(page)
  await designer.open()
  await openFiles(page, { name: `${name}.json`, content })
  await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue(name)
  return designer
}

/** Records and partitions of the topic, as the dock shows them beside its sink. */
async function topicFigures(designer: Designer): Promise<{ readonly records: number; readonly partitions: readonly (readonly number[])[] }> {
  await designer.select('write')
  const table = designer.dock.getByRole('table', { name: 'Topic some-bids' })
  await expect(table).toBeVisible()
  const partitions = await table.evaluate((element) => [...element.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent))))
  return { records: partitions.reduce((sum, cells) => sum + cells[5]!, 0), partitions }
}

test.describe('topics and tables', () => {
  test('one job writes a topic and another reads it after a reload; a killed worker changes no record', async ({ page }) => {
    test.setTimeout(180_000)
    // What the two jobs do together, done by one.
    const straight = await opened(page, 'Straight', job('Straight', [bids, some, counts, board], ['bids>some', 'some>counts', 'counts>out']))
    await straight.runToEnd()
    const expected = (await straight.sinkLines('out')).toSorted()
    expect(expected.length).toBeGreaterThan(100)

    const writer = await opened(page, 'Writer', job('Writer', [bids, some, toTopic], ['bids>some', 'some>write']))
    await writer.setSpeed('10')
    await writer.run()
    await page.getByRole('tab', { name: 'Checkpoints' }).click()
    const history = page.getByRole('region', { name: 'History of checkpoints' })
    await expect(history.getByText('Complete', { exact: true }).first()).toBeVisible({ timeout: 20_000 })
    await page.getByRole('button', { name: 'Kill worker 0' }).click()
    await expect(history.getByText(/^Restored from \d+$/).first()).toBeVisible({ timeout: 20_000 })
    await writer.setSpeed('max')
    await expect(writer.status).toContainText(/Finished in/, { timeout: 60_000 })
    await page.getByRole('tab', { name: 'Data' }).click()
    const { partitions } = await topicFigures(writer)
    expect(partitions).toHaveLength(3)
    // Everything is committed: readers get all there is.
    for (const [, start, stable, high, end] of partitions) expect([start, stable, high]).toEqual([0, end, end])

    await page.reload()
    const reader = await opened(page, 'Reader', job('Reader', [fromTopic, counts, board, totals, keep], ['read>counts', 'counts>out', 'read>totals', 'totals>keep']))
    await reader.runToEnd()
    expect((await reader.sinkLines('out')).toSorted()).toEqual(expected)
    await reader.select('keep')
    await expect(reader.dock.getByRole('grid', { name: 'Rows of the table auctions' })).toBeVisible()
    const count = reader.dock.getByText('Table auctions', { exact: true }).locator('xpath=following-sibling::span[1]')
    await expect(count).toHaveText(/^first 1,000 of [\d,]+ rows$/)
    const kept = await count.textContent()

    // The table stays.
    await page.reload()
    await expect(page.getByRole('textbox', { name: 'Name of the job' })).toHaveValue('Reader')
    await reader.select('keep')
    await expect(count).toHaveText(kept!)
    await expect(reader.dock.getByRole('grid', { name: 'Rows of the table auctions' })).toBeVisible()
    expect([...straight.errors, ...writer.errors, ...reader.errors]).toEqual([])
  })

  test('brokers of a running job are killed: others lead, sinks wait for a second replica, and the rows are the undisturbed run’s', async ({ page }) => {
    test.setTimeout(240_000)
    const straight = await opened(page, 'Straight', job('Straight', [bids, some, counts, board], ['bids>some', 'some>counts', 'counts>out']))
    await straight.runToEnd()
    const expected = (await straight.sinkLines('out')).toSorted()

    const stages = await opened(page, 'Stages', job('Stages', [bids, some, toTopic, fromTopic, counts, board], ['bids>some', 'some>write', 'read>counts', 'counts>out']))
    await stages.setSpeed('10')
    await stages.run()
    await page.getByRole('tab', { name: 'Cluster' }).click()
    await stages.dock.getByRole('button', { name: 'Running job' }).click()
    const facts = stages.dock.getByRole('status').filter({ hasText: 'Stages' })
    await expect(facts).toContainText('committed by a quorum', { timeout: 30_000 })
    const kill = stages.dock.getByRole('button', { name: 'Kill broker' })
    await kill.click()
    // The next leader of its partition goes too, and one replica is not enough.
    await expect(async () => {
      if (await kill.isEnabled()) await kill.click()
      await expect(facts).toContainText(/sinks wait: some-bids-\d: only broker \d is in sync and min\.insync\.replicas is 2 \(brokers \d and \d are down\)/, { timeout: 3_000 })
    }).toPass({ timeout: 40_000 })
    await expect(stages.status).not.toContainText('Finished')
    await stages.dock.getByRole('button', { name: 'Restart' }).click()
    await expect(facts).toContainText('committed by a quorum', { timeout: 30_000 })
    // The Cluster tab has a speed of its own.
    await page.getByRole('combobox', { name: 'Speed: event time against the clock' }).selectOption('max')
    await expect(stages.status).toContainText(/Finished in/, { timeout: 90_000 })
    await page.getByRole('tab', { name: 'Data' }).click()
    expect((await stages.sinkLines('out')).toSorted()).toEqual(expected)
    const { partitions } = await topicFigures(stages)
    for (const [, start, stable, high, end] of partitions) expect([start, stable, high]).toEqual([0, end, end])
    expect([...straight.errors, ...stages.errors]).toEqual([])
  })

  test('the example with a topic between two stages runs from the gallery, and the Cluster page shows its topic', async ({ page }) => {
    const designer = new Designer(page)
    await designer.open()
    await designer.openSample('Two stages and a topic')
    await designer.runToEnd()
    expect((await designer.sinkLines('board')).length).toBeGreaterThan(5)
    await designer.select('spenders')
    await expect(designer.dock.getByRole('grid', { name: 'Rows of the table bidders' })).toBeVisible()
    expect(designer.errors).toEqual([])
  })
})
