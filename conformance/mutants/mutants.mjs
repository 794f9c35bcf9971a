/**
 * Deliberately wrong rules of the engine, one at a time, in a work tree of their own: which set of tests catches each. `node conformance/mutants/mutants.mjs`.
 *
 * A mutant replaces one text of one file; a text that is not there exactly once is a mistake in this list, and is said.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync, existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const mutants = [
  { name: 'late test off by one', file: 'src/engine/slices.ts', from: 'return watermark >= this.#time.timerOf(windowEnd - 1) + this.#allowedLatenessMs', to: 'return watermark > this.#time.timerOf(windowEnd - 1) + this.#allowedLatenessMs', also: [['return watermark >= this.#time.timerOf(windowEnd - 1)\n', 'return watermark > this.#time.timerOf(windowEnd - 1)\n']] },
  { name: 'session gap exclusive', file: 'src/engine/sessions.ts', from: 'if (this.#starts[session]! > end || this.#ends[session]! < start ||', to: 'if (this.#starts[session]! >= end || this.#ends[session]! <= start ||', also: [['start >= this.#starts[head]! && start <= this.#ends[head]!', 'start >= this.#starts[head]! && start < this.#ends[head]!']] },
  { name: 'AVG not truncated', file: 'src/expression/aggregates/counting.ts', from: 'const quotient = Math.trunc(sum / rows)', to: 'const quotient = Math.round(sum / rows)', also: [['if (rest !== 0 && rest > 0 !== sum > 0) return quotient - Math.sign(sum)', '']] },
  { name: 'hop one slice short', file: 'src/engine/windows.ts', from: 'return sliceEnd - window.slideMs + window.sizeMs', to: 'return sliceEnd - 2 * window.slideMs + window.sizeMs' },
  { name: 'NULL in join keys equal', file: 'src/engine/keyEncoder.ts', from: 'if (column.nulls !== null && column.nulls[row] === 1) return true', to: 'if (column.nulls !== null && column.nulls[row] === 2) return true' },
  { name: 'cumulate starts a step late', file: 'src/engine/windows.ts', from: 'return windowStart(sliceEnd - 1, window.sizeMs, window.offsetMs) + window.sizeMs', to: 'return windowStart(sliceEnd, window.sizeMs, window.offsetMs) + window.sizeMs' },
  { name: 'interval join upper bound exclusive', file: 'src/engine/intervalPairs.ts', from: 'const highBy = side === 0 ? this.#upperMs : -this.#lowerMs', to: 'const highBy = (side === 0 ? this.#upperMs : -this.#lowerMs) - 1' },
  { name: 'SUM of nothing is 0', file: 'src/expression/aggregates/accumulator.ts', from: 'if (counts[slots[i]!]! !== 0) continue', to: 'if (counts[slots[i]!]! >= 0) continue' },
  { name: 'integer division rounds down', file: 'src/expression/arithmeticKernels.ts', from: 'out[i] = (a[i]! / divisor) | 0', to: 'out[i] = Math.floor(a[i]! / divisor)' },
  { name: 'watermark without delay', file: 'src/engine/watermark.ts', from: 'const candidate = times[row]! - delayMs', to: 'const candidate = times[row]!' },
]

const sets = {
  cases: ['src/operators/window-aggregate', 'src/operators/window-join', 'src/operators/interval-join', 'src/engine', 'src/expression'],
  fixtures: ['conformance'],
  evaluator: ['src/runtime/testing/generated/evaluator.test.ts'],
  generated: ['src/runtime/testing/generated/generated.test.ts'],
}

const root = execFileSync('git', ['rev-parse', '--show-toplevel'], { encoding: 'utf8' }).trim()
const tree = join(tmpdir(), 'millrace-mutants')
if (!existsSync(tree)) {
  execFileSync('git', ['worktree', 'add', '--detach', tree, 'HEAD'], { cwd: root })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
} else execFileSync('git', ['checkout', '--quiet', '--force', '--detach', execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()], { cwd: tree })
const only = process.argv[2]
const chosenSets = (process.argv[3] ?? Object.keys(sets).join(',')).split(',')
console.log(`| mutant | ${chosenSets.join(' | ')} |\n|---|${chosenSets.map(() => '---|').join('')}`)
for (const mutant of mutants.filter(({ name }) => only === undefined || only === '' || name.includes(only))) {
  const path = join(tree, mutant.file)
  const before = readFileSync(path, 'utf8')
  let text = before
  for (const [from, to] of [[mutant.from, mutant.to], ...(mutant.also ?? [])]) {
    if (text.split(from).length !== 2) throw new Error(`${mutant.name}: ${mutant.file} has ${text.split(from).length - 1} times: ${from}`)
    text = text.replace(from, to)
  }
  writeFileSync(path, text)
  try {
    const cells = chosenSets.map((set) => {
      const run = spawnSync('npx', ['vitest', 'run', ...sets[set], '--reporter=json'], { cwd: tree, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 600_000 })
      const report = run.stdout === null ? -1 : run.stdout.indexOf('{"numTotal')
      if (report < 0) return 'did not run'
      const { numFailedTests } = JSON.parse(run.stdout.slice(report))
      return numFailedTests === 0 ? '–' : `caught by ${numFailedTests}`
    })
    console.log(`| ${mutant.name} | ${cells.join(' | ')} |`)
  } finally {
    writeFileSync(path, before)
  }
}
