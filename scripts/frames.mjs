// Frames per second while a job runs: `npm run build && node scripts/frames.mjs [--json] [--operators 50,200] [--folder dist/page]`.
//
// A job of so many operators (endless generated sources, each through two filters and a projection into a live table) is opened as a user opens a file, fitted into view and
// run; then frames are counted as the browser grants them, for three seconds each: watching, dragging one operator, drawing a marquee, and moving the canvas with the middle button.
//
// On a busy machine frames a second say more about the machine than about the page: the processor time of all threads of the browser for each frame (Linux only) says what the page asks for.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { given, onBuiltPage } from './builtPage.mjs'
import { isUsable } from './firstScreen.mjs'

/** Lines of five operators each. */
export function manyOperators(count) {
  const operators = []
  const edges = []
  const layout = {}
  const place = (id, column, row) => (layout[id] = { x: column * 193, y: row * 132 })
  const lines = Math.ceil(count / 5)
  const rows = Math.ceil(Math.sqrt(lines * 1.6))
  for (let line = 0; line < lines; line++) {
    const id = (name) => `${name}-${line}`
    const first = Math.floor(line / rows) * 5
    const stages = [
      [id('source'), 'source', {
        connector: { type: 'datagen', rows: 0, seed: line, fields: { time: { kind: 'time', start: '2026-01-31 12:00:00', stepMs: 500, disorderMs: 1000 }, value: { kind: 'random', min: 0, max: 100 } } },
        columns: [{ name: 'time', type: 'TIMESTAMP(3)' }, { name: 'value', type: 'INT' }],
        watermark: { column: 'time', delayMs: 1000 },
      }],
      [id('low'), 'filter', { where: '`value` > 5' }],
      [id('high'), 'filter', { where: '`value` < 95' }],
      [id('twice'), 'project', { columns: [{ name: 'time', expression: '`time`' }, { name: 'twice', expression: '`value` * 2' }] }],
      [id('out'), 'sink', { connector: { type: 'collect' } }],
    ]
    stages.forEach(([stage, kind, config], column) => {
      operators.push({ id: stage, kind, config })
      place(stage, first + column, line % rows)
      if (column > 0) edges.push({ from: stages[column - 1][0], to: stage })
    })
  }
  return { format: 'millrace/job', version: 1, name: `${count} operators`, settings: { parallelism: 1 }, operators, edges, layout: { operators: layout } }
}

/** Frames per second over some seconds, and the longest time between two. Runs in the page. */
const countFrames = (ms) =>
  new Promise((resolve) => {
    const times = []
    const begun = performance.now()
    const frame = (now) => {
      times.push(now)
      if (performance.now() - begun < ms) return requestAnimationFrame(frame)
      const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b)
      resolve({ frames: times.length - 1, fps: ((times.length - 1) / (times.at(-1) - times[0])) * 1000, p95Ms: gaps[Math.floor(gaps.length * 0.95)], longestMs: gaps.at(-1) })
    }
    requestAnimationFrame(frame)
  })

/** Milliseconds of processor that all threads of the browser have had; null where the system does not count them so. */
async function processorMs(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  let sum = 0
  try {
    for (const { id } of processInfo) {
      for (const thread of readdirSync(`/proc/${id}/task`)) sum += Number(readFileSync(`/proc/${id}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6
    }
  } catch {
    return null
  }
  return sum
}

export async function measureFrames(browser, url, count) {
  const session = await browser.newBrowserCDPSession()
  /** What the counting tells, and what the browser took of the processor meanwhile. */
  const counted = async (act) => {
    const before = await processorMs(session)
    const frames = await act()
    const after = await processorMs(session)
    return { ...frames, processorMs: before === null || after === null ? null : (after - before) / frames.frames }
  }
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(url, { waitUntil: 'commit' })
  await page.waitForFunction(isUsable, null, { polling: 'raf', timeout: 30_000 })
  // The service worker copies the whole page for later; until it has, the processor is its, not the canvas's.
  await page.evaluate(() => navigator.serviceWorker?.ready)
  await page.waitForTimeout(1500)
  let chooser = null
  for (let attempt = 0; chooser === null && attempt < 5; attempt++) {
    const opening = page.waitForEvent('filechooser', { timeout: 3000 }).catch(() => null)
    await page.keyboard.press('Control+o')
    chooser = await opening
  }
  if (chooser === null) throw new Error('Ctrl+O opened no file dialog')
  await chooser.setFiles([{ name: 'many.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(manyOperators(count))) }])
  await page.waitForFunction((wanted) => document.querySelectorAll('[role="treeitem"][data-item]').length > 3 && document.title !== '' && document.querySelectorAll('[data-node]').length >= Math.min(wanted, 20), count, { timeout: 30_000 })
  await page.waitForTimeout(800)
  const idle = await counted(() => page.evaluate(countFrames, 2000))
  await page.keyboard.press('Control+Enter')
  await page.waitForTimeout(2500)
  const watching = await counted(() => page.evaluate(countFrames, 3000))
  const drawn = await page.evaluate(() => document.querySelectorAll('[data-node]').length)
  const moving = async (from, button) => {
    const result = await counted(async () => {
      const end = Date.now() + 3000
      const frames = page.evaluate(countFrames, 3000)
      await page.mouse.move(from.x, from.y)
      await page.mouse.down({ button })
      for (let i = 0; Date.now() < end; i++) {
        await page.mouse.move(from.x + Math.round(60 * Math.sin(i / 8)), from.y + Math.round(40 * Math.cos(i / 8) - 40))
        await page.waitForTimeout(14)
      }
      return frames
    })
    await page.mouse.up({ button })
    await page.waitForTimeout(600)
    return result
  }
  const box = await page.locator('[data-node]').nth(Math.floor(drawn / 2)).boundingBox()
  const dragging = await moving({ x: box.x + box.width / 2, y: box.y + box.height / 2 }, 'left')
  const pane = await page.locator('.react-flow__pane').boundingBox()
  const ground = { x: pane.x + 12, y: pane.y + pane.height / 2 }
  const marquee = await moving(ground, 'left')
  const panning = await moving(ground, 'middle')
  await context.close()
  return { operators: count, drawn, idle, watching, dragging, marquee, panning }
}

async function main() {
  const counts = (given('--operators') ?? '50,200').split(',').map(Number)
  const results = await onBuiltPage(async (browser, url) => {
    const measured = []
    for (const count of counts) measured.push(await measureFrames(browser, url, count))
    return measured
  })
  if (process.argv.includes('--json')) return console.log(JSON.stringify(results, null, 2))
  for (const { operators, drawn, ...phases } of results) {
    console.log(`${operators} operators (${drawn} drawn): ${Object.entries(phases).map(([name, { fps, p95Ms, processorMs }]) => `${name} ${fps.toFixed(1)} fps (p95 ${p95Ms.toFixed(0)} ms${processorMs === null ? '' : `, ${processorMs.toFixed(0)} ms of processor a frame`})`).join(', ')}`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
