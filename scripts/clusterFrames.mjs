// Frames of the Cluster view with seven servers and eight eager clients, on its page and in the dock: `npm run build && node scripts/clusterFrames.mjs [--json] [--folder dist/page]`.
//
// Some 250 messages are drawn on their way at any moment; they are counted where they are painted. Frames are counted as the browser grants them; what a frame costs is the processor time of the page's
// thread (Performance.getMetrics), which a busy machine lengthens little, where frames a second say more about the machine than about the page. Measured are ensembles that have a leader.
import { fileURLToPath } from 'node:url'
import { onBuiltPage } from './builtPage.mjs'

/** Over some milliseconds: how many frames, and the messages on their way that were drawn. Runs in the page. */
const countFrames = (ms) =>
  new Promise((resolve) => {
    const times = []
    const underWay = []
    const begun = performance.now()
    const frame = (now) => {
      times.push(now)
      if (times.length % 15 === 0) underWay.push(Number(document.querySelector('[data-under-way]').getAttribute('data-under-way')))
      if (performance.now() - begun < ms) return requestAnimationFrame(frame)
      const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b)
      const fps = ((times.length - 1) / (times.at(-1) - times[0])) * 1000
      resolve({ frames: times.length - 1, fps, p95Ms: gaps[Math.floor(gaps.length * 0.95)], underWayLeast: Math.min(...underWay), underWay: Math.round(underWay.reduce((sum, count) => sum + count, 0) / underWay.length) })
    }
    requestAnimationFrame(frame)
  })

export async function measureClusterFrames(browser, url, where = 'page', ms = 6000) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' })
  const page = await context.newPage()
  await page.goto(`${url}#/cluster`)
  const choose = (name, value) => page.getByRole('combobox', { name, exact: true }).selectOption(value)
  await choose('Servers', '7')
  await choose('Clients', 'eager')
  await choose('Speed of the run against the clock', '5')
  await page.waitForFunction(() => document.querySelector('[data-serving]')?.getAttribute('data-tone') === 'ok', null, { timeout: 60_000 })
  await choose('Speed of the run against the clock', '0.1')
  if (where === 'tab') {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Design' }).click()
    await page.getByRole('tab', { name: 'Cluster' }).click()
  }
  await page.waitForTimeout(3000)
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const metrics = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]))
  const before = await metrics()
  const counted = await page.evaluate(countFrames, ms)
  const after = await metrics()
  await context.close()
  const each = (name) => ((after[name] - before[name]) * 1000) / counted.frames
  return { where, ...counted, threadMs: each('TaskDuration'), scriptMs: each('ScriptDuration'), layoutMs: each('LayoutDuration'), styleMs: each('RecalcStyleDuration') }
}

async function main() {
  const results = await onBuiltPage(async (browser, url) => [await measureClusterFrames(browser, url, 'page'), await measureClusterFrames(browser, url, 'tab')])
  if (process.argv.includes('--json')) return console.log(JSON.stringify(results, null, 2))
  for (const { where, fps, p95Ms, underWay, underWayLeast, threadMs, scriptMs, layoutMs, styleMs } of results) {
    console.log(`Cluster ${where}, 7 servers, ${underWay} messages under way (at least ${underWayLeast}): ${fps.toFixed(1)} fps (p95 ${p95Ms.toFixed(0)} ms), ${threadMs.toFixed(1)} ms of the page's thread a frame (script ${scriptMs.toFixed(1)}, layout ${layoutMs.toFixed(1)}, style ${styleMs.toFixed(1)})`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
