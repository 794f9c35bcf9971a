// How long after Run the first row stands in the sink's table: `npm run build && node scripts/firstRow.mjs [--json] [--runs n] [--folder dist/page]`.
//
// Each run is a fresh visit with nothing cached, on the landing sample at its own speed (60 times event time). Run is pressed a moment after the page has
// become usable, as a quick visitor would; the clock runs from that press until a cell of the sink's table is drawn. The sample's first window closes 250 ms of
// that after its first row: event time is what it is.
import { fileURLToPath } from 'node:url'
import { given, onBuiltPage } from './builtPage.mjs'
import { isUsable } from './firstScreen.mjs'

/** One fresh visit to a page at `url`: ms from the press of Run to the first drawn cell. */
export async function measureFirstRow(browser, url, { waitMs = 1500 } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(url, { waitUntil: 'commit' })
  await page.waitForFunction(isUsable, null, { polling: 'raf', timeout: 30_000 })
  await page.waitForTimeout(waitMs)
  const measured = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const run = [...document.querySelectorAll('[data-region="bar"] button')].find((button) => (button.textContent ?? '').startsWith('Run'))
        const begun = performance.now()
        const look = (now) => {
          if (document.querySelector('[data-region="dock"] [role="gridcell"]') === null) return requestAnimationFrame(look)
          resolve({ ms: Math.max(now, performance.now()) - begun, isolated: globalThis.crossOriginIsolated })
        }
        run.click()
        requestAnimationFrame(look)
      }),
  )
  await context.close()
  return measured
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted.length % 2 === 1 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2
}

async function main() {
  const waitMs = Number(given('--wait') ?? 1500)
  const runs = await onBuiltPage(async (browser, url) => {
    const measured = []
    for (let i = 0; i < Number(given('--runs') ?? 5); i++) measured.push(await measureFirstRow(browser, url, { waitMs }))
    return measured
  })
  const result = { medianMs: Math.round(median(runs.map(({ ms }) => ms))), runs }
  if (process.argv.includes('--json')) return console.log(JSON.stringify(result, null, 2))
  console.log(runs.map(({ ms }) => `${Math.round(ms)} ms`).join(', '))
  console.log(`First sink row: ${result.medianMs} ms after Run (median of ${runs.length} fresh loads; isolated: ${runs[0].isolated})`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
