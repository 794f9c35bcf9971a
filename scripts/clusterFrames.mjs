// Frames of the Cluster page with seven servers and eight clients that write as fast as they are answered: `npm run build && node scripts/clusterFrames.mjs [--json] [--folder dist/page]`.
//
// Some 200 messages are under way. Frames are counted as the browser grants them; what a frame costs the page's thread is the processor time Chromium counts for it (Performance.getMetrics), which a busy
// machine lengthens little, where frames a second say more about the machine than about the page.
import { fileURLToPath } from 'node:url'
import { onBuiltPage } from './builtPage.mjs'

/** Over some milliseconds: how many frames, and the messages under way that were seen. Runs in the page. */
const countFrames = (ms) =>
  new Promise((resolve) => {
    const times = []
    const inFlight = []
    const begun = performance.now()
    const frame = (now) => {
      times.push(now)
      if (times.length % 15 === 0) inFlight.push(Number(document.querySelector('[data-in-flight]')?.getAttribute('data-in-flight') ?? 0))
      if (performance.now() - begun < ms) return requestAnimationFrame(frame)
      const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b)
      resolve({ frames: times.length - 1, fps: ((times.length - 1) / (times.at(-1) - times[0])) * 1000, p95Ms: gaps[Math.floor(gaps.length * 0.95)], inFlight: Math.max(...inFlight) })
    }
    requestAnimationFrame(frame)
  })

export async function measureClusterFrames(browser, url, ms = 6000) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${url}#/cluster`)
  await page.getByRole('combobox', { name: 'Servers', exact: true }).selectOption('7')
  await page.getByRole('combobox', { name: 'Clients', exact: true }).selectOption('busy')
  await page.waitForTimeout(4000)
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const metrics = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]))
  const before = await metrics()
  const counted = await page.evaluate(countFrames, ms)
  const after = await metrics()
  await context.close()
  const each = (name) => ((after[name] - before[name]) * 1000) / counted.frames
  return { ...counted, threadMs: each('TaskDuration'), scriptMs: each('ScriptDuration'), layoutMs: each('LayoutDuration'), styleMs: each('RecalcStyleDuration') }
}

async function main() {
  const result = await onBuiltPage(measureClusterFrames)
  if (process.argv.includes('--json')) return console.log(JSON.stringify(result, null, 2))
  const { fps, p95Ms, inFlight, threadMs, scriptMs, layoutMs, styleMs } = result
  console.log(`Cluster page, 7 servers, up to ${inFlight} messages under way: ${fps.toFixed(1)} fps (p95 ${p95Ms.toFixed(0)} ms), ${threadMs.toFixed(1)} ms of the page's thread a frame (script ${scriptMs.toFixed(1)}, layout ${layoutMs.toFixed(1)}, style ${styleMs.toFixed(1)})`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
