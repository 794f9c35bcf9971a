// `npm test`: everything that must hold, in the order that finds mistakes soonest. Stops at the first step that fails.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(new URL('.', import.meta.url).pathname, '..')
const bin = (name) => join(root, 'node_modules', '.bin', name)

const steps = [
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the pure folders, without page or Node', bin('tsc'), ['-p', 'src/tsconfig.pure.json']],
  ['lint', bin('oxlint'), ['--quiet']],
  ['unit, case and property tests', bin('vitest'), ['run', '--reporter=dot']],
  ['build of page and command line', 'npm', ['run', '--silent', 'build']],
  ['journeys in Chromium', bin('playwright'), ['test']],
]

const only = process.argv.slice(2)
const started = process.hrtime.bigint()
for (const [name, command, args] of steps) {
  if (only.length > 0 && !only.some((word) => name.includes(word))) continue
  const begun = process.hrtime.bigint()
  console.log(`\n▸ ${name}`)
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (result.status !== 0) {
    console.error(`\n✗ ${name} failed`)
    process.exit(result.status ?? 1)
  }
  console.log(`  ${name}: ${seconds(begun)} s`)
}
console.log(`\n✓ everything holds, ${seconds(started)} s`)

function seconds(since) {
  return (Number(process.hrtime.bigint() - since) / 1e9).toFixed(1)
}
