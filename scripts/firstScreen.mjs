// What a first visit costs before the page can be used: `npm run build && node scripts/firstScreen.mjs [--json] [--runs n]`.
//
// Serves dist/page as a compressing static host would, opens it in Chromium with nothing cached, and lists every script, style sheet, font and datum that was
// asked for until the first screen stands: the landing sample's nodes drawn, every region filled, Run ready to be pressed. What is fetched after that moment is listed
// apart: first what the check of the document takes (catalog, expression language, its worker), then what is fetched while nobody does anything (engine, forms,
// sheets). The copy for offline use, which is everything once more, is left out.
//
// It counts at the server, so that nothing is overlooked because it was fetched by a worker or by a style sheet. Sizes are those of gzip at its
// default level; what is compressed already (WOFF2) counts as it is.
import { createServer } from 'node:http'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { findChromium } from './chromium.mjs'

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..')

const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.ttf': 'font/ttf', '.csv': 'text/csv',
}
const kinds = { '.html': 'page', '.js': 'script', '.css': 'style', '.woff2': 'font', '.ttf': 'font' }
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'same-origin' }

/** A static host that compresses and remembers, in order, what it was asked for. */
export async function countingHost(folder) {
  const asked = []
  const packed = new Map()
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname)).replace(/^[/\\]+/, '')
    const file = join(folder, path === '' ? 'index.html' : path)
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, isolation).end()
      return
    }
    const extension = extname(file)
    if (!packed.has(file)) {
      const bytes = readFileSync(file)
      packed.set(file, { raw: bytes.length, body: extension === '.woff2' ? bytes : gzipSync(bytes) })
    }
    const { raw, body } = packed.get(file)
    asked.push({
      file: path === '' ? 'index.html' : path,
      kind: kinds[extension] ?? 'data',
      raw,
      gzip: body.length,
      at: performance.timeOrigin + performance.now(),
      // What the service worker stores for later is no part of what the page waits for.
      offline: (request.headers.referer ?? '').endsWith('service-worker.js') || request.headers['sec-fetch-dest'] === 'serviceworker',
    })
    response.writeHead(200, {
      'Content-Type': types[extension] ?? 'application/octet-stream',
      'Cache-Control': path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Length': body.length,
      ...(extension === '.woff2' ? {} : { 'Content-Encoding': 'gzip' }),
      ...isolation,
    })
    response.end(body)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}/`, asked, close: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())) }
}

/** The first screen stands. Runs in the page. */
export function isUsable() {
  const filled = (name) => (document.querySelector(`[data-region="${name}"]`)?.childElementCount ?? 0) > 0
  const nodes = [...document.querySelectorAll('[data-node]')]
  const run = [...document.querySelectorAll('[data-region="bar"] button')].find((button) => (button.textContent ?? '').startsWith('Run'))
  return (
    nodes.length >= 3 &&
    nodes.every((node) => node.getBoundingClientRect().width > 0 && node.closest('.react-flow__node')?.style.visibility !== 'hidden') &&
    ['left', 'inspector', 'dock', 'timeline'].every(filled) &&
    run !== undefined &&
    !run.disabled
  )
}

/** One visit: what was asked for until the page was usable, until its document was checked, and in the three seconds after. */
export async function measureFirstScreen(browser, folder) {
  const host = await countingHost(folder)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  // The page notes the frame itself: the way back to here takes longer than some requests.
  await page.addInitScript(`{
    const isUsable = ${isUsable}
    const look = () => { if (isUsable()) performance.mark('millrace:usable'); else requestAnimationFrame(look) }
    requestAnimationFrame(look)
  }`)
  const begun = performance.timeOrigin + performance.now()
  await page.goto(host.url, { waitUntil: 'commit' })
  const timeOf = async (mark) => {
    await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark, { timeout: 30_000 })
    return page.evaluate((name) => performance.timeOrigin + performance.getEntriesByName(name)[0].startTime, mark)
  }
  const usableAt = await timeOf('millrace:usable')
  const checkedAt = await timeOf('millrace:checked')
  const before = unique(host.asked.filter(({ at }) => at <= usableAt), [])
  const check = unique(host.asked.filter(({ at }) => at <= checkedAt), before)
  const isolated = await page.evaluate(() => globalThis.crossOriginIsolated)
  await page.waitForTimeout(3000)
  const later = unique(host.asked, [...before, ...check])
  await context.close()
  await host.close()
  return { usableMs: usableAt - begun, checkedMs: checkedAt - begun, isolated, errors, before, check, later }
}

/** Each file once, without those that were asked for before, and without the service worker's copies. */
function unique(requests, known) {
  const seen = new Set(known.map(({ file }) => file))
  return requests.filter(({ file, offline }) => !offline && !seen.has(file) && seen.add(file))
}

export const sumOf = (requests, ...wanted) => requests.filter(({ kind }) => wanted.length === 0 || wanted.includes(kind)).reduce((sum, { gzip }) => sum + gzip, 0)

/** For the table of the bench: kB of gzip before the page is usable, by kind. */
export function firstScreenSummary({ before, check, later, usableMs, checkedMs }) {
  const kB = (bytes) => Math.round(bytes / 100) / 10
  return {
    usableMs: Math.round(usableMs),
    checkedMs: Math.round(checkedMs),
    totalKB: kB(sumOf(before)),
    scriptKB: kB(sumOf(before, 'script')),
    styleKB: kB(sumOf(before, 'style')),
    fontKB: kB(sumOf(before, 'font')),
    otherKB: kB(sumOf(before, 'page', 'data')),
    checkKB: kB(sumOf(check)),
    laterKB: kB(sumOf(later)),
    requests: before.length,
  }
}

async function main() {
  const { chromium } = await import('@playwright/test')
  const flag = (name) => process.argv.indexOf(name)
  const folder = flag('--folder') > 0 ? process.argv[flag('--folder') + 1] : join(root, 'dist/page')
  const runs = flag('--runs') > 0 ? Number(process.argv[flag('--runs') + 1]) : 1
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`There is no built page in ${folder}; run \`npm run build\` first.`)
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox'] })
  const measured = []
  for (let i = 0; i < runs; i++) measured.push(await measureFirstScreen(browser, folder))
  await browser.close()
  // What races with the moment of usability differs from visit to visit: the largest counts.
  const worst = measured.toSorted((a, b) => sumOf(b.before) - sumOf(a.before))[0]
  if (flag('--json') > 0) {
    console.log(JSON.stringify({ ...firstScreenSummary(worst), files: worst.before, check: worst.check, later: worst.later }, null, 2))
    return
  }
  print('Before the page is usable', worst.before)
  print('Then, until the document is checked', worst.check)
  print('In the three seconds after', worst.later)
  const summary = firstScreenSummary(worst)
  console.log(
    `\nFirst screen: ${summary.totalKB} kB gzip in ${summary.requests} requests (scripts ${summary.scriptKB}, styles ${summary.styleKB}, fonts ${summary.fontKB}, other ${summary.otherKB}); ` +
      `usable after ${measured.map(({ usableMs }) => Math.round(usableMs)).join(', ')} ms, checked after ${measured.map(({ checkedMs }) => Math.round(checkedMs)).join(', ')} ms; isolated: ${worst.isolated}`,
  )
  for (const error of worst.errors) console.log(`error on the page: ${error}`)
}

function print(title, requests) {
  console.log(`\n${title}`)
  for (const { kind, file, raw, gzip } of requests.toSorted((a, b) => b.gzip - a.gzip)) {
    console.log(`  ${kind.padEnd(7)}${(gzip / 1000).toFixed(1).padStart(8)} kB ${(raw / 1000).toFixed(1).padStart(8)} raw  ${file}`)
  }
  console.log(`  total  ${(sumOf(requests) / 1000).toFixed(1).padStart(8)} kB`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
