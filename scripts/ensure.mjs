// Brings a fresh clone to where the next command can run: dependencies as the lock file says and, with --browser, a Chromium for the
// browser tests. Plain Node without dependencies, because npm runs it before there are any.
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const major = Number(process.versions.node.split('.')[0])
if (major < 20) fail(`Millrace needs Node 20 or later; this is ${process.version}. Install a newer one from nodejs.org and run the command again.`)

const stamp = join(root, 'node_modules', '.installed')
const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing dependencies (npm ci) …')
  run('npm', ['ci', '--ignore-scripts'], 'The dependencies could not be installed; the lines above say why. Check the network and run the command again.')
  writeFileSync(stamp, wanted)
}

if (process.argv.includes('--browser') && findChromium() === null) {
  const isRoot = process.getuid?.() === 0
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get') && isRoot) {
    console.log('Installing Chromium for the browser tests (apt-get) …')
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'update', '-qq'], 'apt-get update failed.')
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '-qq', '--no-install-recommends', 'chromium'], 'Chromium could not be installed.')
  }
  if (findChromium() === null) {
    fail('No Chromium found for the browser tests. Install one (Debian: apt-get install chromium) or name it in CHROMIUM_PATH.')
  }
}

function run(command, args, sentence) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (result.status !== 0) fail(sentence)
}

function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
