// One peer on one kernel, in a process of its own: `node run.mjs PEER KERNEL FOLDER`. Rows are read from FOLDER as columns of doubles (`bids.f64`: auction, bidder, price, time one after the other;
// `persons.f64`: id, time; `auctions.f64`: id, seller, time), before the clock runs. Prints one line of JSON: the median times of a pass, by the clock and
// of the processor, and how many rows the result has in the end.
//
// A peer that cannot say a kernel has no entry for it; that is not held against it, nor counted as slow.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [peer, kernel, folder] = process.argv.slice(2)
const module = await import(pathToFileURL(join(import.meta.dirname, `${peer}.mjs`)).href)
const make = module.kernels[kernel]
if (make === undefined) {
  console.log(JSON.stringify({ cannot: module.cannot[kernel] ?? 'it has no way to say this' }))
  process.exit(0)
}
const columns = (name, count) => {
  const bytes = readFileSync(join(folder, `${name}.f64`))
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
  const rows = all.length / count
  return Array.from({ length: count }, (_, i) => all.slice(i * rows, (i + 1) * rows))
}
const rowsOf = (names, values) => Array.from(values[0], (_, row) => Object.fromEntries(names.map((name, i) => [name, values[i][row]])))
const bids = rowsOf(['auction', 'bidder', 'price', 'dateTime'], columns('bids', 4))
const persons = rowsOf(['id', 'dateTime'], columns('persons', 2))
const auctions = rowsOf(['id', 'seller', 'dateTime'], columns('auctions', 3))

const pass = await make({ bids, persons, auctions, folder })
const wall = []
const cpu = []
let rows = 0
const started = performance.now()
// Fifteen passes to warm up, as everybody gets, as far as three seconds go, and two at least; a slow peer gets fewer turns, not more time.
for (let turn = -15; turn < 9 && (wall.length === 0 || performance.now() - started < 20_000); turn++) {
  if (turn > -14 && turn < 0 && performance.now() - started > 3000) turn = 0
  const usage = process.cpuUsage()
  const before = performance.now()
  rows = await pass()
  const ms = performance.now() - before
  const { user, system } = process.cpuUsage(usage)
  if (turn < 0 && ms <= 5000) continue
  wall.push(ms)
  cpu.push((user + system) / 1000)
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]
console.log(JSON.stringify({ ms: median(wall), cpuMs: median(cpu), turns: wall.length, rows }))
process.exit(0)
