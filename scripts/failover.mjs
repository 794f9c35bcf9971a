// How long a running job does without its leading JobManager: `npm run build && node scripts/failover.mjs [--json] [--runs n] [--folder dist/page]`.
//
// A windowed job at parallelism 2 with a checkpoint every 100 ms and windows that end ten times a second runs in the page. Its leading JobManager is killed with the button of the Checkpoints tab, with every
// timeout of the ensemble as it is and at the pace of the clock. The time runs from that press until the page shows a row at the sink that it had not shown before, under the new leader: after the other JobManager
// has the latch, its workers have begun anew from the newest checkpoint, and what was read twice has been passed over. The page counts rows four times a second, so up to 250 ms of it are the page's.
import { fileURLToPath } from 'node:url'
import { given, onBuiltPage } from './builtPage.mjs'
import { median } from './firstRow.mjs'
import { isUsable } from './firstScreen.mjs'

const job = {
  format: 'millrace/job',
  version: 1,
  name: 'Failover',
  settings: { parallelism: 2, checkpoint: { intervalMs: 100 }, restart: { strategy: 'fixed-delay', attempts: 10, delayMs: 50 } },
  operators: [
    {
      id: 'bids',
      kind: 'source',
      name: 'Bids',
      config: {
        connector: { type: 'nexmark', stream: 'bid', events: 30_000_000, seed: 7 },
        columns: [{ name: 'auction', type: 'BIGINT' }, { name: 'dateTime', type: 'TIMESTAMP(3)' }],
        watermark: { column: 'dateTime', delayMs: 1000 },
      },
    },
    { id: 'some', kind: 'filter', name: 'Some auctions', config: { where: 'MOD(auction, 100) = 0' } },
    { id: 'counts', kind: 'window-aggregate', name: 'Bids in a second', config: { window: { type: 'tumble', timeColumn: 'dateTime', sizeMs: 1000 }, groupBy: ['auction'], aggregates: [{ name: 'bids', expression: 'COUNT(*)' }] } },
    { id: 'out', kind: 'sink', name: 'Board', config: { connector: { type: 'collect' } } },
  ],
  edges: [{ from: 'bids', to: 'some' }, { from: 'some', to: 'counts' }, { from: 'counts', to: 'out' }],
  layout: { operators: { bids: { x: 0, y: 0 }, some: { x: 240, y: 0 }, counts: { x: 480, y: 0 }, out: { x: 720, y: 0 } } },
}

/** Presses the button, turns to the rows of the sink and looks with every frame. Runs in the page. */
const killAndWatch = () =>
  new Promise((resolve, reject) => {
    const dock = document.querySelector('[data-region="dock"]')
    // Each row once: what is read again after a restart is not counted again.
    const rows = () => Number((dock.textContent.match(/Board([\d,]+) rows/) ?? ['', '0'])[1].replaceAll(',', ''))
    const isRestarting = () => /Restarting|Starting workers/.test(document.querySelector('[data-region="timeline"]').textContent)
    const button = [...dock.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === 'JobManager')
    const begun = performance.now()
    button.click()
    ;[...dock.querySelectorAll('[role="tab"]')].find(({ textContent }) => textContent === 'Data').click()
    let most = 0
    let restart = 0
    const look = (now) => {
      const passed = Math.max(now, performance.now()) - begun
      const count = rows()
      if (restart === 0) {
        // The job goes on without a leader, as in Flink, until it learns of another.
        most = Math.max(most, count)
        if (isRestarting()) restart = passed
      } else if (count > most && most > 0) return resolve({ restartMs: Math.round(restart), firstRowMs: Math.round(passed) })
      if (passed > 20_000) return reject(new Error(`no new row within 20 s of the kill; ${most} rows before, ${count} now, restart ${restart === 0 ? 'not ' : ''}seen`))
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })

/** One fresh visit: the job runs, its leading JobManager dies. */
export async function measureFailover(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' })
  const page = await context.newPage()
  // While nobody listens the browser asks the user, and without a screen that is a refusal.
  page.on('filechooser', () => undefined)
  await page.goto(url)
  await page.waitForFunction(isUsable, null, { polling: 'raf', timeout: 30_000 })
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')])
  await chooser.setFiles([{ name: 'failover.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(job)) }])
  await page.locator('[data-node="counts"]').waitFor()
  await page.getByRole('combobox', { name: /Speed/ }).selectOption('10')
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  await page.locator('[data-region="bar"]').getByRole('button', { name: /^Run/ }).click()
  await page.getByText(/^JobManager \d leads, pointers by quorum of three/).waitFor({ timeout: 20_000 })
  await page.getByRole('region', { name: 'History of checkpoints' }).getByText('Complete', { exact: true }).first().waitFor({ timeout: 20_000 })
  await page.waitForTimeout(2000)
  const measured = await page.evaluate(killAndWatch)
  await context.close()
  return measured
}

async function main() {
  const runs = await onBuiltPage(async (browser, url) => {
    const measured = []
    for (let i = 0; i < Number(given('--runs') ?? 8); i++) measured.push(await measureFailover(browser, url))
    return measured
  })
  const times = runs.map(({ firstRowMs }) => firstRowMs)
  const result = { medianMs: median(times), mostMs: Math.max(...times), runs }
  if (process.argv.includes('--json')) return console.log(JSON.stringify(result, null, 2))
  for (const { restartMs, firstRowMs } of runs) console.log(`another leads and starts the job again after ${restartMs} ms, first new row after ${firstRowMs} ms`)
  console.log(`From the kill of the leading JobManager to the first new row: ${result.medianMs} ms, at most ${result.mostMs} ms of ${runs.length} runs (goal 2000)`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
