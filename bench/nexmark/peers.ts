import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { nexmarkQueries } from '../../examples/nexmark/queries.ts'
import { runToEnd } from '../../src/runtime/launch/inProcess.ts'
import { compare } from '../harness.ts'
import { handLoops, type HandRows } from './handLoops.ts'
import { kernelOf, nexmarkRows, numbers, planOf, replaying, rowsLeft, type Rows } from './replay.ts'

/**
 * Seven Nexmark queries against a loop written by hand, RxJS, db-ivm, Perspective and DuckDB-WASM, on the same rows: ratios of one run.
 *
 * Millrace and the loop run here, turn and turn about, three passes each, after a collection outside the clock, because the columns that a loop leaves would all be collected in Millrace's passes; Millrace's part is the whole
 * job with its tasks and watermarks. Each peer runs in a process of its own (`bench/peers/run.mjs`), because a loop that has met the rows of another library is no longer the same loop; it is compared with passes that
 * Millrace has for itself, since a peer pays for no loop's garbage either. All have their rows in memory before the clock runs; whoever gives another number of rows is told so. Ratios are of CPU time, compiler
 * and collector included, because a shared machine gives the clock's time to others.
 *
 * Asked in two sizes (docs/decisions/0272): a stream, at Nexmark's own rate of events, and a short one, of which starting a job and opening windows are a large part.
 */
export interface PeersSetting {
  readonly events: number
  readonly eventsPerSecond: number
}

export const peersSettings = { stream: { events: 1_000_000, eventsPerSecond: 10_000 }, short: { events: 200_000, eventsPerSecond: 1_000 } } as const satisfies Record<string, PeersSetting>

const kernels = ['q1', 'q2', 'q5', 'q7', 'q8', 'q11', 'q18'] as const
const peers = { rxjs: 'RxJS', 'db-ivm': 'db-ivm', perspective: 'Perspective', duckdb: 'DuckDB-WASM' } as const
type Peer = keyof typeof peers

/** Passes that are measured, of everybody that is fast enough. */
const turns = 9
const goals = { handLoop: 1.5, peer: 1, 'rxjs and db-ivm': 5 }

interface PeerResult {
  readonly ms?: number
  readonly cpuMs?: number
  /** Passes that the times are the medians of: a slow peer has few. */
  readonly turns?: number
  readonly rows?: number
  readonly cannot?: string
}

interface KernelResult {
  readonly kernel: string
  readonly rows: number
  readonly millraceMs: number
  readonly millraceCpuMs: number
  /** In passes of its own, as the peers have them, so that it pays for its own garbage only. */
  readonly aloneCpuMs: number
  /** Millrace's CPU time in times of the loop's. */
  readonly ofHandLoop: number
  readonly peers: Readonly<Record<Peer, PeerResult & { readonly ratio?: number }>>
}

/** Without `withPeers` against the loop by hand alone, which takes seconds. */
export async function benchPeers(setting: PeersSetting, withPeers: boolean): Promise<object> {
  const { events, eventsPerSecond } = setting
  const rows = await nexmarkRows(events, eventsPerSecond)
  const hand: HandRows = {
    bids: { auction: numbers(rows.bid, 'auction'), bidder: numbers(rows.bid, 'bidder'), price: numbers(rows.bid, 'price'), time: numbers(rows.bid, 'dateTime') },
    auctions: { seller: numbers(rows.auction, 'seller'), time: numbers(rows.auction, 'dateTime') },
    persons: { id: numbers(rows.person, 'id'), time: numbers(rows.person, 'dateTime') },
  }
  const missing = withPeers ? installPeers() : { cannot: 'not asked' }
  const folder = mkdtempSync(join(tmpdir(), 'millrace-peers-'))
  const beforeTurn = youngCollector()
  const results: KernelResult[] = []
  try {
    if (withPeers) writeRows(folder, rows)
    for (const kernel of kernels) {
      const job = kernelOf(nexmarkQueries.find(({ name }) => name === kernel)!.job)
      const plan = planOf(job)
      const operators = replaying(rows)
      const loop = handLoops[kernel]!
      const given = rowsLeft((await runToEnd(plan, { operators })).get('result')!)
      if (given !== loop(hand)) throw new Error(`${kernel}: Millrace gives ${given} rows and the hand-written loop ${loop(hand)}`)
      const { results: measured } = await compare(
        `${job.name}, ${events.toLocaleString('en')} events, ${eventsPerSecond.toLocaleString('en')} a second`,
        [
          { name: 'Millrace', pass: () => runToEnd(plan, { operators }) },
          { name: 'hand loop', pass: () => loop(hand) },
        ],
        { rows: hand.bids.auction.length, turns, warmups: 15, passesOfTurn: 3, beforeTurn },
      )
      const [millrace, byHand] = measured as [(typeof measured)[0], (typeof measured)[0]]
      const { results: [alone] } = await compare('Millrace alone, as each peer is', [{ name: 'Millrace', pass: () => runToEnd(plan, { operators }) }], { rows: hand.bids.auction.length, turns, warmups: 15 })
      const asked = Object.fromEntries(
        (Object.keys(peers) as Peer[]).map((peer) => {
          const result = missing ?? runPeer(peer, kernel, folder)
          const ratio = result.cpuMs === undefined ? {} : { ratio: result.cpuMs / alone!.cpuMs }
          if (withPeers) console.log(`  ${result.ms === undefined ? `${peers[peer]}: ${result.cannot}` : `Millrace runs at ${ratio.ratio!.toFixed(1)} × ${peers[peer]}${result.rows === given ? '' : `  (which gives ${result.rows} rows, not ${given})`}`}`)
          return [peer, { ...result, ...ratio }]
        }),
      ) as KernelResult['peers']
      results.push({ kernel, rows: given, millraceMs: millrace.wallMs, millraceCpuMs: millrace.cpuMs, aloneCpuMs: alone!.cpuMs, ofHandLoop: millrace.cpuMs / byHand.cpuMs, peers: asked })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return summary(setting, results)
}

function summary(setting: PeersSetting, results: readonly KernelResult[]): object {
  const cell = (text: string): string => text.padStart(12)
  console.log(`\n${'kernel'.padEnd(8)}${cell('Millrace CPU')}${cell('× hand loop')}${cell('alone CPU')}${Object.values(peers).map(cell).join('')}   (CPU ms; peers: how many times Millrace's alone; in brackets of how many passes, where they are not ${turns})`)
  for (const { kernel, millraceCpuMs, aloneCpuMs, ofHandLoop, peers: asked } of results) {
    const ratios = (Object.keys(peers) as Peer[]).map((peer) => cell(ratioText(asked[peer])))
    console.log(`${kernel.padEnd(8)}${cell(millraceCpuMs.toFixed(1))}${cell(ofHandLoop.toFixed(2))}${cell(aloneCpuMs.toFixed(1))}${ratios.join('')}`)
  }
  const geometricMean = Math.exp(results.reduce((sum, { ofHandLoop }) => sum + Math.log(ofHandLoop), 0) / results.length)
  const least = (chosen: readonly Peer[]): number => Math.min(...results.flatMap(({ peers: asked }) => chosen.flatMap((peer) => asked[peer].ratio ?? [])))
  const said: readonly (readonly [string, number, boolean])[] = [
    [`geometric mean of Millrace's CPU time in the loop's: goal ≤ ${goals.handLoop}`, geometricMean, geometricMean <= goals.handLoop],
    [`least lead over any peer: goal > ${goals.peer}`, least(Object.keys(peers) as Peer[]), least(Object.keys(peers) as Peer[]) > goals.peer],
    [`least lead over RxJS and db-ivm: goal ≥ ${goals['rxjs and db-ivm']}`, least(['rxjs', 'db-ivm']), least(['rxjs', 'db-ivm']) >= goals['rxjs and db-ivm']],
  ]
  for (const [what, found, reached] of said) console.log(`${what}  ${Number.isFinite(found) ? `${found.toFixed(2)}  ${reached ? 'reached' : 'NOT REACHED'}` : 'not measured'}`)
  return { ...setting, results, geometricMean }
}

function ratioText({ ratio, turns: measured }: PeerResult & { readonly ratio?: number }): string {
  return ratio === undefined ? '–' : `${ratio.toFixed(1)}${measured === turns ? '' : ` (${measured})`}`
}

/** Collects what the passes before have left, as far as it is young: a whole collection makes the passes after it several times slower (measured). */
function youngCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void
  return () => collect({ type: 'minor' })
}

/** Null when the packages are there; otherwise why no peer can run. */
function installPeers(): PeerResult | null {
  const folder = join(process.cwd(), 'bench', 'peers')
  if (!existsSync(join(folder, 'package-lock.json'))) return { cannot: 'the peers’ packages are listed in bench/peers of a checkout; run it there' }
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return null
  console.log('installing the peers’ packages in bench/peers')
  try {
    execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe' })
    return null
  } catch (error) {
    return { cannot: `its packages could not be installed: ${error instanceof Error ? error.message.split('\n')[0]! : String(error)}` }
  }
}

const peerTimeoutMs = 120_000

function runPeer(peer: Peer, kernel: string, folder: string): PeerResult {
  const { stdout, stderr, error } = spawnSync(process.execPath, ['--max-old-space-size=4096', join('bench', 'peers', 'run.mjs'), peer, kernel, folder], { encoding: 'utf8', timeout: peerTimeoutMs })
  if (error !== undefined) return { cannot: `it did not finish within ${peerTimeoutMs / 1000} s` }
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as PeerResult
  } catch {
    return { cannot: `it failed: ${stderr.split('\n').find((line) => /Error/.test(line)) ?? 'without a word'}` }
  }
}

function writeRows(folder: string, rows: Rows): void {
  const write = (name: string, batches: Rows['bid'], columns: readonly string[]): void => {
    writeFileSync(join(folder, `${name}.f64`), Buffer.concat(columns.map((column) => Buffer.from(numbers(batches, column).buffer))))
  }
  write('bids', rows.bid, ['auction', 'bidder', 'price', 'dateTime'])
  write('persons', rows.person, ['id', 'dateTime'])
  write('auctions', rows.auction, ['id', 'seller', 'dateTime'])
}
