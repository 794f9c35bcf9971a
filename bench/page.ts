import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Comparison } from './harness.ts'

/**
 * What a person at the page feels, in headless Chromium against the built page: bytes before it can be used, time from Run to the first row, frames while a job runs, and how the engine's
 * kernels fare beside Node. Needs a checkout (`dist/page`, `scripts/`, the packages of development) and a Chromium; says so and goes on where one is missing.
 */
interface Tools {
  readonly chromium: { launch(options: object): Promise<Browser> }
  readonly findChromium: () => string | null
  readonly countingHost: (folder: string) => Promise<{ readonly url: string; close(): Promise<void> }>
  readonly measureFirstScreen: (browser: Browser, folder: string) => Promise<object>
  readonly firstScreenSummary: (measured: object) => { readonly totalKB: number; readonly usableMs: number }
  readonly measureFirstRow: (browser: Browser, url: string) => Promise<{ readonly ms: number }>
  readonly measureFrames: (browser: Browser, url: string, operators: number) => Promise<Frames>
  readonly measureClusterFrames: (browser: Browser, url: string, where: 'page' | 'tab') => Promise<ClusterFrames>
}

interface Browser {
  newPage(): Promise<Page>
  close(): Promise<void>
}
interface Page {
  goto(url: string): Promise<unknown>
  evaluate<T>(script: string): Promise<T>
  close(): Promise<void>
}
interface Frames {
  readonly drawn: number
  readonly watching: { readonly fps: number }
  readonly dragging: { readonly fps: number }
  readonly panning: { readonly fps: number }
}

interface ClusterFrames {
  readonly fps: number
  /** Messages that were drawn on their way, on average and at least. */
  readonly underWay: number
  readonly underWayLeast: number
  /** Processor time of the page's thread for each frame. */
  readonly threadMs: number
  readonly scriptMs: number
}

const goals = { firstScreenKB: 250, firstRowMs: 500, frames: { 50: 59, 200: 50 } as Readonly<Record<number, number>>, clusterFrames: 59, kernelRatio: 1.3 }
const kernelRows = 1_000_000

export async function benchPage(): Promise<object | null> {
  const folder = join(process.cwd(), 'dist', 'page')
  if (!existsSync(join(folder, 'index.html'))) return skipped('there is no built page in dist/page; run `npm run build` in a checkout first')
  const tools = await load().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  if (typeof tools === 'string') return skipped(`the packages of development are not installed: ${tools}`)
  const executablePath = tools.findChromium()
  if (executablePath === null) return skipped('no Chromium was found; set CHROMIUM_PATH')
  const browser = await tools.chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const host = await tools.countingHost(folder)
  try {
    console.log('\nThe page in headless Chromium')
    const firstScreen = tools.firstScreenSummary(await tools.measureFirstScreen(browser, folder))
    say('first screen, gzip, without Monaco', `${firstScreen.totalKB} kB`, `≤ ${goals.firstScreenKB} kB`, firstScreen.totalKB <= goals.firstScreenKB)
    const rows: number[] = []
    for (let i = 0; i < 5; i++) rows.push(Math.round((await tools.measureFirstRow(browser, host.url)).ms))
    const firstRowMs = rows.toSorted((a, b) => a - b)[2]!
    say('first sink row after Run, median of 5 fresh loads', `${firstRowMs} ms`, `≤ ${goals.firstRowMs} ms`, firstRowMs <= goals.firstRowMs)
    const frames: Record<number, Frames> = {}
    for (const operators of [50, 200]) {
      const measured = await tools.measureFrames(browser, host.url, operators)
      frames[operators] = measured
      const text = `${measured.watching.fps.toFixed(1)} fps (dragging ${measured.dragging.fps.toFixed(1)}, panning ${measured.panning.fps.toFixed(1)})`
      say(`${operators} running operators, ${measured.drawn} drawn`, text, `≥ ${operators === 50 ? 60 : 50} fps`, measured.watching.fps >= goals.frames[operators]!)
    }
    const cluster: Record<string, ClusterFrames> = {}
    for (const where of ['page', 'tab'] as const) {
      const measured = await tools.measureClusterFrames(browser, host.url, where)
      cluster[where] = measured
      const { fps, underWay, underWayLeast, threadMs, scriptMs } = measured
      const text = `${fps.toFixed(1)} fps, ${threadMs.toFixed(1)} ms of the page's thread a frame (script ${scriptMs.toFixed(1)})`
      say(`Cluster ${where}, 7 servers, ${underWay} messages under way (at least ${underWayLeast})`, text, '≥ 60 fps', fps >= goals.clusterFrames)
    }
    const kernels = await kernelsInPage(browser, tools)
    return { firstScreen, firstRowMs, firstRows: rows, frames, cluster, kernels }
  } finally {
    await browser.close()
    await host.close()
  }
}

/** The same bundle of the kernels, in the page and here. Node goes first and last; its better time counts, so that a busy moment does not flatter the page. */
async function kernelsInPage(browser: Browser, tools: Tools): Promise<object> {
  const out = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  try {
    const { build } = (await import(outside('vite'))) as { build(options: object): Promise<unknown> }
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      build: { outDir: out, target: 'es2023', minify: true, lib: { entry: join(process.cwd(), 'bench', 'kernels.ts'), formats: ['es'], fileName: () => 'kernels.js' } },
    })
    const bundle = (await import(pathToFileURL(join(out, 'kernels.js')).href)) as { benchKernels(rows: number): Promise<readonly Comparison[]> }
    // In a worker, where the page's engine runs too.
    writeFileSync(join(out, 'worker.js'), `import { benchKernels } from './kernels.js'\nbenchKernels(${kernelRows}).then((results) => postMessage(results))\n`)
    const host = await tools.countingHost(out)
    try {
      const here = [await bundle.benchKernels(kernelRows)]
      const page = await browser.newPage()
      await page.goto(`${host.url}kernels.js`)
      const there = await page.evaluate<readonly Comparison[]>(
        `new Promise((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' })
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = ({ message }) => reject(new Error(message))
        })`,
      )
      await page.close()
      here.push(await bundle.benchKernels(kernelRows))
      console.log('\nKernels in Chromium against Node')
      return there.map(({ title, results }, i) => {
        const node = Math.min(...here.map((run) => run[i]!.results[0]!.wallMs))
        const ratio = results[0]!.wallMs / node
        const handLoopRatio = results[1]!.wallMs / Math.min(...here.map((run) => run[i]!.results[1]!.wallMs))
        // The loop by hand shares no code with the engine: what it loses in the page is the browser's compiler and memory.
        say(title, `${ratio.toFixed(2)} × Node's time, the loop by hand ${handLoopRatio.toFixed(2)} ×: ${(ratio / handLoopRatio).toFixed(2)} × is ours`, `≤ ${goals.kernelRatio}`, ratio <= goals.kernelRatio)
        return { title, chromiumMs: results[0]!.wallMs, nodeMs: node, ratio, handLoopRatio, own: ratio / handLoopRatio }
      })
    } finally {
      await host.close()
    }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

function say(what: string, found: string, goal: string, reached: boolean): void {
  console.log(`  ${what}: ${found}  goal ${goal}  ${reached ? 'reached' : 'NOT REACHED'}`)
}

function skipped(why: string): null {
  console.log(`\nThe page was not measured: ${why}.`)
  return null
}

/** Things that the built command line does not carry: packages and scripts of the checkout it is run in. */
function outside(name: string): string {
  return name
}

async function load(): Promise<Tools> {
  const script = (name: string): Promise<object> => import(outside(pathToFileURL(join(process.cwd(), 'scripts', name)).href)) as Promise<object>
  const modules = await Promise.all([import(outside('@playwright/test')) as Promise<object>, script('chromium.mjs'), script('firstScreen.mjs'), script('firstRow.mjs'), script('frames.mjs'), script('clusterFrames.mjs')])
  return Object.assign({}, ...modules) as Tools
}
