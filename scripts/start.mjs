// `npm start`: builds the page when its sources changed, serves it on this machine only, prints the address and opens a browser where
// there is one.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { preview } from 'vite'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')

const fingerprint = sourcesHash(['src', 'public', 'examples', 'index.html', 'vite.config.ts', 'package-lock.json'])
const stamp = join(root, 'dist', '.built')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint) {
  console.log('Building the page (once; again when its sources change) …')
  const built = spawnSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (built.status !== 0) process.exit(built.status ?? 1)
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stamp, fingerprint)
}

const portWanted = Number(process.env.PORT ?? 4173)
const server = await preview({ root, preview: { port: portWanted, strictPort: false, host: '127.0.0.1' } })
const url = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${portWanted}/`
console.log(`\n  Millrace is at ${url}\n  Stop it with Ctrl+C.\n`)
openBrowser(url)

function sourcesHash(entries) {
  const hash = createHash('sha256')
  const visit = (path) => {
    if (!existsSync(path)) return
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).toSorted()) visit(join(path, name))
    else if (!path.endsWith('.test.ts') && !path.endsWith('.test.tsx')) hash.update(path).update(readFileSync(path))
  }
  for (const entry of entries) visit(join(root, entry))
  return hash.digest('hex')
}

function openBrowser(address) {
  if (process.env.BROWSER === 'none' || process.env.CI !== undefined || !process.stdout.isTTY) return
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', address]]
        : process.env.DISPLAY || process.env.WAYLAND_DISPLAY
          ? ['xdg-open', [address]]
          : [null, []]
  if (command === null) return
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
